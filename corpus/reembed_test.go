package corpus

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
)

// wideEmbedder has other dimensions than bagEmbedder, and other vectors.
type wideEmbedder struct {
	before func(calls int) error // each batch; nil: nothing
	calls  int
	texts  int
}

func (e *wideEmbedder) Space() Space { return Space{Embedder: "wide", Version: "1", Dimensions: 12} }

func (e *wideEmbedder) EmbedPassages(ctx context.Context, texts []string) ([][]float32, error) {
	e.calls++
	if e.before != nil {
		if err := e.before(e.calls); err != nil {
			return nil, err
		}
	}
	vectors := make([][]float32, len(texts))
	for i, text := range texts {
		vectors[i], _ = e.EmbedQuery(ctx, text)
	}
	e.texts += len(texts)
	return vectors, nil
}

func (e *wideEmbedder) EmbedQuery(_ context.Context, text string) ([]float32, error) {
	v := make([]float32, 12)
	for i, x := range bag(text) {
		v[(5*i+3)%12] = x
	}
	return v, nil
}

// town of many documents, in three editions: some were changed, some retired.
func moveable(t *testing.T) (*Store, *pgxpool.Pool, Town, Collection) {
	t.Helper()
	s, pool, town := newStore(t)
	c := newCollection(t, s, town.ID, "site")
	words := []string{"piscine", "mairie", "cantine", "bus", "passeport", "déchets", "stationnement", "crèche", "bibliothèque"}
	text := func(i, j int) string {
		return fmt.Sprintf("Le service %s ouvre au public, guichet %d, %s.", words[i%len(words)], i, words[(i*j+j)%len(words)])
	}
	publish(t, s, c, func(r *Run) {
		for i := range 120 {
			put(t, r, document(fmt.Sprint("d", i), words[i%len(words)], text(i, 1), text(i, 2), text(i, 3)))
		}
	})
	publish(t, s, c, func(r *Run) {
		for i := range 20 {
			put(t, r, document(fmt.Sprint("d", i), words[i%len(words)], text(i, 1), text(i, 5)))
		}
	})
	publish(t, s, c, func(r *Run) {
		if err := r.Retire(t.Context(), []string{"d7", "d50", "d51"}); err != nil {
			t.Fatal(err)
		}
	})
	return s, pool, town, c
}

// found is what a search with the embedder says, in short.
func found(ctx context.Context, s *Store, town Town, e Embedder) (string, error) {
	scope, err := s.Scope(ctx, town.ID)
	if err != nil {
		return "", err
	}
	result, err := NewSearcher(s, e).Search(ctx, scope, Query{Text: "quand ouvre la cantine pour un passeport"})
	if err != nil {
		return "", err
	}
	short := result.Degraded
	for _, hit := range result.Hits {
		short += fmt.Sprintf("|%s %.6f", hit.Document.Name, hit.Score)
		for _, p := range hit.Passages {
			short += fmt.Sprintf(" %d %.4f", p.ID, p.Cosine)
		}
	}
	return short, nil
}

