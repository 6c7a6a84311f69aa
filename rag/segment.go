package rag

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// segment is a stretch of a passage that can be quoted by itself.
type segment struct {
	kind   UnitKind
	text   string // verbatim, blanks folded, without list marker
	cells  []string
	header []string
	lead   int  // index of the sentence that introduces this item; -1: none
	head   int  // index of the heading it stands under; -1: none
	block  int  // sentences of one paragraph, items of one list share it
	leadIn bool // ends with a colon: means nothing without what follows
}

var (
	itemMarker    = regexp.MustCompile(`^(?:[-*+•·‣–—▪◦]|\(?(?:\d{1,2}[.)]|[a-z]\)))\s+`)
	headingMarker = regexp.MustCompile(`^#{1,6}\s+`)
	tableRule     = regexp.MustCompile(`^\|?[\s:|-]*-[\s:|-]*\|?$`)
)

// Lines this short without a final mark are read as headings, not as prose.
const maxHeading = 90

// segments reads a passage line by line. Many published pages mark neither
// lists nor headings once their layout is gone: lines that follow a colon are
// read as its list, and a short line without a final mark as a heading.
func segments(text string) []segment {
	r := segmentReader{lead: -1, head: -1}
	lines := passageLines(text)
	for i, line := range lines {
		next := ""
		if i+1 < len(lines) {
			next = lines[i+1]
		}
		r.line(line, next)
	}
	return r.out
}

// passageLines folds each line and joins what belongs to one: a line that
// begins with a closing mark (what is left after a link was dropped), and the
// lines of a wrapped paragraph.
func passageLines(text string) []string {
	var out []string
	for _, block := range strings.Split(text, "\n\n") {
		lines := strings.Split(block, "\n")
		if isWrapped(lines) {
			lines = []string{strings.Join(lines, " ")}
		}
		out = appendLines(append(out, ""), lines)
	}
	return out
}

// isWrapped tells a paragraph that was wrapped at some width from lines that
// each say something: all but the last are of like length, and some break off.
func isWrapped(lines []string) bool {
	broken := false
	for i, line := range lines {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "|") || strings.HasPrefix(line, "#") || (i > 0 && itemMarker.MatchString(line)) {
			return false
		}
		if i == len(lines)-1 {
			break
		}
		if n := utf8.RuneCountInString(line); n < 55 || n > 110 {
			return false
		}
		last, _ := utf8.DecodeLastRuneInString(line)
		broken = broken || unicode.IsLetter(last) || unicode.IsDigit(last)
	}
	return broken
}

func appendLines(out, lines []string) []string {
	for _, raw := range lines {
		line := fold(raw)
		if n := len(out); n > 0 {
			indented := strings.HasPrefix(raw, "  ") && !itemMarker.MatchString(line)
			if out[n-1] != "" && line != "" && (indented || strings.ContainsAny(line[:1], ".,;)") || wraps(out[n-1], line)) {
				out[n-1] += " " + line
				continue
			}
			if line == "" && out[n-1] == "" {
				continue
			}
		}
		out = append(out, line)
	}
	return out
}

// wraps tells whether next goes on with the sentence that line began: line is
// long and ends without any mark, and next begins in lower case.
func wraps(line, next string) bool {
	last, _ := utf8.DecodeLastRuneInString(line)
	first, _ := utf8.DecodeRuneInString(next)
	return utf8.RuneCountInString(line) > 60 && (unicode.IsLetter(last) || unicode.IsDigit(last)) &&
		unicode.IsLower(first) && !itemMarker.MatchString(next) && !strings.HasPrefix(line, "|") && !opensItem(next)
}

// opensItem tells whether a line in lower case begins as list items do, with
// an article or a linking word, and not as the rest of a sentence does.
func opensItem(line string) bool {
	word, _, _ := strings.Cut(line, " ")
	switch word {
	case "un", "une", "le", "la", "les", "des", "du", "si", "où", "ou", "et", "par", "pour", "lors", "soit", "dans", "en", "sur", "au", "aux", "à":
		return true
	}
	return strings.HasPrefix(word, "l'") || strings.HasPrefix(word, "l’") || strings.HasPrefix(word, "d'")
}

// leadsToNext tells a line that breaks off at a linking word, its list on the
// lines below: "Le permis est obligatoire pour".
func leadsToNext(line, next string) bool {
	first, _ := utf8.DecodeRuneInString(next)
	if !unicode.IsLower(first) {
		return false
	}
	words := strings.Fields(line)
	switch words[len(words)-1] {
	case "pour", "par", "de", "à", "en", "si", "lorsque", "que", "avec", "auprès", "sur", "dans", "suivants", "suivantes":
		return len(words) > 3
	}
	return false
}

// segmentReader holds what is open while lines are read.
type segmentReader struct {
	out    []segment
	lead   int // open lead-in
	head   int
	block  int
	items  int  // items seen under the open lead-in, or in the open list
	class  rune // how those items end: 0, ',' or '.'
	blank  bool // the line before was empty
	header []string
	rows   int
}

