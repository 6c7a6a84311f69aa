package corpus

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// ScopeDocument is a document as a reader of a scope sees it.
type ScopeDocument struct {
	Source     SourceRef
	Key        string // in its source
	Name       string
	Title      string
	URL        string
	ModifiedOn time.Time // as its source says; zero: unknown
	Since      time.Time // when the run began that brought it as it is; zero: unknown
	ValidUntil time.Time // zero: no end
	Flags      []Flag
	Text       string  // of its passages, in reading order, an empty line between two
	Passages   []int64 // IDs of its passages, and of those of its older versions that are kept
}

// EachDocument reads the documents that a scope's member sees, in the order of
// their names, and hands on each as it comes. It holds a connection until the
// last was handed on, and one document in memory.
func (s *Store) EachDocument(ctx context.Context, m ScopeMember, hand func(ScopeDocument)) error {
	// Bounded by nature: a row for each document, read one after the other.
	rows, err := s.pool.Query(ctx, `
		WITH brought AS (
			-- When each edition was written by each source. Runs outlive their
			-- edition, which is pruned; of several that wrote one number the last
			-- counts, since the others were discarded or went on in it.
			SELECT
				source_id,
				edition,
				max(started_at) AS at
			FROM runs
			WHERE collection_id = @collection
				AND edition <= @edition
			GROUP BY
				source_id,
				edition
		)
		SELECT
			s.kind,
			s.uri,
			d.key,
			d.name,
			d.title,
			d.url,
			d.modified_on,
			d.valid_until,
			brought.at,
			d.flags,
			coalesce((
				SELECT string_agg(p.text, E'\n\n' ORDER BY reading.place)
				FROM unnest(d.passages) WITH ORDINALITY AS reading (id, place)
				JOIN passages p
					ON p.id = reading.id
			), ''),
			ARRAY(
				SELECT p.id
				FROM passages p
				WHERE p.lineage = d.lineage
				ORDER BY p.id
			)
		FROM documents d
		JOIN sources s
			ON s.id = d.source_id
		LEFT JOIN brought
			ON brought.source_id = d.source_id
			AND brought.edition = d.born
		WHERE d.collection_id = @collection
			AND d.born <= @edition
			AND (d.ended IS NULL OR d.ended > @edition)
		ORDER BY d.name`, pgx.NamedArgs{"collection": m.Collection.ID, "edition": m.Edition})
	if err != nil {
		return fmt.Errorf("read documents of collection %q: %w", m.Collection.Name, err)
	}
	defer rows.Close()
	for rows.Next() {
		d, err := scanScopeDocument(rows)
		if err != nil {
			return fmt.Errorf("read documents of collection %q: %w", m.Collection.Name, err)
		}
		hand(d)
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read documents of collection %q: %w", m.Collection.Name, err)
	}
	return nil
}

func scanScopeDocument(rows pgx.Rows) (ScopeDocument, error) {
	var d ScopeDocument
	var modified, until, since *time.Time
	if err := rows.Scan(&d.Source.Kind, &d.Source.URI, &d.Key, &d.Name, &d.Title, &d.URL, &modified, &until, &since, &d.Flags, &d.Text, &d.Passages); err != nil {
		return ScopeDocument{}, err
	}
	if modified != nil {
		d.ModifiedOn = *modified
	}
	if until != nil {
		d.ValidUntil = *until
	}
	if since != nil {
		d.Since = *since
	}
	return d, nil
}
