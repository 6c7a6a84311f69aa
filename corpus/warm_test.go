package corpus

import (
	"fmt"
	"testing"
)

// A warmed store answers as one that was not, and needs neither the
// passages' sequences nor the lists of frequent terms: not even when they are gone
// from the database.
func TestWarm(t *testing.T) {
	s, pool, town := newStore(t)
	c := newCollection(t, s, town.ID, "site")
	publish(t, s, c, func(r *Run) {
		put(t, r, document("piscine", "Piscine", "Le bassin ouvre.", "Les horaires du bassin."))
		put(t, r, document("marche", "Marché", "Le marché du bassin."))
	})
	want := told(search(t, NewStore(pool), town, "horaires du bassin"))
	warm := func() {
		t.Helper()
		scope, err := s.Scope(t.Context(), town.ID)
		if err != nil {
			t.Fatal(err)
		}
		if err := NewSearcher(s, testEmbedder).Warm(t.Context(), scope); err != nil {
			t.Fatal(err)
		}
	}
	warm()
	if n := s.closely.order.Len(); n != 3 {
		t.Errorf("%d passages are remembered, not 3", n)
	}
	if _, err := pool.Exec(t.Context(), `TRUNCATE term_sequences`); err != nil {
		t.Fatal(err)
	}
	if got := told(search(t, s, town, "horaires du bassin")); got != want {
		t.Errorf("warmed\n%s\nin the database\n%s", got, want)
	}
	var basins []string
	for i := range 60 {
		basins = append(basins, fmt.Sprint("Le bassin numéro ", i))
	}
	publish(t, s, c, func(r *Run) { put(t, r, document("bassins", "Bassins", basins...)) })
	want = told(search(t, NewStore(pool), town, "bassin"))
	warm()
	if _, err := pool.Exec(t.Context(), `UPDATE term_lists SET term = term || '-' WHERE term <> ''`); err != nil {
		t.Fatal(err)
	}
	if got := told(search(t, s, town, "bassin")); got != want {
		t.Errorf("warmed\n%s\nin the database\n%s", got, want)
	}
	publish(t, s, c, func(r *Run) { put(t, r, document("halle", "Halle", "La halle ouvre.")) })
	warm()
	if n := s.closely.order.Len(); n != 64 {
		t.Errorf("%d passages are remembered after another publication, not 64", n)
	}
}
