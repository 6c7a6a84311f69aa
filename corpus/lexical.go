package corpus

import (
	"context"
	"math"
	"slices"
)

// view is what a scope sees: its members' contents in one numbering of slots
// and documents.
type view struct {
	members   []ScopeMember
	contents  []*contents
	slots     []int32 // first slot of each member, and the end
	documents []int32 // first document of each member, and the end

	lengthSum, titleSum, docTitles float64
}

func (s *Store) view(ctx context.Context, members []ScopeMember) (*view, error) {
	v := &view{members: members, slots: []int32{0}, documents: []int32{0}}
	for i, m := range members {
		c, err := s.contents(ctx, m)
		if err != nil {
			return nil, err
		}
		v.contents = append(v.contents, c)
		v.slots = append(v.slots, v.slots[i]+int32(len(c.passages.ids)))          //nolint:gosec // far fewer
		v.documents = append(v.documents, v.documents[i]+int32(len(c.documents))) //nolint:gosec // far fewer
		v.lengthSum += c.lengthSum
		v.titleSum += c.titleSum
		v.docTitles += c.docTitles
	}
	return v, nil
}

func (v *view) passageCount() int  { return int(v.slots[len(v.contents)]) }
func (v *view) documentCount() int { return int(v.documents[len(v.contents)]) }

// collections returns the ids of the members' collections.
func (v *view) collections() []int64 {
	ids := make([]int64, len(v.members))
	for i, m := range v.members {
		ids[i] = m.Collection.ID
	}
	return ids
}

// memberOf returns which member a document belongs to.
func (v *view) memberOf(document int32) int {
	m, _ := slices.BinarySearch(v.documents[1:], document+1)
	return m
}

// document returns a document and the slot that its own are counted from.
func (v *view) document(document int32) (d *contentsDocument, base int32) {
	m := v.memberOf(document)
	return &v.contents[m].documents[document-v.documents[m]], v.slots[m]
}

// lexicalScores is what the term lists say to a query.
type lexicalScores struct {
	*scratch
	terms   []TermWeight // in the order of the query
	asked   []queryTerm  // the same, as they were asked
	ceiling struct {     // what the question's own terms could give at most
		passage, document float64
	}
	scoring
	passages fieldTables
}

// scoring is by what postings are scored: two fields, and the average lengths of
// what the scope sees.
type scoring struct {
	passage, document               Field
	passageAverage, documentAverage float64
}

func (r Ranking) scoring(v *view) scoring {
	return scoring{
		passage:         r.Passage,
		document:        r.Document,
		passageAverage:  average(v.lengthSum+r.Passage.Title*v.titleSum, v.passageCount()),
		documentAverage: average(v.lengthSum+r.Document.Title*v.docTitles, v.documentCount()),
	}
}

// scratch holds the sums of one search; it is used again by others.
type scratch struct {
	byPassage  []float32 // BM25 by slot
	byDocument []float32 // BM25 by document
	matched    []uint64  // by document, bit i: it has the i-th term
	read       []termLists
	views      []*termView // of these
	decoded    []posting

	best, cosines, scores []float32 // by document, of the fusion
}

func (s *Store) takeScratch(v *view) *scratch {
	k, ok := s.scratch.Get().(*scratch)
	if !ok {
		k = &scratch{}
	}
	k.byPassage = zeroed(k.byPassage, v.passageCount())
	k.byDocument = zeroed(k.byDocument, v.documentCount())
	k.matched = zeroed(k.matched, v.documentCount())
	return k
}

func zeroed[T float32 | uint64](values []T, n int) []T {
	if cap(values) < n {
		return make([]T, n)
	}
	values = values[:n]
	clear(values)
	return values
}

// lexical scores all that the scope sees by BM25 over weighted fields, its
// passages and its whole documents.
//
//	score  = sum over terms of weight * tf * (k1 + 1) / (tf + k1 * (1 - b + b * length / average))
//	weight = share * idf * (1 + ridf)
//	idf    = ln(1 + (N - df + 0.5) / (df + 0.5))
//	ridf   = max(0, ln(N / df) + ln(1 - e^(-cf / N)))
//
// tf counts a term's occurrences, weighted by field, and length the terms of
// the fields, weighted alike. ridf is the residual idf of Church and Gale
// (1995), cf being the occurrences in bodies: a word that clusters in few
// passages says what they are about, one that is strewn evenly, like those
// that residents write around their question, does not. N, df, cf and the
// averages are counted over what the scope sees, in all of its collections
// together, so that their scores compare. The caller gives the scratch back.
func (s *Store) lexical(ctx context.Context, v *view, terms []queryTerm, r Ranking) (*lexicalScores, error) {
	if len(terms) > maxTerms {
		var err error
		if terms, err = s.rarest(ctx, v.collections(), terms); err != nil {
			return nil, err
		}
	}
	found := &lexicalScores{scratch: s.takeScratch(v), scoring: r.scoring(v)}
	found.passages = r.Passage.tables(found.passageAverage)
	names := make([]string, len(terms))
	for i, t := range terms {
		names[i] = t.term
		found.ask(i, t)
	}
	return found, s.score(ctx, v, found, names)
}

// ask puts a term in the i-th place.
func (l *lexicalScores) ask(i int, t queryTerm) {
	if i == len(l.asked) {
		l.asked = append(l.asked, queryTerm{})
		l.terms = append(l.terms, TermWeight{})
	}
	l.asked[i] = t
	l.terms[i] = TermWeight{Term: t.term, From: t.from, Corrected: t.corrected}
}

