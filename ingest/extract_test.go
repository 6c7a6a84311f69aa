package ingest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func read(t *testing.T, name, content string) (Extracted, error) {
	t.Helper()
	return extract(t.Context(), Extractors()[MediaType(name)], Input{Name: name, Bytes: []byte(content)})
}

func TestFailuresSayWhy(t *testing.T) {
	for _, c := range []struct{ name, content, want string }{
		{"a.md", "---\ntitle: [\n---\nx", "front matter"},
		{"a.md", "---\ntitle: x\n# A", "closing ---"},
		{"a.md", "\x00\x01\x02\x03binary", "binary"},
		{"a.md", "---\ntitle: x\n---\n", "no text"},
		{"a.html", "<html><body><script>x()</script><nav>menu</nav></body></html>", "no text"},
		{"a.html", "\x00\x00\x00\x01\x02", "binary"},
		{"a.txt", " \n\n", "no text"},
		{"a.pdf", "<html>not a PDF</html>", "no PDF inside"},
		{"a.pdf", "%PDF-1.4\ngarbage", "damaged"},
	} {
		_, err := read(t, c.name, c.content)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %q: error %v, want %q", c.name, c.content, err, c.want)
		}
	}
}

func TestScanIsTold(t *testing.T) {
	_, err := read(t, "scan.pdf", emptyPDF)
	if err == nil || !strings.Contains(err.Error(), "a scan?") {
		t.Fatalf("error %v", err)
	}
}

func TestMissingPopplerSaysHowToMendIt(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := read(t, "a.pdf", emptyPDF)
	if err == nil || !strings.Contains(err.Error(), "poppler-utils") {
		t.Fatalf("error %v", err)
	}
}

// emptyPDF is a valid PDF with one page and nothing on it.
const emptyPDF = `%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj
trailer<</Root 1 0 R>>
%%EOF
`

func TestEncryptedPDFIsTold(t *testing.T) {
	content, err := os.ReadFile("testdata/locked/encrypted.pdf")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := read(t, "encrypted.pdf", string(content)); err == nil || !strings.Contains(err.Error(), "save it without a password") {
		t.Fatalf("error %v", err)
	}
}

func TestDates(t *testing.T) {
	want := time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC)
	for _, s := range []string{
		"2024-03-01", "2024-03-01T10:00:00+01:00", "01/03/2024", "1.3.2024", "1er mars 2024",
		"vendredi 1 mars 2024", "1 mars 2024 à 10 h", "March 1, 2024", "1 March 2024", "20240301", "2024-03",
	} {
		if got, ok := parseDate(s); !ok || !got.Equal(want) {
			t.Errorf("%q is %v, %v", s, got, ok)
		}
	}
	for _, s := range []string{"", "bientôt", "31/02/2024", "2024", "32 mars 2024", "1 brumaire 2024", "13 jui 2024"} {
		if got, ok := parseDate(s); ok {
			t.Errorf("%q is taken for %v", s, got)
		}
	}
}

func TestUnknownDateIsNoted(t *testing.T) {
	x, err := read(t, "a.md", "---\ntitle: x\nvalid_until: un jour\n---\nTexte.")
	if err != nil || len(x.Notes) != 1 || !x.ValidUntil.IsZero() {
		t.Fatalf("%+v, %v", x, err)
	}
}

func TestWrappedMarkdownLinesAreJoinedAndBareLinesKept(t *testing.T) {
	wrapped := "Cette phrase a été coupée par un éditeur à soixante-dix caractères\nenviron, et elle reprend ici sans que rien ne soit perdu.\nFin.\n"
	x, err := read(t, "a.md", wrapped)
	if err != nil || !strings.Contains(x.Sections[0].Text, "caractères environ") || !strings.HasSuffix(x.Sections[0].Text, "\nFin.") {
		t.Errorf("%+v, %v", x.Sections, err)
	}
	x, err = read(t, "a.md", "Il faut :\nune photo\nun justificatif\n")
	if err != nil || x.Sections[0].Text != "Il faut :\nune photo\nun justificatif" {
		t.Errorf("%+v, %v", x.Sections, err)
	}
}

