package corpus

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
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
		v.slots = append(v.slots, v.slots[i]+int32(len(c.passages)))              //nolint:gosec // far fewer
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
}

// scratch holds the sums of one search; it is used again by others.
type scratch struct {
	passage  []float64 // BM25 by slot
	document []float64 // BM25 by document
	matched  []uint64  // by document, bit i: it has the i-th term
	gathered []gathered
	decoded  []posting
}

// gathered is a posting of the term at hand that the scope sees.
type gathered struct {
	slot, document int32
	fields         byte
	length         byte
	begins         bool
}

func (s *Store) takeScratch(v *view) *scratch {
	k, ok := s.scratch.Get().(*scratch)
	if !ok {
		k = &scratch{}
	}
	k.passage = zeroed(k.passage, v.passageCount())
	k.document = zeroed(k.document, v.documentCount())
	k.matched = zeroed(k.matched, v.documentCount())
	return k
}

func zeroed[T float64 | uint64](values []T, n int) []T {
	if cap(values) < n {
		return make([]T, n)
	}
	values = values[:n]
	clear(values)
	return values
}

// termListsSQL reads the lists of all of a query's terms in one statement. It
// has no LIMIT: bounded by nature, at most maxTerms terms in the few segments
// of each collection.
const termListsSQL = `
	SELECT
		collection_id,
		term,
		postings
	FROM term_lists
	WHERE collection_id = ANY(@collections)
		AND term = ANY(@terms)
	ORDER BY term`

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
	found := &lexicalScores{scratch: s.takeScratch(v)}
	names := make([]string, len(terms))
	for i, t := range terms {
		names[i] = t.term
		found.ask(i, t)
	}
	return found, s.score(ctx, v, found, names, r)
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

