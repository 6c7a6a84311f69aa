package corpus

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Documents are put over several connections, while one holds the collection's
// lock. So that a writer that lost the lock puts no more once another has it, each
// put first shares the row of its edition, as long as that is open for its writer.
// Whoever takes the lock counts the writer up, and whoever completes the edition
// changes its state, only after it has taken the row for itself, FOR UPDATE: it waits
// for the puts that are under way, sees what they wrote, and none comes after. Without
// that a put that shares the row would see it as it was.

// errFenced says that a put came after its edition was completed, or taken over
// by another writer.
var errFenced = errors.New("its edition is not open any more: it is complete, or another writer has taken the collection over")

// ErrLost says that the session that holds the collection's lock is gone.
var ErrLost = errors.New("the database ended this run's session (was it restarted?); the next run goes on where this one stopped")

// fenceTimeout bounds how long puts that are under way are waited for, as those of a
// program that is stopped in the middle of one.
const fenceTimeout = "30s"

// fence takes the rows of a collection's open editions, so that no put of theirs is
// under way from here to the end of the transaction.
func fence(ctx context.Context, tx pgx.Tx, collectionID int64) error {
	_, err := tx.Exec(ctx, fmt.Sprintf(`SET LOCAL lock_timeout = '%s'`, fenceTimeout))
	if err == nil {
		// Bounded by nature: one edition is open.
		_, err = tx.Exec(ctx, `
			SELECT
			FROM editions
			WHERE collection_id = @collection
				AND state = 'open'
			ORDER BY id
			FOR UPDATE`, pgx.NamedArgs{"collection": collectionID})
	}
	if err == nil {
		_, err = tx.Exec(ctx, `SET LOCAL lock_timeout TO DEFAULT`)
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == lockNotAvailable {
		return fmt.Errorf("%w: documents of an earlier run are still being written; was its program stopped in the middle of one?", ErrBusy)
	}
	if err != nil {
		return fmt.Errorf("wait for documents under way: %w", err)
	}
	return nil
}

// lockNotAvailable is Postgres's code for a lock that was waited for too long.
const lockNotAvailable = "55P03"

// shutOut makes the collection's open edition another writer's than before.
func shutOut(ctx context.Context, tx pgx.Tx, collectionID int64) error {
	if err := fence(ctx, tx, collectionID); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		UPDATE editions
		SET writer = writer + 1
		WHERE collection_id = @collection
			AND state = 'open'`, pgx.NamedArgs{"collection": collectionID})
	if err != nil {
		return fmt.Errorf("shut earlier writers out: %w", err)
	}
	return nil
}

// resume goes on with the open edition as the writer that the lock made it.
func (e *Edition) resume(ctx context.Context, tx pgx.Tx) error {
	err := tx.QueryRow(ctx, `
		SELECT
			id,
			writer
		FROM editions
		WHERE collection_id = @collection
			AND number = @edition
		LIMIT 1`, e.args()).Scan(&e.row, &e.writer)
	if err != nil {
		return fmt.Errorf("go on with edition %d: %w", e.Number, err)
	}
	return nil
}

// Held returns ErrLost when the session that holds the collection's lock is gone, as when
// the database was restarted: documents would still be put, over other connections, and
// the edition could not be completed.
func (e *Edition) Held(ctx context.Context) error {
	if err := e.conn.Ping(ctx); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return fmt.Errorf("%w: %w", ErrLost, err)
	}
	return nil
}

// idsAtOnce is how many ids of passages are drawn at once, at least, and of
// documents at most: a town's document has some ten passages.
const (
	idsAtOnce       = 512
	documentsAtOnce = 32
)

// ids are drawn for an edition and not used yet, ascending. Only one writer
// draws ids for a collection, so ids grow from one edition to the next, which the
// lexical index relies on. What an edition does not use is lost.
type ids struct {
	mu        sync.Mutex
	documents []int64
	passages  []int64
}

// take returns the id of a document and those of n passages. What is drawn is drawn by
// a statement of its own, whose commit is waited for: ids that a crash took back would
// be given out twice.
func (d *ids) take(ctx context.Context, pool *pgxpool.Pool, n int) (document int64, passages []int64, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.documents) == 0 || len(d.passages) < n {
		if err := d.draw(ctx, pool, max(n, idsAtOnce)); err != nil {
			return 0, nil, err
		}
	}
	document, d.documents = d.documents[0], d.documents[1:]
	passages, d.passages = d.passages[:n:n], d.passages[n:]
	return document, passages, nil
}

// draw draws anew: what is left of the last draw is lost.
func (d *ids) draw(ctx context.Context, pool *pgxpool.Pool, n int) error {
	err := pool.QueryRow(ctx, `
		WITH sequences AS MATERIALIZED (
			SELECT
				pg_get_serial_sequence('documents', 'id')::regclass AS documents,
				pg_get_serial_sequence('passages', 'id')::regclass AS passages
		)
		SELECT
			ARRAY(
				SELECT nextval(sequences.documents) AS id
				FROM sequences, generate_series(1, @documents)
				ORDER BY id
			),
			ARRAY(
				SELECT nextval(sequences.passages) AS id
				FROM sequences, generate_series(1, @passages)
				ORDER BY id
			)`, pgx.NamedArgs{"documents": documentsAtOnce, "passages": n}).Scan(&d.documents, &d.passages)
	if err != nil {
		return fmt.Errorf("draw ids: %w", err)
	}
	return nil
}
