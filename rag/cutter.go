package rag

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// rawUnit is a unit as a model wrote it, its citation marks read.
type rawUnit struct {
	kind   UnitKind
	text   string
	cells  []string
	header []string
	brk    bool
	cites  []int
	under  string // the heading and the lead-in that an item or row stands under
}

// unit is the unit, its citations yet to be found.
func (u rawUnit) unit() Unit {
	return Unit{Kind: u.kind, Text: u.text, Cells: u.cells, Header: u.header, Break: u.brk, Under: u.under}
}

// unitCutter cuts a stream of text into units. What it gives does not depend
// on how the stream comes in pieces: a unit is given once nothing that may
// follow can change it. A sentence whose mark stands before its final stop
// ("le lundi [1].") is given at that stop; one without waits for what follows,
// which may be its mark; a list item, heading or table row for its line's end.
type unitCutter struct {
	buf       string
	partial   string // the first bytes of a character
	started   bool   // past anything a model thought aloud
	lineStart bool
	kind      UnitKind // of the unit before
	candidate *rawUnit // a table's first row, until it is known to name the columns
	header    []string
	out       []rawUnit
}

func newUnitCutter() *unitCutter { return &unitCutter{lineStart: true} }

const thinkOpen, thinkClose = "<think>", "</think>"

// add takes the next piece of the stream and returns the units that are whole.
func (c *unitCutter) add(piece string) []rawUnit {
	c.buf += c.partial + piece
	// A character may come in two pieces.
	whole := len(c.buf)
	for back := 1; back < utf8.UTFMax && back <= len(c.buf); back++ {
		if tail := c.buf[len(c.buf)-back:]; utf8.RuneStart(tail[0]) {
			if !utf8.FullRuneInString(tail) {
				whole = len(c.buf) - back
			}
			break
		}
	}
	c.buf, c.partial = c.buf[:whole], c.buf[whole:]
	return c.cut(false)
}

// flush ends the stream and returns what is left.
func (c *unitCutter) flush() []rawUnit {
	c.buf, c.partial = c.buf+c.partial, ""
	return c.cut(true)
}

func (c *unitCutter) cut(final bool) []rawUnit {
	c.out = nil
	if !c.skipThoughts(final) {
		return nil
	}
	for more := true; more; {
		more = c.skipBlanks() && c.next(final)
	}
	if final {
		c.endTable()
	}
	return c.out
}

// skipThoughts drops a leading <think> block, which some models write into
// their answer. It returns false while it cannot know.
func (c *unitCutter) skipThoughts(final bool) bool {
	if c.started {
		return true
	}
	text := strings.TrimLeftFunc(c.buf, unicode.IsSpace)
	if strings.HasPrefix(text, thinkOpen) {
		_, after, found := strings.Cut(text, thinkClose)
		if !found {
			if final {
				c.buf = ""
			}
			return final
		}
		text = after
	} else if strings.HasPrefix(thinkOpen, text) && !final {
		return false
	}
	c.buf, c.started = text, true
	return true
}

// skipBlanks passes white space, noting line ends. It returns false when
// nothing else is there.
func (c *unitCutter) skipBlanks() bool {
	rest := strings.TrimLeftFunc(c.buf, unicode.IsSpace)
	blanks := c.buf[:len(c.buf)-len(rest)]
	if strings.Contains(blanks, "\n") {
		c.lineStart = true
	}
	c.buf = rest
	return rest != ""
}

var (
	// What may yet become a list marker, a table row's pipe, and so on.
	undecided  = regexp.MustCompile(`^(?:[-*+•·‣–—#>_]{1,6}|\(?(?:\d{1,2}[.)]?|[a-z]\)?)?)$`)
	ruleLine   = regexp.MustCompile("^(?:[-*_=]{3,}|```.*)$")
	boldTitle  = regexp.MustCompile(`^(?:\*\*|__)([^*_]+)(?:\*\*|__)\s*:?$`)
	wholeLines = regexp.MustCompile("^(?:\\||#|\\*\\*|__|>|`|[-*_=]{3})")
)