// score adds up what these terms say, which were asked: of those that are not
// remembered, it reads the lists. They are added in their order, remembered or
// not, so that sums come out the same each time.
func (s *Store) score(ctx context.Context, v *view, found *lexicalScores, names []string) error {
	if len(v.members) == 0 {
		return nil
	}
	places := make(map[string]int, len(found.asked))
	for i, t := range found.asked {
		places[t.term] = i
	}
	remembered := make([][]*termView, len(names))
	var missing []string
	for i, name := range names {
		if remembered[i] = s.recallTerm(v, found.scoring, name); remembered[i] == nil {
			missing = append(missing, name)
		}
	}
	next := 0
	addRemembered := func() {
		for ; next < len(names) && remembered[next] != nil; next++ {
			found.add(v, places[names[next]], remembered[next])
		}
	}
	addRemembered()
	return s.readTerms(ctx, v, found.scratch, missing, func(lists []termLists) {
		views := found.weighAll(v, lists)
		s.rememberTerm(v, found.scoring, names[next], views)
		found.add(v, places[names[next]], views)
		next++
		addRemembered()
	})
}

// add scores what the members of the view see of the i-th term.
func (l *lexicalScores) add(v *view, i int, views []*termView) {
	var passages, documents, occurrences float64
	for _, t := range views {
		passages += float64(t.passages.len())
		documents += float64(t.documents.len())
		occurrences += float64(t.occurrences)
	}
	if passages == 0 {
		return
	}
	n := float64(v.passageCount())
	burst := l.asked[i].share * (1 + residual(n, passages, occurrences))
	weight := burst * idf(n, passages)
	documentWeight := burst * idf(float64(v.documentCount()), documents)
	l.terms[i].Frequency, l.terms[i].Weight = int(passages), weight
	passageGain := weight * (l.passage.K1 + 1)
	documentGain := documentWeight * (l.document.K1 + 1)
	if l.asked[i].from == "" || l.asked[i].counts {
		l.ceiling.passage += passageGain
		l.ceiling.document += documentGain
	}
	for m, t := range views {
		t.passages.addTo(l.byPassage[v.slots[m]:v.slots[m+1]], passageGain)
		t.documents.addTo(l.byDocument[v.documents[m]:v.documents[m+1]], documentGain)
		t.documents.mark(l.matched[v.documents[m]:v.documents[m+1]], 1<<i)
	}
}

// weighAll weighs the lists of each of the view's members. The views are valid as
// long as the lists are.
func (l *lexicalScores) weighAll(v *view, lists []termLists) []*termView {
	l.views = l.views[:0]
	for m := range lists {
		l.views = append(l.views, l.weigh(v.contents[m], &lists[m]))
	}
	return l.views
}

// weigh tells what each posting gives, by what Field.saturate says, but for the
// K1 + 1 that is part of the gain.
func (l *lexicalScores) weigh(c *contents, lists *termLists) *termView {
	t := &lists.view
	t.occurrences = lists.occurrences
	for _, p := range lists.passages {
		slot := p.slot()
		frequency := l.passages.frequency[p.fields()]
		share := frequency / (frequency + l.passages.length[c.passages.lengths[slot]] + l.passages.title[c.passages.titles[slot]])
		t.passages.add(slot, share)
	}
	f := l.document
	base, rise := f.K1*(1-f.B), f.K1*f.B/l.documentAverage
	for _, d := range lists.documents {
		frequency := f.Title*float64(d.title) + f.Headings*float64(d.headings) + float64(d.body)
		size := c.sizes[d.document]
		share := frequency / (frequency + base + rise*(float64(size.length)+f.Title*float64(size.title)))
		t.documents.add(d.document, share)
	}
	return t
}

// fieldTables tabulates the parts of Field.saturate: frequencies by packed
// occurrences, and what is added to them below the line by the code of the
// length and by the terms of the title.
type fieldTables struct {
	frequency, length, title [256]float64
}

func (f Field) tables(average float64) fieldTables {
	var t fieldTables
	for b := range 256 {
		t.frequency[b] = f.frequency(unpackOccurrences(byte(b)))
		t.length[b] = f.K1 * (1 - f.B + f.B*float64(codeLength(byte(b)))/average)
		t.title[b] = f.K1 * f.B * f.Title * float64(b) / average
	}
	return t
}

func average(sum float64, n int) float64 {
	if n == 0 || sum == 0 {
		return 1
	}
	return sum / float64(n)
}

func idf(n, frequency float64) float64 {
	return math.Log(1 + (n-frequency+0.5)/(frequency+0.5))
}

// residual is how much rarer a term's passages are than its occurrences would
// have it if they were strewn evenly.
func residual(n, frequency, occurrences float64) float64 {
	if frequency == 0 || occurrences == 0 {
		return 0
	}
	return max(0, math.Log(n/frequency)+math.Log(-math.Expm1(-occurrences/n)))
}

// lexicalRanks returns the best n passages' places among all, from 1, by slot. The best
// of each document is known, so that few documents' passages are looked at.
func (q *inquiry) lexicalRanks(n int) map[int32]int {
	top := topPlaces{values: q.lexical.byPassage, n: n}
	for m, c := range q.view.contents {
		base := q.view.slots[m]
		for i, best := range q.passages[q.view.documents[m]:q.view.documents[m+1]] {
			if best > top.floor {
				top.offer(base+c.bounds[i], base+c.bounds[i+1])
			}
		}
	}
	ranks := make(map[int32]int, n)
	for i, slot := range top.sorted() {
		ranks[slot] = i + 1
	}
	return ranks
}
