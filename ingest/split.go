package ingest

import (
	"iter"
	"math"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"guichet/corpus"
)

// splitterVersion changes when the same sections would be cut differently.
const splitterVersion = "split/1"

// Splitter cuts sections into passages. Sizes are in characters.
type Splitter struct {
	Target int // what a passage should have
	Limit  int // what none passes
}

// NewSplitter returns the splitter whose sizes the retrieval figures were
// measured with.
func NewSplitter() Splitter { return Splitter{Target: 1200, Limit: 1900} }

// Split cuts each section where it hurts least: between paragraphs, then
// lines, sentences, and words. Every word of a section is in exactly one of
// its passages, save that a passage which begins inside a table or a list
// first repeats the table's header or the list's lead-in.
func (s Splitter) Split(sections []Section) []corpus.Passage {
	var passages []corpus.Passage
	for _, section := range sections {
		for _, p := range s.cut(section.Text) {
			text := p.repeat + p.text
			passages = append(passages, corpus.Passage{
				Headings: section.Headings, Anchor: section.Anchor, Page: section.Page,
				Text: text, Tokens: countWords(text),
			})
		}
	}
	return passages
}

func countWords(text string) int {
	n := 0
	for range strings.FieldsSeq(text) {
		n++
	}
	return n
}

// piece is a passage's text; repeat is what was said before and is needed to
// understand it.
type piece struct{ repeat, text string }

// atom is a stretch that is never cut. It stands behind the one before it with
// sep between, unless a passage begins with it, at the given cost.
type atom struct {
	sep    string
	text   string
	size   int
	cost   float64
	repeat string
}

// Costs of a cut, against a passage's cost of 25 for being half as long again
// as the target. A cut that parts a lead-in from what it leads to, or a table's
// header from its first row, is made only where nothing else fits.
const (
	cutParagraph = 0
	cutLine      = 4
	cutItem      = 5
	cutNested    = 9
	cutSentence  = 12
	cutInside    = 18 // between the lines of one item
	cutLead      = 60
	cutWord      = 80
	cutLetters   = 200
	cutHeader    = 400
)

// cut finds the cheapest way to part the text: each passage costs by how far
// it is from the target, each cut by what it parts.
func (s Splitter) cut(text string) []piece {
	atoms := s.atoms(text)
	if len(atoms) == 0 {
		return nil
	}
	if len(atoms) > manyAtoms {
		atoms = s.coarser(atoms)
	}
	// best[j] is the least cost of parting the first j atoms, from[j] where
	// its last passage begins.
	best := make([]float64, len(atoms)+1)
	from := make([]int, len(atoms)+1)
	for j := 1; j <= len(atoms); j++ {
		best[j] = math.Inf(1)
		size := 0
		for i := j - 1; i >= 0; i-- {
			size += atoms[i].size
			if i < j-1 {
				size += len(atoms[i+1].sep)
			}
			whole := size
			cost := best[i]
			if i > 0 {
				whole += utf8.RuneCountInString(atoms[i].repeat)
				cost += atoms[i].cost
			}
			if whole > s.Limit && i < j-1 {
				if size > s.Limit {
					break
				}
				continue
			}
			if cost += s.distance(whole); cost < best[j] {
				best[j], from[j] = cost, i
			}
		}
	}
	var cuts []int
	for j := len(atoms); j > 0; j = from[j] {
		cuts = append(cuts, from[j])
	}
	pieces := make([]piece, 0, len(cuts))
	for k := len(cuts) - 1; k >= 0; k-- {
		end := len(atoms)
		if k > 0 {
			end = cuts[k-1]
		}
		pieces = append(pieces, join(atoms[cuts[k]:end], cuts[k] > 0))
	}
	return pieces
}

// manyAtoms is more than any section that people read has; the time of a cut
// grows with the number of atoms that fit into a passage.
const manyAtoms = 5000

// coarser joins short neighbours.
func (s Splitter) coarser(atoms []atom) []atom {
	var joined []atom
	for i := 0; i < len(atoms); {
		whole := atoms[i]
		var b strings.Builder
		b.WriteString(whole.text)
		for i++; i < len(atoms) && whole.size+len(atoms[i].sep)+atoms[i].size <= s.Target/8; i++ {
			b.WriteString(atoms[i].sep + atoms[i].text)
			whole.size += len(atoms[i].sep) + atoms[i].size
		}
		whole.text = b.String()
		joined = append(joined, whole)
	}
	return joined
}

// distance is what a passage of this size costs.
func (s Splitter) distance(size int) float64 {
	off := float64(size-s.Target) / float64(s.Target)
	if off > 0 {
		return 100 * off * off
	}
	return 60 * off * off
}

func join(atoms []atom, inside bool) piece {
	var p piece
	if inside {
		p.repeat = atoms[0].repeat
	}
	var b strings.Builder
	for i, a := range atoms {
		if i > 0 {
			b.WriteString(a.sep)
		}
		b.WriteString(a.text)
	}
	p.text = b.String()
	return p
}

var item = regexp.MustCompile(`^(\s*)(?:-|\d+[.)])\s`)

