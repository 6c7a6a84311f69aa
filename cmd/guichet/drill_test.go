package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"guichet/internal/postgres"
)

// drillDocuments is how many documents a drilled run changes.
const drillDocuments = 150

// drill kills runs of the real program on a private cluster of its own.
type drill struct {
	t       *testing.T
	program string
	data    string
	dir     string
	version int // of the documents in the folder
	shown   int // version that readers see
	whole   time.Duration
	caught  int // runs that were killed before they were done
}

// TestNoKillLeavesAnythingHalfDone kills the program, and Postgres with its
// whole process group, at random moments of runs that change every document.
// GUICHET_DRILL sets how many of each; they are few by default.
func TestNoKillLeavesAnythingHalfDone(t *testing.T) {
	ofProgram, ofPostgres := 6, 4
	if n, err := strconv.Atoi(os.Getenv("GUICHET_DRILL")); err == nil {
		ofProgram, ofPostgres = n, n
	}
	d := &drill{t: t, program: binary(t), data: room(t), dir: t.TempDir()}
	d.change()
	d.finish()
	d.change()
	begun := time.Now()
	d.finish()
	d.whole = time.Since(begun)
	random := rand.New(rand.NewPCG(5, 2026)) //nolint:gosec // moments, no secrets
	moment := func() time.Duration { return time.Duration(random.Float64() * 1.1 * float64(d.whole)) }
	for range ofProgram {
		d.change()
		d.kill(moment(), func(run *exec.Cmd) { _ = run.Process.Kill() }) // it may have ended
		d.check()
		d.finish()
	}
	t.Logf("program: %d of %d kills hit a run of %s", d.caught, ofProgram, d.whole)
	d.caught = 0
	for range ofPostgres {
		d.change()
		d.kill(moment(), func(*exec.Cmd) { d.killPostgres() })
		d.check()
		d.finish()
	}
	t.Logf("Postgres: %d of %d kills hit a run", d.caught, ofPostgres)
}

// change writes the next version of every document; a tenth of them come and go.
func (d *drill) change() {
	d.version++
	for i := range drillDocuments {
		path := filepath.Join(d.dir, fmt.Sprintf("fiche-%03d.md", i))
		if (i+d.version)%10 == 0 {
			if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
				d.t.Fatal(err)
			}
			continue
		}
		var text strings.Builder
		fmt.Fprintf(&text, "# Fiche %d\n", i)
		for part := range 3 {
			fmt.Fprintf(&text, "\n## Partie %d\n\nVersion %d. %s\n", part, d.version, strings.Repeat("La mairie délivre ce document sur demande. ", 10))
		}
		if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
			d.t.Fatal(err)
		}
	}
}

func (d *drill) ingest() (*exec.Cmd, *bytes.Buffer) {
	run := exec.Command(d.program, "ingest", d.dir, "--collection", "site") //nolint:noctx // killed, or ends by itself
	run.Env = append(os.Environ(), "GUICHET_DATA_DIR="+d.data, "GUICHET_DATABASE_URL=")
	out := &bytes.Buffer{}
	run.Stdout, run.Stderr = out, out
	if err := run.Start(); err != nil {
		d.t.Fatal(err)
	}
	return run, out
}

// kill begins a run and kills something after a while.
func (d *drill) kill(after time.Duration, victim func(*exec.Cmd)) {
	run, _ := d.ingest()
	time.Sleep(after)
	victim(run)
	if run.Wait() != nil {
		d.caught++
	}
}

// killPostgres kills the postmaster with its process group: its children, too,
// which would else refuse a restart.
func (d *drill) killPostgres() {
	files, err := filepath.Glob(filepath.Join(d.data, "postgres", "*", "postmaster.pid"))
	if err != nil || len(files) != 1 {
		return // it is not running
	}
	text, err := os.ReadFile(files[0])
	if err != nil {
		return
	}
	pid, err := strconv.Atoi(strings.SplitN(string(text), "\n", 2)[0])
	if err != nil {
		d.t.Fatal(err)
	}
	if group, err := syscall.Getpgid(pid); err == nil {
		_ = syscall.Kill(-group, syscall.SIGKILL)
	}
}

// finish runs to the end, as the next schedule would, with nobody's help.
func (d *drill) finish() {
	d.t.Helper()
	run, out := d.ingest()
	if err := run.Wait(); err != nil {
		d.t.Fatalf("the next run does not complete: %v\n%s", err, out)
	}
	d.shown = d.version
	d.check()
}

// check looks at what readers see: all of the version before, or all of this.
func (d *drill) check() {
	d.t.Helper()
	db, err := postgres.Open(d.t.Context(), postgres.Config{DataDir: d.data, KeeperCommand: []string{d.program, "keeper"}})
	if err != nil {
		d.t.Fatal(err)
	}
	defer db.Close()
	var documents, keys, versions, version, parts, strays, bare, live, liveKeys int
	err = db.Pool.QueryRow(d.t.Context(), `
		WITH seen AS (
			SELECT d.*
			FROM documents d
			JOIN collections c ON c.id = d.collection_id
			WHERE d.born <= c.published
				AND (d.ended IS NULL OR d.ended > c.published)
		), listed AS (
			-- The passages that the documents name, where readers see them.
			SELECT
				p.id,
				substring(p.text FROM 'Version (\d+)')::integer AS version
			FROM seen
			CROSS JOIN unnest(seen.passages) AS named (id)
			JOIN passages p ON p.id = named.id
			JOIN collections c ON c.id = p.collection_id
			WHERE p.born <= c.published
				AND (p.ended IS NULL OR p.ended > c.published)
		)
		SELECT
			(SELECT count(*) FROM seen),
			(SELECT count(DISTINCT key) FROM seen),
			(SELECT count(DISTINCT version) FROM listed),
			(SELECT max(version) FROM listed),
			(SELECT count(*) FROM listed),
			(
				SELECT count(*)
				FROM passages p
				JOIN collections c ON c.id = p.collection_id
				WHERE p.born <= c.published
					AND (p.ended IS NULL OR p.ended > c.published)
			),
			(SELECT count(*) FROM listed WHERE NOT EXISTS (SELECT FROM vectors_1 v WHERE v.passage_id = listed.id)),
			(SELECT count(*) FROM documents WHERE ended IS NULL),
			(SELECT count(DISTINCT (source_id, key)) FROM documents WHERE ended IS NULL)`).
		Scan(&documents, &keys, &versions, &version, &parts, &strays, &bare, &live, &liveKeys)
	if err != nil {
		d.t.Fatal(err)
	}
	if version == d.version {
		d.shown = version // it was published before the kill
	}
	const want = drillDocuments - drillDocuments/10
	if documents != want || keys != want || versions != 1 || version != d.shown || parts != 3*want || strays != parts || bare != 0 || live != liveKeys {
		d.t.Fatalf("readers see %d documents of %d keys (want %d), %d versions, %d (want %d), %d passages (want %d) of %d, %d without vector; %d live documents of %d keys",
			documents, keys, want, versions, version, d.shown, parts, 3*want, strays, bare, live, liveKeys)
	}
}
