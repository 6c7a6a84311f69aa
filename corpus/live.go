package corpus

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// LiveDocument is a document of a collection, as one edition has it.
type LiveDocument struct {
	Source SourceRef
	Key    string
	Known
}

// Live returns the documents of the collection's published edition, by source
// and key; none when nothing is published.
func (s *Store) Live(ctx context.Context, c Collection) ([]LiveDocument, error) {
	live, err := liveDocuments(ctx, s.pool, c.ID, c.Published)
	if err != nil {
		return nil, fmt.Errorf("list documents of collection %q: %w", c.Name, err)
	}
	return live, nil
}

// Live returns the documents that the edition holds so far, by source and key.
func (e *Edition) Live(ctx context.Context) ([]LiveDocument, error) {
	live, err := liveDocuments(ctx, e.conn, e.Collection.ID, e.Number)
	if err != nil {
		return nil, fmt.Errorf("list documents of edition %d: %w", e.Number, err)
	}
	return live, nil
}

// lister is what a pool and a writer's connection have in common here.
type lister interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

func liveDocuments(ctx context.Context, db lister, collection int64, edition int) ([]LiveDocument, error) {
	// Bounded by nature: a few hundred bytes for each document.
	rows, err := db.Query(ctx, `
		SELECT
			s.kind,
			s.uri,
			d.key,
			d.name,
			d.content_hash,
			d.extractor
		FROM documents d
		JOIN sources s ON s.id = d.source_id
		WHERE d.collection_id = @collection
			AND d.born <= @edition
			AND (d.ended IS NULL OR d.ended > @edition)
		ORDER BY
			s.uri,
			d.key`, pgx.NamedArgs{"collection": collection, "edition": edition})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (LiveDocument, error) {
		var d LiveDocument
		err := row.Scan(&d.Source.Kind, &d.Source.URI, &d.Key, &d.Name, &d.ContentHash, &d.Extractor)
		return d, err
	})
}