// atoms parts a section's text into what is never cut, line by line.
func (s Splitter) atoms(text string) []atom {
	var atoms []atom
	var lead, header string // of the list or table that the line stands in
	previous := ""          // the line before
	empty := false          // an empty line was just passed
	tableRow := 0           // rows of the table so far
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimRightFunc(line, unicode.IsSpace)
		if strings.TrimSpace(line) == "" {
			empty = len(atoms) > 0
			continue
		}
		mark := item.FindStringSubmatch(line)
		isRow := strings.HasPrefix(line, "|")
		a := atom{sep: "\n", text: line, cost: cutLine}
		if empty {
			a.sep, a.cost = "\n\n", cutParagraph
		}
		leads := endsWithColon(previous)
		switch {
		case isRow:
			tableRow++
			if tableRow == 1 || empty {
				tableRow, header = 1, ""
			}
			a.cost = cutItem
			if tableRow == 1 {
				a.cost = cutLine
				if leads {
					a.cost = cutLead
				}
			}
			switch {
			case isRule(line) && tableRow == 2:
				header = previous + "\n" + line + "\n"
				a.cost = cutHeader
			case isRule(previous) && tableRow == 3:
				a.cost = cutHeader
			case tableRow > 3 && utf8.RuneCountInString(header) <= s.Target/3:
				a.repeat = header
			}
			lead = ""
		case mark != nil:
			tableRow = 0
			switch {
			case leads:
				a.cost = cutLead
				if mark[1] == "" {
					lead = previous + "\n"
				}
			case mark[1] != "":
				a.cost = cutNested
			default:
				a.cost = cutItem
			}
			if !leads && utf8.RuneCountInString(lead) <= s.Target/6 {
				a.repeat = lead
			}
		default:
			tableRow = 0
			if leads {
				a.cost = cutLead
			} else if !empty && strings.HasPrefix(line, " ") {
				a.cost = cutInside
			}
			if empty || !strings.HasPrefix(line, " ") {
				lead = ""
			}
		}
		atoms = append(atoms, s.parts(a)...)
		previous, empty = line, false
	}
	for i := range atoms {
		atoms[i].size = utf8.RuneCountInString(atoms[i].text)
	}
	return atoms
}

// parts cuts a line that is too long to be handled whole into sentences, and
// a sentence that is too long into words.
func (s Splitter) parts(a atom) []atom {
	if utf8.RuneCountInString(a.text) <= s.Target/2 {
		return []atom{a}
	}
	if strings.HasPrefix(a.text, "|") && utf8.RuneCountInString(a.text)+utf8.RuneCountInString(a.repeat) <= s.Limit {
		return []atom{a}
	}
	var parts []atom
	most := 2 * manyAtoms // beyond it short neighbours are joined, to keep them few
	first := true
	for sentence := range sentences(a.text) {
		part := atom{sep: " ", text: sentence, cost: cutSentence}
		if first {
			part.sep, part.cost, part.repeat = a.sep, a.cost, a.repeat
			first = false
		}
		for _, words := range s.words(part) {
			words.size = utf8.RuneCountInString(words.text)
			parts = append(parts, words)
		}
		if len(parts) > most {
			parts = s.coarser(parts)
			most = 2*len(parts) + 2*manyAtoms
		}
	}
	return parts
}

// words cuts a sentence that would fill half a passage into stretches of
// words, and a word of that length into stretches of letters.
func (s Splitter) words(a atom) []atom {
	size := max(s.Target/4, 1)
	if utf8.RuneCountInString(a.text) <= 2*size {
		return []atom{a}
	}
	var parts []atom
	next := atom{sep: a.sep, cost: a.cost, repeat: a.repeat}
	var b strings.Builder
	length := 0
	flush := func(following atom) {
		if length > 0 {
			next.text = b.String()
			parts = append(parts, next)
			next = following
			b.Reset()
			length = 0
		}
	}
	for word := range strings.FieldsSeq(a.text) {
		n := utf8.RuneCountInString(word)
		if length > 0 && length+1+n > size {
			flush(atom{sep: " ", cost: cutWord})
		}
		if length > 0 {
			b.WriteByte(' ')
			length++
		}
		for n > size {
			head := prefix(word, size)
			b.WriteString(head)
			length += size
			word, n = word[len(head):], n-size
			flush(atom{sep: "", cost: cutLetters})
		}
		b.WriteString(word)
		length += n
	}
	flush(atom{})
	return parts
}

// prefix returns the first n characters of s.
func prefix(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

// sentences cuts a line behind ". ", "! " and "? " where a capital, a digit or
// an opening mark follows. White space inside a sentence stays as it is.
func sentences(line string) iter.Seq[string] {
	return func(yield func(string) bool) {
		cutSentences(line, yield)
	}
}

func cutSentences(line string, yield func(string) bool) {
	start := 0
	for i, r := range line {
		if r != ' ' || i == 0 || !strings.ContainsRune(".!?…", rune(line[i-1])) && !strings.HasSuffix(line[:i], "…") {
			continue
		}
		next, _ := utf8.DecodeRuneInString(line[i+1:])
		if !unicode.IsUpper(next) && !unicode.IsDigit(next) && !strings.ContainsRune("«“\"(", next) {
			continue
		}
		if i > start {
			if !yield(line[start:i]) {
				return
			}
			start = i + 1
		}
	}
	if start < len(line) {
		yield(line[start:])
	}
}

// isRule tells the line that stands under a table's header.
func isRule(line string) bool {
	return strings.HasPrefix(line, "|") && strings.Contains(line, "---") && strings.Trim(line, "|-: ") == ""
}

func endsWithColon(line string) bool {
	return strings.HasSuffix(strings.TrimRightFunc(line, unicode.IsSpace), ":")
}
