package corpus

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"
)

func TestOneWriterAtATime(t *testing.T) {
	s, pool, town := newStore(t)
	c := newCollection(t, s, town.ID, "site")
	sources := []SourceRef{testSource}
	first, err := s.OpenEdition(t.Context(), c, testEmbedder.Space(), sources)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.OpenEdition(t.Context(), c, testEmbedder.Space(), sources); !errors.Is(err, ErrBusy) || !strings.Contains(err.Error(), `"site"`) {
		t.Errorf("second writer: %v", err)
	}
	if err := s.Prune(t.Context(), c.ID, 1); !errors.Is(err, ErrBusy) {
		t.Errorf("prune beside a writer: %v", err)
	}
	other, err := s.OpenEdition(t.Context(), newCollection(t, s, town.ID, "autre"), testEmbedder.Space(), sources)
	if err != nil {
		t.Fatalf("another collection's writer: %v", err)
	}
	other.Close()

	// The lock goes with the connection that held it.
	r, err := first.StartRun(t.Context(), testSource)
	if err != nil {
		t.Fatal(err)
	}
	_, err = pool.Exec(t.Context(), `SELECT pg_terminate_backend($1, 5000)`, int32(first.conn.Conn().PgConn().PID()))
	if err != nil {
		t.Fatal(err)
	}
	second, err := s.OpenEdition(t.Context(), c, testEmbedder.Space(), sources)
	if err != nil {
		t.Fatalf("after the first writer died: %v", err)
	}
	defer second.Close()
	if err := r.Put(t.Context(), document("x", "X"), nil); err == nil {
		t.Error("the first writer wrote without its lock")
	}
	first.Close()
	first.Close()
}

// A cancelled statement leaves its session at work in the database for a
// while; the lock must be free all the same when Close returns.
func TestCancelledWriterGivesTheLockBack(t *testing.T) {
	s, pool, town := newStore(t)
	c := newCollection(t, s, town.ID, "site")
	e, err := s.OpenEdition(t.Context(), c, testEmbedder.Space(), nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		_, err := e.conn.Exec(ctx, `SELECT pg_sleep(60)`)
		done <- err
	}()
	for asleep := false; !asleep; {
		err := pool.QueryRow(t.Context(), `
			SELECT EXISTS (
				SELECT
				FROM pg_stat_activity
				WHERE wait_event = 'PgSleep' AND datname = current_database()
			)`).Scan(&asleep)
		if err != nil {
			t.Fatal(err)
		}
	}
	cancel()
	if err := <-done; err == nil {
		t.Fatal("not cancelled")
	}
	e.Close()
	e, err = s.OpenEdition(t.Context(), c, testEmbedder.Space(), nil)
	if err != nil {
		t.Fatal(err)
	}
	e.Close()
}

