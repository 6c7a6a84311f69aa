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
	Reason    string    // why it failed, or what it asks
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

// Runs returns the collection's runs over its sources, newest first, at most
// limit. A run that was killed says that it is running until the next edition
// is opened: see Stalled.
func (s *Store) Runs(ctx context.Context, collectionID int64, limit int) ([]RunInfo, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT
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
			r.reason,
			r.phase,
			r.done,
			r.total,
			r.current,
			r.started_at,
			r.updated_at,
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
	err := row.Scan(&r.ID, &r.SourceID, &r.SourceURI, &r.Edition, &r.State,
		&r.Counts.Added, &r.Counts.Changed, &r.Counts.Unchanged, &r.Counts.Retired, &r.Counts.Failed,
		&r.Failures, &r.Reason, &r.Progress.Phase, &r.Progress.Done, &r.Progress.Total, &r.Progress.Current,
		&r.Started, &r.Updated, &finished)
	if finished != nil && r.State != "running" {
		r.Finished = *finished
	}
	return r, err
}
