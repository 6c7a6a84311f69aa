package corpus

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/jackc/pgx/v5"
)

// Documents are put over several connections, while one holds the collection's
// lock. So that a writer that lost the lock puts no more once another has it, each
// put first shares the row of its edition, as long as that is open for its writer:
// whoever opens, completes or discards an edition takes the row for itself, waits
// for the puts that are under way, and sees what they wrote. An interrupted edition
// that is gone on with is open for another writer.

// errFenced says that a put came after its edition was completed, or taken over
// by another writer.
var errFenced = errors.New("its edition is not open any more: it is complete, or another writer has taken the collection over")

// fence takes the rows of all editions beyond the published one, so that no put
// of theirs is under way from here to the end of the transaction.
func (e *Edition) fence(ctx context.Context, tx pgx.Tx) error {
	// Bounded by nature: one edition lies beyond the published one, or a few
	// after rollbacks.
	_, err := tx.Exec(ctx, `
		SELECT
		FROM editions
		WHERE collection_id = @collection
			AND number > @published
		ORDER BY id
		FOR UPDATE`, e.args())
	if err != nil {
		return fmt.Errorf("wait for documents under way: %w", err)
	}
	return nil
}

// takeOver makes an interrupted edition open for this writer alone.
func (e *Edition) takeOver(ctx context.Context, tx pgx.Tx) error {
	err := tx.QueryRow(ctx, `
		UPDATE editions
		SET writer = writer + 1
		WHERE collection_id = @collection
			AND number = @edition
		RETURNING
			id,
			writer`, e.args()).Scan(&e.row, &e.writer)
	if err != nil {
		return fmt.Errorf("take edition %d over: %w", e.Number, err)
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

// take returns the id of a document and those of n new passages.
func (d *ids) take(ctx context.Context, tx pgx.Tx, n int) (document int64, passages []int64, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.documents) == 0 || len(d.passages) < n {
		if err := d.draw(ctx, tx, max(n, idsAtOnce)); err != nil {
			return 0, nil, err
		}
	}
	document, d.documents = d.documents[0], d.documents[1:]
	passages, d.passages = d.passages[:n:n], d.passages[n:]
	return document, passages, nil
}

// draw draws anew: what is left of the last draw is lost.
func (d *ids) draw(ctx context.Context, tx pgx.Tx, n int) error {
	err := tx.QueryRow(ctx, `
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
