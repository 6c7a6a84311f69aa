package corpus

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Complete writes the edition's term lists and figures in one transaction.
// An edition that changed nothing is dropped, and changed is false. A run that
// was not finished is recorded as failed.
func (e *Edition) Complete(ctx context.Context) (changed bool, err error) {
	err = pgx.BeginFunc(ctx, e.conn, func(tx pgx.Tx) error {
		if err := fence(ctx, tx, e.Collection.ID); err != nil {
			return err
		}
		if err := e.failRuns(ctx, tx); err != nil {
			return err
		}
		changed, err = e.changed(ctx, tx)
		if err != nil {
			return err
		}
		if !changed {
			return e.drop(ctx, tx)
		}
		return e.index(ctx, tx)
	})
	if err != nil {
		return false, fmt.Errorf("complete edition %d of collection %q: %w", e.Number, e.Collection.Name, err)
	}
	return changed, nil
}

func (e *Edition) failRuns(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, `
		UPDATE runs
		SET
			state = 'failed',
			finished_at = now()
		WHERE collection_id = @collection
			AND edition = @edition
			AND state = 'running'
			AND finished_at IS NULL`, e.args())
	if err != nil {
		return fmt.Errorf("close unfinished runs: %w", err)
	}
	return nil
}

// changed tells whether the edition bore or ended a document.
func (e *Edition) changed(ctx context.Context, tx pgx.Tx) (bool, error) {
	var open, changed bool
	err := tx.QueryRow(ctx, `
		SELECT
			EXISTS (
				SELECT
				FROM editions
				WHERE collection_id = @collection
					AND number = @edition
					AND state = 'open'
			),
			EXISTS (
				SELECT
				FROM documents
				WHERE collection_id = @collection
					AND born = @edition
			) OR EXISTS (
				SELECT
				FROM documents
				WHERE collection_id = @collection
					AND ended = @edition
			)`, e.args()).Scan(&open, &changed)
	if err != nil {
		return false, fmt.Errorf("look for changes: %w", err)
	}
	if !open {
		return false, errors.New("it is not open")
	}
	return changed, nil
}

func (e *Edition) drop(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, `
		DELETE FROM editions
		WHERE collection_id = @collection
			AND number = @edition`, e.args())
	if err != nil {
		return fmt.Errorf("drop unchanged edition: %w", err)
	}
	return nil
}

// index writes the edition's segment, its list of ended passages and its
// figures, and merges the segments when they have become many.
func (e *Edition) index(ctx context.Context, tx pgx.Tx) error {
	if err := e.buildSegment(ctx, tx); err != nil {
		return err
	}
	if err := e.writeEnded(ctx, tx); err != nil {
		return err
	}
	segments, err := readSegments(ctx, tx, e.Collection.ID)
	if err != nil {
		return err
	}
	ended, err := readEnded(ctx, tx, e.Collection.ID)
	if err != nil {
		return err
	}
	if err := e.writeFigures(ctx, tx, segments, ended); err != nil {
		return err
	}
	if len(segments) <= e.store.maxSegments {
		return nil
	}
	return e.merge(ctx, tx)
}

func (e *Edition) writeEnded(ctx context.Context, tx pgx.Tx) error {
	// Bounded by nature: eight bytes for each passage that the edition ended.
	rows, err := tx.Query(ctx, `
		SELECT id
		FROM passages
		WHERE collection_id = @collection
			AND ended = @edition
		ORDER BY id`, e.args())
	if err != nil {
		return fmt.Errorf("read ended passages: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return fmt.Errorf("read ended passages: %w", err)
	}
	if len(ids) == 0 {
		return nil
	}
	args := e.args()
	args["passages"] = encodeIDs(ids)
	_, err = tx.Exec(ctx, `
		INSERT INTO ended_lists (
			collection_id,
			edition,
			passages
		) VALUES (
			@collection,
			@edition,
			@passages
		)`, args)
	if err != nil {
		return fmt.Errorf("write ended passages: %w", err)
	}
	return nil
}

// endedList is what one edition ended.
type endedList struct {
	edition int
	coded   []byte
}

// readEnded returns the collection's lists of ended passages.
func readEnded(ctx context.Context, tx pgx.Tx, collectionID int64) ([]endedList, error) {
	// Bounded by nature: one row an edition since the last merge.
	rows, err := tx.Query(ctx, `
		SELECT
			edition,
			passages
		FROM ended_lists
		WHERE collection_id = @collection
		ORDER BY edition`, pgx.NamedArgs{"collection": collectionID})
	if err != nil {
		return nil, fmt.Errorf("read ended lists: %w", err)
	}
	lists, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (l endedList, err error) {
		return l, row.Scan(&l.edition, &l.coded)
	})
	if err != nil {
		return nil, fmt.Errorf("read ended lists: %w", err)
	}
	return lists, nil
}

// writeFigures counts what the edition sees and marks it as complete.
func (e *Edition) writeFigures(ctx context.Context, tx pgx.Tx, segments []segment, lists []endedList) error {
	ended := make(idSet)
	for _, l := range lists {
		if err := decodeIDs(l.coded, ended.add); err != nil {
			return fmt.Errorf("passages that edition %d ended: %w", l.edition, err)
		}
	}
	var passages, lengths, last int64
	for _, s := range segments {
		last = max(last, s.last())
		for _, p := range s.passages {
			if !ended.has(p.passage) {
				passages++
				lengths += int64(codeLength(p.length))
			}
		}
	}
	args := e.args()
	args["passages"] = passages
	args["length_sum"] = lengths
	args["last_passage"] = last
	_, err := tx.Exec(ctx, `
		UPDATE editions
		SET
			state = 'complete',
			completed_at = now(),
			passages = @passages,
			length_sum = @length_sum,
			last_passage = @last_passage,
			documents = (
				-- The open edition sees what is live.
				SELECT count(*)
				FROM documents
				WHERE collection_id = @collection
					AND ended IS NULL
			)
		WHERE collection_id = @collection
			AND number = @edition`, args)
	if err != nil {
		return fmt.Errorf("write figures: %w", err)
	}
	return nil
}

// merge makes one segment of all, without the passages that were ended before
// the oldest kept edition could see them; no list of them is needed any more.
// A reader takes the lists of ended passages before the term lists, so that it
// never has older term lists than these.
func (e *Edition) merge(ctx context.Context, tx pgx.Tx) error {
	// Bounded by nature: passages that were ended since the last merge.
	rows, err := tx.Query(ctx, `
		WITH oldest AS (
			SELECT min(number) AS edition
			FROM editions
			WHERE collection_id = @collection
		)
		DELETE FROM ended_lists
		USING oldest
		WHERE ended_lists.collection_id = @collection
			AND ended_lists.edition <= oldest.edition
		RETURNING
			ended_lists.edition,
			ended_lists.passages`, e.args())
	if err != nil {
		return fmt.Errorf("drop ended lists: %w", err)
	}
	gone := make(idSet)
	var l endedList
	_, err = pgx.ForEachRow(rows, []any{&l.edition, &l.coded}, func() error {
		return decodeIDs(l.coded, gone.add)
	})
	if err != nil {
		return fmt.Errorf("drop ended lists: %w", err)
	}
	return mergeSegments(ctx, tx, e.Collection.ID, e.Number, func(passage int64) bool {
		return !gone.has(passage)
	})
}
