package corpus

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// An edition that waits for an operator lies beyond the published one, complete
// and whole. The next run over any source of its collection takes it up: it
// goes on from what the edition has, so that nothing that waits is lost, nor
// embedded again, and the edition waits or is published anew.

// Hold notes why the completed edition waits for an operator; empty: it does
// not, and the next Open discards it.
func (e *Edition) Hold(ctx context.Context, reason string) error {
	args := e.args()
	args["waits"] = reason
	tag, err := e.conn.Exec(ctx, `
		UPDATE editions
		SET waits = @waits
		WHERE collection_id = @collection
			AND number = @edition
			AND state = 'complete'`, args)
	if err == nil && tag.RowsAffected() == 0 {
		err = errors.New("it is not complete")
	}
	if err != nil {
		return fmt.Errorf("hold edition %d of collection %q: %w", e.Number, e.Collection.Name, err)
	}
	return nil
}

// waits tells whether nothing but the next edition lies beyond the published
// one, complete, never published, and held.
func (e *Edition) waits(ctx context.Context, tx pgx.Tx) (bool, error) {
	var waits bool
	err := tx.QueryRow(ctx, `
		SELECT count(*) = 1 AND coalesce(bool_and(
			state = 'complete'
			AND number = @edition
			AND published_at IS NULL
			AND waits <> ''
		), false)
		FROM editions
		WHERE collection_id = @collection
			AND number > @published`, e.args()).Scan(&waits)
	if err != nil {
		return false, fmt.Errorf("look for a waiting edition: %w", err)
	}
	return waits, nil
}

// reopen opens the edition that waits, with its rows: what Complete wrote of
// them goes, and its row, since an edition's ID stands for what it holds.
func (e *Edition) reopen(ctx context.Context, tx pgx.Tx) error {
	if err := e.discardSegments(ctx, tx); err != nil {
		return err
	}
	for _, sql := range []string{`
		DELETE FROM ended_lists
		WHERE collection_id = @collection
			AND edition = @edition`, `
		DELETE FROM term_sequences
		USING passages
		WHERE passages.id = term_sequences.passage_id
			AND passages.collection_id = @collection
			AND passages.born = @edition`, `
		DELETE FROM editions
		WHERE collection_id = @collection
			AND number = @edition`,
	} {
		if _, err := tx.Exec(ctx, sql, e.args()); err != nil {
			return err
		}
	}
	return nil
}

// PublishPrepared makes a complete edition beyond the published one the one
// that readers see: one UPDATE. Whoever asks for it has seen to what was rolled
// back: a hold is lifted. It returns ErrNotFound when there is no such
// edition, as while a run is preparing it anew.
func (s *Store) PublishPrepared(ctx context.Context, collectionID int64, edition int) error {
	tag, err := s.pool.Exec(ctx, `
		WITH collection AS (
			-- Taken first: whoever opens an edition takes it, too.
			SELECT id
			FROM collections
			WHERE id = @collection
				AND published < @edition
			ORDER BY id
			LIMIT 1
			FOR NO KEY UPDATE
		), prepared AS (
			UPDATE editions
			SET
				published_at = now(),
				waits = ''
			FROM collection
			WHERE collection_id = collection.id
				AND number = @edition
				AND state = 'complete'
			RETURNING collection_id
		)
		UPDATE collections
		SET
			published = @edition,
			held_at = NULL,
			held_by = '',
			held_from = 0
		FROM prepared
		WHERE id = prepared.collection_id`, pgx.NamedArgs{"collection": collectionID, "edition": edition})
	if err == nil && tag.RowsAffected() == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("publish edition %d of collection %d: %w", edition, collectionID, err)
	}
	return nil
}

// RejectPrepared discards whatever lies beyond the published edition. It takes
// the collection's writer lock, or returns ErrBusy; ErrNotFound says that
// nothing lay there.
func (s *Store) RejectPrepared(ctx context.Context, c Collection) error {
	conn, err := s.lockCollection(ctx, c)
	if err != nil {
		return fmt.Errorf("reject prepared edition of collection %q: %w", c.Name, err)
	}
	defer s.unlockCollection(conn, c)
	e := &Edition{Collection: c, store: s, conn: conn}
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		if err := e.locate(ctx, tx); err != nil {
			return err
		}
		var prepared bool
		err := tx.QueryRow(ctx, `
			SELECT EXISTS (
				SELECT
				FROM editions
				WHERE collection_id = @collection
					AND number > @published
			)`, e.args()).Scan(&prepared)
		if err == nil && !prepared {
			err = ErrNotFound
		}
		if err != nil {
			return err
		}
		return e.discard(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("reject prepared edition of collection %q: %w", c.Name, err)
	}
	return nil
}
