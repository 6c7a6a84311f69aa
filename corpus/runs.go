package corpus

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// RunInfo tells of a run in a list.
type RunInfo struct {
	ID        int64
	SourceID  int64
	SourceURI string
	Edition   int       // that it wrote into; 0: none, or none yet
	State     string    // running, completed, failed, interrupted, asks, cancelled
	Counts    Counts    // zero until its source is read
	Failures  []Failure // by key
	Notes     []Note    // what an operator should know of it beside that
	Reason    Note      // why it failed, or what it asks
	Open      bool      // what it prepared waits, or it asks and nothing has come of that yet
	Progress  Progress  // while it runs
	Started   time.Time
	Updated   time.Time // when it last said something
	Finished  time.Time // zero while it runs
}

// Stalled tells whether the run says that it is running and has long been
// silent: it was killed, or its machine was. The next run takes its work up.
func (r RunInfo) Stalled(now time.Time) bool {
	return r.State == "running" && now.Sub(r.Updated) > silentFor
}

// runColumns are those that scanRun reads. A run asks while nothing has come of
// what it asks: its edition is the one that is prepared, or no later run over its
// source has done what it did not.
const runColumns = `
	r.id,
	s.id,
	s.uri,
	r.edition,
	r.state,
	r.added,
	r.changed,
	r.unchanged,
	r.retired,
	r.failed,
	r.failures,
	r.notes,
	r.reason,
	r.phase,
	r.done,
	r.total,
	r.seen,
	r.current,
	r.phase_at,
	r.started_at,
	r.updated_at,
	r.finished_at,
	CASE
		WHEN r.state NOT IN ('asks', 'completed') THEN false
		WHEN r.edition > 0 THEN EXISTS (
			SELECT
			FROM editions e
			JOIN collections c ON c.id = e.collection_id
			WHERE e.collection_id = r.collection_id
				AND e.number = r.edition
				AND e.number > c.published
				AND e.state = 'complete'
				AND e.published_at IS NULL
				-- An edition that is prepared anew is another one.
				AND e.opened_at <= coalesce(r.entered_at, r.started_at)
		)
		ELSE r.state = 'asks' AND NOT EXISTS (
			SELECT
			FROM runs later
			WHERE later.source_id = r.source_id
				AND later.id > r.id
				AND later.state IN ('asks', 'completed')
		)
	END`

// Runs returns the collection's runs over its sources, newest first, at most
// limit. A run that was killed says that it is running until the next edition
// is opened: see Stalled.
func (s *Store) Runs(ctx context.Context, collectionID int64, limit int) ([]RunInfo, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT `+runColumns+`
		FROM runs r
		JOIN sources s ON s.id = r.source_id
		WHERE r.collection_id = @collection
		ORDER BY r.id DESC
		LIMIT @limit`, pgx.NamedArgs{"collection": collectionID, "limit": limit})
	if err != nil {
		return nil, fmt.Errorf("list runs of collection %d: %w", collectionID, err)
	}
	runs, err := pgx.CollectRows(rows, scanRun)
	if err != nil {
		return nil, fmt.Errorf("list runs of collection %d: %w", collectionID, err)
	}
	return runs, nil
}

// Run returns the run with this ID and the ID of its collection, or ErrNotFound.
func (s *Store) Run(ctx context.Context, id int64) (r RunInfo, collectionID int64, err error) {
	rows, err := s.pool.Query(ctx, `
		SELECT `+runColumns+`
		FROM runs r
		JOIN sources s ON s.id = r.source_id
		WHERE r.id = @id
		ORDER BY r.id
		LIMIT 1`, pgx.NamedArgs{"id": id})
	if err == nil {
		r, err = pgx.CollectExactlyOneRow(rows, scanRun)
	}
	if err == nil {
		err = s.pool.QueryRow(ctx, `
			SELECT collection_id
			FROM runs
			WHERE id = @id
			ORDER BY id
			LIMIT 1`, pgx.NamedArgs{"id": id}).Scan(&collectionID)
	}
	if err != nil {
		return RunInfo{}, 0, fmt.Errorf("read run %d: %w", id, orNotFound(err))
	}
	return r, collectionID, nil
}

// LastRuns returns the newest run over each source of the collection that has
// ended, in the order of the sources.
func (s *Store) LastRuns(ctx context.Context, collectionID int64) ([]RunInfo, error) {
	// Bounded by nature: one for each source.
	rows, err := s.pool.Query(ctx, `
		SELECT DISTINCT ON (r.source_id) `+runColumns+`
		FROM runs r
		JOIN sources s ON s.id = r.source_id
		WHERE r.collection_id = @collection
			AND r.state <> 'running'
		ORDER BY
			r.source_id,
			r.id DESC`, pgx.NamedArgs{"collection": collectionID})
	if err != nil {
		return nil, fmt.Errorf("list last runs of collection %d: %w", collectionID, err)
	}
	runs, err := pgx.CollectRows(rows, scanRun)
	if err != nil {
		return nil, fmt.Errorf("list last runs of collection %d: %w", collectionID, err)
	}
	return runs, nil
}

func scanRun(row pgx.CollectableRow) (RunInfo, error) {
	var r RunInfo
	var finished *time.Time
	err := row.Scan(&r.ID, &r.SourceID, &r.SourceURI, &r.Edition, &r.State,
		&r.Counts.Added, &r.Counts.Changed, &r.Counts.Unchanged, &r.Counts.Retired, &r.Counts.Failed,
		&r.Failures, &r.Notes, &r.Reason, &r.Progress.Phase, &r.Progress.Done, &r.Progress.Total, &r.Progress.Seen,
		&r.Progress.Current, &r.Progress.Since,
		&r.Started, &r.Updated, &finished, &r.Open)
	if finished != nil && r.State != "running" {
		r.Finished = *finished
	}
	return r, err
}
