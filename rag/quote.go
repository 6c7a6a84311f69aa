package rag

import (
	"maps"
	"slices"
	"sort"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"guichet/internal/analysis"
)

// Bounds of a quoted answer. A list is quoted whole up to maxList items, since
// half a list of papers to bring misleads.
const (
	maxQuoted     = 8
	maxQuotedPart = 5 // of one of several things that are asked
	maxList       = 9
	maxGroups     = 3
	maxQuoteDocs  = 2
	// A further group must come this near to the best one, nearer when it comes
	// from another document, less so while the answer is short.
	nearBest      = 0.6
	nearBestRow   = 0.85 // of a row of the same table, where the question names one
	nearBestOther = 0.95
	nearBestNewer = 0.1 // when that is newer and has the subject in its title
	titledShare   = 0.4 // of the question, that such a title speaks to
	nearBestFew   = 0.35
	fewUnits      = 3
	// And less still where it speaks to this much of the question for the first time.
	nearBestFresh = 0.2
	freshPart     = 0.2
)

// query is what a quotation is to answer.
type query struct {
	text  string    // as it was read
	terms []said    // of the question
	now   time.Time // that the answer is for
}

// said is a term of the question, and what it weighs.
type said struct {
	term   string
	weight float64
	others [][]string // what a text may say for it: any of these, each all of its terms
}

// standIn is what other words for a term count, where itself counts 1.
const standIn = .7

// What a term counts that stands around a segment. What stands above is not
// said again below it: a table under "Piscine" and "Horaires" names neither.
const (
	inTitle = .6
	inPath  = .7
	inLead  = .8 // also the heading above it, and the names of its columns
)

// quoter chooses, from the sources, the words that answer a question.
type quoter struct {
	analyzer *analysis.Analyzer
	query    query
	weight   float64 // of all terms
	cues     cues
	fit      float64 // the best that the search scored a passage
	figures  askedFigures
	sources  []quotedSource
}

// quotedSource is a source cut into segments, each with its score.
type quotedSource struct {
	Source
	segments []segment
	terms    []map[string]bool
	context  []map[string]float64 // of each segment: the terms around it
	scores   []float64
	used     []bool
	titled   float64 // share of the question that the title speaks to
}

// group is a run of segments that are shown together.
type group struct {
	source   int
	score    float64
	fresh    float64 // share of the question that only this group speaks to
	heading  string
	segments []int
	wide     bool // it was added by widen
}

// newQuoter scores the sources, which stand best first, against a query.
func newQuoter(a *analysis.Analyzer, q query, sources []Source) *quoter {
	r := &quoter{analyzer: a, query: q, cues: cuesOf(q.text), figures: figuresAsked(q.text)}
	for _, t := range q.terms {
		r.weight += t.weight
	}
	for _, s := range sources {
		r.fit = max(r.fit, s.fit)
		r.add(s)
	}
	for i := range r.sources {
		r.score(i)
	}
	r.leaveOtherRows()
	return r
}

func (q *quoter) add(s Source) {
	qs := quotedSource{Source: s, segments: s.read().segments}
	qs.scores = make([]float64, len(qs.segments))
	qs.used = make([]bool, len(qs.segments))
	qs.terms = s.read().termsBy(q.analyzer)
	if len(q.figures.bands) > 0 {
		qs.terms = slices.Clone(qs.terms) // a reading is shared
		for j, seg := range qs.segments {
			if seg.kind != Row {
				continue
			}
			for _, word := range q.figures.told(seg.text) {
				qs.terms[j] = maps.Clone(qs.terms[j])
				for _, term := range q.analyzer.Terms(word) {
					qs.terms[j][term] = true
				}
			}
		}
	}
	title, path := termSet(q.analyzer, s.Title), termSet(q.analyzer, s.Headings)
	qs.titled = q.share(title)
	for _, seg := range qs.segments {
		around := map[string]float64{}
		hold := func(terms map[string]bool, share float64) {
			for t := range terms {
				around[t] = max(around[t], share)
			}
		}
		hold(title, inTitle)
		hold(path, inPath)
		hold(termSet(q.analyzer, strings.Join(seg.header, " ")), inLead)
		if seg.head >= 0 {
			hold(qs.terms[seg.head], inLead)
		}
		if seg.lead >= 0 {
			hold(qs.terms[seg.lead], inLead)
		}
		qs.context = append(qs.context, around)
	}
	q.sources = append(q.sources, qs)
}

