package rag

import (
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// drawn writes segments as "kind:text", items with "<" behind a lead-in and
// "^" under a heading.
func drawn(text string) []string {
	var out []string
	for _, s := range segments(text) {
		mark := string(s.kind[0])
		if s.lead >= 0 {
			mark += "<"
		}
		if s.head >= 0 {
			mark += "^"
		}
		out = append(out, mark+":"+s.text)
	}
	return out
}

func TestSegments(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"marked list": {
			"Apportez :\n\n- une photo ;\n\n- un justificatif\n  de domicile.\n\nC'est gratuit. Venez tôt.",
			[]string{"s:Apportez :", "i<:une photo ;", "i<:un justificatif de domicile.", "s:C'est gratuit.", "s:Venez tôt."},
		},
		"list without marks": {
			"Les délais sont les suivants :\n1 an pour les contraventions,\n6 ans pour les délits,\n20 ans pour les crimes.\nCes délais peuvent changer.",
			[]string{
				"s:Les délais sont les suivants :", "i<:1 an pour les contraventions,", "i<:6 ans pour les délits,",
				"i<:20 ans pour les crimes.", "s:Ces délais peuvent changer.",
			},
		},
		"lead-in without colon": {
			"Le permis est obligatoire pour\nune piscine couverte,\nun abri.",
			[]string{"s:Le permis est obligatoire pour", "i<:une piscine couverte,", "i<:un abri."},
		},
		"headings": {
			"Coût\nLa carte est gratuite.\nQui peut la demander ?\nToute personne.",
			[]string{"h:Coût", "s^:La carte est gratuite.", "h:Qui peut la demander ?", "s^:Toute personne."},
		},
		"wrapped paragraph": {
			"La déchèterie de la Croix-Blanche est ouverte du lundi au samedi\nde 9 h à 12 h. Elle est fermée les jours fériés et le dimanche matin\ntoute l'année.",
			[]string{
				"s:La déchèterie de la Croix-Blanche est ouverte du lundi au samedi de 9 h à 12 h.",
				"s:Elle est fermée les jours fériés et le dimanche matin toute l'année.",
			},
		},
		"lost link": {
			"Vérifiez si l'état civil est dématérialisé\n. Sinon, il faut un acte.",
			[]string{"s:Vérifiez si l'état civil est dématérialisé .", "s:Sinon, il faut un acte."},
		},
		"tables": {
			"| Jour | Heures |\n| --- | --- |\n| Lundi | 9 h |\n\n| a | b |",
			[]string{"r:Lundi | 9 h", "r:a | b"},
		},
	} {
		if got := drawn(c.text); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s:\n got %q\nwant %q", name, got, c.want)
		}
	}
}

// Every quoted segment stands in its passage, word for word.
func TestSegmentsAreVerbatim(t *testing.T) {
	lines := []string{
		"Coût", "", "La carte est gratuite. Elle est valable dix ans.", "Apportez :", "- une photo ;", "une photo,", ". Sinon, venez.",
		"| a | b |", "| --- | --- |", "# Titre", "Le permis est obligatoire pour", "M. Dupont, art. L. 123-4", "1. Venez", "Où ?", "  suite",
	}
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOf(rapid.SampledFrom(lines)).Draw(t, "lines"), "\n")
		whole := fold(text)
		for _, s := range segments(text) {
			if s.kind != Row && !strings.Contains(whole, s.text) {
				t.Fatalf("%q is not in %q", s.text, whole)
			}
			for _, cell := range s.cells {
				if !strings.Contains(whole, cell) {
					t.Fatalf("cell %q is not in %q", cell, whole)
				}
			}
		}
	})
}
