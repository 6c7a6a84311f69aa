package rag

import (
	"context"
	"strings"
	"testing"
)

// Each fact must stand where the unit's words stand.
func TestFactsAreBoundToTheirWords(t *testing.T) {
	s := Source{N: 1, Title: "Piscine : horaires et tarifs", Text: "Le tarif est de 3 € pour les enfants et de 5 € pour les adultes. Le badge est gratuit (le second coûte 8 €).\n\n" +
		"L'accueil est ouvert du lundi au vendredi de 8 h 30 à 12 h et le samedi de 9 h à 11 h, sauf du 24 décembre au 2 janvier 2027.\n\n" +
		"| Jour | Été | Hiver |\n| --- | --- | --- |\n| Mercredi | 14 h - 18 h | 14 h - 17 h |\n| Dimanche | 9 h - 13 h | fermé |\n\n" +
		"Le dossier est à rendre avant le 3 mars 2027. Apportez deux photos et un acte de moins de trois mois."}
	for text, want := range map[string]bool{
		"Le tarif est de 3 € pour les enfants.":                                    true,
		"Pour un adulte, le tarif est de cinq euros.":                              true,
		"Le tarif est de 5 € pour les enfants.":                                    false,
		"Le tarif est de 5 € pour les enfants et de 3 € pour les adultes.":         false,
		"Le tarif total est de 8 € pour un enfant et un adulte.":                   false,
		"Le second badge coûte 8 €.":                                               true,
		"Le second badge coûte 5 €.":                                               false,
		"L'accueil est ouvert du lundi au vendredi de 8h30 à 12h.":                 true,
		"Le mercredi, l'accueil est ouvert de 8 h 30 à 12 h.":                      true,
		"L'accueil est ouvert du lundi au samedi de 8 h 30 à 12 h.":                false,
		"L'accueil est ouvert de 8 h 30 à 11 h du lundi au vendredi.":              false,
		"Le samedi, l'accueil est ouvert de 8 h 30 à 12 h.":                        false,
		"L'accueil est ouvert du 24 décembre au 2 janvier 2027.":                   false,
		"L'hiver, le mercredi, c'est de 14 h à 17 h.":                              true,
		"L'hiver, le mercredi, c'est de 14 h à 18 h.":                              false,
		"Le dimanche, c'est de 14 h à 18 h.":                                       false,
		"Le dossier doit être rendu avant le 03/03/2027.":                          true,
		"Le dossier doit être rendu après le 3 mars 2027.":                         false,
		"Le dossier doit être rendu avant le 3 mars 2028.":                         false,
		"Apportez 2 photos et un acte de moins de 3 mois.":                         true,
		"Apportez 2 photos et un acte de plus de 3 mois.":                          false,
		"Apportez 3 photos et un acte de moins de 3 mois.":                         false,
		"Apportez 2 photos et un acte de moins de 3 semaines.":                     false,
		"Le tarif est de 15 € pour les enfants.":                                   false,
		strings.Repeat("Le tarif est de 3 € pour les enfants, oui, ", 20) + "oui.": false,
	} {
		_, reason := Grounded{Question: "Est-ce bien 15 € pour les enfants ?"}.Unit(context.Background(),
			Unit{Kind: Sentence, Text: text, Citations: []Citation{{N: 1}}}, []Source{s})
		if (reason == nil) != want {
			t.Errorf("%q: %+v", text, reason)
		}
	}
}

// The trace says what failed, and why.
func TestReasons(t *testing.T) {
	s := Source{N: 1, Title: "Badges", Text: "Le premier badge coûte 5 € par foyer. Le second badge coûte 8 € par foyer. Le badge du foyer est obligatoire."}
	for text, want := range map[string]string{
		"Le second badge coûte 9 €.":                         "rag.withheld.figures",
		"Le second badge coûte 5 €.":                         "rag.withheld.bound_elsewhere",
		"Le badge du foyer est facultatif.":                  "rag.withheld.polarity",
		"Le jardin botanique accueille les promeneurs.":      "rag.withheld.words",
		"The garden badge is sold to strangers by the lake.": "rag.withheld.foreign",
		"Le badge obligatoire du foyer va à Valmont.":        "rag.withheld.name",
	} {
		_, reason := Grounded{}.Unit(context.Background(), Unit{Kind: Sentence, Text: text, Citations: []Citation{{N: 1}}}, []Source{s})
		if reason == nil || reason.ID != want {
			t.Errorf("%q: %+v, want %s", text, reason, want)
		}
	}
	long := strings.Repeat("Le badge est obligatoire. ", 30)
	if _, reason := (Grounded{}).Unit(context.Background(), Unit{Kind: Item, Text: long, Citations: []Citation{{N: 1}}}, []Source{s}); reason == nil || reason.ID != "rag.withheld.too_long" {
		t.Errorf("long: %+v", reason)
	}
}

// BenchmarkUnit is what the check of one unit costs, its passage read already.
func BenchmarkUnit(b *testing.B) {
	text := strings.Repeat("L'accueil est ouvert du lundi au vendredi de 8 h 30 à 12 h et coûte 3 € aux enfants, 5 € aux adultes.\n\n", 10)
	s := Source{N: 1, Text: text, facts: &facts{}}
	u := Unit{Kind: Sentence, Text: "Le mercredi, l'accueil ouvre à 8 h 30 et coûte 3 € aux enfants.", Citations: []Citation{{N: 1}}}
	for b.Loop() {
		_, _ = Grounded{}.Unit(context.Background(), u, []Source{s})
	}
}

// BenchmarkRead is what a passage costs once.
func BenchmarkRead(b *testing.B) {
	text := strings.Repeat("L'accueil est ouvert du lundi au vendredi de 8 h 30 à 12 h et coûte 3 € aux enfants, 5 € aux adultes.\n\n", 10)
	for b.Loop() {
		newWording().view(Source{N: 1, Text: text, facts: &facts{}})
	}
}