// share is the share of the question, by weight, that terms speak to.
func (q *quoter) share(terms map[string]bool) float64 {
	if q.weight == 0 {
		return 0
	}
	var has float64
	for _, t := range q.query.terms {
		share, _ := t.says(terms, nil)
		has += t.weight * share
	}
	return has / q.weight
}

func termSet(a *analysis.Analyzer, text string) map[string]bool {
	set := map[string]bool{}
	for _, t := range a.Terms(text) {
		set[t] = true
	}
	return set
}

// says tells how far terms, with those around them, say a term of the
// question: itself, or in other words; own tells that they do it themselves.
func (t said) says(terms map[string]bool, around map[string]float64) (share float64, own bool) {
	level := func(term string) (float64, bool) {
		if terms[term] {
			return 1, true
		}
		return around[term], false
	}
	share, own = level(t.term)
	for _, words := range t.others {
		least, mine := 1.0, false
		for _, word := range words {
			l, o := level(word)
			least, mine = min(least, l), mine || o
		}
		if least *= standIn; len(words) > 0 && least > share {
			share, own = least, mine
		}
	}
	return share, own
}

// score weighs each segment of source i: the question's terms in it, those
// around it for less, whether it holds the kind of thing that is asked for and
// fits the figures of the question, and where the search ranked its document.
func (q *quoter) score(i int) {
	s := &q.sources[i]
	prior := q.covers(s) / (1 + documentStep*float64(q.documentRank(i)) + 0.05*float64(i))
	if q.fit > 0 {
		prior *= 1 + fitShare*s.fit/q.fit
	}
	for j, seg := range s.segments {
		var sum, own float64
		for _, t := range q.query.terms {
			share, mine := t.says(s.terms[j], s.context[j])
			sum += t.weight * share
			if mine {
				own += t.weight * share
			}
		}
		if q.weight > 0 {
			sum /= q.weight
		}
		text := seg.text + " " + strings.Join(seg.header, " ")
		sum *= q.cues.boost(text) * q.figures.fit(text, s.Title+" "+s.Headings, q.query.now)
		if own == 0 && seg.kind == Sentence {
			sum *= 0.6 // nothing but its surroundings speaks for it
		}
		if !whole(seg) || isHousekeeping(seg.text) {
			sum /= 4
		} else if first, _ := utf8.DecodeRuneInString(seg.text); seg.kind == Sentence && unicode.IsLower(first) {
			sum *= 0.8 // a remark whose label ("À noter") was lost
		}
		s.scores[j] = prior * sum / lengthPenalty(seg.kind, len(s.terms[j]))
		if isRecital(seg.text) {
			s.scores[j] *= recitalShare
		}
	}
}

// documentStep is what each place down the search's ranking of documents costs.
const documentStep = .3

// fitShare is what the search's own score of a passage counts, by words and
// meaning, beside what its segments say.
const fitShare = .6

// isHousekeeping tells what a page says of itself.
func isHousekeeping(text string) bool {
	lower := strings.ToLower(text)
	return strings.HasPrefix(lower, "mis à jour") || strings.HasPrefix(lower, "page mise à jour") || strings.HasPrefix(lower, "publié le")
}

// covers is from 0.3 to 1: how much of the question the whole passage speaks
// to, title and headings included. A sentence that fits by one word, in a
// passage that knows nothing of the others, is about something else.
func (q *quoter) covers(s *quotedSource) float64 {
	if q.weight == 0 {
		return 1
	}
	return 0.3 + 0.7*q.speaksTo(s, nil)
}

// speaksTo is the share of the question, by weight, that segments of a source
// speak to, or all of them for nil, with what stands around them.
func (q *quoter) speaksTo(s *quotedSource, segments []int) float64 {
	terms, around := map[string]bool{}, map[string]float64{}
	q.gather(s, segments, terms, around)
	var has float64
	for _, t := range q.query.terms {
		if share, _ := t.says(terms, around); share > 0 {
			has += t.weight * min(1, share)
		}
	}
	if q.weight == 0 {
		return 0
	}
	return has / q.weight
}

