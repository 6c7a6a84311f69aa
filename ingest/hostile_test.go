package ingest

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// Bounds that every file must keep, however it was made.
const (
	hostileTime = 30 * time.Second
	hostileHeap = 256 << 20
)

// bounded does something to a file within the bounds and returns its failure, or
// nil. A failure must have a code, so that the console can tell it to agents.
func bounded(t *testing.T, name string, do func() error) error {
	t.Helper()
	runtime.GC()
	var before, now runtime.MemStats
	runtime.ReadMemStats(&before)
	stop, peak := make(chan struct{}), uint64(0)
	var sampler sync.WaitGroup
	sampler.Go(func() {
		for {
			runtime.ReadMemStats(&now)
			peak = max(peak, now.HeapAlloc)
			select {
			case <-stop:
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	})
	begun := time.Now()
	err := do()
	took := time.Since(begun)
	close(stop)
	sampler.Wait()
	if took > hostileTime && !raced {
		t.Errorf("%s took %s", name, took)
	}
	grown := int64(peak) - int64(before.HeapAlloc)
	if grown > hostileHeap && !raced {
		t.Errorf("%s took %d MB", name, grown>>20)
	}
	if err != nil && codeOf(err) == "" {
		t.Errorf("%s failed without a code: %v", name, err)
	}
	if codeOf(err) == codeBroken {
		t.Errorf("%s: %v", name, err)
	}
	t.Logf("%-40s %8s %4d MB  %v", name, took.Round(time.Millisecond), grown>>20, err)
	return err
}

// hostile reads a file within the bounds.
func hostile(t *testing.T, name string, content []byte) error {
	t.Helper()
	return bounded(t, name, func() error {
		_, _, reader, err := choose(Extractors(), MediaType(name), content)
		if err != nil {
			return err
		}
		x, err := extract(t.Context(), reader, Input{Name: name, Bytes: content})
		if err == nil {
			NewSplitter().Split(x.Sections)
		}
		return err
	})
}

func TestHostileFiles(t *testing.T) {
	many := strings.Repeat
	const n = 100_000
	for _, c := range []struct{ name, content, code string }{
		{"empty.txt", "", codeNoText},
		{"nul.txt", many("\x00", n), codeBinary},
		{"nul-between.txt", "Horaires de la mairie\x00, du lundi au vendredi, de neuf heures à midi, sauf les jours fériés et le pont de l’Ascension.", ""},
		{"one-line.txt", many("mot ", 1_000_000), ""},
		{"one-word.txt", many("a", 4_000_000), ""},
		{"too-long.txt", many("mot ", 2_000_000), codeTooLong},
		{"lines.txt", many("a\n", 2_000_000), codeTooLong},
		{"utf16.txt", "\xFF\xFEM\x00a\x00i\x00r\x00i\x00e\x00", ""},
		{"utf16-cut.txt", "\xFF\xFEM\x00a\x00i\x00r\x00i\x00e", ""},
		{"latin1.txt", "Mairie : l'\xe9t\xe9, de 9 h \xe0 12 h", ""},
		{"page.txt", "<!doctype html><html><body><p>Une page de la mairie</p></body></html>", ""},
		{"rtf.txt", `{\rtf1\ansi Bonjour}`, codeLegacy},
		{"picture.txt", "\x89PNG\r\n\x1a\n" + many("x", 100), codeWrongKind},

		{"quotes.md", many("> ", n) + "mot", codeTooComplex},

		{"quotes-allowed.md", many(many(">", 60)+" mot\n", 5000), ""},
		{"lists.md", many("- ", n) + "mot", codeTooComplex},
		{"lists-deep.md", nested(300, "  ", "- mot\n"), ""},
		{"brackets.md", many("[", n/10) + "mot", ""},
		{"brackets-open.md", many("[a](", n), codeTooComplex},
		{"brackets-some.md", many("[a](", 5000), ""},
		{"images.md", many("![a", n/20), ""},
		{"stars.md", many("*a ", n/20) + many("**a", n/20), ""},
		{"underscores.md", many("_a __b ", n/20), ""},
		{"backticks.md", ticks(400), codeTooComplex},
		{"angles.md", many("<a ", n/10), ""},
		{"table.md", "|" + many("a|", 2000) + "\n|" + many("-|", 2000) + "\n" + many("|a\n", 2000), codeTooComplex},
		{"html.md", many("<div>", n), codeTooComplex},
		{"references.md", many("[a]: b\n\n", n/3) + many("[a] ", n/20), ""},
		{"entities.md", many("&amp;&#0;&#xFFFFFFF;", n/20), ""},
		{"front.md", "---\na: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\ntitle: [*f,*f,*f,*f,*f,*f,*f,*f,*f]\n---\nmot\n", codeFrontMatter},
		{"front-deep.md", "---\na: " + many("[", n) + "\n---\nmot", codeFrontMatter},

		{"divs.html", many("<div>", n) + "mot", codeTooComplex},
		{"spans.html", many("<b><i>", 20_000) + "mot", codeTooComplex},
		{"tags.html", many("<p>mot", 400_000), codeTooComplex},
		{"attributes.html", "<p " + many("a ", 1_000_000) + ">mot", ""},
		{"paragraphs.html", many("<p>Un paragraphe de la mairie.</p>", 15_000), ""},
		{"boxes.html", many(many("<div class=accord>", 400)+"mot"+many("</div>", 400), 80), ""},
		{"links.html", many("<ul><li><a href=/a>Un</a><li><a href=/b>Deux</a></ul>", 10_000), ""},
		{"stray.html", "<table>" + many("un mot de plus</x>", 70_000), codeTooComplex},
		{"controls.html", many("<button aria-controls='a b c d e f'>x</button><div id=a>mot</div>", 10_000), ""},
		{"spans-of-cells.html", "<table>" + many("<tr><td rowspan=60000 colspan=60000>mot", 2000), ""},
		{"headings.html", many("<h1>a</h1><h6>b</h6>", 20_000), ""},
		{"nested-lists.html", many("<ul><li>a", 250), ""},
		{"nested-tables.html", many("<table><tr><td>", 150) + "mot", codeTooComplex},
		{"large.html", many("<p>mot mot mot mot mot mot mot mot</p>\n", 200_000), codeTooLong},
		{"scripts.html", "<script>" + many("a<b ", 1_000_000) + "</script><p>mot", ""},
		{"comments.html", many("<!-- a --", n) + "<p>mot", codeNoText},
		{"unfinished.html", "<html><body><p>Un texte de la mairie <a href=\"", ""},

		{"text.pdf", "Ceci n'est pas un PDF", codeNotPDF},
		{"page.pdf", "<!doctype html><title>404</title><p>Page introuvable", codeWrongKind},
		{"header.pdf", "%PDF-1.7\n", codeDamagedPDF},
		{"noise.pdf", "%PDF-1.7\n" + many("\x01\xff\x80 obj endobj stream ", n), codeDamagedPDF},
		{"endless.pdf", endlessPDF, codeDamagedPDF},
		{"pages.pdf", manyPages(5000), codeTooLong},
		{"wide.pdf", onePage("/MediaBox[0 0 1e9 1e9]", "BT /F1 1e9 Tf 1 0 0 1 0 0 Tm (mot) Tj ET"), codeScan},
		{"words.pdf", onePage("/MediaBox[0 0 595 842]", "BT /F1 8 Tf "+many("1 0 0 1 50 50 Tm (mot de la mairie) Tj ", n/50)+"ET"), ""},

		{"text.docx", "Ceci n'est pas un DOCX", codeDamaged},
		{"page.odt", "<html><body>Connexion</body></html>", codeWrongKind},
		{"old.docx", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + many("x", 600), codeLegacy},
		{"locked.docx", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + many("x", 600) + string(utf16le("EncryptedPackage")), codeEncrypted},
		{"cut.docx", "PK\x03\x04" + many("x", 600), codeDamaged},
		{"entries.docx", "PK\x03\x04" + many("PK\x01\x02"+many("x", 42), n), codeTooComplex},
		{"bomb.docx", zipOf("word/document.xml", document(many("<w:p><w:r><w:t>a</w:t></w:r></w:p>", 2_000_000))), codeTooComplex},
		{"text-bomb.docx", zipOf("word/document.xml", document("<w:p><w:r><w:t>"+many("a", 100<<20)+"</w:t></w:r></w:p>")), codeTooComplex},
		{"deep.docx", zipOf("word/document.xml", document(many("<w:sdt><w:sdtContent>", n))), codeTooComplex},
		{"deep-dropped.docx", zipOf("word/document.xml", document("<w:sectPr>"+many("<w:a>", n)+many("</w:a>", n)+"</w:sectPr><w:p><w:r><w:t>mot</w:t></w:r></w:p>")), ""},
		{"entities.docx", zipOf("word/document.xml", `<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>`+document("<w:p><w:r><w:t>&b;</w:t></w:r></w:p>")), codeTooComplex},
		{"external.docx", zipOf("word/document.xml", `<!DOCTYPE a SYSTEM "file:///etc/passwd">`+document("<w:p><w:r><w:t>mot</w:t></w:r></w:p>")), ""},
		{"broken.docx", zipOf("word/document.xml", "<w:document><w:body><w:p>"), codeDamaged},
		{"nothing.docx", zipOf("[Content_Types].xml", "<Types/>"), codeDamaged},
		{"sheet.docx", zipOf("xl/workbook.xml", "<workbook/>"), codeSheet},
		{"slides.docx", zipOf("ppt/presentation.xml", "<p/>"), codeKind},
		{"archive.docx", zipOf("lisezmoi.txt", "mot"), codeWrongKind},
		{"styles.docx", zipOf("word/document.xml", document(`<w:p><w:pPr><w:pStyle w:val="a"/></w:pPr><w:r><w:t>mot</w:t></w:r></w:p>`), "word/styles.xml", `<w:styles xmlns:w="w"><w:style w:styleId="a"><w:basedOn w:val="a"/></w:style></w:styles>`), ""},
		{"wide-table.docx", zipOf("word/document.xml", document("<w:tbl>"+many("<w:tr>"+many(`<w:tc><w:tcPr><w:gridSpan w:val="999999"/></w:tcPr><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc>`, 200)+"</w:tr>", 100)+"</w:tbl>")), ""},
		{"name.docx", onePage("/MediaBox[0 0 595 842]", "BT /F1 12 Tf 1 0 0 1 50 700 Tm (Une page de la mairie) Tj ET"), ""},
		{"cells.odt", zipOf("mimetype", ODT, "content.xml", `<o:document-content xmlns:o="o" xmlns:t="t" xmlns:x="x"><o:body><o:text><t:table>`+
			many(`<t:table-row t:number-rows-repeated="1048576">`+many(`<t:table-cell t:number-columns-repeated="16384"><x:p>a</x:p></t:table-cell>`, 50)+"</t:table-row>", 500)+`</t:table></o:text></o:body></o:document-content>`), ""},
		{"sheet.odt", zipOf("mimetype", "application/vnd.oasis.opendocument.spreadsheet", "content.xml", "<a/>"), codeSheet},
		{"encrypted.odt", zipOf("mimetype", ODT, "META-INF/manifest.xml", "<manifest:encryption-data/>", "content.xml", "\x01\x02"), codeEncrypted},
		{"book.odt", zipOf("mimetype", "application/epub+zip"), codeKind},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := hostile(t, c.name, []byte(c.content)); codeOf(err) != c.code {
				t.Errorf("code %q, want %q (%v)", codeOf(err), c.code, err)
			}
		})
	}
}

