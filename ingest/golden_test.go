package ingest

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestGoldenSections(t *testing.T) {
	for _, pattern := range []string{"*.md", "*.html", "*.txt", "*.pdf", "scanned/*.pdf", "office/*.parts"} {
		files, err := filepath.Glob(filepath.Join("testdata", pattern))
		if err != nil || len(files) == 0 {
			t.Fatalf("no test files %s: %v", pattern, err)
		}
		for _, name := range files {
			t.Run(filepath.Base(name), func(t *testing.T) {
				if strings.Contains(name, "scanned") && Tools(t.Context()).OCR == "" {
					t.Skip("tesseract is not installed: 'make test' installs it")
				}
				golden := name + ".golden"
				name, isOffice := strings.CutSuffix(name, ".parts")
				content, err := os.ReadFile(name)
				if isOffice {
					content, err = officeFile(t, filepath.Base(name)), nil
				}
				if err != nil {
					t.Fatal(err)
				}
				x, err := extract(t.Context(), Extractors()[MediaType(name)], Input{Name: filepath.Base(name), Bytes: content})
				if err != nil {
					t.Fatal(err)
				}
				got := render(x)
				if *update {
					if err := os.WriteFile(golden, got, 0o644); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(golden)
				if err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(got, want) {
					t.Errorf("sections differ from %s (go test -update rewrites it):\n%s", golden, got)
				}
			})
		}
	}
}

func render(x Extracted) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "title: %s\nurl: %s\ntheme: %s\nlanguage: %s\n", x.Title, x.URL, x.Theme, x.Language)
	for _, d := range []struct {
		name string
		day  time.Time
	}{{"published", x.PublishedOn}, {"modified", x.ModifiedOn}, {"valid from", x.ValidFrom}, {"valid until", x.ValidUntil}} {
		if !d.day.IsZero() {
			fmt.Fprintf(&b, "%s: %s\n", d.name, d.day.Format(time.DateOnly))
		}
	}
	for _, n := range x.Notes {
		fmt.Fprintf(&b, "note: %s\n", n)
	}
	for _, s := range x.Sections {
		fmt.Fprintf(&b, "\n== %s #%s page %d\n%s\n", strings.Join(s.Headings, " > "), s.Anchor, s.Page, s.Text)
	}
	return b.Bytes()
}
