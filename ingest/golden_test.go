package ingest

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestGoldenSections reads the files of testdata, and what awkward ones of each
// kind stand in testdata/awkward, and compares all that was read of them.
func TestGoldenSections(t *testing.T) {
	for _, pattern := range []string{
		"*.md", "*.html", "*.txt", "*.pdf", "scanned/*.pdf", "office/*.parts",
		"awkward/*.html", "awkward/*.pdf", "awkward/*.docx.parts", "awkward/*.odt.parts", "awkward/*.md", "awkward/*.txt",
		"awkward/*.csv", "awkward/*.ics", "awkward/*.rss", "awkward/*.atom",
	} {
		files, err := filepath.Glob(filepath.Join("testdata", pattern))
		if err != nil || len(files) == 0 {
			t.Fatalf("no test files %s: %v", pattern, err)
		}
		for _, name := range files {
			t.Run(filepath.Base(name), func(t *testing.T) {
				if strings.Contains(name, "scanned") && Tools(t.Context()).OCR == "" {
					t.Skip("tesseract is not installed: 'make test' installs it")
				}
				wantGolden(t, name+".golden", readGolden(t, name))
			})
		}
	}
}

// readGolden is what a file is read as: one document, or what its source lists.
func readGolden(t *testing.T, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	name, isOffice := strings.CutSuffix(name, ".parts")
	if isOffice {
		content = packParts(t, string(content))
	}
	switch filepath.Ext(name) {
	case ".csv":
		return readListing(t, KindCSV, name)
	case ".ics":
		return readListing(t, KindCalendar, name)
	case ".rss", ".atom":
		return readListing(t, KindFeed, name)
	}
	x, err := extract(t.Context(), Extractors()[MediaType(name)], Input{Name: filepath.Base(name), Bytes: content})
	if err != nil {
		t.Fatal(err)
	}
	return render(x)
}

// goldenDay is the day on which the golden files of calendars and feeds are read.
var goldenDay = time.Date(2026, 10, 1, 8, 0, 0, 0, time.UTC)

// readListing is all that a source lists in a file, read as an ingester does. Its
// settings, where it has any, stand in a file beside it.
func readListing(t *testing.T, kind, name string) []byte {
	t.Helper()
	settings, err := os.ReadFile(name + ".settings")
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	s, err := OpenSource(kind, name, json.RawMessage(settings), Dependencies{Now: func() time.Time { return goldenDay }})
	if err != nil {
		t.Fatal(err)
	}
	l, err := s.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	for _, note := range l.Notes {
		fmt.Fprintf(&b, "note: %s\n", note)
	}
	for _, f := range l.Failures {
		fmt.Fprintf(&b, "failure: %s: %v\n", f.Key, f.Reason)
	}
	for _, item := range l.Items {
		r, err := item.Open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		x, err := extract(t.Context(), item.Extractor, Input{Name: item.Key, URL: item.Said.URL, Bytes: content})
		if err != nil {
			t.Fatalf("%s: %v", item.Key, err)
		}
		x.complete(item.Said)
		fmt.Fprintf(&b, "\n#### %s\n%s", item.Key, render(x))
	}
	return bytes.TrimLeft(b.Bytes(), "\n")
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
