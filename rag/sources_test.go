package rag

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"guichet/corpus"
)

// hit makes a hit of a document; each passage is "place heading: text".
func hit(name string, score float64, passages ...corpus.HitPassage) corpus.Hit {
	return corpus.Hit{
		Document: corpus.HitDocument{Name: name, Title: name, URL: "https://exemple.fr/" + name},
		Score:    score, Passages: passages,
	}
}

func at(place int, heading, text string) corpus.HitPassage {
	return corpus.HitPassage{
		Place:   place,
		Passage: corpus.Passage{ID: int64(100 + place), Headings: []string{heading}, Anchor: fmt.Sprintf("a%d", place), Text: text},
	}
}

func told(sources []Source) []string {
	var out []string
	for _, s := range sources {
		out = append(out, fmt.Sprintf("%d %s %s", s.N, s.URL, s.Text))
	}
	return out
}

func TestSources(t *testing.T) {
	for name, c := range map[string]struct {
		hits  []corpus.Hit
		limit int
		want  []string
	}{
		"neighbours are one source, in reading order": {
			hits: []corpus.Hit{hit("piscine", 9, at(5, "Tarifs", "Enfant : 2 €."), at(4, "Tarifs", "Adulte : 4 €."), at(9, "Accès", "Bus 3."))},
			want: []string{"1 https://exemple.fr/piscine#a4 Adulte : 4 €.\n\nEnfant : 2 €.", "2 https://exemple.fr/piscine#a9 Bus 3."},
		},
		"a passage between two joins all three": {
			hits: []corpus.Hit{hit("piscine", 9, at(3, "Tarifs", "Trois."), at(5, "Tarifs", "Cinq."), at(4, "Tarifs", "Quatre."))},
			want: []string{"1 https://exemple.fr/piscine#a3 Trois.\n\nQuatre.\n\nCinq."},
		},
		"neighbours under other headings stay apart": {
			hits: []corpus.Hit{hit("piscine", 9, at(4, "Tarifs", "Adulte : 4 €."), at(5, "Horaires", "Lundi."))},
			want: []string{"1 https://exemple.fr/piscine#a4 Adulte : 4 €.", "2 https://exemple.fr/piscine#a5 Lundi."},
		},
		"passages of different documents stay apart": {
			hits: []corpus.Hit{hit("a", 9, at(4, "Tarifs", "Un.")), hit("b", 9, at(5, "Tarifs", "Deux."))},
			want: []string{"1 https://exemple.fr/a#a4 Un.", "2 https://exemple.fr/b#a5 Deux."},
		},
		"an older version is no source": {
			hits: []corpus.Hit{hit("neuf", 9, at(0, "", "Le repas : 4 €.")), {Newer: "neuf", Passages: []corpus.HitPassage{at(0, "", "Le repas : 3 €.")}}},
			want: []string{"1 https://exemple.fr/neuf#a0 Le repas : 4 €."},
		},
		"what was said already is left out": {
			hits: []corpus.Hit{
				hit("a", 9, at(0, "", "La collecte des encombrants a lieu le mardi matin, sur rendez-vous.")),
				hit("b", 9, at(0, "", "La collecte des encombrants a lieu le mardi matin sur rendez-vous !")),
				hit("c", 9, at(0, "", "La déchèterie est fermée.")),
			},
			limit: 2,
			want:  []string{"1 https://exemple.fr/a#a0 La collecte des encombrants a lieu le mardi matin, sur rendez-vous.", "2 https://exemple.fr/c#a0 La déchèterie est fermée."},
		},
		"another figure is something new": {
			hits: []corpus.Hit{
				hit("a", 9, at(0, "", "Le tarif plein d'une entrée à la piscine est de 4 euros.")),
				hit("b", 9, at(0, "", "Le tarif plein d'une entrée à la piscine est de 6 euros.")),
			},
			want: []string{"1 https://exemple.fr/a#a0 Le tarif plein d'une entrée à la piscine est de 4 euros.", "2 https://exemple.fr/b#a0 Le tarif plein d'une entrée à la piscine est de 6 euros."},
		},
	} {
		limit := c.limit
		if limit == 0 {
			limit = 6
		}
		if got := told(sourcesOf(c.hits, limit, maxPerDocument)); !slices.Equal(got, c.want) {
			t.Errorf("%s:\n got %q\nwant %q", name, got, c.want)
		}
	}
}

func TestSourcesOfOneDocumentAreFewUnlessItClearlyAnswers(t *testing.T) {
	passages := func(doc string) []corpus.HitPassage {
		var all []corpus.HitPassage
		for i := range 6 {
			all = append(all, at(2*i, "", strings.Repeat(fmt.Sprintf("%s mot%d ", doc, i), 5)))
		}
		return all
	}
	count := func(first float64) map[string]int {
		n := map[string]int{}
		hits := []corpus.Hit{hit("a", first, passages("a")...), hit("b", 8, passages("b")...)}
		for _, s := range sourcesOf(hits, 20, maxPerDocument) {
			n[s.Document]++
		}
		return n
	}
	if n := count(8.5); n["a"] != 3 || n["b"] != 2 {
		t.Errorf("side by side: %v", n)
	}
	if n := count(16); n["a"] != 4 || n["b"] != 2 {
		t.Errorf("far ahead: %v", n)
	}
}