// gather adds the terms of segments, and those around them, which count in full.
func (q *quoter) gather(s *quotedSource, segments []int, terms map[string]bool, around map[string]float64) {
	add := func(j int) {
		for t := range s.terms[j] {
			terms[t] = true
		}
		for t := range s.context[j] {
			around[t] = 1
		}
	}
	if segments == nil {
		for j := range s.segments {
			add(j)
		}
		return
	}
	for _, j := range segments {
		add(j)
	}
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
// winning for that alone, and very short sentences, which say little: an item
// or a row is short.
func lengthPenalty(kind UnitKind, terms int) float64 {
	switch {
	case terms < 4 && kind == Sentence:
		return 1.4
	case terms > 18:
		return 1 + 0.02*float64(terms-18)
	}
	return 1
}

// groups picks the best segments in turn, each with the ones it cannot be
// understood without, until about room units are chosen.
func (q *quoter) groups(room int) []group {
	var out []group
	units, documents, covered := 0, map[string]bool{}, map[string]bool{}
	for len(out) < maxGroups && units < room {
		best, ok := q.best(documents, covered)
		if newer, is := q.update(out); is {
			best = newer
		} else if !ok {
			break
		}
		if len(out) > 0 && best.score < out[0].score*q.wanted(best, out[0], documents[q.sources[best.source].Document], units) {
			q.sources[best.source].used[best.segments[0]] = true
			continue
		}
		q.expand(&best, room-units)
		q.take(best)
		if len(out) > 0 && (units+len(best.segments) > room+1 || q.repeats(best, out)) {
			continue
		}
		if q.leadsNowhere(best) {
			continue
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

// wanted is the share of the best group's score that a further one must have. known
// says that its document is quoted already.
func (q *quoter) wanted(g, best group, known bool, units int) float64 {
	switch {
	case q.updates(g.source, best.source):
		return nearBestNewer
	case !known:
		return nearBestOther
	case g.fresh >= freshPart:
		return nearBestFresh
	case units < fewUnits:
		return nearBestFew
	}
	return nearBest
}

// update returns, once the best group is chosen, the best segment of what updates it.
func (q *quoter) update(chosen []group) (g group, is bool) {
	if len(chosen) != 1 {
		return g, false
	}
	for i, s := range q.sources {
		if !q.updates(i, chosen[0].source) {
			continue
		}
		for j, seg := range s.segments {
			if !s.used[j] && seg.kind != Heading && s.scores[j] > g.score {
				g = group{source: i, score: s.scores[j], segments: []int{j}}
			}
		}
	}
	return g, g.score >= nearBestNewer*chosen[0].score
}

// updates tells whether a source is of a newer document that is about what is asked
// by its title, and more so than the other: an order that prolongs the works of which a
// magazine told.
func (q *quoter) updates(source, other int) bool {
	s, o := q.sources[source], q.sources[other]
	return !o.changed.IsZero() && s.changed.After(o.changed) && s.titled >= titledShare && s.titled > o.titled
}

// fresh is the share of the question that terms speak to and nothing chosen
// has spoken to.
func (q *quoter) fresh(terms, covered map[string]bool) float64 {
	var fresh, all float64
	for _, t := range q.query.terms {
		all += t.weight
		before, _ := t.says(covered, nil)
		if now, _ := t.says(terms, nil); now > before {
			fresh += t.weight * (now - before)
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

func sameWords(a, b string) bool {
	trim := func(s string) string { return strings.Trim(strings.ToLower(fold(s)), " .:?!#") }
	return trim(a) == trim(b)
}

// cite returns a citation of the source with these words.
func (s Source) cite(quote string) Citation {
	return Citation{
		N: s.N, Document: s.Document, Title: s.Title, URL: s.URL, Headings: s.Headings, Quote: quote,
		Edition: s.Edition, Passage: s.PassageID, Shared: s.Shared,
	}
}

// recitalShare is what a recital of a decree counts: it tells why something was
// decided, with what held before, and not what was decided.
const recitalShare = .1

// isRecital tells the "Vu le code ..." and "Considérant que ..." of a decree.
func isRecital(text string) bool {
	return strings.HasPrefix(text, "Vu l") || strings.HasPrefix(text, "Vu d") || strings.HasPrefix(text, "Considérant ")
}
