package ingest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"guichet/corpus"
	"guichet/internal/postgres"
	"guichet/internal/postgrestest"
)

// town is a collection in a real database, and a folder that feeds it.
type town struct {
	*testing.T
	dir        string
	store      *corpus.Store
	collection corpus.Collection
}

func newTown(t *testing.T, pool *pgxpool.Pool) *town {
	store := corpus.NewStore(pool)
	c, err := store.EnsureCollection(t.Context(), 0, "ville", "fr")
	if err != nil {
		t.Fatal(err)
	}
	return &town{T: t, dir: t.TempDir(), store: store, collection: c}
}

func (w *town) write(name, text string) {
	w.Helper()
	path := filepath.Join(w.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		w.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		w.Fatal(err)
	}
}

func (w *town) ingest(e corpus.Embedder) (Report, error) {
	in := Ingester{Store: Corpus(w.store), Embedder: e}
	return in.Ingest(w.Context(), Request{Collection: w.collection, Paths: []string{w.dir}})
}

// seen returns the published documents by name, with their hashes.
func (w *town) seen() map[string]string {
	w.Helper()
	collections, err := w.store.Collections(w.Context(), 0, "ville")
	if err != nil {
		w.Fatal(err)
	}
	w.collection = collections[0]
	live, err := w.store.Live(w.Context(), w.collection)
	if err != nil {
		w.Fatal(err)
	}
	seen := map[string]string{}
	for _, d := range live {
		seen[d.Name] = string(d.ContentHash)
	}
	return seen
}

func sheet(title, body string, sections int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n", title)
	for i := range sections {
		fmt.Fprintf(&b, "\n## Partie %d\n\n%s %s %d.\n", i, title, body, i)
	}
	return b.String()
}

func TestPostgresRoundTrip(t *testing.T) {
	w := newTown(t, postgrestest.Open(t))
	w.write("a.md", sheet("Cantine", "Les tarifs de la cantine", 3))
	w.write("sub/b.md", sheet("Piscine", "Les horaires de la piscine", 2))
	w.write("c.pdf", "no PDF")
	r, err := w.ingest(&fakeEmbedder{})
	if err != nil {
		t.Fatal(err)
	}
	if r.Counts != (corpus.Counts{Added: 2, Failed: 1}) || !r.Published || r.Edition != 1 || r.Passages != 5 || r.Embedded != 5 {
		t.Fatalf("first run: %+v", r)
	}
	// One section of three changes: one passage is embedded.
	w.write("a.md", strings.Replace(sheet("Cantine", "Les tarifs de la cantine", 3), "cantine 1", "cantine UN", 1))
	w.write("d/a.md", sheet("Cantine de Brévannes", "Autre", 1))
	if r, err = w.ingest(&fakeEmbedder{}); err != nil {
		t.Fatal(err)
	}
	if r.Counts != (corpus.Counts{Added: 1, Changed: 1, Unchanged: 1, Failed: 1}) || r.Embedded != 2 {
		t.Fatalf("second run: %+v", r)
	}
	if names := slices.Sorted(maps.Keys(w.seen())); !slices.Equal(names, []string{"a.md", "b", "d/a.md"}) {
		t.Fatalf("names %q", names)
	}
	// The collision ends: the document has its plain name back.
	if err := os.Remove(filepath.Join(w.dir, "d/a.md")); err != nil {
		t.Fatal(err)
	}
	if r, err = w.ingest(&fakeEmbedder{}); err != nil || r.Retired != 1 || r.Embedded != 0 {
		t.Fatalf("third run: %+v, %v", r, err)
	}
	if names := slices.Sorted(maps.Keys(w.seen())); !slices.Equal(names, []string{"a", "b"}) {
		t.Fatalf("names %q", names)
	}
	if r, err = w.ingest(&fakeEmbedder{}); err != nil || r.Published || r.Edition != 3 {
		t.Fatalf("unchanged run: %+v, %v", r, err)
	}
}

