package rag

import (
	"math"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"guichet/internal/analysis"
)

// Bounds of a quoted answer. A list is quoted whole up to maxList items, since
// half a list of papers to bring misleads.
const (
	maxQuoted    = 6
	maxList      = 9
	maxGroups    = 3
	maxQuoteDocs = 2
	// A further group must come this near to the best one, nearer when it comes
	// from another document, less so while the answer is short.
	nearBest      = 0.6
	nearBestOther = 0.95
	nearBestFew   = 0.35
	fewUnits      = 3
	// And less still where it speaks to this much of the question for the first time.
	nearBestFresh = 0.2
	freshPart     = 0.2
)

// quoter chooses, from the sources, the words that answer a question.
type quoter struct {
	analyzer *analysis.Analyzer
	weights  map[string]float64 // of the question's terms
	cues     cues
	sources  []quotedSource
}

// quotedSource is a source cut into segments, each with its score.
type quotedSource struct {
	Source
	segments []segment
	terms    []map[string]bool
	scores   []float64
	used     []bool
}

// group is a run of segments that are shown together.
type group struct {
	source   int
	score    float64
	fresh    float64 // share of the question that only this group speaks to
	heading  string
	segments []int
}

// quote returns the units that answer question, word for word from sources,
// which stand best first. weights are those of the search; where they are
// missing, rarity among the sources takes their place. It returns no units
// when no source speaks to the question.
func quote(a *analysis.Analyzer, question string, weights map[string]float64, sources []Source) []Unit {
	q := quoter{analyzer: a, cues: cuesOf(question)}
	for _, s := range sources {
		q.add(s)
	}
	q.weights = q.questionWeights(question, weights)
	for i := range q.sources {
		q.score(i)
	}
	return q.units(q.groups())
}

func (q *quoter) add(s Source) {
	qs := quotedSource{Source: s, segments: s.read().segments}
	qs.scores = make([]float64, len(qs.segments))
	qs.used = make([]bool, len(qs.segments))
	for _, seg := range qs.segments {
		qs.terms = append(qs.terms, termSet(q.analyzer, seg.text))
	}
	q.sources = append(q.sources, qs)
}

func termSet(a *analysis.Analyzer, text string) map[string]bool {
	set := map[string]bool{}
	for _, t := range a.Terms(text) {
		set[t] = true
	}
	return set
}

// questionWeights weighs each term of the question by the search's inverse
// document frequency, or by its rarity among the segments.
func (q *quoter) questionWeights(question string, known map[string]float64) map[string]float64 {
	// The search may know terms that the resident did not use, for less.
	weights := map[string]float64{}
	for t, w := range known {
		weights[t] = w
	}
	n, df := 0.0, map[string]float64{}
	for _, s := range q.sources {
		for _, terms := range s.terms {
			n++
			for t := range terms {
				df[t]++
			}
		}
	}
	for _, t := range q.analyzer.Terms(question) {
		if _, ok := known[t]; !ok && df[t] > 0 {
			weights[t] = math.Log(1 + n/df[t])
		}
	}
	return weights
}

// score weighs each segment of source i: the question's terms in it, those in
// its headings and lead-in for less, what kind of words the question asks for,
// and where the search ranked the passage.
func (q *quoter) score(i int) {
	s := &q.sources[i]
	title, path := termSet(q.analyzer, s.Title), termSet(q.analyzer, s.Headings)
	prior := q.covers(s, title, path) / (1 + 0.15*float64(q.documentRank(i)) + 0.05*float64(i))
	for j, seg := range s.segments {
		context := map[string]float64{}
		// What stands above is not said again below it: a table under
		// "Piscine" and "Horaires" names neither.
		for t := range title {
			context[t] = 0.6
		}
		for t := range path {
			context[t] = 0.7
		}
		for t := range termSet(q.analyzer, strings.Join(seg.header, " ")) {
			context[t] = 0.8
		}
		if seg.head >= 0 {
			for t := range s.terms[seg.head] {
				context[t] = 0.8
			}
		}
		if seg.lead >= 0 {
			for t := range s.terms[seg.lead] {
				context[t] = 0.8
			}
		}
		var sum, own float64
		for t, w := range q.weights {
			switch {
			case s.terms[j][t]:
				sum += w
				own += w
			default:
				sum += w * context[t]
			}
		}
		sum *= q.cues.boost(seg.text)
		if own == 0 && seg.kind == Sentence {
			sum *= 0.6 // nothing but its surroundings speaks for it
		}
		if !whole(seg) {
			sum /= 4
		} else if first, _ := utf8.DecodeRuneInString(seg.text); seg.kind == Sentence && unicode.IsLower(first) {
			sum *= 0.8 // a remark whose label ("À noter") was lost
		}
		s.scores[j] = prior * sum / lengthPenalty(len(s.terms[j]))
	}
}

