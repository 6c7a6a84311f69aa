package ingest

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestExplainTellsHowAFileIsRead(t *testing.T) {
	e, err := Explain(t.Context(), "testdata/sites/spip.html", Extractors())
	if err != nil {
		t.Fatal(err)
	}
	if e.MediaType != HTML || e.Title != "Règlement du marché" || len(e.Sections) < 5 || e.Passages < len(e.Sections) || len(e.Dropped) == 0 || e.Failure != "" {
		t.Errorf("%+v", e)
	}
	var b bytes.Buffer
	if err := e.WriteText(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Kind        text/html", "Left out    navigation", "== Section 2: Horaires des étals", "| abonné | 1,10 € |", "In all"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is not in\n%s", want, b.String())
		}
	}
}

func TestExplainNamesWhatFailed(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "folder.pdf"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{"a.xlsx": "PK", "b.doc": "x", "c.pdf": "", "d.bin": "x"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, code := range map[string]string{
		"a.xlsx": codeSheet, "b.doc": codeLegacy, "c.pdf": codeEmpty, "d.bin": codeKind, "folder.pdf": codeUnreadable, "absent.pdf": codeUnreadable,
	} {
		e, err := Explain(t.Context(), filepath.Join(dir, name), Extractors())
		if err != nil || e.Code != code || e.Failure == "" {
			t.Errorf("%s: %q (%s), %v, want %q", name, e.Code, e.Failure, err, code)
		}
	}
}

// TestExplainNamesTheSourceThatReadsAFile tells files that are no documents.
func TestExplainNamesTheSourceThatReadsAFile(t *testing.T) {
	for name, c := range map[string]struct{ content, want string }{
		"agenda.ics":    {"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "guichet source add calendar"},
		"agenda.bin":    {"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "guichet source add calendar"},
		"news.rss":      {"<rss/>", "guichet source add feed"},
		"news.xml":      {`<?xml version="1.0"?>` + "\n<!-- x -->\n" + `<rss version="2.0"><channel/></rss>`, "guichet source add feed"},
		"atom.xml":      {`<feed xmlns="http://www.w3.org/2005/Atom"/>`, "guichet source add feed"},
		"F1.xml":        {`<?xml version="1.0"?><Publication ID="F1" type="Fiche d'information"></Publication>`, "guichet source add service-public"},
		"something.xml": {"<a/>", "save it as PDF"},
	} {
		file := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(file, []byte(c.content), 0o600); err != nil {
			t.Fatal(err)
		}
		e, err := Explain(t.Context(), file, Extractors())
		if err != nil || e.Code != codeKind || !strings.Contains(e.Failure, c.want) {
			t.Errorf("%s: %q (%s), %v", name, e.Failure, e.Code, err)
		}
	}
}

func TestNamesOfContentsAreBelievedBeforeNamesOfFiles(t *testing.T) {
	content, err := os.ReadFile("testdata/cantine.pdf")
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "cantine.docx")
	if err := os.WriteFile(name, content, 0o600); err != nil {
		t.Fatal(err)
	}
	e, err := Explain(t.Context(), name, Extractors())
	if err != nil || e.MediaType != PDF || e.Failure != "" {
		t.Errorf("%+v, %v", e, err)
	}
}