func TestInterruptedRunIsResumed(t *testing.T) {
	w := newTown(t, postgrestest.Open(t))
	for i := range 40 {
		w.write(fmt.Sprintf("f%02d.md", i), sheet(fmt.Sprint("Fiche ", i), "Texte", 8))
	}
	ctx, cancel := context.WithCancel(t.Context())
	calls := 0
	embedder := &fakeEmbedder{}
	embedder.fails = func([]string) error {
		embedder.mu.Lock()
		defer embedder.mu.Unlock()
		if calls++; calls > 3 {
			cancel()
		}
		return nil
	}
	in := Ingester{Store: Corpus(w.store), Embedder: embedder}
	r, err := in.Ingest(ctx, Request{Collection: w.collection, Paths: []string{w.dir}})
	if !errors.Is(err, context.Canceled) || !r.Interrupted {
		t.Fatalf("%+v, %v", r, err)
	}
	if n := len(w.seen()); n != 0 {
		t.Fatalf("readers see %d documents of an interrupted run", n)
	}
	r, err = w.ingest(&fakeEmbedder{})
	if err != nil || !r.Resumed || r.Added == 0 || r.Added+r.Unchanged != 40 {
		t.Fatalf("%+v, %v", r, err)
	}
	if n := len(w.seen()); n != 40 {
		t.Fatalf("readers see %d documents", n)
	}
}

// A pass over one file must not publish what an interrupted pass over its
// folder had begun.
func TestPartialPassDoesNotPublishAnInterruptedOne(t *testing.T) {
	w := newTown(t, postgrestest.Open(t))
	w.write("a.md", sheet("A", "Texte", 1))
	if _, err := w.ingest(&fakeEmbedder{}); err != nil {
		t.Fatal(err)
	}
	for i := range 40 {
		w.write(fmt.Sprintf("f%02d.md", i), sheet(fmt.Sprint("Fiche ", i), "Texte", 8))
	}
	calls := 0
	dying := &fakeEmbedder{}
	dying.fails = func([]string) error {
		dying.mu.Lock()
		defer dying.mu.Unlock()
		if calls++; calls > 3 {
			return errors.New("gone")
		}
		return nil
	}
	if _, err := w.ingest(dying); !errors.Is(err, ErrEmbedder) {
		t.Fatal(err)
	}
	w.write("a.md", sheet("A", "Texte neuf", 1))
	in := Ingester{Store: Corpus(w.store), Embedder: &fakeEmbedder{}}
	r, err := in.Ingest(t.Context(), Request{Collection: w.collection, Paths: []string{filepath.Join(w.dir, "a.md")}})
	if err != nil || r.Changed != 1 || r.Resumed {
		t.Fatalf("%+v, %v", r, err)
	}
	if names := slices.Sorted(maps.Keys(w.seen())); !slices.Equal(names, []string{"a"}) {
		t.Fatalf("readers see %q", names)
	}
}

// TestRunThatLosesItsSessionEndsSoon: the database ends the session that holds the lock,
// while the others, over which documents are put, go on.
func TestRunThatLosesItsSessionEndsSoon(t *testing.T) {
	pool := postgrestest.Open(t)
	w := newTown(t, pool)
	for i := range 60 {
		w.write(fmt.Sprintf("f%02d.md", i), sheet(fmt.Sprint("Fiche ", i), "Texte", 32))
	}
	losing := &fakeEmbedder{}
	losing.fails = func([]string) error {
		n := losing.count()
		if n < 2 {
			return nil
		}
		time.Sleep(heldFor) // a look is good for so long
		if n > 2 {
			return nil
		}
		_, err := pool.Exec(t.Context(), `
			SELECT pg_terminate_backend(pid, 5000)
			FROM pg_locks
			WHERE locktype = 'advisory'
				AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`)
		return err
	}
	if _, err := w.ingest(losing); err == nil || !strings.Contains(err.Error(), "the database ended this run's session") {
		t.Fatalf("the run that lost its session: %v", err)
	}
	if n := losing.count(); n > 20 {
		t.Errorf("it went on for %d batches", n)
	}
	r, err := w.ingest(&fakeEmbedder{})
	if err != nil || !r.Resumed || r.Added+r.Unchanged != 60 || len(w.seen()) != 60 {
		t.Errorf("the next run: %+v, %v", r, err)
	}
}

// Variables of the child process that is killed.
const (
	childURL = "GUICHET_TEST_INGEST_URL"
	childDir = "GUICHET_TEST_INGEST_DIR"
)

