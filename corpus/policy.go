package corpus

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Publishing says what becomes of a prepared edition.
type Publishing string

// The ways there are.
const (
	PublishAuto  Publishing = "auto"  // published unless the gate sees it get worse
	PublishAsk   Publishing = "ask"   // waits for an operator
	PublishNever Publishing = "never" // looked at, and replaced by the next run
)

// Policy is how a collection's editions are published and kept.
type Policy struct {
	Publish      Publishing
	Gate         string  // "quoting": cases are answered without a model; "model": with it
	MaxWorse     int     // cases that may get worse under PublishAuto
	MaxLoss      float64 // the share of documents that may go under PublishAuto
	KeepEditions int     // at least 1
	KeepDays     int     // younger editions are kept, too
	Held         *Hold   // nil: none
}

// Hold is a rollback that nobody has resumed from, and after which no operator
// has published: until then the collection asks.
type Hold struct {
	At   time.Time
	By   string // whoever rolled back
	From int    // the edition that was published
}

// Policy returns the collection's policy, or ErrNotFound.
func (s *Store) Policy(ctx context.Context, collectionID int64) (Policy, error) {
	var p Policy
	var h Hold
	var at *time.Time
	err := s.pool.QueryRow(ctx, `
		SELECT
			publish,
			gate,
			max_worse,
			max_loss,
			keep_editions,
			keep_days,
			held_at,
			held_by,
			held_from
		FROM collections
		WHERE id = @collection
		ORDER BY id
		LIMIT 1`, pgx.NamedArgs{"collection": collectionID}).Scan(&p.Publish, &p.Gate, &p.MaxWorse, &p.MaxLoss,
		&p.KeepEditions, &p.KeepDays, &at, &h.By, &h.From)
	if err != nil {
		return Policy{}, fmt.Errorf("read policy of collection %d: %w", collectionID, orNotFound(err))
	}
	if at != nil {
		h.At = *at
		p.Held = &h
	}
	return p, nil
}

// SetPolicy sets all of the policy but the hold, which Rollback sets and Resume
// lifts.
func (s *Store) SetPolicy(ctx context.Context, collectionID int64, p Policy) error {
	tag, err := s.pool.Exec(ctx, `
		UPDATE collections
		SET
			publish = @publish,
			gate = @gate,
			max_worse = @max_worse,
			max_loss = @max_loss,
			keep_editions = @keep_editions,
			keep_days = @keep_days
		WHERE id = @collection`,
		pgx.NamedArgs{
			"collection":    collectionID,
			"publish":       p.Publish,
			"gate":          p.Gate,
			"max_worse":     p.MaxWorse,
			"max_loss":      p.MaxLoss,
			"keep_editions": p.KeepEditions,
			"keep_days":     p.KeepDays,
		})
	if err == nil && tag.RowsAffected() == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("set policy of collection %d: %w", collectionID, err)
	}
	return nil
}

// Resume lifts the hold, so that the collection is published by its policy
// again. It returns ErrNotFound when there is none.
func (s *Store) Resume(ctx context.Context, collectionID int64) error {
	tag, err := s.pool.Exec(ctx, `
		UPDATE collections
		SET
			held_at = NULL,
			held_by = '',
			held_from = 0
		WHERE id = @collection
			AND held_at IS NOT NULL`, pgx.NamedArgs{"collection": collectionID})
	if err == nil && tag.RowsAffected() == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("resume collection %d: %w", collectionID, err)
	}
	return nil
}
