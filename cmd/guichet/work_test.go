package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"guichet/corpus"
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
	if asks.Reason != "an operator publishes it" || asks.Counts.Changed != 1 {
		t.Errorf("the run says %+v", asks)
	}
	cancel()
	if code := <-ended; code != exitOK {
		t.Errorf("exit %d: %s%s", code, out.String(), logged.String())
	}
}
