package faithful

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"guichet/eval"
	"guichet/rag"
)

// claim is a unit as a model writes it, with the passage that it rests on.
type claim struct {
	text    string   // of a sentence or list item
	header  []string // of a table row
	cells   []string
	item    bool
	passage passage
}

// String is the claim in plain words.
func (c claim) String() string {
	if c.cells != nil {
		return strings.Join(c.cells, " | ")
	}
	return c.text
}

// markdown is the claim as a model writes it, cited.
func (c claim) markdown() string {
	mark := fmt.Sprintf(" [%d]", c.passage.n)
	switch {
	case c.cells != nil:
		row := func(cells []string) string { return "| " + strings.Join(cells, " | ") + " |\n" }
		cells := slices.Clone(c.cells)
		cells[len(cells)-1] += mark
		return "\n" + row(c.header) + "|" + strings.Repeat("---|", len(c.header)) + "\n" + row(cells) + "\n"
	case c.item:
		return "- " + c.text + mark + "\n"
	}
	body := strings.TrimRight(c.text, ".")
	return body + mark + ".\n"
}

// in tells whether a model's answer shows the claim.
func (c claim) in(g given) bool {
	return slices.ContainsFunc(g.Units, func(u rag.Unit) bool { return g.Mode == rag.ModeModel && eval.Contains(textOf(u), c.String()) })
}

// textOf is a unit's text, a row's cells alone.
func textOf(u rag.Unit) string {
	if len(u.Cells) > 0 {
		return strings.Join(u.Cells, " | ")
	}
	return u.Text
}

var (
	listMark    = regexp.MustCompile(`^(?:[-*•]|\d+[.)])\s+`)
	sentenceEnd = regexp.MustCompile(`[.!?]["»)]*\s+`)
)

// claimsOf cuts a passage into the units that state something.
func claimsOf(p passage) []claim {
	var out []claim
	var header []string
	for line := range strings.Lines(p.text) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "|") {
			header = nil
		}
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "|"):
			cells := cellsOf(line)
			switch {
			case header == nil:
				header = cells
			case strings.Trim(cells[0], "-: ") == "" && strings.Contains(cells[0], "-"):
			case len(cells) == len(header) && len(cells) > 1:
				out = append(out, claim{header: header, cells: cells, passage: p})
			}
		case listMark.MatchString(line):
			text := strings.TrimRight(listMark.ReplaceAllString(line, ""), " ;.")
			out = append(out, claim{text: text, item: true, passage: p})
		default:
			for _, s := range sentencesOf(line) {
				if strings.HasSuffix(s, ".") && len(strings.Fields(s)) > 3 {
					out = append(out, claim{text: s, passage: p})
				}
			}
		}
	}
	return slices.DeleteFunc(out, func(c claim) bool { return strings.HasSuffix(c.text, ":") })
}

func cellsOf(line string) []string {
	var cells []string
	for _, c := range strings.Split(strings.Trim(line, "| "), "|") {
		cells = append(cells, strings.TrimSpace(c))
	}
	if strings.HasPrefix(strings.ReplaceAll(line, " ", ""), "||") {
		cells = append([]string{""}, cells...)
	}
	return cells
}

// sentencesOf cuts a line where a full stop is followed by a capital letter.
func sentencesOf(line string) []string {
	var out []string
	start := 0
	for _, at := range sentenceEnd.FindAllStringIndex(line, -1) {
		rest := []rune(line[at[1]:])
		before := strings.Fields(line[start:at[0]])
		if len(rest) == 0 || len(before) == 0 || (!unicode.IsUpper(rest[0]) && rest[0] != '«') {
			continue
		}
		if last := []rune(before[len(before)-1]); len(last) == 1 && unicode.IsUpper(last[0]) {
			continue // an initial, "L. 2213-1"
		}
		out = append(out, strings.TrimSpace(line[start:at[1]]))
		start = at[1]
	}
	return append(out, strings.TrimSpace(line[start:]))
}

// stems are the beginnings of a text's longer words.
func stems(text string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(eval.Normal(text)) {
		if runes := []rune(w); len(runes) > 3 && unicode.IsLetter(runes[0]) {
			out[string(runes[:min(len(runes), 5)])] = true
		}
	}
	return out
}

// covered is the share of text's stems that are among known.
func covered(text string, known map[string]bool) float64 {
	n, of := 0, stems(text)
	for s := range of {
		if known[s] {
			n++
		}
	}
	return float64(n) / float64(max(len(of), 1))
}

// nearest returns the n claims that have most in common with the question, in
// reading order.
func nearest(question string, claims []claim, n int) []claim {
	known := stems(question)
	score := func(c claim) int {
		hits := 0
		for s := range stems(c.String() + " " + strings.Join(c.header, " ") + " " + c.passage.title) {
			if known[s] {
				hits++
			}
		}
		return hits
	}
	scores := map[string]int{}
	for _, c := range claims {
		if _, ok := scores[c.String()]; !ok {
			scores[c.String()] = score(c)
		}
	}
	best := slices.Clone(claims)
	slices.SortStableFunc(best, func(a, b claim) int { return scores[b.String()] - scores[a.String()] })
	best = best[:min(n, len(best))]
	return slices.DeleteFunc(slices.Clone(claims), func(c claim) bool {
		return !slices.ContainsFunc(best, func(b claim) bool { return b.String() == c.String() && b.passage.n == c.passage.n })
	})
}

// support returns which of a document's passages bears a sentence out: the one
// that has its figures, and has most of its words in one claim; -1: none.
func support(sentence string, passages []passage) int {
	best, most := -1, 0.0
	for i, p := range passages {
		whole := p.title + "\n" + p.text
		if !hasFigures(whole, sentence) {
			continue
		}
		score := covered(sentence, stems(whole)) / 4
		for _, c := range claimsOf(p) {
			own := stems(strings.Join(append(c.header, c.String(), p.title), " "))
			score = max(score, covered(sentence, own)+covered(sentence, stems(whole))/4)
		}
		if score > most {
			best, most = i, score
		}
	}
	return best
}

// hasFigures tells whether text has every figure of a sentence.
func hasFigures(text, sentence string) bool {
	normal := eval.Normal(text)
	for _, w := range strings.Fields(eval.Normal(sentence)) {
		if strings.IndexFunc(w, unicode.IsDigit) >= 0 && !strings.Contains(" "+normal+" ", " "+w+" ") {
			return false
		}
	}
	return true
}
