package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"guichet/corpus"
	"guichet/ingest"
	"guichet/internal/postgres"
)

// A source that has fallen due is run by whoever works, and published; what
// asks an operator is not tried again and again.
func TestSchedulesRunByThemselves(t *testing.T) {
	o := newOperatorsTown(t)
	o.run(exitOK, "source", "add", "folder", o.dir, "--collection", "site", "--schedule", "0 5 * * *")
	db, err := postgres.Open(t.Context(), postgres.Config{URL: o.env["GUICHET_DATABASE_URL"], MaxConns: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	store := corpus.NewStore(db.Pool)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan int, 1)
	var out, logged bytes.Buffer // of two writers, who do not wait for one another
	go func() { ended <- run(ctx, []string{"work"}, environment(o.env), strings.NewReader(""), &out, &logged) }()
	await := func(edition int, state string) corpus.RunInfo {
		t.Helper()
		if _, err := db.Pool.Exec(t.Context(), `UPDATE sources SET next_at = now() - interval '1 minute'`); err != nil {
			t.Fatal(err)
		}
		for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
			runs, err := store.Runs(t.Context(), 1, 1)
			if err != nil {
				t.Fatal(err)
			}
			if len(runs) == 1 && runs[0].State == state && runs[0].Edition == edition {
				return runs[0]
			}
		}
		t.Fatalf("no run into edition %d that %s", edition, state)
		return corpus.RunInfo{}
	}
	await(1, "completed")
	o.says(o.run(exitOK, "ask", "tarif piscine adulte"), "4,50")
	o.run(exitOK, "collections", "set", "site", "--publish", "ask")
	o.write("piscine.md", dearPool)
	asks := await(2, "asks")
	if asks.Reason.Text != "an operator publishes it" || asks.Counts.Changed != 1 {
		t.Errorf("the run says %+v", asks)
	}
	// What fails leaves a line in the log.
	if err := os.Rename(o.dir, o.dir+"-aside"); err != nil {
		t.Fatal(err)
	}
	if failed := await(0, "failed"); failed.Reason.Code != "source.missing" || failed.Reason.With["Source"] != o.dir {
		t.Errorf("the run says %#v of %s", failed.Reason, o.dir)
	}
	cancel()
	if code := <-ended; code != exitOK {
		t.Errorf("exit %d: %s%s", code, out.String(), logged.String())
	}
	o.says(logged.String(), "level=WARN", "a run asks an operator", "a run failed", "it does not exist")
}

func TestTheLogSaysHowRunsEnded(t *testing.T) {
	ended, end := context.WithCancel(t.Context())
	end()
	for _, c := range []struct {
		ctx  context.Context
		err  error
		want string
	}{
		{t.Context(), errors.New("no such host"), "a run failed"},
		{t.Context(), ingest.ErrCancelled, "a run was cancelled"},
		{t.Context(), corpus.ErrBusy, ""},
		{ended, context.Canceled, ""},
		{t.Context(), nil, ""},
	} {
		var logged bytes.Buffer
		logRun(c.ctx, newLog(&logged, slog.LevelWarn), ingest.Report{}, c.err)
		if got := logged.String(); c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%v: the log says %q, want %q", c.err, got, c.want)
		}
	}
}
