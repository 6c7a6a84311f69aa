package ingest

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Bounds of reading scanned pages.
const (
	ocrPages  = 40
	ocrPixels = 2600     // long side of a page's picture: A4 at 220 dots per inch
	ocrImage  = 16 << 20 // bytes of a page's picture
	ocrSpare  = 4 * time.Second
)

func (e PDFExtractor) language() string { return firstOf(e.Language, "fra") }

// readScans reads the pages without text with tesseract, page by page, as long
// as there is time, and notes which were read so and which were not.
func (e PDFExtractor) readScans(ctx context.Context, file []byte, doc []*pdfPage, x *Extracted) error {
	if !e.canOCR() {
		return nil
	}
	deadline, _ := ctx.Deadline()
	var read, left []int
	for _, p := range doc {
		if p.body() != "" {
			continue
		}
		if len(read)+len(left) >= ocrPages || time.Until(deadline) < ocrSpare {
			left = append(left, p.number)
			continue
		}
		page, cancel := context.WithDeadline(ctx, deadline.Add(-time.Second))
		text, err := e.readScan(page, file, p.number)
		cancel()
		var ended *toolError
		var named failure
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.As(err, &named):
			return err
		case errors.As(err, &ended), errors.Is(err, errToolOutput), errors.Is(err, context.DeadlineExceeded):
			left = append(left, p.number)
		case err != nil:
			return err
		case isProse(text):
			p.text = text
			read = append(read, p.number)
		}
	}
	if len(read) > 0 {
		x.Notes = append(x.Notes, notef(noteOCR, with{"Pages": pageList(read)}, "pages read by OCR, where letters and figures may be mistaken: %s", pageList(read)))
	}
	if len(left) > 0 {
		x.Notes = append(x.Notes, notef(noteScans, with{"Pages": pageList(left)}, "scanned pages that were not read, for want of time: %s; run the file through OCR first", pageList(left)))
	}
	return nil
}

// readScan draws one page and has its letters recognised.
func (e PDFExtractor) readScan(ctx context.Context, file []byte, page int) (string, error) {
	n := strconv.Itoa(page)
	picture, err := poppler("pdftoppm", ocrImage, "-gray", "-scale-to", strconv.Itoa(ocrPixels), "-f", n, "-l", n, "-").output(ctx, file)
	if err != nil {
		return "", err
	}
	if len(picture) == 0 {
		return "", nil
	}
	recognise := tool{name: "tesseract", pack: "tesseract-ocr", maximum: 1 << 20,
		args: []string{"-", "-", "-l", e.language(), "--dpi", "220"}}
	out, err := recognise.output(ctx, picture)
	var ended *toolError
	if errors.As(err, &ended) && strings.Contains(ended.stderr, "Failed loading language") {
		return "", failuref(codeTool, "a scan: tesseract has no data for the language %q: install the package tesseract-ocr-%s", e.language(), e.language())
	}
	return cleanText(string(out)), err
}

// isProse refuses what tesseract makes of pictures: scattered letters.
func isProse(text string) bool {
	words, good := 0, 0
	for word := range strings.FieldsSeq(text) {
		words++
		letters := 0
		for _, r := range word {
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				letters++
			}
		}
		if letters >= 2 && letters*4 >= len([]rune(word))*3 {
			good++
		}
	}
	return words > 0 && good*2 >= words
}

// ocrLanguages lists the languages that tesseract has data for.
func ocrLanguages(ctx context.Context) []string {
	out, err := (tool{name: "tesseract", args: []string{"--list-langs"}, maximum: 64 << 10}).output(ctx, nil)
	if err != nil {
		return nil
	}
	var all []string
	for i, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		if i > 0 && line != "osd" {
			all = append(all, line)
		}
	}
	return all
}
