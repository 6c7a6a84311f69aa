package corpus

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// discard takes the collection back to what its published edition sees: rows
// that were born after it go, rows that were ended after it live again. This
// alone covers crashes, rejected editions and runs after a rollback.
func (e *Edition) discard(ctx context.Context, tx pgx.Tx) error {
	for _, sql := range []string{`
		DELETE FROM documents
		WHERE collection_id = @collection
			AND born > @published`, `
		UPDATE documents
		SET ended = NULL
		WHERE collection_id = @collection
			AND ended > @published`, `
		DELETE FROM passages
		WHERE collection_id = @collection
			AND born > @published`, `
		DELETE FROM ended_lists
		WHERE collection_id = @collection
			AND edition > @published`, `
		DELETE FROM editions
		WHERE collection_id = @collection
			AND number > @published`,
	} {
		if _, err := tx.Exec(ctx, sql, e.args()); err != nil {
			return err
		}
	}
	// Bounded by nature: as many as the discarded editions ended.
	rows, err := tx.Query(ctx, `
		UPDATE passages
		SET ended = NULL
		WHERE collection_id = @collection
			AND ended > @published
		RETURNING id`, e.args())
	if err != nil {
		return err
	}
	revived, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return err
	}
	batch := &pgx.Batch{}
	e.queueVectorsEnded(batch, revived, nil)
	if err := tx.SendBatch(ctx, batch).Close(); err != nil {
		return err
	}
	return e.discardSegments(ctx, tx)
}

// queueVectorsEnded keeps the vectors' own column in step with their passages'
// in every space; nil makes them live again.
func (e *Edition) queueVectorsEnded(batch *pgx.Batch, passages []int64, ended *int) {
	if len(passages) == 0 {
		return
	}
	for _, space := range e.spaces {
		batch.Queue(fmt.Sprintf(`
			UPDATE %s
			SET ended = @ended
			WHERE passage_id = ANY(@passages)`, vectorTable(space)),
			pgx.NamedArgs{"ended": ended, "passages": passages})
	}
}

// discardSegments takes the discarded passages out of the lexical index. A
// segment that a discarded edition wrote goes. One that it merged holds passages
// that stay, too, and is written anew, without the others, if it has any, and
// with the published edition's number: the edition that takes the number of the
// discarded one may merge as well.
func (e *Edition) discardSegments(ctx context.Context, tx pgx.Tx) error {
	var last int64
	err := tx.QueryRow(ctx, `
		SELECT coalesce(max(last_passage), 0)
		FROM editions
		WHERE collection_id = @collection
			AND number = @published`, e.args()).Scan(&last)
	if err != nil {
		return fmt.Errorf("read last passage: %w", err)
	}
	segments, err := readSegments(ctx, tx, e.Collection.ID)
	if err != nil {
		return err
	}
	anew := false
	for _, s := range segments {
		if s.first() <= last {
			anew = anew || s.last() > last || s.number < -e.Collection.Published
			continue
		}
		args := e.args()
		args["segment"] = s.number
		_, err := tx.Exec(ctx, `
			DELETE FROM term_lists
			WHERE collection_id = @collection
				AND segment = @segment`, args)
		if err != nil {
			return fmt.Errorf("delete segment %d: %w", s.number, err)
		}
	}
	if !anew {
		return nil
	}
	return mergeSegments(ctx, tx, e.Collection.ID, e.Collection.Published, func(passage int64) bool {
		return passage <= last
	})
}
