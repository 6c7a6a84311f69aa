package rag

import (
	"slices"
	"strings"
	"testing"

	"guichet/internal/analysis"
)

// Where it is not sure that the best words answer, the sections of the page that
// come nearest are shown as well, and no more than there is room for.
func TestWidenShowsWhatComesNearest(t *testing.T) {
	section := func(n int, headings, text string) Source {
		return Source{N: n, Document: "piscine", Title: "Piscine", Headings: headings, PassageID: int64(n), Text: text, facts: &facts{}}
	}
	long := strings.Repeat("La piscine est ouverte aux clubs qui le demandent par écrit. ", 10)
	sources := []Source{
		section(1, "Bassin", "La piscine a un bassin de 25 mètres et une pataugeoire."),
		section(2, "Cours", "Les cours de la piscine commencent en janvier."),
		section(3, "Clubs", long),
		section(4, "Vestiaires", "Prévoyez un jeton."),
	}
	a := analysis.For("fr")
	q := query{text: "piscine bassin", terms: []said{{term: a.Terms("piscine")[0], weight: 1}, {term: a.Terms("bassin")[0], weight: 1}}}
	headings := func(room int) []string {
		r := newQuoter(a, q, sources)
		var out []string
		for _, g := range r.widen(r.groups(1), room) {
			out = append(out, g.heading)
		}
		return out
	}
	if got, want := headings(0), []string{"Bassin"}; !slices.Equal(got, want) {
		t.Errorf("without room %q, want %q", got, want)
	}
	if got, want := headings(110), []string{"Bassin", "Cours"}; !slices.Equal(got[:min(2, len(got))], want) || slices.Contains(got, "Clubs") {
		t.Errorf("with little room %q, want %q first, and not what is too long", got, want)
	}
	if got := headings(2000); !slices.Contains(got, "Clubs") {
		t.Errorf("with room %q, want the clubs too", got)
	}
}

func TestUnspokenThingsAreNamed(t *testing.T) {
	for before, want := range map[string]bool{
		"à quelle heure est la ": true, "un court de ": true, "l'": true, "je veux ": false, "on n'a ": false, "": false,
	} {
		if got := namesThing.MatchString(before); got != want {
			t.Errorf("after %q: %v", before, got)
		}
	}
}
