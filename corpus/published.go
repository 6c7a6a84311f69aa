package corpus

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/jackc/pgx/v5"

	"guichet/internal/personal"
)

// publishedCache remembers, by edition id, the telephone numbers and e-mail
// addresses that stand in its passages: some dozens for a town.
type publishedCache struct {
	mu   sync.Mutex
	byID map[int64]map[string]bool
}

// maxPublishedEditions bounds the editions that are remembered.
const maxPublishedEditions = 256

// Published returns those of these telephone numbers (as
// personal.NormalPhone writes them) and e-mail addresses (in lower case) that
// the scope's passages or the town's contact hold. What is published is no
// personal secret. Each edition is read through once, by the first who asks;
// an empty list asks nothing.
func (s *Store) Published(ctx context.Context, sc Scope, c Contact, values []string) (map[string]bool, error) {
	found := map[string]bool{}
	if len(values) == 0 {
		return found, nil
	}
	phones, emails := personal.Candidates(c.Phone + "\n" + c.Email + "\n" + c.Hours + "\n" + c.Address)
	own := slices.Concat(phones, emails)
	missing := 0
	for _, v := range values {
		if found[v] = slices.Contains(own, v); !found[v] {
			missing++
		}
	}
	for _, m := range sc.Members {
		if missing == 0 {
			break
		}
		published, err := s.publishedIn(ctx, m)
		if err != nil {
			return nil, fmt.Errorf("read what collection %q publishes: %w", m.Collection.Name, err)
		}
		for _, v := range values {
			found[v] = found[v] || published[v]
		}
	}
	return found, nil
}

func (s *Store) publishedIn(ctx context.Context, m ScopeMember) (map[string]bool, error) {
	// Who asks meanwhile waits: one pass is enough.
	s.published.mu.Lock()
	defer s.published.mu.Unlock()
	if known := s.published.byID[m.EditionID]; known != nil {
		return known, nil
	}
	// Bounded by nature: once for each edition, and only passages that hold
	// an address or eight digits.
	rows, err := s.pool.Query(ctx, `
		SELECT p.text
		FROM documents d
		CROSS JOIN LATERAL unnest(d.passages) AS listed (id)
		JOIN passages p ON p.id = listed.id
		WHERE d.collection_id = @collection
			AND d.born <= @edition
			AND (d.ended IS NULL OR d.ended > @edition)
			AND p.text ~ '@|\d(\D{0,3}\d){7}'`,
		pgx.NamedArgs{"collection": m.Collection.ID, "edition": m.Edition})
	if err != nil {
		return nil, err
	}
	published := map[string]bool{}
	var text string
	_, err = pgx.ForEachRow(rows, []any{&text}, func() error {
		phones, emails := personal.Candidates(text)
		for _, v := range slices.Concat(phones, emails) {
			published[v] = true
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if s.published.byID == nil || len(s.published.byID) >= maxPublishedEditions {
		s.published.byID = map[int64]map[string]bool{}
	}
	s.published.byID[m.EditionID] = published
	return published, nil
}