func TestSpaceMismatchSaysWhatToDo(t *testing.T) {
	s, _, town := newStore(t)
	c := newCollection(t, s, town.ID, "site")
	publish(t, s, c, func(r *Run) { put(t, r, document("a", "Piscine", "Le bassin ouvre.")) })

	other := bagEmbedder{version: "2"}
	_, err := s.OpenEdition(t.Context(), c, other.Space(), []SourceRef{testSource})
	if !errors.Is(err, ErrSpace) || !strings.Contains(err.Error(), `"site"`) || !strings.Contains(err.Error(), "GUICHET_EMBEDDER") {
		t.Errorf("open: %v", err)
	}
	scope, err := s.Scope(t.Context(), town.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.CheckSpace(t.Context(), scope, other.Space()); !errors.Is(err, ErrSpace) {
		t.Errorf("check: %v", err)
	}
	if err := s.CheckSpace(t.Context(), scope, testEmbedder.Space()); err != nil {
		t.Errorf("check of its own: %v", err)
	}
	// Residents are served from the lexical index meanwhile.
	for _, e := range []Embedder{nil, other, bagEmbedder{version: "1", err: errors.New("down")}} {
		result, err := NewSearcher(s, e).Search(t.Context(), scope, Query{Text: "piscine"})
		if err != nil || len(result.Hits) != 1 || result.Degraded == "" {
			t.Errorf("%v: %+v, %v", e, result, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := NewSearcher(s, testEmbedder).Search(ctx, scope, Query{Text: "piscine"}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// The first load may change its mind about the embedder, as long as nothing
// was published; and a collection may do without one.
func TestSpaceOfAnEmptyCollection(t *testing.T) {
	s, _, town := newStore(t)
	c := newCollection(t, s, town.ID, "site")
	for _, space := range []Space{testEmbedder.Space(), {Embedder: "bag", Version: "2", Dimensions: 3}, {}} {
		e, err := s.OpenEdition(t.Context(), c, space, []SourceRef{testSource})
		if err != nil {
			t.Fatal(err)
		}
		r, err := e.StartRun(t.Context(), testSource)
		if err != nil {
			t.Fatal(err)
		}
		d := document("a", "A", "Le bassin ouvre.")
		var vectors [][]float32
		if space.Dimensions > 0 {
			vectors = [][]float32{make([]float32, space.Dimensions)}
			vectors[0][0] = 1
		}
		if err := r.Put(t.Context(), d, vectors); err != nil {
			t.Errorf("%s: %v", space, err)
		}
		e.Close()
	}
}

func TestScopeOfAPrunedEditionIsNotFound(t *testing.T) {
	s, _, town := newStore(t)
	c := newCollection(t, s, town.ID, "site")
	publish(t, s, c, func(r *Run) { put(t, r, document("a", "Piscine", "Le bassin ouvre.")) })
	old, err := s.Scope(t.Context(), town.ID)
	if err != nil {
		t.Fatal(err)
	}
	publish(t, s, c, func(r *Run) { put(t, r, document("a", "Piscine", "Le bassin ferme.")) })
	if err := s.Prune(t.Context(), c.ID, 1); err != nil {
		t.Fatal(err)
	}
	if _, err := NewSearcher(s, nil).Search(t.Context(), old, Query{Text: "bassin"}); !errors.Is(err, ErrNotFound) {
		t.Errorf("search of a pruned edition: %v", err)
	}
	if err := s.Prune(t.Context(), c.ID, 0); err == nil {
		t.Error("pruning all editions was allowed")
	}
}

// TestMergedSegmentOfAnEditionThatIsWrittenAnew rolls back twice over an edition that bore
// no passage: the segment that was merged for it holds nothing that is discarded.
func TestMergedSegmentOfAnEditionThatIsWrittenAnew(t *testing.T) {
	s, _, town := newStore(t)
	s.maxSegments = 1
	c := newCollection(t, s, town.ID, "site")
	piscine, marche := document("a", "Piscine", "Le bassin ouvre."), document("b", "Marché", "Le marché ouvre.")
	publish(t, s, c, func(r *Run) { put(t, r, piscine) })
	publish(t, s, c, func(r *Run) {
		if err := r.Rename(t.Context(), "a", "bassin"); err != nil {
			t.Fatal(err)
		}
	})
	publish(t, s, c, func(r *Run) { put(t, r, marche) })
	if err := s.Rollback(t.Context(), c.ID, 2, "test"); err != nil {
		t.Fatal(err)
	}
	if err := s.RejectPrepared(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if err := s.Rollback(t.Context(), c.ID, 1, "test"); err != nil {
		t.Fatal(err)
	}
	publish(t, s, c, func(r *Run) { put(t, r, marche) })
	if r := search(t, s, town, "marché ouvre"); len(r.Hits) != 2 {
		t.Errorf("%d documents found, want 2", len(r.Hits))
	}
}

// TestPutByAWriterThatLostTheLock: its lock's session is gone, its other connections
// are not.
func TestPutByAWriterThatLostTheLock(t *testing.T) {
	s, pool, town := newStore(t)
	d := document("x", "Piscine", "la piscine ouvre")
	put := func(r *Run) error { return r.Put(t.Context(), d, [][]float32{bag("piscine")}) }
	for name, sources := range map[string][]SourceRef{"gone on with": {testSource}, "begun anew": nil} {
		c := newCollection(t, s, town.ID, name)
		lost, err := s.OpenEdition(t.Context(), c, testEmbedder.Space(), []SourceRef{testSource})
		if err != nil {
			t.Fatal(err)
		}
		stale, err := lost.StartRun(t.Context(), testSource)
		if err != nil {
			t.Fatal(err)
		}
		if err := put(stale); err != nil {
			t.Fatal(err)
		}
		_, err = pool.Exec(t.Context(), `SELECT pg_terminate_backend($1, 5000)`, int32(lost.conn.Conn().PgConn().PID()))
		if err != nil {
			t.Fatal(err)
		}
		lost.Close()
		e, err := s.OpenEdition(t.Context(), c, testEmbedder.Space(), sources)
		if err != nil {
			t.Fatal(err)
		}
		if want := sources != nil; e.Resumed != want {
			t.Errorf("%s: resumed %v", name, e.Resumed)
		}
		if err := put(stale); !errors.Is(err, errFenced) {
			t.Errorf("%s: the writer that lost the lock: %v", name, err)
		}
		r, err := e.StartRun(t.Context(), testSource)
		if err != nil {
			t.Fatal(err)
		}
		if err := put(r); err != nil {
			t.Errorf("%s: the writer that has it: %v", name, err)
		}
		if _, err := e.Complete(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := put(r); !errors.Is(err, errFenced) {
			t.Errorf("%s: after completion: %v", name, err)
		}
		e.Close()
	}
}

// TestPutSideBySide puts many documents at once, each twice.
func TestPutSideBySide(t *testing.T) {
	s, pool, town := newStore(t)
	const documents, passages = 40, 30
	c := newCollection(t, s, town.ID, "site")
	publish(t, s, c, func(r *Run) {
		var group errgroup.Group
		group.SetLimit(4)
		for n := range documents {
			group.Go(func() error {
				for _, word := range []string{"piscine", "mairie"} {
					d := document(fmt.Sprint(n), "Accueil")
					var vectors [][]float32
					for i := range passages {
						d.Passages = append(d.Passages, Passage{Text: fmt.Sprintf("%s %d %d", word, n, i), Tokens: 3})
						vectors = append(vectors, bag(word))
					}
					if err := r.Put(t.Context(), d, vectors); err != nil {
						return err
					}
				}
				return nil
			})
		}
		if err := group.Wait(); err != nil {
			t.Fatal(err)
		}
	})
	var rows, distinct, ordered int
	err := pool.QueryRow(t.Context(), `
		SELECT
			(SELECT count(*) FROM passages WHERE text LIKE 'mairie %'),
			(SELECT count(DISTINCT text) FROM passages),
			(
				SELECT count(*)
				FROM documents d
				WHERE passages = (
					SELECT array_agg(p.id ORDER BY p.id)
					FROM passages p
					WHERE p.lineage = d.lineage
				)
			)`).Scan(&rows, &distinct, &ordered)
	if err != nil || rows != documents*passages || distinct != rows || ordered != documents {
		t.Errorf("%d passages, %d distinct, %d documents in order: %v", rows, distinct, ordered, err)
	}
}