func fuzzExtractor(f *testing.F, name string, seeds ...string) {
	files, err := filepath.Glob("testdata/*" + filepath.Ext(name))
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content)
	}
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		x, err := extract(t.Context(), Extractors()[MediaType(name)], Input{Name: name, Bytes: content})
		if err != nil {
			if codeOf(err) == codeBroken {
				t.Fatal(err)
			}
			return
		}
		if x.Title == "" || len(x.Sections) == 0 {
			t.Fatalf("no title or no text: %+v", x)
		}
		for _, s := range x.Sections {
			if s.Text == "" || !utf8.ValidString(s.Text) || strings.ContainsRune(s.Text, 0) {
				t.Fatalf("text %q", s.Text)
			}
		}
	})
}

func FuzzMarkdown(f *testing.F) {
	fuzzExtractor(f, "x.md", "---\na: b\n---\n# x", "- a\n  1. b\n\n     c\n", "|a|b|\n|-|-|\n|c", "<b>x</b>\n\n[a](b)", "# a > b > ")
}

func FuzzHTML(f *testing.F) {
	fuzzExtractor(f, "x.html", "<table><tr><td rowspan=9>a<td colspan=99>b<tr><td>c", "<details><summary>a</summary><h2>b</h2>c</details>d",
		"<ul><ul><li>a</ul></ul><dl><dd>x<dt>y", "<button aria-controls='a b'>x</button><div id=a>y</div>z", "<h1><h2>a</h1>b")
}

func FuzzDOCX(f *testing.F) { fuzzOffice(f, "x.docx", "word/document.xml", "reglement.docx") }

func FuzzODT(f *testing.F) { fuzzOffice(f, "x.odt", "content.xml", "guide.odt") }

// fuzzOffice varies the part that holds the text, since few changes of an
// archive leave one.
func fuzzOffice(f *testing.F, name, part, example string) {
	whole := officeFile(f, example)
	a, err := openArchive(whole)
	if err != nil {
		f.Fatal(err)
	}
	body, err := a.read(part, 1<<20)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(body)
	f.Add([]byte("<a><body><text><p>x</p><list><list-item><p>y</p></list-item></list></text></body></a>"))
	f.Fuzz(func(t *testing.T, body []byte) {
		x, err := extract(t.Context(), Extractors()[MediaType(name)], Input{Name: name, Bytes: []byte(zipOf(part, string(body)))})
		if err != nil {
			if codeOf(err) == "" || codeOf(err) == codeBroken {
				t.Fatal(err)
			}
			return
		}
		if x.Title == "" || len(x.Sections) == 0 {
			t.Fatalf("no title or no text: %+v", x)
		}
	})
}

func FuzzArchive(f *testing.F) {
	f.Add(officeFile(f, "reglement.docx"))
	f.Add(officeFile(f, "guide.odt"))
	f.Add([]byte("PK\x05\x06"))
	f.Fuzz(func(t *testing.T, content []byte) {
		for _, declared := range []string{"", DOCX, PDF, HTML} {
			if _, _, _, err := choose(Extractors(), declared, content); err != nil && codeOf(err) == "" {
				t.Fatal(err)
			}
		}
	})
}

func FuzzPlain(f *testing.F) { fuzzExtractor(f, "x.txt", "a-\nb", "\xff\xfea\x00", "• a\n• b") }

func FuzzPDFText(f *testing.F) {
	f.Add(" a   b\n c   d\n\n e   f\n")
	f.Add("Titre\n\n x            1\n y            2\n zz          33\n")
	f.Fuzz(func(t *testing.T, layout string) {
		if text, ok := tabular(layout); ok && !strings.Contains(text, "|") {
			t.Fatalf("a table without rows: %q", text)
		}
		unwrap(cleanText(layout))
	})
}

func FuzzPDFLines(f *testing.F) {
	f.Add("<page width=\"595\" height=\"842\">\n<block xMin=\"1\">\n<line xMin=\"1\" yMin=\"2\">\n<word yMin=\"2\" yMax=\"30\">TITRE</word>\n</line>\n")
	f.Add("<page height=\"1\">\n<line yMin=\"NaN\">\n<word yMin=\"-1e9\" yMax=\"1e9\">Article 1er -</word>\n</line>\n<page height=\"0\">\n</line>\n")
	f.Fuzz(func(t *testing.T, answer string) {
		doc, err := parsePDFLines(strings.NewReader(answer))
		if err != nil {
			t.Fatal(err)
		}
		dropFurniture(doc)
		orderColumns(doc)
		var x Extracted
		pdfSections(doc, &x)
		for _, s := range x.Sections {
			if strings.TrimSpace(s.Text) == "" || s.Page < 1 || s.Page > len(doc) {
				t.Fatalf("section %+v", s)
			}
		}
	})
}
