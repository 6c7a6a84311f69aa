package ingest

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Bounds of one PDF.
const (
	pdfTimeout = 25 * time.Second // for all its programs together
	pdfPages   = 2000
	pdfOutput  = 128 << 20 // bytes of pdftotext's answer, positions included
)

// PDFExtractor reads PDF files with poppler's programs. A page is read in
// reading order, or, where it has tables, as it is laid out. Running headers and
// footers are left out; headings are guessed from the size of the letters and
// from the forms that administrations give them. Pages without text are read by
// tesseract where it is installed, unless NoOCR is set.
type PDFExtractor struct {
	NoOCR    bool
	Language string // of scanned pages, as tesseract names it ("fra", "fra+eng"); empty: "fra"
}

// Version implements Extractor. Where scans can be read, more is read.
func (e PDFExtractor) Version() string {
	if e.canOCR() {
		return "pdf/3 ocr " + e.language()
	}
	return "pdf/3"
}

// Extract implements Extractor: sections by page and heading. The title is the
// file's own, else the largest words of the first page, else its first line.
func (e PDFExtractor) Extract(ctx context.Context, in Input) (Extracted, error) {
	// Readers accept some bytes before the header.
	if !bytes.Contains(in.Bytes[:min(len(in.Bytes), 1024)], []byte("%PDF-")) {
		return Extracted{}, failuref(codeNotPDF, "this is no PDF inside, whatever its name says")
	}
	whole := ctx
	ctx, cancel := context.WithTimeout(ctx, pdfTimeout)
	defer cancel()
	x, err := e.extract(ctx, in.Bytes)
	if whole.Err() == nil && errors.Is(err, context.DeadlineExceeded) {
		err = failuref(codeSlow, "it was not read within %s: save it again as a plain PDF, or cut it into several", pdfTimeout)
	}
	return x, err
}

func (e PDFExtractor) extract(ctx context.Context, file []byte) (Extracted, error) {
	var x Extracted
	pages, err := readPDFInfo(ctx, file, &x)
	if err != nil {
		return Extracted{}, err
	}
	if pages > pdfPages {
		return Extracted{}, failuref(codeTooLong, "%d pages, more than the %d that are read: cut the file into several", pages, pdfPages)
	}
	doc, err := readPDFText(ctx, file, &x)
	if err != nil {
		return Extracted{}, err
	}
	dropFurniture(doc)
	orderColumns(doc)
	if err := readPDFTables(ctx, file, doc, &x); err != nil {
		return Extracted{}, err
	}
	if err := e.readScans(ctx, file, doc, &x); err != nil {
		return Extracted{}, err
	}
	title := pdfSections(doc, &x)
	if len(x.Sections) == 0 {
		return Extracted{}, e.scanFailure()
	}
	x.Title = firstOf(x.Title, title, firstLine(x.Sections[0].Text))
	return x, ctx.Err()
}

// poppler names one of its programs.
func poppler(name string, maximum int, args ...string) tool {
	return tool{name: name, pack: "poppler-utils", args: args, maximum: maximum}
}

// pdfReason puts poppler's complaint into an operator's words.
func pdfReason(err error) error {
	if errors.Is(err, errToolOutput) {
		return failuref(codeTooLong, "more than %d MB of text inside: cut the file into several", maxText>>20)
	}
	var ended *toolError
	if !errors.As(err, &ended) {
		return err
	}
	if strings.Contains(ended.stderr, "ncorrect password") || strings.Contains(strings.ToLower(ended.stderr), "encrypted") {
		return failuref(codeEncryptedPDF, "the PDF is encrypted: save it without a password")
	}
	switch ended.code {
	case -1:
		return failuref(codeTooComplex, "the PDF asks for more memory or time than is allowed: save it again as a plain PDF")
	case 3:
		return failuref(codeCopyLocked, "the PDF forbids copying its text: save it without restrictions")
	}
	if strings.Contains(ended.stderr, "ut of memory") {
		return failuref(codeTooComplex, "the PDF asks for more memory than is allowed: save it again as a plain PDF")
	}
	return failuref(codeDamagedPDF, "the PDF is damaged: it cannot be opened; export it again")
}

