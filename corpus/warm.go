package corpus

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
)

const (
	// warmChunk is how many passages, and warmTerms how many terms, Warm reads in
	// one statement.
	warmChunk = 1000
	warmTerms = 50
	// leastWarm is how many bytes the lists of a term have that Warm reads: those
	// of rarer ones are read in no time.
	leastWarm = 100
	// mostWarm bounds the terms that Warm reads.
	mostWarm = 30_000
	// maxWarmed bounds what a Store knows that it has warmed.
	maxWarmed = 10_000
)

// warmKey names an edition, warmed for a space's vectors and a scoring.
type warmKey struct {
	edition, space int64
	scoring        scoring
}

// Warm reads what every search in the scope asks for, as far as there is room to
// remember it: what its editions see, of each passage what a close look needs,
// and the lists of the frequent terms. It costs nothing where that is done.
// Searches are the same without it, the first ones after a start or a publication
// slower.
func (s *Searcher) Warm(ctx context.Context, sc Scope) error {
	if err := s.warm(ctx, sc); err != nil {
		return fmt.Errorf("warm searches: %w", err)
	}
	return nil
}

func (s *Searcher) warm(ctx context.Context, sc Scope) error {
	var spaceID int64
	if s.embedder != nil {
		var err error
		spaceID, err = s.store.spaceID(ctx, s.embedder.Space())
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
	}
	view, err := s.store.view(ctx, sc.Members)
	if err != nil {
		return err
	}
	by := s.ranking.scoring(view)
	var cold []warmKey
	for m, c := range view.contents {
		key := warmKey{sc.Members[m].EditionID, spaceID, by}
		if sc.Members[m].Collection.SpaceID != spaceID {
			key.space = 0
		}
		if s.store.isWarm(key) {
			continue
		}
		cold = append(cold, key)
		if len(c.passages.ids)*closeBytesAPassage > s.store.closely.room() {
			continue
		}
		for ids := range slices.Chunk(c.passages.ids, warmChunk) {
			if err := s.store.warmPassages(ctx, key.space, ids); err != nil {
				return err
			}
		}
	}
	if len(cold) > 0 {
		if err := s.store.warmTerms(ctx, view, s.ranking); err != nil {
			return err
		}
	}
	s.store.setWarm(cold)
	return nil
}

func (s *Store) isWarm(key warmKey) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.warm[key]
}

func (s *Store) setWarm(keys []warmKey) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.warm)+len(keys) > maxWarmed {
		clear(s.warm)
	}
	for _, key := range keys {
		s.warm[key] = true
	}
}

// warmPassages remembers of passages what a close look needs.
func (s *Store) warmPassages(ctx context.Context, spaceID int64, ids []int64) error {
	var missing []int64
	for _, id := range ids {
		if _, ok := s.closely.get(closeKey{spaceID, id}); !ok {
			missing = append(missing, id)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	texts, err := s.closeTexts(ctx, spaceID, missing)
	if err != nil {
		return err
	}
	for id, text := range texts {
		s.rememberClosely(spaceID, id, text)
	}
	return nil
}

// warmTerms remembers the most frequent terms, the rarer ones first, so that
// what is forgotten first is what is read soonest.
func (s *Store) warmTerms(ctx context.Context, v *view, r Ranking) error {
	terms, err := s.frequentTerms(ctx, v)
	if err != nil {
		return err
	}
	slices.Reverse(terms)
	found := &lexicalScores{scratch: s.takeScratch(v), scoring: r.scoring(v)}
	defer s.scratch.Put(found.scratch)
	found.passages = r.Passage.tables(found.passageAverage)
	for names := range slices.Chunk(terms, warmTerms) {
		next := 0
		err := s.readTerms(ctx, v, found.scratch, names, func(lists []termLists) {
			s.rememberTerm(v, found.scoring, names[next], found.weighAll(v, lists))
			next++
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// frequentTerms returns the terms with the longest lists, longest first, as many
// as there is room to remember.
func (s *Store) frequentTerms(ctx context.Context, v *view) ([]string, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT
			term,
			sum(octet_length(postings)) AS bytes
		FROM term_lists
		WHERE collection_id = ANY(@collections)
			AND term <> ''
		GROUP BY term
		HAVING sum(octet_length(postings)) >= @least
		ORDER BY
			bytes DESC,
			term
		LIMIT @most`, pgx.NamedArgs{"collections": v.collections(), "least": leastWarm, "most": mostWarm})
	if err != nil {
		return nil, fmt.Errorf("list frequent terms: %w", err)
	}
	var terms []string
	room := s.terms.room() / 4 * 3
	var term string
	var coded int
	_, err = pgx.ForEachRow(rows, []any{&term, &coded}, func() error {
		// A posting of three bytes is remembered in four, and its document in
		// as many, of which there are half as many at most times.
		if room -= 2 * coded; room > 0 {
			terms = append(terms, term)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list frequent terms: %w", err)
	}
	return terms, nil
}