func mustFind(t *testing.T, s *Store, town Town, e Embedder) string {
	t.Helper()
	got, err := found(t.Context(), s, town, e)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// TestReembedServesThroughout searches all the while, with the old embedder
// and with the new one.
func TestReembedServesThroughout(t *testing.T) {
	s, pool, town, c := moveable(t)
	wide := &wideEmbedder{}
	embedders := []Embedder{testEmbedder, wide}
	before := []string{mustFind(t, s, town, testEmbedder), mustFind(t, s, town, wide)}

	done := make(chan struct{})
	seen := make([]map[string]int, len(embedders))
	var searching sync.WaitGroup
	for i, e := range embedders {
		seen[i] = make(map[string]int)
		searching.Go(func() {
			for last := false; !last; {
				select {
				case <-done:
					last = true
				default:
				}
				got, err := found(context.WithoutCancel(t.Context()), s, town, e)
				if err != nil {
					t.Errorf("search during the move: %v", err)
					return
				}
				seen[i][got]++
			}
		})
	}
	report, err := s.Reembed(t.Context(), c, wide, nil)
	close(done)
	searching.Wait()
	if err != nil {
		t.Fatal(err)
	}
	var passages int
	if err := pool.QueryRow(t.Context(), `SELECT count(*) FROM passages`).Scan(&passages); err != nil {
		t.Fatal(err)
	}
	if report.Passages != passages || report.Embedded != passages || report.From != testEmbedder.Space() || report.To != wide.Space() {
		t.Errorf("report %+v of %d passages", report, passages)
	}
	for i, e := range embedders {
		after := mustFind(t, s, town, e)
		if after == before[i] {
			t.Errorf("%s finds the same after the move: the test shows nothing", e.Space())
		}
		for got, n := range seen[i] {
			if got != before[i] && got != after {
				t.Errorf("%s: %d searches found neither what is found before nor after:\n%s", e.Space(), n, got)
			}
		}
	}

	// What no edition of the future needs goes; what readers use stays.
	after := mustFind(t, s, town, wide)
	if err := s.DropOldVectors(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if got := mustFind(t, s, town, wide); got != after {
		t.Errorf("dropping the old vectors changed what is found:\n%s\n%s", after, got)
	}
	if old, now := vectorCounts(t, s); old != 0 || now != passages {
		t.Errorf("%d old vectors, %d new ones of %d", old, now, passages)
	}

	// An older edition has its vectors too.
	if err := s.Rollback(t.Context(), c.ID, 1, "test"); err != nil {
		t.Fatal(err)
	}
	scope, err := s.Scope(t.Context(), town.ID)
	if err != nil {
		t.Fatal(err)
	}
	result, err := NewSearcher(s, wide).Search(t.Context(), scope, Query{Text: "quand ouvre le guichet 50"})
	if err != nil || result.Degraded != "" {
		t.Fatalf("search in edition 1: %q, %v", result.Degraded, err)
	}
	if !slices.ContainsFunc(result.Hits, func(h Hit) bool { return h.Document.Name == "d50" && h.Passages[0].Cosine > 0 }) {
		t.Errorf("the retired document has no vector in the edition that has it")
	}
}

// vectorCounts counts the vectors of the test's two spaces.
func vectorCounts(t *testing.T, s *Store) (old, now int) {
	t.Helper()
	for space, n := range map[Space]*int{testEmbedder.Space(): &old, (&wideEmbedder{}).Space(): &now} {
		if err := s.pool.QueryRow(t.Context(), `SELECT count(*) FROM `+tableOf(t, s, space)).Scan(n); err != nil {
			t.Fatal(err)
		}
	}
	return old, now
}

func tableOf(t *testing.T, s *Store, space Space) string {
	t.Helper()
	id, err := s.spaceID(t.Context(), space)
	if err != nil {
		t.Fatal(err)
	}
	return vectorTable(id)
}

// TestReembedGoesOn ends a move in each way it can end in its middle.
func TestReembedGoesOn(t *testing.T) {
	s, pool, town, c := moveable(t)
	before := mustFind(t, s, town, testEmbedder)
	failure := errors.New("the embedder is down")
	ctx, cancel := context.WithCancel(t.Context())
	ends := []func() error{
		func() error { return failure },
		func() error { cancel(); return nil },
		func() error {
			// As a crash of the database's session would: the lock goes with it.
			_, err := pool.Exec(t.Context(), `
				SELECT pg_terminate_backend(pid)
				FROM pg_locks
				WHERE locktype = 'advisory'
					AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`)
			return err
		},
	}
	// The first batch of each try is kept, but for the tries that end in it.
	for i, end := range ends {
		e := &wideEmbedder{before: func(calls int) error {
			if calls == 1+(i+1)%2 {
				return end()
			}
			return nil
		}}
		if _, err := s.Reembed(ctx, c, e, nil); err == nil {
			t.Fatalf("end %d: no error", i)
		}
		if ctx.Err() != nil {
			ctx = t.Context()
		}
		if got := mustFind(t, s, town, testEmbedder); got != before {
			t.Errorf("end %d changed what is found:\n%s\n%s", i, before, got)
		}
	}
	old, kept := vectorCounts(t, s)
	if kept == 0 || kept >= old {
		t.Fatalf("%d of %d vectors were kept: the test shows nothing", kept, old)
	}
	// An ingestion in between ends, keeps and adds passages in the old space.
	publish(t, s, c, func(r *Run) {
		put(t, r, document("d0", "piscine", "La piscine ferme."))
		put(t, r, document("neuf", "Nouveau", "Un guichet de plus."))
	})
	e := &wideEmbedder{}
	var told [][2]int
	report, err := s.Reembed(t.Context(), c, e, func(done, total int) { told = append(told, [2]int{done, total}) })
	if err != nil {
		t.Fatal(err)
	}
	if report.Embedded != e.texts || report.Passages-report.Embedded != kept {
		t.Errorf("report %+v, %d texts embedded, %d vectors kept", report, e.texts, kept)
	}
	if told[0] != [2]int{kept, report.Passages} || told[len(told)-1] != [2]int{report.Passages, report.Passages} {
		t.Errorf("told %v", told)
	}
	var apart int
	err = pool.QueryRow(t.Context(), `
		SELECT count(*)
		FROM passages p
		LEFT JOIN `+tableOf(t, s, e.Space())+` v ON v.passage_id = p.id
		WHERE (v.born, v.ended, v.collection_id) IS DISTINCT FROM (p.born, p.ended, p.collection_id)`).Scan(&apart)
	if err != nil || apart != 0 {
		t.Errorf("%d vectors disagree with their passages, %v", apart, err)
	}
	again, err := s.Reembed(t.Context(), c, e, nil)
	if err != nil || again.Embedded != 0 || again.From != e.Space() {
		t.Errorf("a second move: %+v, %v", again, err)
	}
}

// TestReembeddedCollectionGoesOn ingests after a move, and moves back.
func TestReembeddedCollectionGoesOn(t *testing.T) {
	s, _, town, c := moveable(t)
	wide := &wideEmbedder{}
	if _, err := s.Reembed(t.Context(), c, wide, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := s.OpenEdition(t.Context(), c, testEmbedder.Space(), nil); !errors.Is(err, ErrSpace) {
		t.Errorf("an ingestion with the old embedder: %v", err)
	}
	e, err := s.OpenEdition(t.Context(), c, wide.Space(), []SourceRef{testSource})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if _, err := s.Reembed(t.Context(), c, testEmbedder, nil); !errors.Is(err, ErrBusy) {
		t.Errorf("a move during a run: %v", err)
	}
	if err := s.DropOldVectors(t.Context(), c); !errors.Is(err, ErrBusy) {
		t.Errorf("a drop during a run: %v", err)
	}
	r, err := e.StartRun(t.Context(), testSource)
	if err != nil {
		t.Fatal(err)
	}
	d := document("neuf", "Nouveau", "Le funiculaire ouvre.")
	v, _ := wide.EmbedQuery(t.Context(), EmbeddingText(d.Title, d.Passages[0]))
	if err := r.Put(t.Context(), d, [][]float32{v}); err != nil {
		t.Fatal(err)
	}
	if err := r.Finish(t.Context(), Counts{Added: 1}, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Complete(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := e.Publish(t.Context()); err != nil {
		t.Fatal(err)
	}
	e.Close()
	old, now := vectorCounts(t, s)
	if now != old+1 {
		t.Errorf("%d vectors in the old space, %d in the new", old, now)
	}
	back, err := s.Reembed(t.Context(), c, testEmbedder, nil)
	if err != nil || back.Embedded != 1 {
		t.Errorf("going back embeds what is new: %+v, %v", back, err)
	}
	if got := search(t, s, town, "funiculaire"); got.Degraded != "" || got.Hits[0].Document.Name != "neuf" || got.Hits[0].Passages[0].Cosine <= 0 {
		t.Errorf("result %+v", got)
	}
}

func TestReembedRefusesBadVectors(t *testing.T) {
	s, _, town, c := moveable(t)
	before := mustFind(t, s, town, testEmbedder)
	for name, e := range map[string]Embedder{"short": shortEmbedder{}, "few": fewEmbedder{}} {
		if _, err := s.Reembed(t.Context(), c, e, nil); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if got := mustFind(t, s, town, testEmbedder); got != before {
		t.Errorf("what is found changed:\n%s\n%s", before, got)
	}
}

// shortEmbedder's vectors have fewer dimensions than it says.
type shortEmbedder struct{ bagEmbedder }

func (shortEmbedder) Space() Space { return Space{Embedder: "short", Version: "1", Dimensions: 9} }

// fewEmbedder forgets a vector.
type fewEmbedder struct{ bagEmbedder }

func (fewEmbedder) Space() Space { return Space{Embedder: "few", Version: "1", Dimensions: 8} }

func (e fewEmbedder) EmbedPassages(ctx context.Context, texts []string) ([][]float32, error) {
	vectors, err := e.bagEmbedder.EmbedPassages(ctx, texts)
	return vectors[1:], err
}

func TestDeleteCollection(t *testing.T) {
	s, pool, town, c := moveable(t)
	other := newCollection(t, s, 0, "national")
	publish(t, s, other, func(r *Run) { put(t, r, document("F1", "Passeport", "Demander un passeport.")) })
	s.indexAbove = 10
	if err := s.indexVectors(t.Context(), 1, c.ID); err != nil {
		t.Fatal(err)
	}
	if err := s.DeleteCollection(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if err := s.DeleteCollection(t.Context(), c); !errors.Is(err, ErrNotFound) {
		t.Errorf("deleted twice: %v", err)
	}
	for _, table := range []string{"documents", "passages", "term_lists", "ended_lists", "words", "spelling_buckets", "editions", "runs", "sources", "vectors_1"} {
		var n int
		err := pool.QueryRow(t.Context(), `SELECT count(*) FROM `+table+` t WHERE to_jsonb(t)->>'collection_id' = $1`, fmt.Sprint(c.ID)).Scan(&n)
		if err != nil || n != 0 {
			t.Errorf("%d rows left in %s, %v", n, table, err)
		}
	}
	if _, index, err := s.indexState(t.Context(), 1, c.ID); err != nil || index != indexNone {
		t.Errorf("its index is %d, %v", index, err)
	}
	if got := search(t, s, town, "passeport"); len(got.Hits) != 1 || got.Hits[0].Document.Name != "F1" {
		t.Errorf("the other collection: %+v", got.Hits)
	}
}
