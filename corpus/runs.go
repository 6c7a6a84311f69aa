package corpus

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// RunInfo tells of a run in a list.
type RunInfo struct {
	SourceURI string
	Edition   int       // that it wrote into
	State     string    // running, completed, failed, interrupted
	Counts    Counts    // zero until it is completed
	Failures  []Failure // by key
	Started   time.Time
	Finished  time.Time // zero while it runs
}

// Runs returns the collection's runs over its sources, newest first, at most
// limit. A run that was killed says that it is running until the next edition
// is opened.
func (s *Store) Runs(ctx context.Context, collectionID int64, limit int) ([]RunInfo, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT
			s.uri,
			r.edition,
			r.state,
			r.added,
			r.changed,
			r.unchanged,
			r.retired,
			r.failed,
			r.failures,
			r.started_at,
			r.finished_at
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

func scanRun(row pgx.CollectableRow) (RunInfo, error) {
	var r RunInfo
	var finished *time.Time
	err := row.Scan(&r.SourceURI, &r.Edition, &r.State,
		&r.Counts.Added, &r.Counts.Changed, &r.Counts.Unchanged, &r.Counts.Retired, &r.Counts.Failed,
		&r.Failures, &r.Started, &finished)
	if finished != nil {
		r.Finished = *finished
	}
	return r, err
}
