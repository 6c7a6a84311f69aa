package corpus

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/singleflight"

	"guichet/internal/personal"
)

// publishedCache remembers, by edition id, the telephone numbers and e-mail
// addresses that stand in its passages: some dozens for a town.
type publishedCache struct {
	passes singleflight.Group // over editions, by id

	mu   sync.Mutex
	byID map[int64]map[string]bool
}

// maxPublishedEditions bounds the editions that are remembered, publishedTime
// how long one is read.
const (
	maxPublishedEditions = 256
	publishedTime        = time.Minute
)

// get returns what was read of the edition, nil before that.
func (c *publishedCache) get(edition int64) map[string]bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.byID[edition]
}

func (c *publishedCache) put(edition int64, published map[string]bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byID == nil || len(c.byID) >= maxPublishedEditions {
		c.byID = map[int64]map[string]bool{}
	}
	c.byID[edition] = published
}

// Published returns those of these telephone numbers (as
// personal.NormalPhone writes them) and e-mail addresses (as NormalEmail does) that
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

// publishedIn returns what stands in the member's edition. Whoever asks while
// another reads it through waits for that one's pass, and no longer than ctx
// lasts; the pass itself goes on when who began it is gone.
func (s *Store) publishedIn(ctx context.Context, m ScopeMember) (map[string]bool, error) {
	if known := s.published.get(m.EditionID); known != nil {
		return known, nil
	}
	pass := s.published.passes.DoChan(strconv.FormatInt(m.EditionID, 10), func() (any, error) {
		if known := s.published.get(m.EditionID); known != nil {
			return known, nil // the pass before this one ended just now
		}
		reading, cancel := context.WithTimeout(context.WithoutCancel(ctx), publishedTime)
		defer cancel()
		published, err := s.readPublished(reading, m)
		if err == nil {
			s.published.put(m.EditionID, published)
		}
		return published, err
	})
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case done := <-pass:
		published, _ := done.Val.(map[string]bool) // always of this type
		return published, done.Err
	}
}

// readPublished reads an edition through.
func (s *Store) readPublished(ctx context.Context, m ScopeMember) (map[string]bool, error) {
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
			AND p.text ~* '@|[([]\s?at\s?[])]|arobase|\d(\D{0,3}\d){7}'`,
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
	return published, nil
}
