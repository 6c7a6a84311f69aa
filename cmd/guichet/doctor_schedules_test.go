package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"guichet/internal/jobs"
	"guichet/internal/postgres"
)

// A schedule that no program runs is told, until one does or nothing is due.
func TestDoctorNamesSchedulesThatNobodyRuns(t *testing.T) {
	o := newOperatorsTown(t)
	aside := some(t, 3)
	o.run(exitOK, "source", "add", "folder", o.dir, "--collection", "site", "--schedule", "0 5 * * *")
	o.run(exitOK, "source", "add", "folder", aside, "--collection", "autre", "--schedule", "0 5 * * *")
	o.says(o.run(exitOK, "doctor"), "warning  sources", "neither 'guichet serve' nor 'guichet work' is running", "source 1 ("+o.dir+") was never run, and is due on ",
		"; 1 other source waits too", "guichet ingest --source 1\n")
	o.run(exitOK, "ingest", "--collection", "site")
	o.run(exitOK, "ingest", "--collection", "autre")
	o.says(o.run(exitOK, "doctor"), "2 sources declared; no run failed")

	db, err := postgres.Open(t.Context(), postgres.Config{URL: o.env["GUICHET_DATABASE_URL"], MaxConns: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	due := func(ago string) {
		t.Helper()
		if _, err := db.Pool.Exec(t.Context(), `UPDATE sources SET next_at = now() - @ago::interval WHERE id = 2`, pgx.NamedArgs{"ago": ago}); err != nil {
			t.Fatal(err)
		}
	}
	due("1 minute") // a program that starts takes it
	o.says(o.run(exitOK, "doctor"), "no run failed")
	due("3 days")
	o.says(o.run(exitOK, "doctor"), "autre, source 2 ("+aside+") was due on ", "guichet ingest --source 2\n")
	o.run(exitOK, "source", "edit", "2", "--pause")
	o.says(o.run(exitOK, "doctor"), "no run failed")
	o.run(exitOK, "source", "edit", "2", "--resume")
	due("3 days")

	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan int, 1)
	var out, logged bytes.Buffer
	go func() { ended <- run(ctx, []string{"work"}, environment(o.env), strings.NewReader(""), &out, &logged) }()
	await := func(want bool) {
		t.Helper()
		for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
			working, err := jobs.Working(t.Context(), db.Pool)
			if err != nil {
				t.Fatal(err)
			}
			if working == want {
				return
			}
		}
		t.Fatalf("working is not %v", want)
	}
	await(true)
	due("3 days")
	o.says(o.run(exitOK, "doctor"), "no run failed")
	cancel()
	if code := <-ended; code != exitOK {
		t.Errorf("exit %d: %s%s", code, out.String(), logged.String())
	}
	await(false)
	due("3 days")
	o.says(o.run(exitOK, "doctor"), "autre, source 2 ("+aside+") was due on ")
}
