package ingest

import (
	"bufio"
	"errors"
	"html"
	"io"
	"math"
	"strconv"
	"strings"
)

// pdfPage is a page as pdftotext reads it: lines in reading order.
type pdfPage struct {
	number  int // from 1
	height  float64
	lines   []pdfLine
	dropped map[string]bool // lines that were furniture, as edgeText writes them
	text    string          // once read as a table page or by OCR; empty: of its lines
	tabular bool
}

// pdfLine is a line of a page.
type pdfLine struct {
	text  string
	top   float64 // distance from the page's upper edge, in points
	size  float64 // height of its letters, in points
	block int     // number of its paragraph on the page
	left  float64 // its edges, in points
	right float64
}

// pdfLines bounds the lines of one file.
const pdfLines = 200_000

// errTooManyLines is the failure of a file that is made of fragments.
var errTooManyLines = failuref(codeTooLong, "more than %d lines of text inside: cut the file into several", pdfLines)

// parsePDFLines reads what `pdftotext -bbox-layout` writes: an element a line,
// words inside lines inside blocks inside pages. It is no XML reader, since
// poppler's output is no XML where a title has odd characters in it.
func parsePDFLines(r io.Reader) ([]*pdfPage, error) {
	in := bufio.NewReaderSize(r, 64<<10)
	var doc []*pdfPage
	var page *pdfPage
	var words strings.Builder
	var line pdfLine
	block, count, size := 0, 0, 0
	for {
		raw, err := in.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			// No word is that long; its rest is passed over.
			for errors.Is(err, bufio.ErrBufferFull) {
				_, err = in.ReadSlice('\n')
			}
			raw = nil
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		element := strings.TrimSpace(string(raw))
		switch {
		case strings.HasPrefix(element, "<page "):
			page = &pdfPage{number: len(doc) + 1, height: number(element, "height"), dropped: map[string]bool{}}
			doc = append(doc, page)
			block = 0
		case page == nil:
		case strings.HasPrefix(element, "<block "):
			block++
		case strings.HasPrefix(element, "<line "):
			line = pdfLine{top: number(element, "yMin"), left: number(element, "xMin"), right: number(element, "xMax"), block: block}
			words.Reset()
		case strings.HasPrefix(element, "<word "):
			word := element[strings.IndexByte(element, '>')+1:]
			word = html.UnescapeString(strings.TrimSuffix(word, "</word>"))
			if words.Len() > 0 {
				words.WriteByte(' ')
			} else {
				line.size = number(element, "yMax") - number(element, "yMin")
			}
			words.WriteString(word)
			size += len(word) + 1
		case element == "</line>":
			line.text = oneLine(lineText(words.String()))
			if line.text != "" {
				page.lines = append(page.lines, line)
				count++
			}
		}
		switch {
		case size > maxText:
			return nil, errToolOutput
		case count > pdfLines, len(doc) > pdfPages:
			return nil, errTooManyLines
		case err != nil:
			return doc, nil
		}
	}
}

// number reads an attribute of an element; what is none is 0.
func number(element, name string) float64 {
	_, rest, _ := strings.Cut(element, " "+name+`="`)
	value, _, _ := strings.Cut(rest, `"`)
	n, err := strconv.ParseFloat(value, 64)
	if err != nil || n != n || n < -1e6 || n > 1e6 {
		return 0
	}
	return n
}

// lineText undoes what type setting did to letters: ligatures, and the soft
// hyphen at the end of a line, which is a hyphen there.
func lineText(s string) string {
	if rest, ok := strings.CutSuffix(s, "\u00ad"); ok {
		s = rest + "-"
	}
	return strings.NewReplacer("\ufb00", "ff", "\ufb01", "fi", "\ufb02", "fl", "\ufb03", "ffi", "\ufb04", "ffl",
		"\ufb05", "st", "\ufb06", "st").Replace(s)
}

// follows tells whether a line stands right under another one, in its column:
// poppler parts some paragraphs into several blocks.
func (line pdfLine) follows(before pdfLine) bool {
	down := line.top - before.top
	aside := line.left - before.left
	centred := (line.left + line.right - before.left - before.right) / 2
	return line.block == before.block || down > 0 && down < 1.75*before.size &&
		(math.Abs(aside) < 2*before.size || math.Abs(centred) < before.size) &&
		line.size > 0.9*before.size && line.size < 1.1*before.size
}

// body is the page's text: its paragraphs, with an empty line between them.
func (p *pdfPage) body() string {
	if p.text != "" {
		return p.text
	}
	var b strings.Builder
	for i, line := range p.lines {
		if i > 0 {
			b.WriteByte('\n')
			if !line.follows(p.lines[i-1]) {
				b.WriteByte('\n')
			}
		}
		b.WriteString(line.text)
	}
	return b.String()
}