// TestKilledChild is no test: it is what TestKill runs, and kills.
func TestKilledChild(t *testing.T) {
	url := os.Getenv(childURL)
	if url == "" {
		t.Skip("run by TestKillLeavesThePublishedEditionWhole")
	}
	db, err := postgres.Open(t.Context(), postgres.Config{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	w := newTown(t, db.Pool)
	w.dir = os.Getenv(childDir)
	calls := 0
	stuck := &fakeEmbedder{}
	stuck.fails = func([]string) error {
		stuck.mu.Lock()
		calls++
		last := calls > 4
		stuck.mu.Unlock()
		if last {
			fmt.Println("stuck") // now kill me
			<-t.Context().Done()
		}
		return nil
	}
	_, err = w.ingest(stuck)
	t.Fatalf("the child was not killed: %v", err)
}

func TestKillLeavesThePublishedEditionWhole(t *testing.T) {
	url := postgrestest.URL(t)
	db, err := postgres.Open(t.Context(), postgres.Config{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	w := newTown(t, db.Pool)
	for i := range 40 {
		w.write(fmt.Sprintf("f%02d.md", i), sheet(fmt.Sprint("Fiche ", i), "Texte", 8))
	}
	if _, err := w.ingest(&fakeEmbedder{}); err != nil {
		t.Fatal(err)
	}
	before := w.seen()
	for i := range 30 {
		w.write(fmt.Sprintf("f%02d.md", i), sheet(fmt.Sprint("Fiche ", i), "Texte changé", 12))
	}
	if err := os.Remove(filepath.Join(w.dir, "f39.md")); err != nil {
		t.Fatal(err)
	}

	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKilledChild$", "-test.v")
	child.Env = append(os.Environ(), childURL+"="+url, childDir+"="+w.dir)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	stuck := false
	for !stuck && lines.Scan() {
		stuck = strings.Contains(lines.Text(), "stuck")
	}
	if !stuck {
		t.Fatal("the child ended before it was killed")
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait() // killed

	if after := w.seen(); !maps.Equal(before, after) {
		t.Fatalf("a killed run changed what readers see: %d documents, %d before", len(after), len(before))
	}
	r := w.ingestOnceFree()
	if !r.Resumed || r.Changed == 0 || r.Retired != 1 || r.Changed+r.Unchanged != 39 {
		t.Fatalf("the run after the kill: %+v", r)
	}
	after := w.seen()
	changed := 0
	for name, hash := range after {
		if before[name] != hash {
			changed++
		}
	}
	if len(after) != 39 || changed != 30 {
		t.Fatalf("%d documents, %d of them changed", len(after), changed)
	}
}

// ingestOnceFree runs once Postgres has noticed that the killed writer is gone.
func (w *town) ingestOnceFree() Report {
	w.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for {
		r, err := w.ingest(&fakeEmbedder{})
		if err == nil {
			return r
		}
		if !errors.Is(err, corpus.ErrBusy) || time.Now().After(deadline) {
			w.Fatal(err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// A folder that is not mounted looks empty: residents keep what they read.
func TestLostDocumentsAreNotRetiredSilently(t *testing.T) {
	w := newTown(t, postgrestest.Open(t))
	for i := range 12 {
		w.write(fmt.Sprintf("f%02d.md", i), sheet(fmt.Sprint("Fiche ", i), "Texte", 1))
	}
	run := func(dry, retire bool) (Report, error) {
		in := Ingester{Store: Corpus(w.store), Embedder: &fakeEmbedder{}}
		return in.Ingest(t.Context(), Request{Collection: w.collection, Paths: []string{w.dir}, DryRun: dry, Retire: retire})
	}
	remove := func(from, to int) {
		for i := from; i < to; i++ {
			if err := os.Remove(filepath.Join(w.dir, fmt.Sprintf("f%02d.md", i))); err != nil {
				t.Fatal(err)
			}
		}
	}
	held := func(lost string, kept int) {
		t.Helper()
		r, err := run(true, false)
		if err != nil || !strings.Contains(r.Rejected, lost) {
			t.Fatalf("the dry run: %v, %q", err, r.Rejected)
		}
		r, err = run(false, false)
		if !errors.Is(err, ErrRejected) || r.Published || !strings.Contains(r.Rejected, lost) || !strings.Contains(r.Rejected, "--retire") {
			t.Fatalf("%v, %+v", err, r)
		}
		if n := len(w.seen()); n != kept {
			t.Fatalf("readers see %d documents of %d", n, kept)
		}
	}
	if _, err := run(false, false); err != nil {
		t.Fatal(err)
	}
	w.seen()
	remove(0, 7)
	held("7 of its 12", 12)
	if r, err := run(false, true); err != nil || r.Retired != 7 || len(w.seen()) != 5 {
		t.Fatalf("with the operator's word: %+v, %v", r, err)
	}
	remove(7, 8) // an ordinary loss
	if r, err := run(false, false); err != nil || r.Retired != 1 || len(w.seen()) != 4 {
		t.Fatalf("an ordinary loss: %+v, %v", r, err)
	}
	remove(8, 12)
	held("4 of its 4", 4)
	if r, err := run(false, true); err != nil || r.Retired != 4 || len(w.seen()) != 0 {
		t.Fatalf("with the operator's word: %+v, %v", r, err)
	}
}
