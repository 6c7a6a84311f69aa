package corpus

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Rename gives the live document another public name, its passages unchanged.
// It returns ErrNotFound when the source has no such document.
func (r *Run) Rename(ctx context.Context, key, name string) error {
	err := pgx.BeginFunc(ctx, r.edition.conn, func(tx pgx.Tx) error {
		previous, err := r.previous(ctx, tx, key, "")
		if err != nil {
			return err
		}
		if !previous.live {
			return ErrNotFound
		}
		return r.edition.rename(ctx, tx, previous, name)
	})
	if err != nil {
		return fmt.Errorf("rename document %s to %s: %w", key, name, err)
	}
	return nil
}

func (e *Edition) rename(ctx context.Context, tx pgx.Tx, v version, name string) error {
	args := pgx.NamedArgs{"id": v.id, "name": name, "edition": e.Number}
	if v.born == e.Number {
		_, err := tx.Exec(ctx, `
			UPDATE documents
			SET name = @name
			WHERE id = @id`, args)
		return err
	}
	batch := &pgx.Batch{}
	e.queueEndDocument(batch, v)
	batch.Queue(`
		INSERT INTO documents (
			collection_id,
			source_id,
			lineage,
			key,
			name,
			url,
			title,
			theme,
			media_type,
			published_on,
			modified_on,
			valid_from,
			valid_until,
			content_hash,
			extractor,
			passages,
			flags,
			service,
			born
		)
		SELECT
			collection_id,
			source_id,
			lineage,
			key,
			@name,
			url,
			title,
			theme,
			media_type,
			published_on,
			modified_on,
			valid_from,
			valid_until,
			content_hash,
			extractor,
			passages,
			flags,
			service,
			@edition
		FROM documents
		WHERE id = @id`, args)
	return tx.SendBatch(ctx, batch).Close()
}

// Retire ends the source's documents with these keys. A key that the source
// does not have is passed over.
func (r *Run) Retire(ctx context.Context, keys []string) error {
	if len(keys) == 0 {
		return nil
	}
	err := pgx.BeginFunc(ctx, r.edition.conn, func(tx pgx.Tx) error { return r.retire(ctx, tx, keys) })
	if err != nil {
		return fmt.Errorf("retire %d documents: %w", len(keys), err)
	}
	return nil
}

func (r *Run) retire(ctx context.Context, tx pgx.Tx, keys []string) error {
	args := r.args()
	args["keys"] = keys
	// Bounded by nature: one row for each key.
	rows, err := tx.Query(ctx, `
		SELECT
			id,
			lineage,
			born
		FROM documents
		WHERE collection_id = @collection
			AND source_id = @source
			AND key = ANY(@keys)
			AND ended IS NULL
		ORDER BY id`, args)
	if err != nil {
		return err
	}
	batch := &pgx.Batch{}
	var lineages []int64
	var v version
	_, err = pgx.ForEachRow(rows, []any{&v.id, &v.lineage, &v.born}, func() error {
		r.edition.queueEndDocument(batch, v)
		lineages = append(lineages, v.lineage)
		return nil
	})
	if err != nil {
		return err
	}
	// Bounded by nature: the passages of the retired documents.
	rows, err = tx.Query(ctx, `
		SELECT
			id,
			born
		FROM passages
		WHERE lineage = ANY(@lineages)
			AND ended IS NULL
		ORDER BY id`, pgx.NamedArgs{"lineages": lineages})
	if err != nil {
		return err
	}
	var passages []stored
	var p stored
	_, err = pgx.ForEachRow(rows, []any{&p.id, &p.born}, func() error {
		passages = append(passages, p)
		return nil
	})
	if err != nil {
		return err
	}
	r.edition.queueEndPassages(batch, passages)
	return tx.SendBatch(ctx, batch).Close()
}
