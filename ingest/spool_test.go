package ingest

import (
	"io"
	"os"
	"sync"
	"testing"
)

// TestSpooledPagesLeaveNothingBehind holds the spool to what a program that is
// killed relies on: no file of it has a name.
func TestSpooledPagesLeaveNothingBehind(t *testing.T) {
	s := spool{parent: t.TempDir()}
	bodies := []string{"un", "", "deux pages", "trois"}
	var kept []spooled
	for _, body := range bodies {
		k, err := s.put([]byte(body))
		if err != nil {
			t.Fatal(err)
		}
		kept = append(kept, k)
	}
	if files, err := os.ReadDir(s.parent); err != nil || len(files) != 0 {
		t.Errorf("%d files have a name, %v", len(files), err)
	}
	var reading sync.WaitGroup
	for i, k := range kept {
		reading.Go(func() {
			if b, err := io.ReadAll(s.open(k)); err != nil || string(b) != bodies[i] {
				t.Errorf("%q, not %q, %v", b, bodies[i], err)
			}
		})
	}
	reading.Wait()
	if err := s.close(); err != nil {
		t.Error(err)
	}
	if _, err := io.ReadAll(s.open(kept[0])); err == nil {
		t.Error("a page was read that is dropped")
	}
}
