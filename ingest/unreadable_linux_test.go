package ingest

import (
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"guichet/corpus"
)

func TestUnreadableFolderRetiresNothing(t *testing.T) {
	b := newBench(t)
	b.write("a.md", "# A\n\nUn.")
	b.write("sub/b.md", "# B\n\nDeux.")
	b.ingest(".")
	if err := os.Chmod(b.path("sub"), 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(b.path("sub"), 0o755) })
	withoutPrivilege(t, filepath.Dir(b.dir))
	r := b.ingest(".")
	b.wantCounts(r, corpus.Counts{Unchanged: 1, Failed: 1})
	b.wantNames("a", "b")
	if len(r.Failures) != 1 || r.Failures[0].Key != "sub" || r.Failures[0].Code != codeUnreadable {
		t.Errorf("failures are %+v", r.Failures)
	}
}

// withoutPrivilege makes the rest of the test see files as an ordinary user
// does, also when root runs it: root's right to read everything goes with its
// user, for the test's thread alone. The folder above the test's own is opened,
// which the testing package closes to others.
func withoutPrivilege(t *testing.T, above string) {
	t.Helper()
	if os.Geteuid() != 0 {
		return
	}
	if err := os.Chmod(above, 0o711); err != nil { //nolint:gosec // an empty folder of a test
		t.Fatal(err)
	}
	const nobody = 65534
	runtime.LockOSThread()
	if err := syscall.Setfsuid(nobody); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Setfsuid(0); err != nil {
			t.Fatal(err) // the thread stays locked, and ends with the test
		}
		runtime.UnlockOSThread()
	})
}
