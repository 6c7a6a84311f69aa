package ingest

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestMutations cuts, flips and splices real files in some hundred ways: each
// is read in time, or fails with a named reason.
func TestMutations(t *testing.T) {
	each := 40
	if testing.Short() || raced {
		each = 10
	}
	files := map[string][]byte{"reglement.docx": officeFile(t, "reglement.docx"), "guide.odt": officeFile(t, "guide.odt")}
	for _, pattern := range []string{"testdata/*.pdf", "testdata/piscine.html", "testdata/sites/spip.html", "testdata/dechets.md", "testdata/cimetiere.txt"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			content, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			files[filepath.Base(name)] = content
		}
	}
	readers := Extractors()
	readers[PDF] = PDFExtractor{NoOCR: true} // its time would be that of the test
	read, failed := 0, 0
	for _, name := range sortedKeys(files) {
		random := rand.New(rand.NewPCG(1, uint64(len(name))))
		for i := range each {
			content := mutated(random, files[name], i)
			begun := time.Now()
			_, _, reader, err := choose(readers, MediaType(name), content)
			if err == nil {
				var x Extracted
				if x, err = extract(t.Context(), reader, Input{Name: name, Bytes: content}); err == nil {
					NewSplitter().Split(x.Sections)
				}
			}
			if took := time.Since(begun); took > hostileTime && !raced {
				t.Errorf("%s, mutation %d, took %s", name, i, took)
			}
			switch code := codeOf(err); {
			case err == nil:
				read++
			case code == "" || code == codeBroken:
				t.Errorf("%s, mutation %d: %v", name, i, err)
			default:
				failed++
			}
		}
	}
	t.Logf("%d mutations: %d read, %d named", read+failed, read, failed)
}

// mutated changes a file in one of several ways.
func mutated(random *rand.Rand, content []byte, way int) []byte {
	b := append([]byte(nil), content...)
	at := func() int { return random.IntN(len(b)) }
	switch way % 5 {
	case 0: // cut off
		return b[:at()+1]
	case 1: // some bytes are others
		for range 1 + random.IntN(30) {
			b[at()] = byte(random.IntN(256))
		}
	case 2: // a stretch is missing
		from := at()
		to := min(from+random.IntN(2000), len(b))
		return append(b[:from:from], b[to:]...)
	case 3: // a stretch stands twice
		from := at()
		to := min(from+random.IntN(2000), len(b))
		return append(append(b[:to:to], b[from:to]...), b[to:]...)
	case 4: // a stretch is empty
		from := at()
		clear(b[from:min(from+random.IntN(500), len(b))])
	}
	return b
}