// covers is from 0.3 to 1: how much of the question the whole passage speaks
// to, title and headings included. A sentence that fits by one word, in a
// passage that knows nothing of the others, is about something else.
func (q *quoter) covers(s *quotedSource, title, path map[string]bool) float64 {
	var has, all float64
	for t, w := range q.weights {
		all += w
		found := title[t] || path[t]
		for j := 0; j < len(s.terms) && !found; j++ {
			found = s.terms[j][t]
		}
		if found {
			has += w
		}
	}
	if all == 0 {
		return 1
	}
	return 0.3 + 0.7*has/all
}

// documentRank counts the other documents that stand before source i.
func (q *quoter) documentRank(i int) int {
	before := map[string]bool{}
	for _, s := range q.sources[:i] {
		before[s.Document] = true
	}
	delete(before, q.sources[i].Document)
	return len(before)
}

// whole tells whether a segment reads as a whole: a sentence without a final
// mark was broken by what was lost around it.
func whole(seg segment) bool {
	if seg.kind != Sentence {
		return true
	}
	last, _ := utf8.DecodeLastRuneInString(seg.text)
	return ending(last) == '.' || last == ':' || last == ')' || hasFigure(seg.text)
}

// lengthPenalty keeps long segments, which hold more terms by chance, from
// winning for that alone, and very short ones, which say little.
func lengthPenalty(terms int) float64 {
	switch {
	case terms < 4:
		return 1.4
	case terms > 18:
		return 1 + 0.02*float64(terms-18)
	}
	return 1
}

// groups picks the best segments in turn, each with the ones it cannot be
// understood without, until the answer is long enough.
func (q *quoter) groups() []group {
	var out []group
	units, documents, covered := 0, map[string]bool{}, map[string]bool{}
	for len(out) < maxGroups && units < maxQuoted {
		best, ok := q.best(documents, covered)
		if !ok {
			break
		}
		if len(out) > 0 && best.score < out[0].score*wanted(best, documents[q.sources[best.source].Document], units) {
			q.sources[best.source].used[best.segments[0]] = true
			continue
		}
		q.expand(&best, maxQuoted-units)
		for _, j := range best.segments {
			q.sources[best.source].used[j] = true
		}
		if len(out) > 0 && (units+len(best.segments) > maxQuoted+1 || q.repeats(best, out)) {
			continue
		}
		if s := q.sources[best.source]; len(best.segments) == 1 && s.segments[best.segments[0]].leadIn {
			continue // what it leads to stands in another passage
		}
		units += len(best.segments)
		for _, j := range best.segments {
			for t := range q.sources[best.source].terms[j] {
				covered[t] = true
			}
		}
		documents[q.sources[best.source].Document] = true
		out = append(out, best)
	}
	return q.together(out)
}

// together keeps the best group first, and brings those of one document, and
// of one heading in it, next to each other.
func (q *quoter) together(groups []group) []group {
	document := func(g group) string { return q.sources[g.source].Document }
	part := func(g group) string { return document(g) + "\x00" + g.heading }
	first := map[string]int{}
	for i, g := range groups {
		for _, key := range []string{document(g), part(g)} {
			if _, ok := first[key]; !ok {
				first[key] = i
			}
		}
	}
	sort.SliceStable(groups, func(i, j int) bool {
		a, b := groups[i], groups[j]
		if d, e := first[document(a)], first[document(b)]; d != e {
			return d < e
		}
		return first[part(a)] < first[part(b)]
	})
	return groups
}

