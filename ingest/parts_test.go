package ingest

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// officeFile makes a document of the parts that stand, one after another under
// lines "-- name --", in a file of testdata/office, so that they can be read.
func officeFile(t testing.TB, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", "office", name+".parts"))
	if err != nil {
		t.Fatal(err)
	}
	return packParts(t, string(content))
}

func packParts(t testing.TB, content string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for part := range strings.SplitSeq("\n"+content, "\n-- ") {
		name, body, ok := strings.Cut(part, " --\n")
		if !ok {
			continue
		}
		method := zip.Deflate
		if name == "mimetype" {
			method, body = zip.Store, strings.TrimSpace(body)
		}
		f, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: method})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(body)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
