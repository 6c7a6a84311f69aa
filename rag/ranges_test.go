package rag

import (
	"slices"
	"testing"
	"time"
)

func TestFiguresOfAQuestionChooseARow(t *testing.T) {
	now := time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		question, better, worse string
	}{
		{"tarif pour un enfant de 8 ans", "4 à 17 ans | 2 €", "moins de 4 ans | gratuit"},
		{"repas avec un QF de 780", "651 à 900 | 2 €", "401 à 650 | 1 €"},
		{"repas, quotient familial 1 300", "1 201 à 1 600 | 4 €", "jusqu'à 400 | 1 €"},
		{"abri de 12 m²", "de 5 à 20 m² | déclaration", "plus de 20 m² | permis"},
		{"le budget 2027", "Budget 2027 : 3 €", "Budget 2025 : 2 €"},
		{"la prochaine collecte", "le 9 décembre 2026", "le 9 novembre 2026"},
	} {
		f := figuresAsked(c.question)
		if better, worse := f.fit(c.better, "", now), f.fit(c.worse, "", now); better <= worse {
			t.Errorf("%s: %q fits %.2f, %q %.2f", c.question, c.better, better, c.worse, worse)
		}
	}
}

// Days are read with the accents of their month, and without.
func TestDaysOf(t *testing.T) {
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string][2]bool{
		"réunion le 12 août":                     {true, false},
		"réunion le 12 aout":                     {true, false},
		"Le 1er fevrier 2027":                    {false, true},
		"les 1er, 8 et 15 decembre":              {false, true},
		"le 26 novembre 2026":                    {false, true},
		"le 3 mars 2025, puis le 4 février 2027": {true, true},
		"du lundi au vendredi":                   {false, false},
	} {
		if past, coming := daysOf(text, now); past != want[0] || coming != want[1] {
			t.Errorf("%q: past %v, coming %v", text, past, coming)
		}
	}
}

func TestAgesThatWordsTell(t *testing.T) {
	for question, want := range map[string][]string{
		"prix de la piscine pour un enfant": {"4 à 17 ans", "Moins de 12 ans"},
		"tarif retraité":                    {"65 ans et plus"},
		"how much for a baby?":              {"Moins de 12 ans"},
		"c'est combien pour un ado":         {"4 à 17 ans"},
		"mon fils est à la garderie":        nil,
		"un enfant de 2 ans":                nil, // the age says more
	} {
		var got []string
		for _, row := range []string{"4 à 17 ans", "Moins de 12 ans", "65 ans et plus", "4 à 17 m²", "Adulte"} {
			if len(figuresAsked(question).told(row)) > 0 {
				got = append(got, row)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", question, got, want)
		}
	}
}