// wanted is the share of the best score that a further group must have. known
// says that its document is quoted already.
func wanted(g group, known bool, units int) float64 {
	switch {
	case !known:
		return nearBestOther
	case g.fresh >= freshPart:
		return nearBestFresh
	case units < fewUnits:
		return nearBestFew
	}
	return nearBest
}

// fresh is the share of the question that terms speak to and nothing chosen
// has spoken to.
func (q *quoter) fresh(terms, covered map[string]bool) float64 {
	var fresh, all float64
	for t, w := range q.weights {
		all += w
		if terms[t] && !covered[t] {
			fresh += w
		}
	}
	if len(covered) == 0 || all == 0 {
		return 0
	}
	return fresh / all
}

// best returns the best unused segment, of the documents already quoted or,
// while there are few, of any. covered are the terms that were spoken to.
func (q *quoter) best(documents, covered map[string]bool) (group, bool) {
	g := group{source: -1}
	at := -1
	for i, s := range q.sources {
		if len(documents) >= maxQuoteDocs && !documents[s.Document] {
			continue
		}
		for j, seg := range s.segments {
			if s.used[j] || seg.kind == Heading {
				continue
			}
			score, fresh := s.scores[j], 0.0
			if documents[s.Document] {
				fresh = q.fresh(s.terms[j], covered)
				score *= 1 + 2*fresh
			}
			if score > g.score {
				g.source, g.score, g.fresh, at = i, score, fresh, j
			}
		}
	}
	g.segments = []int{at}
	return g, at >= 0
}

// repeats tells whether g says what a chosen group says already.
func (q *quoter) repeats(g group, chosen []group) bool {
	for _, j := range g.segments {
		for _, c := range chosen {
			for _, k := range c.segments {
				if overlap(q.sources[g.source].terms[j], q.sources[c.source].terms[k]) > 0.75 {
					return true
				}
			}
		}
	}
	return false
}

// overlap is the share of the smaller set that stands in the other.
func overlap(a, b map[string]bool) float64 {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(a) == 0 {
		return 0
	}
	n := 0
	for t := range a {
		if b[t] {
			n++
		}
	}
	return float64(n) / float64(len(a))
}

// units turns the groups into units. Where two documents are quoted, each is
// named by a heading; a group's own heading is shown where it adds to that.
func (q *quoter) units(groups []group) []Unit {
	documents := map[string]bool{}
	for _, g := range groups {
		documents[q.sources[g.source].Document] = true
	}
	var out []Unit
	title, heading := "", ""
	for _, g := range groups {
		s := &q.sources[g.source]
		if len(documents) > 1 && s.Title != title {
			out = append(out, Unit{Kind: Heading, Text: s.Title, Break: true})
			heading = s.Title
		}
		title = s.Title
		if g.heading != "" && !sameWords(g.heading, heading) && !sameWords(g.heading, s.Title) {
			out = append(out, Unit{Kind: Heading, Text: g.heading, Break: true})
			heading = g.heading
		}
		for i, j := range g.segments {
			seg := s.segments[j]
			text := seg.text
			if seg.kind == Row {
				text = rowText(seg.header, seg.cells)
			}
			out = append(out, Unit{
				Kind:      seg.kind,
				Text:      text,
				Cells:     seg.cells,
				Header:    seg.header,
				Break:     i == 0 || seg.block != s.segments[g.segments[i-1]].block,
				Citations: []Citation{s.cite(seg.text)},
			})
		}
	}
	return out
}

func sameWords(a, b string) bool {
	trim := func(s string) string { return strings.Trim(strings.ToLower(fold(s)), " .:?!#") }
	return trim(a) == trim(b)
}

// cite returns a citation of the source with these words.
func (s Source) cite(quote string) Citation {
	return Citation{
		N: s.N, Document: s.Document, Title: s.Title, URL: s.URL, Quote: quote,
		Edition: s.Edition, Passage: s.PassageID, Shared: s.Shared,
	}
}