// next cuts one unit off the buffer; false: more text is needed.
func (c *unitCutter) next(final bool) bool {
	line, rest, ended := strings.Cut(c.buf, "\n")
	ended = ended || final
	if !c.lineStart {
		return c.sentence(line, ended)
	}
	if !ended && (undecided.MatchString(line) || wholeLines.MatchString(line) || itemMarker.MatchString(line)) {
		return false
	}
	line = strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(line), ">"))
	take := func() { c.buf = rest }
	switch {
	case strings.HasPrefix(line, "|"):
		c.row(line)
		take()
	case line == "" || ruleLine.MatchString(line):
		c.endTable()
		c.buf = rest
	case headingMarker.MatchString(line) || boldTitle.MatchString(line):
		c.endTable()
		title := headingMarker.ReplaceAllString(line, "")
		if m := boldTitle.FindStringSubmatch(title); m != nil {
			title = m[1]
		}
		c.give(rawUnit{kind: Heading, text: title, brk: true})
		take()
	case itemMarker.MatchString(line):
		c.endTable()
		c.give(rawUnit{kind: Item, text: itemMarker.ReplaceAllString(line, ""), brk: c.kind != Item})
		take()
	default:
		c.endTable()
		return c.sentence(strings.TrimRight(c.bufLine(), "\r"), ended)
	}
	c.lineStart = true
	return true
}

// bufLine is the buffer up to its first line end.
func (c *unitCutter) bufLine() string {
	line, _, _ := strings.Cut(c.buf, "\n")
	return line
}

// sentence cuts the first sentence of line, which the buffer begins with;
// ended says that the whole line is there.
func (c *unitCutter) sentence(line string, ended bool) bool {
	end, more := sentenceEnd(line, ended)
	for !more && end < len(line) && insideQuotes(line[:end]) {
		next, waits := sentenceEnd(line[end:], ended)
		end, more = end+next, waits
	}
	if more {
		return false
	}
	c.give(rawUnit{kind: Sentence, text: line[:end], brk: c.lineStart})
	c.buf = c.buf[end:]
	c.lineStart = false
	return true
}

// insideQuotes tells whether a text ends between « and »: what is quoted may be
// several sentences.
func insideQuotes(text string) bool { return strings.Count(text, "«") > strings.Count(text, "»") }

// row takes a table's line. The first is held until the second tells whether
// it names the columns.
func (c *unitCutter) row(line string) {
	if tableRule.MatchString(line) {
		if c.candidate != nil {
			c.header, c.candidate = c.candidate.cells, nil
		}
		return
	}
	clean, cites := parseMarks(line)
	u := rawUnit{kind: Row, cells: tableCells(clean), cites: cites}
	switch {
	case c.candidate != nil:
		c.giveRow(*c.candidate)
		c.candidate = nil
		c.giveRow(u)
	case c.kind == Row || c.header != nil:
		c.giveRow(u)
	default:
		c.candidate = &u
	}
}

func (c *unitCutter) giveRow(u rawUnit) {
	for i, cell := range u.cells {
		u.cells[i] = plainText(cell)
	}
	u.header = make([]string, 0, len(c.header))
	for _, cell := range c.header {
		u.header = append(u.header, plainText(cell))
	}
	u.brk = c.kind != Row
	u.text = rowText(u.header, u.cells)
	c.kind = Row
	if hasWords(u.text) {
		c.out = append(c.out, u)
	}
}

// endTable gives back a lone first row and forgets the columns' names.
func (c *unitCutter) endTable() {
	if c.candidate != nil {
		c.giveRow(*c.candidate)
	}
	c.candidate, c.header = nil, nil
	if c.kind == Row {
		c.kind = ""
	}
}

func (c *unitCutter) give(u rawUnit) {
	u.text, u.cites = parseMarks(u.text)
	u.text = plainText(u.text)
	if !hasWords(u.text) {
		return
	}
	c.kind = u.kind
	c.out = append(c.out, u)
}

var markdownLink = regexp.MustCompile(`\[([^\[\]]+)\]\(([^()\s]+)\)`)

var markup = strings.NewReplacer("**", "", "__", "", "`", "")

// plainText drops a model's markup: emphasis, code, links, whose address stays
// in brackets so that it is checked like any other figure.
func plainText(s string) string {
	s = markdownLink.ReplaceAllString(s, "$1 ($2)")
	s = markup.Replace(s)
	return strings.TrimSpace(fold(s))
}

func hasWords(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) >= 0
}
