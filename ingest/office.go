package ingest

import (
	"errors"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// officeWriter gathers what the two office readers have in common: sections,
// and the notes that stand at the end of theirs.
type officeWriter struct {
	out   outline
	title string // the paragraph that is styled as the title, else the first heading
	notes []string
	count int // notes so far

	hidden, struck bool // some text was left out for that
}

// heading opens a section. The first one may be the title.
func (w *officeWriter) heading(level int, text string) {
	if text = oneLine(text); text == "" {
		return
	}
	w.endNotes()
	if w.title == "" && level == 1 {
		w.title = text
	}
	w.out.heading(level, "", text)
}

// titled takes the paragraph that is styled as the document's title. A second
// one is a paragraph.
func (w *officeWriter) titled(text string) {
	if text = oneLine(text); text == "" {
		return
	}
	if w.title == "" && len(w.out.sections) == 0 && len(w.out.path) == 0 {
		w.title = text
		return
	}
	w.out.block(text)
}

// note keeps a footnote for the end of its section and returns its mark.
func (w *officeWriter) note(text string) string {
	if text = oneLine(text); text == "" {
		return ""
	}
	w.count++
	mark := strconv.Itoa(w.count)
	w.notes = append(w.notes, "Note "+mark+" : "+text)
	return " (note " + mark + ")"
}

func (w *officeWriter) endNotes() {
	for _, n := range w.notes {
		w.out.block(n)
	}
	w.notes = nil
}

func (w *officeWriter) finish(x *Extracted) {
	w.endNotes()
	x.Title = firstOf(x.Title, w.title)
	x.Sections = w.out.finish(x.Title)
	if x.Title == "" && len(x.Sections) > 0 {
		x.Title = firstLine(x.Sections[0].Text)
	}
	if w.hidden {
		x.Notes = append(x.Notes, notef(noteHidden, nil, "hidden text was left out"))
	}
	if w.struck {
		x.Notes = append(x.Notes, notef(noteStruck, nil, "struck-out text was left out"))
	}
}

// table writes rows of cells. One row or one column is no table: it frames
// what is in it.
func (w *officeWriter) table(rows [][]string, marked bool) {
	width := 0
	for _, cells := range rows {
		width = max(width, len(cells))
	}
	if width < 2 || len(rows) < 2 {
		for _, cells := range rows {
			for _, cell := range cells {
				w.out.block(cell)
			}
		}
		return
	}
	for _, cells := range rows {
		for i, cell := range cells {
			cells[i] = besides(cell)
		}
	}
	w.out.block(pipeTable(rows, marked || namesColumns(rows[0], width)))
}

// namesColumns tells a table's first row from its data: words in every cell but
// perhaps the first, none of them a figure.
func namesColumns(cells []string, width int) bool {
	if len(cells) < width {
		return false
	}
	for i, cell := range cells {
		cell = strings.TrimSpace(cell)
		if cell == "" && i > 0 || utf8.RuneCountInString(cell) > 80 {
			return false
		}
		if strings.Contains(cell, "€") || cell != "" && !strings.ContainsFunc(cell, unicode.IsLetter) && len(cell) < 4 {
			return false
		}
	}
	return true
}

// listItem is one item's text with its marker; its further lines are indented.
func listItem(depth int, marker, text string) string {
	indent := strings.Repeat("  ", min(max(depth, 0), 10))
	var b strings.Builder
	for i, line := range strings.Split(trimLines(text), "\n") {
		if i == 0 {
			b.WriteString(indent + marker + " " + line)
		} else {
			b.WriteString("\n" + indent + "  " + line)
		}
	}
	return b.String()
}

// counterText writes a number in one of the ways that lists are numbered.
func counterText(format string, n int) string {
	switch format {
	case "lowerLetter", "a":
		return strings.ToLower(alphabetic(n))
	case "upperLetter", "A":
		return alphabetic(n)
	case "lowerRoman", "i":
		return strings.ToLower(roman(n))
	case "upperRoman", "I":
		return roman(n)
	case "decimalZero":
		if n < 10 {
			return "0" + strconv.Itoa(n)
		}
	}
	return strconv.Itoa(n)
}

func alphabetic(n int) string {
	if n < 1 || n > 26*26 {
		return strconv.Itoa(n)
	}
	last := string(rune('A' + (n-1)%26))
	if n > 26 {
		return alphabetic((n-1)/26) + last
	}
	return last
}

func roman(n int) string {
	if n < 1 || n > 3999 {
		return strconv.Itoa(n)
	}
	var b strings.Builder
	for _, r := range []struct {
		value int
		text  string
	}{{1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"}, {40, "XL"}, {10, "X"}, {9, "IX"}, {5, "V"}, {4, "IV"}, {1, "I"}} {
		for n >= r.value {
			b.WriteString(r.text)
			n -= r.value
		}
	}
	return b.String()
}

// optional makes the lack, or the damage, of a part that helps but is not
// needed no failure.
func optional(n *xmlNode, err error) (*xmlNode, error) {
	var named failure
	if errors.Is(err, errNoPart) || errors.As(err, &named) && named.code == codeDamaged {
		return nil, nil
	}
	return n, err
}
