package rag

import (
	"strings"
	"testing"

	"guichet/internal/analysis"
)

func TestSupportQuotesWhatSaysMost(t *testing.T) {
	source := Source{N: 1, Text: "# Accès\n\nLa déchèterie est ouverte le lundi. Elle ferme à 18 h.\n\nTarifs :\n- particuliers : gratuit ;\n- artisans : 20 €."}
	s := newSupporter(analysis.For("fr"))
	for text, want := range map[string][]string{
		"Le lundi, la déchèterie est ouverte.":             {"La déchèterie est ouverte le lundi."},
		"Elle ferme à 18h.":                                {"Elle ferme à 18 h."},
		"La déchèterie, ouverte le lundi, coûte 20 euros.": {"La déchèterie est ouverte le lundi.", "artisans : 20 €."},
	} {
		var got []string
		for _, c := range s.cite(source, text) {
			got = append(got, c.Quote)
		}
		if strings.Join(got, "|") != strings.Join(want, "|") {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if got := s.cite(Source{N: 2, Text: "Accès"}, "Rien."); len(got) != 1 || got[0].Quote != "Accès" {
		t.Errorf("a passage of one heading: %+v", got)
	}
}

// BenchmarkCite is what the first citation of a passage costs.
func BenchmarkCite(b *testing.B) {
	text := strings.Repeat("La déchèterie est ouverte le lundi à tous les habitants de la commune. Elle ferme à 18 h pendant l'été.\n", 12)
	a := analysis.For("fr")
	for b.Loop() {
		newSupporter(a).cite(Source{N: 1, Text: text}, "Elle ferme à 18 h.")
	}
}
