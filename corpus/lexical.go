package corpus

import (
	"cmp"
	"container/heap"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

// maxTerms bounds the distinct terms that a query is asked with: as many as a
// passage's matches fit in one word of bits. A question has ten, a long one
// thirty.
const maxTerms = 64

// lexicalHit is a passage that has a term of the query.
type lexicalHit struct {
	passage int64
	score   float64 // BM25
	matched uint64  // bit i: it has terms[i] of the answer
}

// lexicalAnswer is what the term lists say to a query.
type lexicalAnswer struct {
	hits  []lexicalHit // best first
	terms []TermWeight // in the order of the query
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

// lexical ranks the passages that the scope sees by BM25 and returns the best
// depth of them.
//
//	score  = sum over terms of idf * tf * (k1 + 1) / (tf + k1 * (1 - b + b * length / average))
//	idf    = ln(1 + (N - df + 0.5) / (df + 0.5))
//	tf     = the term's occurrences, weighted by field
//	length = the terms of headings and body, quantised
//
// N, df and the average length are counted over what the scope sees, in all of
// its collections together, so that their scores compare.
func (s *Store) lexical(ctx context.Context, members []ScopeMember, figures []*figures, terms []string, r Ranking) (lexicalAnswer, error) {
	terms = distinct(terms)
	if len(terms) == 0 || len(members) == 0 {
		return lexicalAnswer{}, nil
	}
	collections := make([]int64, len(members))
	byID := make(map[int64]int, len(members))
	for i, m := range members {
		collections[i] = m.Collection.ID
		byID[m.Collection.ID] = i
	}
	if len(terms) > maxTerms {
		var err error
		if terms, err = s.rarest(ctx, collections, terms); err != nil {
			return lexicalAnswer{}, err
		}
	}
	index := make(map[string]int, len(terms))
	for i, t := range terms {
		index[t] = i
	}
	sc := newScorer(r, figures, &s.scorePages)
	defer sc.free()

	rows, err := s.pool.Query(ctx, termListsSQL, pgx.NamedArgs{"collections": collections, "terms": terms})
	if err != nil {
		return lexicalAnswer{}, fmt.Errorf("read term lists: %w", err)
	}
	weights := make([]TermWeight, len(terms))
	for i, t := range terms {
		weights[i] = TermWeight{Term: t, Weight: sc.idf(0)}
	}
	var collection int64
	var term string
	var coded pgtype.DriverBytes // valid until the next row
	current := -1
	flush := func() {
		if current >= 0 {
			weights[current].Frequency, weights[current].Weight = sc.flush(current)
		}
	}
	_, err = pgx.ForEachRow(rows, []any{&collection, &term, &coded}, func() error {
		if i := index[term]; i != current {
			flush()
			current = i
		}
		if err := sc.gather(figures[byID[collection]], coded); err != nil {
			return fmt.Errorf("term %q of collection %d: %w", term, collection, err)
		}
		return nil
	})
	if err != nil {
		return lexicalAnswer{}, fmt.Errorf("read term lists: %w", err)
	}
	flush()
	return lexicalAnswer{hits: sc.best(r.Depth), terms: weights}, nil
}

// distinct returns the terms without those that came before.
func distinct(terms []string) []string {
	seen := make(map[string]bool, len(terms))
	var first []string
	for _, t := range terms {
		if !seen[t] {
			seen[t] = true
			first = append(first, t)
		}
	}
	return first
}

// rarest keeps the maxTerms terms whose lists are shortest, in the order of
// the query. Terms that no passage has come last: they find nothing.
func (s *Store) rarest(ctx context.Context, collections []int64, terms []string) ([]string, error) {
	// Bounded by nature: the terms of a query of bounded length. The size of
	// a list is known without reading it.
	rows, err := s.pool.Query(ctx, `
		SELECT term
		FROM term_lists
		WHERE collection_id = ANY(@collections)
			AND term = ANY(@terms)
		GROUP BY term
		ORDER BY
			sum(octet_length(postings)),
			term
		LIMIT @limit`, pgx.NamedArgs{"collections": collections, "terms": terms, "limit": maxTerms})
	if err != nil {
		return nil, fmt.Errorf("weigh terms: %w", err)
	}
	kept, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("weigh terms: %w", err)
	}
	for _, t := range terms {
		if len(kept) == maxTerms {
			break
		}
		if !slices.Contains(kept, t) {
			kept = append(kept, t)
		}
	}
	var inOrder []string
	for _, t := range terms {
		if slices.Contains(kept, t) {
			inOrder = append(inOrder, t)
		}
	}
	return inOrder, nil
}

// scorePage keeps the sums of a stretch of passages.
type scorePage struct {
	score   [pageSize]float64
	matched [pageSize]uint64
}

// pagePool hands out score pages: a sync.Pool.
type pagePool interface {
	Get() any
	Put(any)
}

// scorer sums what the term lists say, one term after another.
type scorer struct {
	k1       float64
	passages float64      // N
	fields   [256]float64 // weighted occurrences, by their code
	norm     [256]float64 // k1 * (1 - b + b * length / average), by length code
	gathered []posting    // of the term at hand, what the scope sees
	pages    map[int64]*scorePage
	pool     pagePool
}

func newScorer(r Ranking, members []*figures, pool pagePool) *scorer {
	sc := &scorer{k1: r.K1, pages: make(map[int64]*scorePage), pool: pool}
	var lengths float64
	for _, f := range members {
		sc.passages += float64(f.passages)
		lengths += float64(f.lengthSum)
	}
	average := 1.0
	if lengths > 0 {
		average = lengths / sc.passages
	}
	for i := range 256 {
		sc.fields[i] = r.fields(unpackOccurrences(byte(i)))
		sc.norm[i] = r.K1 * (1 - r.B + r.B*float64(codeLength(byte(i)))/average)
	}
	return sc
}

// gather adds a list of the term at hand, less what the edition does not see.
func (sc *scorer) gather(f *figures, coded []byte) error {
	start := len(sc.gathered)
	all, err := decodePostings(sc.gathered, coded)
	if err != nil {
		return err
	}
	sc.gathered = all
	list := all[start:]
	if len(list) == 0 || len(f.ended) == 0 && list[len(list)-1].passage <= f.lastPassage {
		return nil
	}
	seen := list[:0]
	for _, p := range list {
		if f.sees(p.passage) {
			seen = append(seen, p)
		}
	}
	sc.gathered = all[:start+len(seen)]
	return nil
}

// flush scores the passages that were gathered for the i-th term, and returns
// how many they are and what the term weighs.
func (sc *scorer) flush(i int) (frequency int, idf float64) {
	idf = sc.idf(len(sc.gathered))
	bit := uint64(1) << i
	var page *scorePage
	at := int64(-1)
	for _, p := range sc.gathered {
		if n := p.passage >> pageBits; n != at {
			page, at = sc.page(n), n
		}
		slot := p.passage % pageSize
		tf := sc.fields[p.fields]
		// A term whose field weighs nothing adds nothing, not 0/0.
		if tf > 0 {
			page.score[slot] += idf * tf * (sc.k1 + 1) / (tf + sc.norm[p.length])
		}
		page.matched[slot] |= bit
	}
	frequency = len(sc.gathered)
	sc.gathered = sc.gathered[:0]
	return frequency, idf
}

func (sc *scorer) idf(frequency int) float64 {
	df := float64(frequency)
	return math.Log(1 + (sc.passages-df+0.5)/(df+0.5))
}

func (sc *scorer) page(n int64) *scorePage {
	page := sc.pages[n]
	if page != nil {
		return page
	}
	page, ok := sc.pool.Get().(*scorePage)
	if ok {
		*page = scorePage{}
	} else {
		page = new(scorePage)
	}
	sc.pages[n] = page
	return page
}

// free gives the pages back.
func (sc *scorer) free() {
	for _, page := range sc.pages {
		sc.pool.Put(page)
	}
	sc.pages = nil
}

// best returns the n passages of the highest scores, best first; of equal
// ones, the older first.
func (sc *scorer) best(n int) []lexicalHit {
	var worst hitHeap
	for number, page := range sc.pages {
		for slot, score := range page.score {
			if score <= 0 || len(worst) == n && score < worst[0].score {
				continue
			}
			hit := lexicalHit{
				passage: number<<pageBits + int64(slot),
				score:   score,
				matched: page.matched[slot],
			}
			if len(worst) < n {
				heap.Push(&worst, hit)
			} else if n > 0 && compareHits(hit, worst[0]) < 0 {
				worst[0] = hit
				heap.Fix(&worst, 0)
			}
		}
	}
	slices.SortFunc(worst, compareHits)
	return worst
}

// compareHits orders hits best first.
func compareHits(a, b lexicalHit) int {
	if c := cmp.Compare(b.score, a.score); c != 0 {
		return c
	}
	return cmp.Compare(a.passage, b.passage)
}

// hitHeap has the worst of the hits on top.
type hitHeap []lexicalHit

func (h hitHeap) Len() int           { return len(h) }
func (h hitHeap) Less(i, j int) bool { return compareHits(h[i], h[j]) > 0 }
func (h hitHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *hitHeap) Push(x any)        { *h = append(*h, x.(lexicalHit)) }
func (h *hitHeap) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}
