package ingest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"strings"
	"time"
	"unicode"
)

// Bounds of one PDF: a hostile file may ask poppler for hours and gigabytes.
const (
	pdfTimeout = time.Minute
	pdfMemory  = 1 << 30
)

// PDFExtractor reads PDF files with poppler's pdftotext and pdfinfo. A page is
// read in reading order, or, when it has tables, as it is laid out.
type PDFExtractor struct{}

// Version implements Extractor.
func (PDFExtractor) Version() string { return "pdf/1" }

// Extract implements Extractor: a section for each page that has text. The
// title is the file's own, else the first line.
func (PDFExtractor) Extract(ctx context.Context, in Input) (Extracted, error) {
	// Readers accept some bytes before the header.
	if !bytes.Contains(in.Bytes[:min(len(in.Bytes), 1024)], []byte("%PDF-")) {
		return Extracted{}, failuref(codeNotPDF, "this is no PDF inside, whatever its name says")
	}
	ctx, cancel := context.WithTimeout(ctx, pdfTimeout)
	defer cancel()
	raw, err := poppler(ctx, in.Bytes, "pdftotext", "-enc", "UTF-8", "-", "-")
	if err != nil {
		return Extracted{}, err
	}
	pages := strings.Split(string(raw), "\f")
	laid, err := poppler(ctx, in.Bytes, "pdftotext", "-layout", "-enc", "UTF-8", "-", "-")
	if err != nil {
		return Extracted{}, err
	}
	for i, page := range strings.Split(string(laid), "\f") {
		if text, ok := tabular(page); ok && i < len(pages) {
			pages[i] = text
		}
	}
	dropFurniture(pages)
	var x Extracted
	for i, page := range pages {
		if body := unwrap(cleanText(page)); strings.TrimSpace(body) != "" {
			x.Sections = append(x.Sections, Section{Page: i + 1, Text: body})
		}
	}
	if len(x.Sections) == 0 {
		return Extracted{}, failuref(codeScan, "no text inside: a scan? Run it through OCR first")
	}
	// Metadata is a help, not a need: a file without any is whole.
	if info, err := poppler(ctx, in.Bytes, "pdfinfo", "-isodates", "-enc", "UTF-8", "-"); err == nil {
		readPDFInfo(string(info), &x)
	}
	if x.Title == "" {
		x.Title = firstLine(x.Sections[0].Text)
	}
	return x, ctx.Err()
}

// poppler runs one of its programs on the file and returns what it wrote.
func poppler(ctx context.Context, file []byte, name string, args ...string) ([]byte, error) {
	program, err := exec.LookPath(name)
	if err != nil {
		return nil, fmt.Errorf("%s is not installed: install the package poppler-utils", name)
	}
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Stdin = bytes.NewReader(file)
	cmd.WaitDelay = 5 * time.Second
	var stderr boundedBuffer
	stderr.limit = 4096
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("run %s: %w", name, err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("run %s: %w", name, err)
	}
	limitMemory(cmd.Process.Pid, pdfMemory)
	out, readErr := io.ReadAll(io.LimitReader(stdout, maxText+1))
	if len(out) > maxText {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		return nil, failuref(codeTooLong, "more than %d MB of text inside: cut the file into several", maxText>>20)
	}
	err = cmd.Wait()
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return nil, fmt.Errorf("%s did not finish within %s", name, pdfTimeout)
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, pdfReason(name, err, stderr.String())
	case readErr != nil:
		return nil, fmt.Errorf("read from %s: %w", name, readErr)
	}
	return out, nil
}

// pdfReason puts poppler's complaint into an operator's words.
func pdfReason(name string, err error, stderr string) error {
	if strings.Contains(stderr, "ncorrect password") || strings.Contains(strings.ToLower(stderr), "encrypted") {
		return failuref(codeEncryptedPDF, "the PDF is encrypted: save it without a password")
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		// pdftotext's exit codes: 1 cannot open, 2 output, 3 permissions.
		switch exit.ExitCode() {
		case 1:
			return failuref(codeDamagedPDF, "the PDF is damaged: it cannot be opened")
		case 3:
			return failuref(codeCopyLocked, "the PDF forbids copying its text: save it without restrictions")
		}
	}
	first, _, _ := strings.Cut(strings.TrimSpace(stderr), "\n")
	return fmt.Errorf("%s: %w %s", name, err, oneLine(first))
}

// readPDFInfo takes the title and the day of the last change from pdfinfo.
func readPDFInfo(info string, x *Extracted) {
	for line := range strings.SplitSeq(info, "\n") {
		name, value, _ := strings.Cut(line, ":")
		value = oneLine(value)
		switch name {
		case "Title":
			if isTitle(value) {
				x.Title = value
			}
		case "ModDate":
			x.ModifiedOn, _ = parseDate(value)
		}
	}
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

// dropFurniture removes the running headers and footers: first and last lines
// that stand, digits aside, on more than half of at least three pages.
func dropFurniture(pages []string) {
	filled := 0
	seen := map[string]int{}
	for _, page := range pages {
		top, bottom := edges(page)
		if top == "" {
			continue
		}
		filled++
		seen[top]++
		if bottom != top {
			seen[bottom]++
		}
	}
	if filled < 3 {
		return
	}
	common := func(line string) bool { return seen[line] >= 3 && seen[line]*2 > filled }
	for i, page := range pages {
		lines := strings.Split(page, "\n")
		top, bottom := edges(page)
		if common(top) {
			lines = dropEdge(lines, top, 1)
		}
		if common(bottom) {
			lines = dropEdge(lines, bottom, -1)
		}
		pages[i] = strings.Join(lines, "\n")
	}
}

// dropEdge removes the first (step 1) or last (step -1) line with text, if it
// is that line.
func dropEdge(lines []string, edge string, step int) []string {
	at := 0
	if step < 0 {
		at = len(lines) - 1
	}
	for ; at >= 0 && at < len(lines); at += step {
		if text := withoutDigits(lines[at]); text != "" {
			if text == edge {
				return append(lines[:at:at], lines[at+1:]...)
			}
			break
		}
	}
	return lines
}

// edges returns a page's first and last lines with text, digits taken out.
func edges(page string) (top, bottom string) {
	for line := range strings.SplitSeq(page, "\n") {
		if line = withoutDigits(line); line != "" {
			if top == "" {
				top = line
			}
			bottom = line
		}
	}
	return top, bottom
}

func withoutDigits(line string) string {
	return oneLine(strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return '#'
		}
		return r
	}, line))
}

// boundedBuffer keeps the first bytes that are written to it and drops the
// rest.
type boundedBuffer struct {
	bytes.Buffer
	limit int
}

func (b *boundedBuffer) Write(p []byte) (int, error) {
	if room := b.limit - b.Len(); room > 0 {
		_, _ = b.Buffer.Write(p[:min(len(p), room)])
	}
	return len(p), nil
}
