package corpus

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Query asks for passages. Times and scores are told per hit.
type Query struct {
	Text  string
	Limit int // documents; 0 means 10
}

// Searcher finds passages for questions: it embeds the query, asks both
// indexes, fuses, and groups by document. It is safe for concurrent use.
type Searcher struct {
	store    *Store
	embedder Embedder
	ranking  Ranking
}

// NewSearcher returns a Searcher; embedder may be nil: lexical only.
func NewSearcher(s *Store, e Embedder) *Searcher {
	return &Searcher{store: s, embedder: e, ranking: DefaultRanking()}
}

// WithRanking returns a Searcher that scores by r.
func (s *Searcher) WithRanking(r Ranking) *Searcher {
	other := *s
	other.ranking = r
	return &other
}

// Hit is a document found, with the passages that speak to the query, best
// first.
type Hit struct {
	Document HitDocument
	Score    float64 // fused; higher is better; comparable inside one Result
	Passages []HitPassage
}

// HitDocument is what a citation needs of a document.
type HitDocument struct {
	Lineage      int64
	Name         string
	Title        string
	URL          string
	Theme        string
	Collection   string
	CollectionID int64
	Edition      int
	Shared       bool // from a collection that is not the town's own
}

// HitPassage is a passage found and why. Ranks count from 1; 0 means that the
// list did not have it.
type HitPassage struct {
	Passage
	Score       float64
	LexicalRank int
	Lexical     float64 // BM25
	VectorRank  int
	Cosine      float64
}

// TermWeight is a query term as the lexical index saw it.
type TermWeight struct {
	Term      string
	Frequency int     // passages in scope that have it
	Weight    float64 // inverse document frequency
}

// Result is what a search found and how. Search returns at most Limit hits,
// best first, and no error when nothing matches.
type Result struct {
	Hits     []Hit
	Evidence float64 // in [0, 1]: how likely the hits answer the query
	Terms    []TermWeight
	Degraded string  // why an index was not asked, or not for all; empty: both were
	EmbedMS  float64 // milliseconds
	LexicalMS,
	VectorMS,
	FetchMS float64
}

// Search finds documents for the query in the scope. When the embedder fails,
// or a collection's vectors are of another space, the lexical index answers
// alone and Result.Degraded says why. A scope whose edition was pruned or
// discarded since it was taken is ErrNotFound.
func (s *Searcher) Search(ctx context.Context, sc Scope, q Query) (Result, error) {
	result, err := s.search(ctx, sc, q)
	if err != nil {
		return Result{}, fmt.Errorf("search: %w", err)
	}
	return result, nil
}

func (s *Searcher) search(ctx context.Context, sc Scope, q Query) (Result, error) {
	if q.Limit <= 0 {
		q.Limit = 10
	}
	var result Result
	start := time.Now()
	lexical, err := s.lexical(ctx, sc, q.Text)
	if err != nil {
		return Result{}, err
	}
	result.Terms = lexical.terms
	result.LexicalMS = lap(&start)

	vector, err := s.vectors(ctx, sc, q.Text, &result)
	if err != nil {
		return Result{}, err
	}
	start = time.Now()
	fused := fuse(s.ranking, lexical.hits, vector)
	result.Hits, err = s.store.fetch(ctx, sc, s.ranking, fused, q.Limit)
	if err != nil {
		return Result{}, err
	}
	result.Evidence = bestEvidence(result, fused)
	result.FetchMS = lap(&start)
	return result, nil
}

// lexical asks the term lists of all collections. The languages of the
// collections may differ, so the query's terms are those of each of them.
func (s *Searcher) lexical(ctx context.Context, sc Scope, text string) (lexicalAnswer, error) {
	figures, err := s.store.figures(ctx, sc.Members)
	if err != nil {
		return lexicalAnswer{}, err
	}
	var terms []string
	asked := make(map[string]bool)
	for _, m := range sc.Members {
		if language := m.Collection.Language; !asked[language] {
			asked[language] = true
			terms = append(terms, s.store.analyzer(language).Terms(text)...)
		}
	}
	return s.store.lexical(ctx, sc.Members, figures, terms, s.ranking)
}

// vectors asks the vectors of the collections that are in the embedder's
// space, and notes in the result why it did not ask them all.
func (s *Searcher) vectors(ctx context.Context, sc Scope, text string, result *Result) ([]vectorHit, error) {
	if s.embedder == nil {
		result.Degraded = "no embedder is configured"
		return nil, nil
	}
	spaceID, err := s.store.spaceID(ctx, s.embedder.Space())
	if err != nil && !errors.Is(err, ErrNotFound) {
		return nil, err
	}
	var members []ScopeMember
	for _, m := range sc.Members {
		if m.Collection.SpaceID == spaceID && spaceID != 0 {
			members = append(members, m)
		} else if result.Degraded == "" {
			result.Degraded = fmt.Sprintf("collection %q has no vectors of %s", m.Collection.Name, s.embedder.Space())
		}
	}
	if len(members) == 0 {
		return nil, nil
	}
	start := time.Now()
	query, err := s.embedder.EmbedQuery(ctx, text)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if n := s.embedder.Space().Dimensions; err == nil && len(query) != n {
		err = fmt.Errorf("%d dimensions, not %d", len(query), n)
	}
	result.EmbedMS = lap(&start)
	if err != nil {
		result.Degraded = fmt.Sprintf("the embedder failed: %v", err)
		return nil, nil
	}
	hits, err := s.store.nearest(ctx, members, spaceID, query, s.ranking.Depth)
	result.VectorMS = lap(&start)
	return hits, err
}

// bestEvidence is the evidence of that passage among the hits that has most.
func bestEvidence(result Result, fused []candidate) float64 {
	matched := make(map[int64]uint64, len(fused))
	for _, c := range fused {
		matched[c.passage] = c.matched
	}
	best := 0.0
	for _, hit := range result.Hits {
		for _, p := range hit.Passages {
			best = max(best, evidence(result.Terms, matched[p.ID]))
		}
	}
	return best
}

// lap returns the milliseconds since start, and starts anew.
func lap(start *time.Time) float64 {
	now := time.Now()
	ms := float64(now.Sub(*start)) / float64(time.Millisecond)
	*start = now
	return ms
}