// readPDFInfo takes the number of pages, the title and the day of the last
// change from pdfinfo. A file whose metadata alone are broken is read all the
// same, its number of pages unknown (0).
func readPDFInfo(ctx context.Context, file []byte, x *Extracted) (pages int, err error) {
	info, err := poppler("pdfinfo", 1<<20, "-isodates", "-enc", "UTF-8", "-").output(ctx, file)
	var ended *toolError
	switch {
	case errors.As(err, &ended) && ended.code == 1:
		return 0, pdfReason(err)
	case errors.As(err, &ended), errors.Is(err, errToolOutput):
		return 0, nil
	case err != nil:
		return 0, err
	}
	for line := range strings.SplitSeq(string(info), "\n") {
		name, value, _ := strings.Cut(line, ":")
		value = oneLine(value)
		switch name {
		case "Title":
			if isTitle(value) {
				x.Title = value
			}
		case "ModDate":
			x.ModifiedOn, _ = parseDate(value)
		case "Pages":
			pages, _ = strconv.Atoi(value)
		}
	}
	return pages, nil
}

// readPDFText reads the pages' lines, with their places.
func readPDFText(ctx context.Context, file []byte, x *Extracted) ([]*pdfPage, error) {
	var doc []*pdfPage
	program := poppler("pdftotext", pdfOutput, "-bbox-layout", "-l", strconv.Itoa(pdfPages), "-enc", "UTF-8", "-", "-")
	stderr, err := program.run(ctx, file, func(r io.Reader) error {
		var err error
		doc, err = parsePDFLines(r)
		return err
	})
	if err != nil {
		return nil, pdfReason(err)
	}
	if strings.Contains(stderr, "Syntax Error") {
		x.Notes = append(x.Notes, notef(noteDamaged, nil, "the PDF is damaged in places: some of its text may be missing"))
	}
	return doc, nil
}

// readPDFTables replaces the text of pages that have tables. What is wrong with
// the tables alone costs the tables alone.
func readPDFTables(ctx context.Context, file []byte, doc []*pdfPage, x *Extracted) error {
	program := poppler("pdftotext", pdfOutput, "-layout", "-l", strconv.Itoa(pdfPages), "-enc", "UTF-8", "-", "-")
	_, err := program.run(ctx, file, func(r io.Reader) error {
		pages := bufio.NewReader(r)
		for _, p := range doc {
			layout, err := pages.ReadString('\f')
			if len(layout) <= 1<<20 {
				if text, ok := tabular(p.withoutFurniture(layout)); ok {
					p.text, p.tabular = cleanText(text), true
				}
			}
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return err
			}
		}
		_, err := io.Copy(io.Discard, pages)
		return err
	})
	var ended *toolError
	switch {
	case errors.As(err, &ended), errors.Is(err, errToolOutput):
		x.Notes = append(x.Notes, notef(noteTables, nil, "its tables could not be read as tables"))
		return nil
	case err != nil:
		return err
	}
	return nil
}

var fileLike = regexp.MustCompile(`(?i)\.(docx?|odt|rtf|indd|pptx?|xlsx?|qxd|pub|pdf|html?|tmp)$`)

// isTitle refuses what programs write when nobody gave a title.
func isTitle(s string) bool {
	lower := strings.ToLower(s)
	switch {
	case len(s) < 3, fileLike.MatchString(s), strings.HasPrefix(lower, "microsoft "),
		strings.HasPrefix(lower, "untitled"), strings.HasPrefix(lower, "sans titre"), strings.HasPrefix(lower, "sans nom"),
		strings.HasPrefix(lower, "document1"), strings.HasPrefix(lower, "about:"), strings.Contains(lower, "://"):
		return false
	}
	return strings.ContainsFunc(s, unicode.IsLetter)
}

// canOCR tells whether pages without text can be read.
func (e PDFExtractor) canOCR() bool {
	if e.NoOCR {
		return false
	}
	for _, name := range []string{"pdftoppm", "tesseract"} {
		if _, err := exec.LookPath(name); err != nil {
			return false
		}
	}
	return true
}

// scanFailure is the failure of a file in which no text was found.
func (e PDFExtractor) scanFailure() error {
	switch {
	case e.canOCR():
		return failuref(codeScan, "no text inside: a scan? Nothing could be recognised on its pages; scan it again, more sharply")
	case e.NoOCR:
		return failuref(codeScan, "no text inside: a scan? Run it through OCR first, or set GUICHET_OCR=auto")
	}
	return failuref(codeScan, "no text inside: a scan? Run it through OCR first, or install the packages tesseract-ocr and tesseract-ocr-fra")
}

// pageList writes page numbers for people: "1-3, 7".
func pageList(pages []int) string {
	var b strings.Builder
	for i := 0; i < len(pages); {
		j := i
		for j+1 < len(pages) && pages[j+1] == pages[j]+1 {
			j++
		}
		if b.Len() > 0 {
			b.WriteString(", ")
		}
		b.WriteString(strconv.Itoa(pages[i]))
		if j > i {
			fmt.Fprintf(&b, "-%d", pages[j])
		}
		i = j + 1
	}
	return b.String()
}
