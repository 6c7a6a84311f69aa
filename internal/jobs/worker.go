package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"

	"guichet/corpus"
)

// Config is what a Worker needs.
type Config struct {
	Pool  *pgxpool.Pool
	Store *corpus.Store
	// Run runs a source. nil: done, or it asks an operator; corpus.ErrBusy: try
	// again soon; corpus.ErrNotFound, or an error that Final knows: never
	// again; any other error: try again later.
	Run   func(ctx context.Context, source int64) error
	Final func(error) bool
	Log   *slog.Logger
	// Every is how often schedules are looked at; 0: every 20 seconds.
	Every time.Duration
	// Dead is how long a job may be silent before it is taken up; 0: 90 seconds.
	Dead time.Duration
}

const (
	kind        = "ingest"
	maxAttempts = 5
	pollEvery   = 5 * time.Second
	busyFor     = 30 * time.Second
)

// pauses come before the second and later attempts.
var pauses = [...]time.Duration{time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour}

// args name a job: a run over one source.
type args struct {
	Source int64 `json:"source"`
}

func (args) Kind() string { return kind }

// InsertOpts keep a source from being queued twice.
func (args) InsertOpts() river.InsertOpts {
	return river.InsertOpts{
		MaxAttempts: maxAttempts,
		UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
			rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning,
			rivertype.JobStateRetryable, rivertype.JobStateScheduled,
		}},
	}
}

// Worker queues what is due and runs what is queued, one source at a time.
type Worker struct {
	config Config
	client *river.Client[pgx.Tx]
	cancel context.CancelFunc
	ended  chan struct{}
}

// Start begins to work. Stop ends it.
func Start(ctx context.Context, c Config) (*Worker, error) {
	if c.Every == 0 {
		c.Every = 20 * time.Second
	}
	if c.Dead == 0 {
		c.Dead = 90 * time.Second
	}
	w := &Worker{config: c, ended: make(chan struct{})}
	workers := river.NewWorkers()
	river.AddWorker(workers, &runner{worker: w})
	client, err := river.NewClient(riverpgxv5.New(c.Pool), &river.Config{
		Logger:            c.Log,
		Workers:           workers,
		Queues:            map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 1}},
		PollOnly:          true,
		FetchPollInterval: pollEvery,
		JobTimeout:        -1, // a crawl takes as long as it takes
	})
	if err != nil {
		return nil, fmt.Errorf("start jobs: %w", err)
	}
	w.client = client
	if err := client.Start(context.WithoutCancel(ctx)); err != nil {
		return nil, fmt.Errorf("start jobs: %w", err)
	}
	// Ends by Stop, as River does.
	planning, cancel := context.WithCancel(context.WithoutCancel(ctx))
	w.cancel = cancel
	go w.plan(planning)
	return w, nil
}

// Stop cancels the run that is under way and waits for its end, as long as ctx
// lasts: nothing of it is half done, and it is queued again.
func (w *Worker) Stop(ctx context.Context) error {
	w.cancel()
	<-w.ended
	if err := w.client.StopAndCancel(ctx); err != nil {
		return fmt.Errorf("stop jobs: %w", err)
	}
	return nil
}

// plan looks at the schedules until ctx ends.
func (w *Worker) plan(ctx context.Context) {
	defer close(w.ended)
	tick := time.NewTicker(w.config.Every)
	defer tick.Stop()
	for {
		if err := w.queueDue(ctx); err != nil && ctx.Err() == nil {
			w.config.Log.WarnContext(ctx, "schedules could not be looked at", "error", err)
		}
		if err := w.takeUp(ctx); err != nil && ctx.Err() == nil {
			w.config.Log.WarnContext(ctx, "jobs of dead programs could not be taken up", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (w *Worker) queueDue(ctx context.Context) error {
	now := time.Now()
	return w.config.Store.QueueDue(ctx, now,
		func(s corpus.Source) time.Time {
			next, err := Next(s.Schedule, s.Collection.TimeZone, now)
			if err != nil {
				w.config.Log.WarnContext(ctx, "a source is not run by its schedule any more", "source", s.ID, "error", err)
			}
			return next
		},
		func(ctx context.Context, tx pgx.Tx, s corpus.Source) error {
			_, err := w.client.InsertTx(ctx, tx, args{Source: s.ID}, nil)
			return err
		})
}

// takeUp gives back the jobs whose heartbeat is old.
func (w *Worker) takeUp(ctx context.Context) error {
	// Bounded by nature: a program runs one job at a time.
	_, err := w.config.Pool.Exec(ctx, `
		UPDATE river_job
		SET
			state = 'available',
			scheduled_at = now(),
			max_attempts = greatest(max_attempts, attempt + 1)
		WHERE kind = @kind
			AND state = 'running'
			AND attempted_at < now() - @dead::interval`,
		pgx.NamedArgs{"kind": kind, "dead": w.config.Dead})
	return err
}

// beat keeps a job from being taken up, until ctx ends.
func (w *Worker) beat(ctx context.Context, job int64) {
	tick := time.NewTicker(w.config.Dead / 4)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		_, err := w.config.Pool.Exec(ctx, `
			UPDATE river_job
			SET attempted_at = now()
			WHERE id = @id
				AND state = 'running'`, pgx.NamedArgs{"id": job})
		if err != nil && ctx.Err() == nil {
			w.config.Log.WarnContext(ctx, "a job could not tell that it is alive", "job", job, "error", err)
		}
	}
}

// runner is River's view of the work.
type runner struct {
	river.WorkerDefaults[args]
	worker *Worker
}

// Work runs the source, and tells River what comes next.
func (r *runner) Work(ctx context.Context, job *river.Job[args]) error {
	alive, end := context.WithCancel(ctx)
	defer end()
	go r.worker.beat(alive, job.ID)
	err := r.worker.config.Run(ctx, job.Args.Source)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, corpus.ErrBusy):
		return river.JobSnooze(busyFor)
	case errors.Is(err, corpus.ErrNotFound), r.worker.config.Final(err):
		return river.JobCancel(err)
	case ctx.Err() != nil:
		return river.JobSnooze(0) // the program ends: the next one goes on
	}
	return err
}

// NextRetry pauses longer after each attempt.
func (r *runner) NextRetry(job *river.Job[args]) time.Time {
	return time.Now().Add(pauses[min(max(job.Attempt, 1), len(pauses))-1])
}
