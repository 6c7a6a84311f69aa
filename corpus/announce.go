package corpus

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Progress is how far a run is.
type Progress struct {
	Phase   string `json:"phase"`   // listing, reading, completing, checking, indexing
	Done    int    `json:"done"`    // items looked at, of all the sources of its pass; in listing, pages of websites asked for
	Total   int    `json:"total"`   // 0: not known yet
	Seen    int    `json:"seen"`    // in listing, pages that are known of, those asked for counted
	Current string `json:"current"` // the key of the last item
	// Since is when the phase began, by the database's clock: read, not told.
	Since time.Time `json:"since"`
}

// silentFor is how long a run may write nothing before it is taken for killed.
const silentFor = time.Minute

// AnnounceRuns begins a run over each source before anything is known of it, so
// that others can watch it, and returns the runs' IDs by the sources' URIs. A
// source that is new is made. Whoever announces has claimed the collection,
// calls TellRuns every few seconds, and CloseRuns at the end, however it comes.
func (s *Store) AnnounceRuns(ctx context.Context, collectionID int64, sources []SourceRef) (map[string]int64, error) {
	announced := make(map[string]int64, len(sources))
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		for _, src := range sources {
			args := pgx.NamedArgs{"collection": collectionID, "kind": src.Kind, "uri": src.URI}
			var source, run int64
			if err := tx.QueryRow(ctx, ensureSource, args).Scan(&source); err != nil {
				return err
			}
			args["source"] = source
			err := tx.QueryRow(ctx, `
				INSERT INTO runs (
					collection_id,
					source_id,
					edition,
					phase
				) VALUES (
					@collection,
					@source,
					0,
					'listing'
				)
				RETURNING id`, args).Scan(&run)
			if err != nil {
				return err
			}
			announced[src.URI] = run
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("announce runs: %w", err)
	}
	return announced, nil
}

// ensureSource returns a source's ID; the update makes it return it where the
// source is not new.
const ensureSource = `
	INSERT INTO sources (
		collection_id,
		kind,
		uri
	) VALUES (
		@collection,
		@kind,
		@uri
	)
	ON CONFLICT (collection_id, uri) DO UPDATE SET kind = excluded.kind
	RETURNING id`

// TellRuns notes how far the runs are, and that they are alive. It returns
// whether an operator wants them cancelled.
func (s *Store) TellRuns(ctx context.Context, runs []int64, p Progress) (cancel bool, err error) {
	err = s.pool.QueryRow(ctx, `
		WITH told AS (
			UPDATE runs
			SET
				phase = @phase,
				done = @done,
				total = @total,
				seen = @seen,
				current = @current,
				phase_at = CASE WHEN phase = @phase THEN phase_at ELSE now() END,
				updated_at = now()
			WHERE id = ANY(@runs)
			RETURNING cancel
		)
		SELECT coalesce(bool_or(cancel), false)
		FROM told`,
		pgx.NamedArgs{"runs": runs, "phase": p.Phase, "done": p.Done, "total": p.Total, "seen": p.Seen, "current": p.Current}).Scan(&cancel)
	if err != nil {
		return false, fmt.Errorf("tell how far runs are: %w", err)
	}
	return cancel, nil
}

// CloseRuns ends the announced runs that are not ended yet: completed, failed,
// interrupted, cancelled or asks, with the reason where there is one, and notes
// of the pass.
func (s *Store) CloseRuns(ctx context.Context, runs []int64, state string, reason Note, notes []Note) error {
	if notes == nil {
		notes = []Note{}
	}
	_, err := s.pool.Exec(ctx, `
		UPDATE runs
		SET
			state = @state,
			reason = @reason,
			notes = @notes,
			phase = '',
			current = '',
			finished_at = coalesce(finished_at, now()),
			updated_at = now()
		WHERE id = ANY(@runs)
			AND state = 'running'`, pgx.NamedArgs{"runs": runs, "state": state, "reason": reason, "notes": notes})
	if err != nil {
		return fmt.Errorf("close runs: %w", err)
	}
	return nil
}

// CancelRun asks whoever runs it to stop; the runs of its pass go with it. It
// returns ErrNotFound when there is no such run, or it has ended.
func (s *Store) CancelRun(ctx context.Context, id int64) error {
	tag, err := s.pool.Exec(ctx, `
		UPDATE runs
		SET cancel = true
		WHERE id = @id
			AND state = 'running'`, pgx.NamedArgs{"id": id})
	if err == nil && tag.RowsAffected() == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("cancel run %d: %w", id, err)
	}
	return nil
}

// Adopt lets StartRun go on with runs that were announced, by their sources'
// URIs.
func (e *Edition) Adopt(announced map[string]int64) { e.announced = announced }

// enter takes an announced run into the edition.
func (e *Edition) enter(ctx context.Context, id int64) (*Run, error) {
	r := &Run{edition: e, id: id, announced: true}
	args := e.args()
	args["run"] = id
	err := e.conn.QueryRow(ctx, `
		UPDATE runs
		SET
			edition = @edition,
			entered_at = now()
		WHERE id = @run
			AND state = 'running'
		RETURNING source_id`, args).Scan(&r.SourceID)
	if err != nil {
		return nil, fmt.Errorf("enter run %d: %w", id, orNotFound(err))
	}
	return r, nil
}
