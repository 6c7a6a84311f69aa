package rag

import (
	"slices"
	"sort"
	"strings"
	"unicode/utf8"
)

// expand gives the anchor of g what it needs to be understood.
func (q *quoter) expand(g *group, room int) {
	s := &q.sources[g.source]
	at := g.segments[0]
	seg := s.segments[at]
	section := s.section(at)
	switch {
	case section != nil:
		g.segments = section
	case seg.kind == Item || seg.leadIn:
		g.segments = listAround(s, at)
	case seg.kind == Row:
		g.segments = rowsAround(s, at, q.namesRow(s, at))
	default:
		g.segments = proseAround(s, at, room)
	}
	head := ""
	if first := s.segments[g.segments[0]]; first.head >= 0 {
		head = s.segments[first.head].text
	}
	g.heading = headingOf(s.Headings, head)
}

// A section that is not longer than this is quoted whole: it was written to be
// read at once, and what a sentence leaves open its neighbour tells.
const (
	maxSection        = 8   // units
	maxSectionLetters = 650 // characters
)

// section returns the segments under the heading that segment at stands under,
// in reading order; nil where they are too many, or some are shown already.
func (s *quotedSource) section(at int) []int {
	var out []int
	letters := 0
	for j, seg := range s.segments {
		if seg.head != s.segments[at].head || seg.kind == Heading {
			continue
		}
		if s.used[j] || len(out) == maxSection {
			return nil
		}
		if isHousekeeping(seg.text) || !whole(seg) {
			continue
		}
		letters += utf8.RuneCountInString(seg.text)
		out = append(out, j)
	}
	if letters > maxSectionLetters || !slices.Contains(out, at) {
		return nil
	}
	return out
}

// headingOf joins a passage's heading path with the heading that stands in its
// text. The whole path is shown, since it often holds the condition under which
// the words are true ("À partir de 18 ans"); where it is long, its end.
func headingOf(path, head string) string {
	parts := strings.Split(path, " > ")
	if head = strings.TrimSpace(strings.TrimSuffix(head, ":")); head != "" {
		parts = append(parts, head)
	}
	out := ""
	for i := len(parts) - 1; i >= 0; i-- {
		part := strings.TrimSpace(parts[i])
		switch {
		case part == "" || sameWords(part, out):
		case out == "":
			out = part
		case utf8.RuneCountInString(part)+utf8.RuneCountInString(out) > maxHeading:
			return out
		default:
			out = part + " › " + out
		}
	}
	return out
}

// listAround returns the lead-in of the list or table that segment at is of,
// and its items or rows: all of them, or those around the one that was found.
func listAround(s *quotedSource, at int) []int {
	lead := at
	if s.segments[at].kind == Item {
		lead = s.segments[at].lead
	}
	var items []int
	for j, seg := range s.segments {
		if seg.kind != Item && seg.kind != Row {
			continue
		}
		if (lead >= 0 && seg.lead == lead) || (lead < 0 && seg.block == s.segments[at].block) {
			items = append(items, j)
		}
	}
	items = around(items, at, maxList)
	if lead < 0 {
		return items
	}
	return append([]int{lead}, items...)
}

// namesRow tells whether the question names what the row is about: a term of
// the row that is not said of the whole document or table.
func (q *quoter) namesRow(s *quotedSource, at int) bool {
	about := termSet(q.analyzer, s.Title+" "+s.Headings+" "+strings.Join(s.segments[at].header, " "))
	for _, t := range q.query.terms {
		if share, own := t.says(s.terms[at], nil); own && share > 0 && !about[t.term] {
			return true
		}
	}
	return q.figures.chooses(s.segments[at].text)
}

// rowsAround returns the row that was found, with its whole table if that is
// short and the question did not name the row, else with the rows that speak
// to the question as well.
func rowsAround(s *quotedSource, at int, named bool) []int {
	var rows, alike, lead []int
	if l := s.segments[at].lead; l >= 0 {
		lead = []int{l}
	}
	for j, seg := range s.segments {
		if seg.kind != Row || seg.block != s.segments[at].block {
			continue
		}
		rows = append(rows, j)
		if s.scores[j] >= near(named)*s.scores[at] {
			alike = append(alike, j)
		}
	}
	if len(rows) <= maxList && !named {
		return append(lead, rows...)
	}
	return append(lead, around(alike, at, maxQuoted)...)
}

// near is the share of the best row's score that another one must have.
func near(named bool) float64 {
	if named {
		return nearBestRow
	}
	return nearBest
}

// around returns at most n of the sorted indexes, with at among them where it
// is one of them.
func around(indexes []int, at, n int) []int {
	if len(indexes) <= n {
		return indexes
	}
	k := sort.SearchInts(indexes, at)
	from := max(0, min(k-n/2, len(indexes)-n))
	if k < n {
		from = 0
	}
	return indexes[from : from+n]
}

// proseAround returns the sentence with what goes before it where it leans on
// that ("Elle est ..."), and with what follows in its paragraph.
func proseAround(s *quotedSource, at, room int) []int {
	from, to := at, at
	for from > 0 && at-from < 2 && leansBack(s.segments[from].text) && quotable(s, from-1) {
		from--
	}
	for to+1 < len(s.segments) && to+1-from < min(3, room) && quotable(s, to+1) {
		next := s.segments[to+1]
		same := next.block == s.segments[at].block
		if next.leadIn || (!same && s.scores[to+1] < 0.4*s.scores[at] && !leansBack(next.text)) {
			break
		}
		to++
	}
	var out []int
	for j := from; j <= to; j++ {
		out = append(out, j)
	}
	return out
}

func quotable(s *quotedSource, j int) bool {
	return s.segments[j].kind == Sentence && !s.used[j] && !s.segments[j].leadIn && whole(s.segments[j])
}

// leaning words open a sentence that means little without the one before.
var leaning = []string{
	"il ", "elle ", "ils ", "elles ", "celui-ci", "celle-ci", "ceux-ci", "cela ", "ce ", "cet ", "cette ", "ces ",
	"dans ce cas", "mais ", "toutefois", "cependant", "en effet", "ainsi", "de plus", "sinon", "par contre",
	"à défaut", "dans le cas contraire", "ou ", "et ", "it ", "they ", "this ", "these ", "however", "otherwise",
}

func leansBack(text string) bool {
	lower := strings.ToLower(text)
	for _, w := range leaning {
		if strings.HasPrefix(lower, w) {
			return !strings.HasPrefix(lower, "il est ") && !strings.HasPrefix(lower, "il faut ")
		}
	}
	return false
}