// score reads the lists of these terms, which were asked, and adds up what
// they say.
func (s *Store) score(ctx context.Context, v *view, found *lexicalScores, names []string, r Ranking) error {
	if len(names) == 0 || len(v.members) == 0 {
		return nil
	}
	byID := make(map[int64]int, len(v.members))
	for i, m := range v.members {
		byID[m.Collection.ID] = i
	}
	index := make(map[string]int, len(found.asked))
	for i, t := range found.asked {
		index[t.term] = i
	}
	rows, err := s.pool.Query(ctx, termListsSQL, pgx.NamedArgs{"collections": v.collections(), "terms": names})
	if err != nil {
		return fmt.Errorf("read term lists: %w", err)
	}
	var collection int64
	var term string
	var coded pgtype.DriverBytes // valid until the next row
	current := -1
	_, err = pgx.ForEachRow(rows, []any{&collection, &term, &coded}, func() error {
		if i := index[term]; i != current {
			found.flush(v, current, r)
			current = i
		}
		if err := found.gather(v, byID[collection], coded); err != nil {
			return fmt.Errorf("term %q of collection %d: %w", term, collection, err)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("read term lists: %w", err)
	}
	found.flush(v, current, r)
	return nil
}

// gather adds a list of the term at hand, less what the scope does not see.
func (l *lexicalScores) gather(v *view, member int, coded []byte) error {
	var err error
	if l.decoded, err = decodePostings(l.decoded[:0], coded); err != nil {
		return err
	}
	c, slotBase, documentBase := v.contents[member], v.slots[member], v.documents[member]
	number := int64(-1)
	var page *[pageSize]int32
	for _, p := range l.decoded {
		if n := p.passage >> pageBits; n != number {
			page, number = c.slots[n], n
		}
		if page == nil {
			continue
		}
		slot := page[p.passage%pageSize] - 1
		if slot < 0 {
			continue
		}
		at := &c.passages[slot]
		l.gathered = append(l.gathered, gathered{
			slot:     slotBase + slot,
			document: documentBase + at.document,
			fields:   p.fields,
			length:   p.length,
			begins:   at.begins,
		})
	}
	return nil
}

// flush scores what was gathered for the i-th term.
func (l *lexicalScores) flush(v *view, i int, r Ranking) {
	if i < 0 || len(l.gathered) == 0 {
		return
	}
	if !bySlot(l.gathered) {
		slices.SortFunc(l.gathered, func(a, b gathered) int { return cmp.Compare(a.slot, b.slot) })
	}
	var documents, occurrences float64
	document := int32(-1)
	for _, g := range l.gathered {
		occurrences += float64(g.fields & 15)
		if g.document != document {
			documents++
			document = g.document
			l.matched[document] |= 1 << i
		}
	}
	n, frequency := float64(v.passageCount()), float64(len(l.gathered))
	burst := l.asked[i].share * (1 + residual(n, frequency, occurrences))
	weight := burst * idf(n, frequency)
	documentWeight := burst * idf(float64(v.documentCount()), documents)
	l.terms[i].Frequency, l.terms[i].Weight = len(l.gathered), weight
	if l.asked[i].from == "" || l.asked[i].counts {
		l.ceiling.passage += weight * (r.Passage.K1 + 1)
		l.ceiling.document += documentWeight * (r.Document.K1 + 1)
	}
	l.scorePassages(v, r.Passage, weight)
	l.scoreDocuments(v, r.Document, documentWeight)
	l.gathered = l.gathered[:0]
}

// bySlot tells whether postings stand in the order of their slots, as most
// lists do.
func bySlot(postings []gathered) bool {
	for i := 1; i < len(postings); i++ {
		if postings[i].slot < postings[i-1].slot {
			return false
		}
	}
	return true
}

func (l *lexicalScores) scorePassages(v *view, f Field, weight float64) {
	average := average(v.lengthSum+f.Title*v.titleSum, v.passageCount())
	frequencies, lengths := f.frequencies(), codeLengths()
	document, member := int32(-1), 0
	var title float64
	for i := range l.gathered {
		g := &l.gathered[i]
		if g.document != document {
			document = g.document
			for document >= v.documents[member+1] {
				member++
			}
			title = f.Title * float64(v.contents[member].documents[document-v.documents[member]].title)
		}
		l.passage[g.slot] += weight * f.saturate(frequencies[g.fields], lengths[g.length]+title, average)
	}
}

// scoreDocuments adds up a document's passages: its title counts once, and
// each of its heading paths once.
func (l *lexicalScores) scoreDocuments(v *view, f Field, weight float64) {
	average := average(v.lengthSum+f.Title*v.docTitles, v.documentCount())
	member := 0
	for i := 0; i < len(l.gathered); {
		document := l.gathered[i].document
		var sum occurrences
		for ; i < len(l.gathered) && l.gathered[i].document == document; i++ {
			o := unpackOccurrences(l.gathered[i].fields)
			sum.title = max(sum.title, o.title)
			sum.body += o.body
			if l.gathered[i].begins {
				sum.headings += o.headings
			}
		}
		for document >= v.documents[member+1] {
			member++
		}
		d := &v.contents[member].documents[document-v.documents[member]]
		length := float64(d.length) + f.Title*float64(d.title)
		l.document[document] += weight * f.saturate(f.frequency(sum), length, average)
	}
}

// frequencies tabulates frequency by packed occurrences.
func (f Field) frequencies() (table [256]float64) {
	for b := range table {
		table[b] = f.frequency(unpackOccurrences(byte(b)))
	}
	return table
}

// codeLengths tabulates codeLength.
func codeLengths() (table [256]float64) {
	for code := range table {
		table[code] = float64(codeLength(byte(code)))
	}
	return table
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

// ranks returns the best n passages' places among all, from 1, by slot.
func (l *lexicalScores) ranks(n int) map[int32]int {
	best := topK(l.passage, n)
	ranks := make(map[int32]int, len(best))
	for i, slot := range best {
		ranks[slot] = i + 1
	}
	return ranks
}

// topK returns the places of the n greatest positive values, greatest first;
// of equal ones, the first.
func topK(values []float64, n int) []int32 {
	worse := func(a, b int32) bool {
		if values[a] != values[b] {
			return values[a] < values[b]
		}
		return a > b
	}
	best := placeHeap{worse: worse}
	for i, value := range values {
		if value > 0 {
			best.offer(int32(i), n) //nolint:gosec // far fewer
		}
	}
	slices.SortFunc(best.places, func(a, b int32) int {
		if worse(b, a) {
			return -1
		}
		return 1
	})
	return best.places
}
