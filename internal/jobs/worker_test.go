package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"guichet/corpus"
	"guichet/internal/postgrestest"
)

var errFinal = errors.New("never again")

// declare adds a source whose schedule has fallen due.
func declare(t *testing.T, store *corpus.Store, uri string) corpus.Source {
	t.Helper()
	c, err := store.EnsureCollection(t.Context(), 0, "site", "fr")
	if err != nil {
		t.Fatal(err)
	}
	src, err := store.DeclareSource(t.Context(), corpus.Source{
		Collection: c, SourceRef: corpus.SourceRef{Kind: "folder", URI: uri},
		Schedule: "0 5 * * *", Next: time.Now().Add(-time.Hour),
	})
	if err != nil {
		t.Fatal(err)
	}
	return src
}

func start(t *testing.T, pool *pgxpool.Pool, run func(context.Context, int64) error) *Worker {
	t.Helper()
	w, err := Start(t.Context(), Config{
		Pool: pool, Store: corpus.NewStore(pool), Run: run, Log: slog.New(slog.DiscardHandler),
		Final: func(err error) bool { return errors.Is(err, errFinal) },
		Every: 100 * time.Millisecond, Dead: time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func stop(t *testing.T, w *Worker) {
	t.Helper()
	if err := w.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// state waits until the source's job is in this state.
func state(t *testing.T, pool *pgxpool.Pool, source int64, want string) {
	t.Helper()
	got := ""
	for range 200 {
		err := pool.QueryRow(t.Context(), `
			SELECT coalesce(max(state::text), '')
			FROM river_job
			WHERE (args->>'source')::bigint = $1`, source).Scan(&got)
		if err != nil {
			t.Fatal(err)
		}
		if got == want {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("the job is %q, not %q", got, want)
}

func TestDueSourcesAreRunOnce(t *testing.T) {
	pool := postgrestest.Open(t)
	store := corpus.NewStore(pool)
	src := declare(t, store, "/pages")
	ran := make(chan int64, 10)
	run := func(_ context.Context, id int64) error { ran <- id; return nil }
	// Two programs look at the same time.
	first, second := start(t, pool, run), start(t, pool, run)
	if got := <-ran; got != src.ID {
		t.Errorf("source %d was run", got)
	}
	state(t, pool, src.ID, "completed")
	stop(t, first)
	stop(t, second)
	if len(ran) > 0 {
		t.Error("it was run twice")
	}
	after, err := store.Source(t.Context(), src.ID)
	if err != nil || !after.Next.After(time.Now()) || after.Next.Hour() != 5 && after.Next.UTC().Hour() > 5 {
		t.Errorf("it is due next at %s, %v", after.Next, err)
	}
}

// A schedule that nobody can read keeps no other source from its run.
func TestAWrongScheduleStopsNoOther(t *testing.T) {
	pool := postgrestest.Open(t)
	store := corpus.NewStore(pool)
	wrong, right := declare(t, store, "/a"), declare(t, store, "/b")
	if _, err := pool.Exec(t.Context(), `UPDATE sources SET schedule = 'every day' WHERE id = $1`, wrong.ID); err != nil {
		t.Fatal(err)
	}
	ran := make(chan int64, 10)
	w := start(t, pool, func(_ context.Context, id int64) error { ran <- id; return nil })
	state(t, pool, right.ID, "completed")
	stop(t, w)
	if got := <-ran; got != right.ID || len(ran) > 0 {
		t.Errorf("source %d was run, and %d more", got, len(ran))
	}
	after, err := store.Source(t.Context(), wrong.ID)
	if err != nil || !after.Next.IsZero() {
		t.Errorf("it is due next at %s, %v", after.Next, err)
	}
}

func TestWhatBecomesOfAJob(t *testing.T) {
	pool := postgrestest.Open(t)
	store := corpus.NewStore(pool)
	outcomes := map[string]struct {
		err   error
		state string
	}{
		"/busy":  {fmt.Errorf("open: %w", corpus.ErrBusy), "scheduled"},
		"/gone":  {fmt.Errorf("read: %w", corpus.ErrNotFound), "cancelled"},
		"/final": {fmt.Errorf("run: %w", errFinal), "cancelled"},
		"/fails": {errors.New("the site does not answer"), "retryable"},
		"/asks":  {nil, "completed"},
	}
	ids := map[int64]string{}
	for uri := range outcomes {
		ids[declare(t, store, uri).ID] = uri
	}
	w := start(t, pool, func(_ context.Context, id int64) error { return outcomes[ids[id]].err })
	defer stop(t, w)
	for id, uri := range ids {
		state(t, pool, id, outcomes[uri].state)
	}
}

// A program that dies leaves its job as running: another one takes it up. One
// that is at work is let alone, however long it takes.
func TestTheJobOfADeadProgramIsTakenUp(t *testing.T) {
	pool := postgrestest.Open(t)
	src := declare(t, corpus.NewStore(pool), "/pages")
	ran := make(chan bool, 10)
	release := make(chan bool)
	w := start(t, pool, func(ctx context.Context, _ int64) error {
		ran <- true
		select {
		case <-release:
		case <-ctx.Done():
		}
		return ctx.Err()
	})
	<-ran
	state(t, pool, src.ID, "running")
	// Longer than a silent job is left alone.
	time.Sleep(1500 * time.Millisecond)
	state(t, pool, src.ID, "running")
	if len(ran) > 0 {
		t.Error("a job at work was taken up")
	}
	stop(t, w)
	state(t, pool, src.ID, "available") // its program ended in good order
	_, err := pool.Exec(t.Context(), `
		UPDATE river_job
		SET
			state = 'running',
			attempt = 1,
			attempted_at = now() - interval '1 hour'`)
	if err != nil {
		t.Fatal(err)
	}
	w = start(t, pool, func(context.Context, int64) error { ran <- true; return nil })
	defer stop(t, w)
	<-ran
	state(t, pool, src.ID, "completed")
}
