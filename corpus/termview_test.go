package corpus

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// told is what a search says, but for how long it took.
func told(r Result) string {
	var lines []string
	for _, h := range r.Hits {
		lines = append(lines, fmt.Sprintf("%s %s %d %s %.12f", h.Document.Title, h.Document.URL, h.Document.Edition, h.Document.Collection, h.Score))
		for _, p := range h.Passages {
			lines = append(lines, fmt.Sprintf("  %s %.12f", p.Text, p.Lexical))
		}
	}
	for _, t := range r.Terms {
		lines = append(lines, fmt.Sprintf("%s %d %.12f", t.Term, t.Frequency, t.Weight))
	}
	return strings.Join(lines, "\n")
}

// TestRememberedTermsAreThoseOfTheEdition asks one store before and after
// everything that changes what a scope sees, done by another store as by
// another process, and compares with one that remembers nothing.
func TestRememberedTermsAreThoseOfTheEdition(t *testing.T) {
	reader, pool, town := newStore(t)
	writer := NewStore(pool)
	writer.maxSegments = 2
	c := newCollection(t, writer, town.ID, "site")
	const question = "bassin horaires marché"
	previous := ""
	check := func(what string, changed bool) {
		t.Helper()
		want := told(search(t, NewStore(pool), town, question))
		for range 2 {
			if got := told(search(t, reader, town, question)); got != want {
				t.Fatalf("%s: remembered\n%s\nin the database\n%s", what, got, want)
			}
		}
		if (want != previous) != changed {
			t.Fatalf("%s: the result was\n%s\nand is\n%s", what, previous, want)
		}
		previous = want
	}
	write := func(documents ...Document) {
		t.Helper()
		publish(t, writer, c, func(r *Run) {
			for _, d := range documents {
				put(t, r, d)
			}
		})
	}
	pool1 := document("piscine", "Piscine", "Le bassin ouvre.", "Les horaires du bassin.")
	write(pool1)
	check("first edition", true)
	write(pool1, document("marche", "Marché", "Le marché a ses horaires."))
	check("new edition", true)
	if err := writer.Rollback(t.Context(), c.ID, 1, "test"); err != nil {
		t.Fatal(err)
	}
	check("rolled back", true)
	for i := range 4 {
		write(pool1, document("marche", "Marché", fmt.Sprint("Le marché du bassin, halle ", i)))
		check(fmt.Sprint("edition written and merged ", i), true)
	}
	renamed := document("piscine", "Piscine municipale", "Le bassin ouvre.", "Les horaires du bassin.")
	renamed.URL = "https://ville.example/piscine"
	write(renamed)
	check("document renamed", true)
	if err := writer.Rollback(t.Context(), c.ID, 5, "test"); err != nil {
		t.Fatal(err)
	}
	check("its name taken back", true)
	shared := newCollection(t, writer, 0, "national")
	publish(t, writer, shared, func(r *Run) { put(t, r, document("national", "Bassin", "Un bassin.")) })
	check("another collection", true)
	if err := writer.DeleteCollection(t.Context(), shared); err != nil {
		t.Fatal(err)
	}
	check("collection deleted", true)
}

// TestRememberedTermsAreBounded asks for more than there is room for.
func TestRememberedTermsAreBounded(t *testing.T) {
	s, pool, town := newStore(t)
	c := newCollection(t, s, town.ID, "site")
	var words, often []string
	for i := range 40 {
		words = append(words, fmt.Sprintf("mot%c%c", 'a'+i/26, 'a'+i%26))
		often = append(often, "partout "+words[i])
	}
	publish(t, s, c, func(r *Run) { put(t, r, document("a", "Mots", often...)) })
	search(t, s, town, "inconnu") // what the edition sees is read, which sets the limit
	s.terms.resize(6000)          // of which one may take 750
	for _, word := range slices.Concat(words, words[30:], []string{"inconnu"}) {
		question := word + " partout"
		if got, want := told(search(t, s, town, question)), told(search(t, NewStore(pool), town, question)); got != want {
			t.Fatalf("%s: got\n%s\nwant\n%s", word, got, want)
		}
		checkRecent(t, s.terms)
	}
	if s.terms.order.Len() < 5 {
		t.Errorf("only %d terms are remembered", s.terms.order.Len())
	}
	last := s.terms.order.Front().Value.(*remembered[termKey, *termView]).key.term
	if !strings.HasPrefix(last, "inconn") {
		t.Errorf("the term asked last is %q, not the one that nothing has", last)
	}
}

// checkRecent fails when more is remembered than there is room for, or when
// what is remembered is not what is counted.
func checkRecent[K comparable, V any](t *testing.T, c *recent[K, V]) {
	t.Helper()
	sum := 0
	for e := c.order.Front(); e != nil; e = e.Next() {
		sum += e.Value.(*remembered[K, V]).bytes
	}
	if sum != c.size || sum > c.limit || len(c.byKey) != c.order.Len() {
		t.Fatalf("%d bytes are remembered, said to be %d, of %d, in %d and %d entries", sum, c.size, c.limit, len(c.byKey), c.order.Len())
	}
}
