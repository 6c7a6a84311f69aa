package corpus

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// EditionInfo tells of an edition in a list.
type EditionInfo struct {
	Number    int
	State     string // open, complete
	Published bool   // it is the one that readers see
	Documents int
	Passages  int
	Waits     string    // why it waits for an operator; empty: it does not
	Review    *Review   // what the gate saw; nil: it has not looked
	Completed time.Time // zero while it is open
	Released  time.Time // when it was published; zero: never
}

// Editions returns the collection's editions, newest first, at most limit.
func (s *Store) Editions(ctx context.Context, collectionID int64, limit int) ([]EditionInfo, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT
			e.number,
			e.state,
			e.number = c.published,
			e.documents,
			e.passages,
			e.waits,
			e.review,
			coalesce(e.completed_at, 'epoch'),
			coalesce(e.published_at, 'epoch')
		FROM editions e
		JOIN collections c ON c.id = e.collection_id
		WHERE e.collection_id = @collection
		ORDER BY e.number DESC
		LIMIT @limit`, pgx.NamedArgs{"collection": collectionID, "limit": limit})
	if err != nil {
		return nil, fmt.Errorf("list editions of collection %d: %w", collectionID, err)
	}
	editions, err := pgx.CollectRows(rows, scanEdition)
	if err != nil {
		return nil, fmt.Errorf("list editions of collection %d: %w", collectionID, err)
	}
	return editions, nil
}

func scanEdition(row pgx.CollectableRow) (EditionInfo, error) {
	var e EditionInfo
	err := row.Scan(&e.Number, &e.State, &e.Published, &e.Documents, &e.Passages, &e.Waits, &e.Review, &e.Completed, &e.Released)
	for _, t := range []*time.Time{&e.Completed, &e.Released} {
		if t.Unix() == 0 {
			*t = time.Time{}
		}
	}
	return e, err
}

// Rollback points the collection at an older complete edition: one UPDATE. From
// then on it asks before anything is published, until Resume: who rolled back
// is noted. It returns ErrNotFound when there is no such edition before the
// published one. A run that is under way meanwhile fails when it wants to
// publish.
func (s *Store) Rollback(ctx context.Context, collectionID int64, to int, who string) error {
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		args := pgx.NamedArgs{"collection": collectionID, "to": to, "who": who}
		// Taken first, so that the edition cannot be pruned after it was seen.
		if _, err := tx.Exec(ctx, lockCollectionRow, args); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `
			UPDATE collections
			SET
				published = @to,
				held_at = now(),
				held_by = @who,
				held_from = published
			WHERE id = @collection
				AND published > @to
				AND EXISTS (
					SELECT
					FROM editions
					WHERE collection_id = @collection
						AND number = @to
						AND state = 'complete'
				)`, args)
		if err == nil && tag.RowsAffected() == 0 {
			err = ErrNotFound
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("roll collection %d back to edition %d: %w", collectionID, to, err)
	}
	return nil
}

// lockCollectionRow keeps the published edition from changing until the
// transaction ends. Readers and rows that point at the collection do not mind.
const lockCollectionRow = `
	SELECT
	FROM collections
	WHERE id = @collection
	ORDER BY id
	LIMIT 1
	FOR NO KEY UPDATE`

// Prune deletes what none of the newest keep editions sees, counting back from
// the published one; what lies beyond that is left to the next Open. It
// takes the collection's writer lock, or returns ErrBusy.
func (s *Store) Prune(ctx context.Context, collectionID int64, keep int) error {
	if keep < 1 {
		return fmt.Errorf("prune collection %d: %d editions kept, at least 1 must be", collectionID, keep)
	}
	c := Collection{ID: collectionID}
	conn, err := s.lockCollection(ctx, c)
	if err != nil {
		return fmt.Errorf("prune collection %d: %w", collectionID, err)
	}
	defer s.unlockCollection(conn, c)
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error { return prune(ctx, tx, collectionID, keep, nil) })
	if err != nil {
		return fmt.Errorf("prune collection %d: %w", collectionID, err)
	}
	return nil
}

// Prune deletes what is seen by none of the editions that the collection's
// policy keeps: the newest ones, counting back from the published one, and
// those that were published within the policy's days.
func (e *Edition) Prune(ctx context.Context) error {
	err := pgx.BeginFunc(ctx, e.conn, func(tx pgx.Tx) error {
		var keep, days int
		err := tx.QueryRow(ctx, `
			SELECT
				keep_editions,
				keep_days
			FROM collections
			WHERE id = @collection
			ORDER BY id
			LIMIT 1`, e.args()).Scan(&keep, &days)
		if err != nil {
			return orNotFound(err)
		}
		return prune(ctx, tx, e.Collection.ID, keep, &days)
	})
	if err != nil {
		return fmt.Errorf("prune collection %q: %w", e.Collection.Name, err)
	}
	return nil
}

// prune keeps the newest editions, and those of the last days; nil: none for
// their age.
func prune(ctx context.Context, tx pgx.Tx, collectionID int64, keep int, days *int) error {
	args := pgx.NamedArgs{"collection": collectionID, "keep": keep, "days": days}
	if _, err := tx.Exec(ctx, lockCollectionRow, args); err != nil {
		return err
	}
	var oldest int
	err := tx.QueryRow(ctx, `
		WITH newest AS (
			-- The published edition and those before it, newest first.
			SELECT
				e.number,
				e.published_at,
				row_number() OVER (ORDER BY e.number DESC) AS place
			FROM editions e
			JOIN collections c ON c.id = e.collection_id
			WHERE e.collection_id = @collection
				AND e.number <= c.published
		)
		SELECT coalesce(min(number), 0)
		FROM newest
		WHERE place <= @keep
			OR published_at > now() - make_interval(days => @days)`, args).Scan(&oldest)
	if err != nil {
		return fmt.Errorf("find oldest kept edition: %w", err)
	}
	args["oldest"] = oldest
	// The term lists keep the passages, and the lists of ended passages hide
	// them, until the next merge drops both.
	for _, sql := range []string{`
		DELETE FROM documents
		WHERE collection_id = @collection
			AND ended <= @oldest`, `
		DELETE FROM passages
		WHERE collection_id = @collection
			AND ended <= @oldest`, `
		DELETE FROM editions
		WHERE collection_id = @collection
			AND number < @oldest`,
	} {
		if _, err := tx.Exec(ctx, sql, args); err != nil {
			return err
		}
	}
	return nil
}