func (r *segmentReader) line(line, next string) {
	if line == "" {
		r.blank, r.header, r.rows = true, nil, 0
		return
	}
	wasBlank := r.blank
	r.blank = false
	if strings.HasPrefix(line, "|") {
		r.row(line, tableRule.MatchString(next))
		return
	}
	r.header, r.rows = nil, 0
	if wasBlank && r.items > 0 && !itemMarker.MatchString(line) {
		r.closeList()
	}
	last, _ := utf8.DecodeLastRuneInString(line)
	switch {
	case headingMarker.MatchString(line):
		r.heading(headingMarker.ReplaceAllString(line, ""))
	case itemMarker.MatchString(line):
		r.item(itemMarker.ReplaceAllString(line, ""), ending(last))
	case last == ':' && isTitle(line, next):
		r.heading(line)
	case last == ':':
		r.closeList()
		r.prose(line)
		r.lead = len(r.out) - 1
		r.out[r.lead].leadIn = true
	case leadsToNext(line, next):
		r.closeList()
		r.prose(line)
		r.lead = len(r.out) - 1
		r.out[r.lead].leadIn = true
	case r.lead >= 0 && !wasBlank && r.continuesList(line, next, last):
		r.item(line, ending(last))
		if last == '.' && r.class == ',' {
			r.closeList() // "a," "b," "c.": the stop closes it
		}
	case last == '?' && utf8.RuneCountInString(line) <= maxHeading && len(splitSentences(line)) == 1:
		r.heading(line)
	case ending(last) != 0:
		r.closeList()
		r.prose(line)
	case r.items > 0 && r.lead < 0 && r.class == 0 && next != "":
		r.item(line, 0) // a list without lead-in, under a heading
	case utf8.RuneCountInString(line) <= maxHeading && next != "" && !hasFigure(line):
		r.heading(line)
		r.items = 0
		if n, _ := utf8.DecodeLastRuneInString(next); ending(n) == 0 && n != ':' {
			r.items, r.class, r.block = 1, 0, r.block+1
		}
	default:
		r.closeList()
		r.prose(line)
	}
}

// isTitle tells a title that ends with a colon from a lead-in: whole sentences
// follow it.
func isTitle(line, next string) bool {
	first, _ := utf8.DecodeRuneInString(next)
	return utf8.RuneCountInString(line) <= 60 && len(splitSentences(next)) > 1 && unicode.IsUpper(first)
}

// continuesList tells whether an unmarked line is the next item of the list
// that a lead-in opened.
func (r *segmentReader) continuesList(line, next string, last rune) bool {
	class := ending(last)
	if class == '.' && len(splitSentences(line)) > 2 {
		return false
	}
	first, _ := utf8.DecodeRuneInString(line)
	if r.items == 0 || (unicode.IsLower(first) && r.class != '.') {
		return true
	}
	switch r.class {
	case 0:
		// A remark between items has a stop; titles are shorter than items.
		after, _ := utf8.DecodeLastRuneInString(next)
		return class == 0 || (class == '.' && ending(after) == 0 && after != ':' && utf8.RuneCountInString(next) > 45)
	case ',':
		return class == ',' || class == '.'
	default:
		return class == '.' && r.items < 6
	}
}

// ending classes the last mark of a line.
func ending(last rune) rune {
	switch {
	case last == ',' || last == ';':
		return ','
	case isTerminal(last), last == '»':
		return '.'
	}
	return 0
}

func (r *segmentReader) closeList() {
	r.lead, r.items = -1, 0
	r.block++
}

func (r *segmentReader) heading(text string) {
	r.closeList()
	r.out = append(r.out, segment{kind: Heading, text: text, lead: -1, head: -1, block: r.block})
	r.head = len(r.out) - 1
	r.block++
}

func (r *segmentReader) item(text string, class rune) {
	if r.items == 0 {
		r.block++
		r.class = class
	}
	r.items++
	r.out = append(r.out, segment{kind: Item, text: text, lead: r.lead, head: r.head, block: r.block})
}

func (r *segmentReader) prose(line string) {
	for _, s := range splitSentences(line) {
		r.out = append(r.out, segment{kind: Sentence, text: s, lead: -1, head: r.head, block: r.block})
	}
}

// row reads a table's line; named says that a rule follows it, so that it
// names the columns.
func (r *segmentReader) row(line string, named bool) {
	if tableRule.MatchString(line) {
		return
	}
	cells := tableCells(line)
	if r.rows == 0 {
		r.block++
	}
	r.rows++
	r.items = 0
	if named && r.rows == 1 {
		r.header = cells
		return
	}
	r.out = append(r.out, segment{kind: Row, text: strings.Join(cells, " | "), cells: cells, header: r.header,
		lead: r.lead, head: r.head, block: r.block})
}

// tableCells cuts a row of a pipe table; "\|" is a pipe inside a cell.
func tableCells(line string) []string {
	line = strings.ReplaceAll(line, `\|`, "\x00")
	line = strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(line), "|"), "|")
	cells := strings.Split(line, "|")
	for i, c := range cells {
		cells[i] = fold(strings.ReplaceAll(c, "\x00", "|"))
	}
	return cells
}

func hasFigure(s string) bool { return strings.IndexFunc(s, unicode.IsDigit) >= 0 }
