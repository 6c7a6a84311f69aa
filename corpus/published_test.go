package corpus

import (
	"context"
	"errors"
	"testing"
)

// What stands in the passages of the scope's edition, or in the town's
// contact, is published, in any writing; what an edition ended is no more.
func TestPublished(t *testing.T) {
	s, _, town := newStore(t)
	c := newCollection(t, s, town.ID, "site")
	publish(t, s, c, func(r *Run) {
		put(t, r, document("a", "Piscine", "Appelez le +33 (0)2 61 91 40 17 ou écrivez à Piscine@Ville.example."))
		put(t, r, document("b", "Salles", "Sans numéro. Écrivez à salles (at) ville.example."))
	})
	values := []string{"0261914017", "piscine@ville.example", "salles@ville.example", "0261914000", "0639981234"}
	check := func(want map[string]bool) {
		t.Helper()
		sc, err := s.Scope(t.Context(), town.ID)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // read, then remembered
			got, err := s.Published(t.Context(), sc, Contact{Phone: "02 61 91 40 00"}, values)
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range values {
				if got[v] != want[v] {
					t.Errorf("%s: %v, want %v", v, got[v], want[v])
				}
			}
		}
	}
	check(map[string]bool{"0261914017": true, "piscine@ville.example": true, "salles@ville.example": true, "0261914000": true})
	publish(t, s, c, func(r *Run) {
		put(t, r, document("a", "Piscine", "Le numéro a changé."))
		put(t, r, document("b", "Salles", "Sans numéro."))
	})
	check(map[string]bool{"0261914000": true})
}

// Who reads an edition through for the first time keeps nobody from another one
// that is known, and whoever waits for that pass may leave.
func TestPublishedIsReadBesideOthers(t *testing.T) {
	s, pool, town := newStore(t)
	scope := func(collection, text string) Scope {
		t.Helper()
		publish(t, s, newCollection(t, s, town.ID, collection), func(r *Run) { put(t, r, document("a", "Piscine", text)) })
		sc, err := s.Scope(t.Context(), town.ID, collection)
		if err != nil {
			t.Fatal(err)
		}
		return sc
	}
	known, slow := scope("known", "Appelez le 02 61 91 40 17."), scope("slow", "Appelez le 02 61 91 40 18.")
	ask := func(ctx context.Context, sc Scope) error {
		found, err := s.Published(ctx, sc, Contact{}, []string{"0261914017", "0261914018"})
		if err == nil && len(found) != 2 {
			t.Errorf("found %v", found)
		}
		return err
	}
	if err := ask(t.Context(), known); err != nil {
		t.Fatal(err)
	}
	// The passages are locked: a pass over them lasts until they are let go.
	lock, err := pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = lock.Rollback(context.Background()) }()
	if _, err := lock.Exec(t.Context(), `LOCK TABLE passages`); err != nil {
		t.Fatal(err)
	}
	first := make(chan error, 1)
	go func() { first <- ask(t.Context(), slow) }()
	for waits := false; !waits; {
		if err := lock.QueryRow(t.Context(), `
			SELECT EXISTS (
				SELECT FROM pg_locks
				WHERE NOT granted
					AND relation = 'passages'::regclass
			)`).Scan(&waits); err != nil {
			t.Fatal(err)
		}
	}
	if err := ask(t.Context(), known); err != nil {
		t.Error(err)
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	if err := ask(gone, slow); !errors.Is(err, context.Canceled) {
		t.Errorf("who left got %v", err)
	}
	if err := lock.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-first; err != nil {
		t.Error(err)
	}
}
