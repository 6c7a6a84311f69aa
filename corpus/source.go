package corpus

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Source is where documents come from, as an operator declared it.
type Source struct {
	ID         int64
	Collection Collection
	SourceRef
	Declared  bool            // schedules and runs without a path read it
	Settings  json.RawMessage // of its kind; never empty
	Schedule  string          // in cron's form and the collection's time zone; empty: none
	Paused    bool
	MaxLoss   *float64  // the share of its documents that it may lose without a word; nil: the usual one
	Next      time.Time // when the schedule falls due; zero: never
	Documents int       // live ones
}

const sourceColumns = collectionColumns + `,
	s.id,
	s.kind,
	s.uri,
	s.declared,
	s.settings,
	s.schedule,
	s.paused,
	s.max_loss,
	s.next_at,
	(
		-- What readers see of it.
		SELECT count(*)
		FROM documents d
		WHERE d.source_id = s.id
			AND d.born <= c.published
			AND (d.ended IS NULL OR d.ended > c.published)
	)`

const sourceTables = `
	sources s
	JOIN collections c ON c.id = s.collection_id`

func scanSource(row pgx.CollectableRow) (Source, error) {
	var s Source
	var next *time.Time
	err := row.Scan(append(collectionFields(&s.Collection), &s.ID, &s.Kind, &s.URI, &s.Declared, &s.Settings,
		&s.Schedule, &s.Paused, &s.MaxLoss, &next, &s.Documents)...)
	if next != nil {
		s.Next = *next
	}
	return s, err
}

// DeclareSource adds the source to its collection, or replaces what was
// declared of the one with its URI, and returns it with its ID.
func (s *Store) DeclareSource(ctx context.Context, src Source) (Source, error) {
	if len(src.Settings) == 0 {
		src.Settings = json.RawMessage("{}")
	}
	var next *time.Time
	if !src.Next.IsZero() {
		next = &src.Next
	}
	var id int64
	err := s.pool.QueryRow(ctx, `
		INSERT INTO sources (
			collection_id,
			kind,
			uri,
			declared,
			settings,
			schedule,
			paused,
			max_loss,
			next_at
		) VALUES (
			@collection,
			@kind,
			@uri,
			true,
			@settings,
			@schedule,
			@paused,
			@max_loss,
			@next
		)
		ON CONFLICT (collection_id, uri) DO UPDATE SET
			kind = excluded.kind,
			declared = true,
			settings = excluded.settings,
			schedule = excluded.schedule,
			paused = excluded.paused,
			max_loss = excluded.max_loss,
			next_at = excluded.next_at
		RETURNING id`,
		pgx.NamedArgs{
			"collection": src.Collection.ID,
			"kind":       src.Kind,
			"uri":        src.URI,
			"settings":   src.Settings,
			"schedule":   src.Schedule,
			"paused":     src.Paused,
			"max_loss":   src.MaxLoss,
			"next":       next,
		}).Scan(&id)
	if err != nil {
		return Source{}, fmt.Errorf("declare source %s: %w", src.URI, err)
	}
	return s.Source(ctx, id)
}

// Source returns the source with this ID, declared or not, or ErrNotFound.
func (s *Store) Source(ctx context.Context, id int64) (Source, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT `+sourceColumns+`
		FROM `+sourceTables+`
		WHERE s.id = @id
		ORDER BY s.id
		LIMIT 1`, pgx.NamedArgs{"id": id})
	if err != nil {
		return Source{}, fmt.Errorf("read source %d: %w", id, err)
	}
	src, err := pgx.CollectExactlyOneRow(rows, scanSource)
	if err != nil {
		return Source{}, fmt.Errorf("read source %d: %w", id, orNotFound(err))
	}
	return src, nil
}

// SourceDefinitions returns a collection's sources, those that are not declared
// too, in the order in which they came.
func (s *Store) SourceDefinitions(ctx context.Context, collectionID int64) ([]Source, error) {
	// Bounded by nature: an operator names each source.
	rows, err := s.pool.Query(ctx, `
		SELECT `+sourceColumns+`
		FROM `+sourceTables+`
		WHERE s.collection_id = @collection
		ORDER BY s.id`, pgx.NamedArgs{"collection": collectionID})
	if err != nil {
		return nil, fmt.Errorf("list sources of collection %d: %w", collectionID, err)
	}
	sources, err := pgx.CollectRows(rows, scanSource)
	if err != nil {
		return nil, fmt.Errorf("list sources of collection %d: %w", collectionID, err)
	}
	return sources, nil
}

// WithdrawSource takes back that the source was declared: nothing runs it any
// more, and its documents stay as they are. One that has none in any edition,
// and no run under way, is gone with its runs: then it returns true. It returns
// ErrNotFound when the source was not declared.
func (s *Store) WithdrawSource(ctx context.Context, id int64) (gone bool, err error) {
	tag, err := s.pool.Exec(ctx, `
		DELETE FROM sources s
		WHERE s.id = @id
			AND s.declared
			AND NOT EXISTS (
				SELECT
				FROM documents
				WHERE source_id = s.id
			)
			AND NOT EXISTS (
				SELECT
				FROM runs
				WHERE source_id = s.id
					AND state = 'running'
			)`, pgx.NamedArgs{"id": id})
	if err != nil {
		return false, fmt.Errorf("withdraw source %d: %w", id, err)
	}
	if tag.RowsAffected() == 1 {
		return true, nil
	}
	tag, err = s.pool.Exec(ctx, `
		UPDATE sources
		SET
			declared = false,
			settings = '{}',
			schedule = '',
			paused = false,
			next_at = NULL
		WHERE id = @id
			AND declared`, pgx.NamedArgs{"id": id})
	if err == nil && tag.RowsAffected() == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return false, fmt.Errorf("withdraw source %d: %w", id, err)
	}
	return false, nil
}

// maxDue bounds how many sources are queued at a time.
const maxDue = 100

// QueueDue hands each source whose schedule has fallen due to queue, and notes
// when it next does, as next says; all in one transaction, so that a source is
// queued once whoever else looks. What fell due while nobody looked is queued
// once. A source that never falls due, the zero time, is not queued any more.
func (s *Store) QueueDue(ctx context.Context, now time.Time, next func(Source) time.Time,
	queue func(context.Context, pgx.Tx, Source) error,
) error {
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			SELECT `+sourceColumns+`
			FROM `+sourceTables+`
			WHERE s.next_at <= @now
				AND s.declared
				AND NOT s.paused
			ORDER BY
				s.next_at,
				s.id
			LIMIT @limit
			FOR UPDATE OF s SKIP LOCKED`, pgx.NamedArgs{"now": now, "limit": maxDue})
		if err != nil {
			return err
		}
		due, err := pgx.CollectRows(rows, scanSource)
		if err != nil {
			return err
		}
		for _, src := range due {
			at := next(src)
			if !at.IsZero() {
				if err := queue(ctx, tx, src); err != nil {
					return err
				}
			}
			_, err = tx.Exec(ctx, `
				UPDATE sources
				SET next_at = @next
				WHERE id = @id`, pgx.NamedArgs{"id": src.ID, "next": orNull(at)})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("queue sources that are due: %w", err)
	}
	return nil
}
