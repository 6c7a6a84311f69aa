package corpus

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"guichet/corpus/thesaurus"
	"guichet/internal/analysis"
)

// Query asks for passages. Times and scores are told per hit.
type Query struct {
	Text   string
	Limit  int  // documents; 0 means 10
	Ranked bool // tell the hits' ranks by their words alone, which costs a look at all passages
}

// Searcher finds documents for questions: it asks the term lists and the
// vectors, and fuses what they say. It is safe for concurrent use.
type Searcher struct {
	store     *Store
	embedder  Embedder
	ranking   Ranking
	thesaurus *thesaurus.Thesaurus // of French; nil: none
	everyday  []spelling           // the thesaurus's words
	now       func() time.Time
}

// NewSearcher returns a Searcher; embedder may be nil: lexical only.
func NewSearcher(s *Store, e Embedder) *Searcher {
	return &Searcher{store: s, embedder: e, ranking: DefaultRanking(), now: time.Now}
}

// WithThesaurus returns a Searcher that adds the thesaurus's terms to queries.
func (s *Searcher) WithThesaurus(t *thesaurus.Thesaurus) *Searcher {
	other := *s
	other.thesaurus = t
	other.everyday = everydayWords(t)
	return &other
}

// Hit is a document found, with the passages that speak to the query, best
// first.
type Hit struct {
	Document HitDocument
	Score    float64 // fused; higher is better; comparable inside one Result
	Passages []HitPassage
	Newer    string // title of the newer version, from which an answer is to be made; empty: none

	contents *contentsDocument
}

