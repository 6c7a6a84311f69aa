package corpus

import (
	"context"
)

// Scope is what a reader sees: (collection, edition) pairs taken once, at its
// start. The zero Scope sees nothing.
type Scope struct {
	TownID  int64
	Members []ScopeMember
}

// ScopeMember is one collection at one edition.
type ScopeMember struct {
	Collection Collection
	Edition    int
	EditionID  int64 // unlike the number, never used again
}

// Scope takes the published editions of what the town reads. names narrows to
// collections of these names.
func (s *Store) Scope(ctx context.Context, townID int64, names ...string) (Scope, error) {
	return Scope{}, errTodo
}

// CheckSpace returns ErrSpace, with the collection's name and what to do, when
// a collection in the scope has its vectors in another space.
func (s *Store) CheckSpace(ctx context.Context, sc Scope, space Space) error { return errTodo }

// Query asks for passages. Times and scores are told per hit.
type Query struct {
	Text  string
	Limit int // documents; 0 means 10
}

// Searcher finds passages for questions: it embeds the query, asks both
// indexes, fuses, and groups by document.
type Searcher struct {
	store    *Store
	embedder Embedder
}

// NewSearcher returns a Searcher; embedder may be nil: lexical only.
func NewSearcher(s *Store, e Embedder) *Searcher { return &Searcher{store: s, embedder: e} }

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
	Degraded string  // why one index was not asked; empty: both were
	EmbedMS  float64 // milliseconds
	LexicalMS,
	VectorMS,
	FetchMS float64
}

// Search finds documents for the query in the scope.
func (s *Searcher) Search(ctx context.Context, sc Scope, q Query) (Result, error) {
	return Result{}, errTodo
}