func nested(n int, step, line string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(step, i) + line)
	}
	return b.String()
}

// ticks is runs of backquotes, each of a length of its own.
func ticks(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat("`", i+1) + " ")
	}
	return b.String()
}

func document(body string) string {
	return `<w:document xmlns:w="w"><w:body>` + body + `</w:body></w:document>`
}

// zipOf packs parts, given as names and contents, as tightly as it can.
func zipOf(parts ...string) string {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	w.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) { return flate.NewWriter(out, flate.BestSpeed) })
	for i := 0; i+1 < len(parts); i += 2 {
		f, err := w.Create(parts[i])
		if err == nil {
			_, err = io.WriteString(f, parts[i+1])
		}
		if err != nil {
			panic(err)
		}
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.String()
}

// endlessPDF has a tree of pages that leads back to itself.
const endlessPDF = `%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[2 0 R 3 0 R 2 0 R]/Count 1000000>>endobj
3 0 obj<</Type/Pages/Parent 2 0 R/Kids[2 0 R 3 0 R]/Count 1000000>>endobj
trailer<</Root 1 0 R>>
%%EOF
`

func onePage(box, contents string) string {
	return fmt.Sprintf(`%%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R%s/Contents 4 0 R/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj
4 0 obj<</Length %d>>stream
%s
endstream endobj
trailer<</Root 1 0 R>>
%%%%EOF
`, box, len(contents)+1, contents)
}

func manyPages(n int) string {
	var b, kids strings.Builder
	for i := range n {
		fmt.Fprintf(&kids, "%d 0 R ", i+3)
	}
	fmt.Fprintf(&b, "%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[%s]/Count %d>>endobj\n", kids.String(), n)
	for i := range n {
		fmt.Fprintf(&b, "%d 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\n", i+3)
	}
	b.WriteString("trailer<</Root 1 0 R>>\n%%EOF\n")
	return b.String()
}