// Changed is the day on which the hit's document was changed last, or published; the
// zero time where that is not known.
func (h Hit) Changed() time.Time {
	if h.contents == nil || h.contents.changed == 0 {
		return time.Time{}
	}
	return time.Unix(int64(h.contents.changed)*86400, 0).UTC()
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
// list did not have it, or that it was not asked for.
type HitPassage struct {
	Passage
	Score       float64
	LexicalRank int
	Lexical     float64 // BM25
	VectorRank  int
	Cosine      float64
	Place       int // in its document, from 0: neighbours follow one another
}

// TermWeight is a query term as the lexical index saw it.
type TermWeight struct {
	Term      string
	Frequency int     // passages in scope that have it
	Weight    float64 // what it counts: idf, more for a word that clusters
	From      string  // the thesaurus entry that added it; empty: the question's own
	Corrected string  // the misspelt word of the question that it was read from; empty: none
}

// Correction is a word of the question that nothing has, and the word that it
// was read as.
type Correction struct {
	Written string // as the resident wrote it
	Read    string

	start, end int    // bytes of the question
	term       string // of the word that was read
	everyday   bool   // the thesaurus has that word
}

// Result is what a search found and how. Search returns at most Limit hits,
// best first, and no error when nothing matches.
type Result struct {
	Hits     []Hit
	Evidence float64 // in [0, 1]: how likely the hits answer the query
	Signals  Signals // what the evidence was weighed from
	Terms    []TermWeight
	Scope    int         // passages that were searched
	Asked    []AskedTerm // the question's own terms, as evidence weighs them
	LeftOut  []LeftOut   // documents that speak to the query too, and are not for an answer

	Corrections []Correction // in the order of the question
	Read        string       // the question as it was read, with its corrections

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
	view, err := s.store.view(ctx, sc.Members)
	if err != nil {
		return Result{}, err
	}
	heard := s.hear(sc, q.Text)
	asked := s.ask(sc, heard)
	start := time.Now()
	lexical, err := s.store.lexical(ctx, view, asked.terms, s.ranking)
	if err != nil {
		return Result{}, err
	}
	defer s.store.scratch.Put(lexical.scratch)
	text, asked, err := s.correct(ctx, sc, heard, asked, lexical, view)
	if err != nil {
		return Result{}, err
	}
	if err := s.standIn(ctx, view, asked, lexical); err != nil {
		return Result{}, err
	}
	result.Corrections, result.Read = text.corrections, text.read
	result.Terms = lexical.terms
	result.LexicalMS = lap(&start)

	way := &inquiry{
		ranking: s.ranking,
		view:    view,
		lexical: lexical,
		day:     s.today(),
		years:   yearsOf(q.Text),
		pairs:   weighted(asked.pairs, lexical.terms, idf(float64(view.passageCount()), 0), s.store.courtesies),

		courtesies: s.store.courtesies,
		stands:     asked.stands,
	}
	way.ranking.VectorWeight *= trust(s.embedder, lexical.terms)
	if err := s.vectors(ctx, sc, text.read, asked.expanded, way, &result); err != nil {
		return Result{}, err
	}
	start = time.Now()
	found, err := s.store.fuse(ctx, way)
	if err != nil {
		return Result{}, err
	}
	result.Asked, result.Scope = way.asked(), view.passageCount()
	result.Signals = way.signals(way.asTrusted(found.candidates, s.ranking.VectorWeight))
	read, err := s.store.fetch(ctx, sc, way, found, q)
	if err != nil {
		return Result{}, err
	}
	result.Hits, result.LeftOut = read.hits, read.leftOut
	result.Evidence = result.Signals.evidence()
	result.FetchMS = lap(&start)
	return result, nil
}

// tongues are the languages of a scope's collections, French first where it is one.
type tongues struct {
	analyzers []*analysis.Analyzer
	french    bool // the first is French, which the thesaurus is of
}

func (s *Searcher) tongues(sc Scope) tongues {
	var found tongues
	asked := make(map[string]bool)
	for _, m := range sc.Members {
		language := m.Collection.Language
		if asked[language] {
			continue
		}
		asked[language] = true
		base, _, _ := strings.Cut(strings.ToLower(language), "-")
		if base == "fr" {
			found.analyzers = slices.Insert(found.analyzers, 0, s.store.analyzer(language))
			found.french = true
		} else {
			found.analyzers = append(found.analyzers, s.store.analyzer(language))
		}
	}
	return found
}

// vectors asks the vectors of the collections that are in the embedder's
// space, and notes in the result why it did not ask them all.
func (s *Searcher) vectors(ctx context.Context, sc Scope, text, expanded string, way *inquiry, result *Result) error {
	if s.embedder == nil {
		result.Degraded = "no embedder is configured"
		return nil
	}
	spaceID, err := s.store.spaceID(ctx, s.embedder.Space())
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
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
		return nil
	}
	start := time.Now()
	query, err := s.embed(ctx, text, expanded)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if n := s.embedder.Space().Dimensions; err == nil && len(query) != n {
		err = fmt.Errorf("%d dimensions, not %d", len(query), n)
	}
	result.EmbedMS = lap(&start)
	if err != nil {
		result.Degraded = fmt.Sprintf("the embedder failed: %v", err)
		return nil
	}
	way.vector, way.spaceID = query, spaceID
	way.nearest, way.others, err = s.store.nearestInForce(ctx, way, members, query)
	if err != nil {
		return err
	}
	way.place()
	result.VectorMS = lap(&start)
	return nil
}

// Expander is an Embedder that can take what a thesaurus adds to a question
// into account, at a lower weight.
type Expander interface {
	EmbedExpanded(ctx context.Context, question, added string, weight float64) ([]float32, error)
}

func (s *Searcher) embed(ctx context.Context, text, expanded string) ([]float32, error) {
	if e, ok := s.embedder.(Expander); ok && expanded != "" {
		return e.EmbedExpanded(ctx, text, expanded, s.ranking.ExpansionWeight)
	}
	return s.embedder.EmbedQuery(ctx, text)
}

// place finds the slots of the nearest passages.
func (q *inquiry) place() {
	q.cosines = make(map[int32]float64, len(q.nearest)+len(q.others))
	q.ranks = make(map[int32]int, len(q.nearest))
	for m, c := range q.view.contents {
		for i, hit := range q.nearest {
			if slot, ok := c.slot(hit.passage); ok {
				q.cosines[q.view.slots[m]+slot] = hit.cosine
				q.ranks[q.view.slots[m]+slot] = i + 1
			}
		}
		for _, hit := range q.others {
			if slot, ok := c.slot(hit.passage); ok {
				q.cosines[q.view.slots[m]+slot] = hit.cosine
			}
		}
	}
}

// lap returns the milliseconds since start, and starts anew.
func lap(start *time.Time) float64 {
	now := time.Now()
	ms := float64(now.Sub(*start)) / float64(time.Millisecond)
	*start = now
	return ms
}
