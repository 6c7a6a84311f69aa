package rag

import (
	"reflect"
	"strings"
	"testing"
)

func TestTypeset(t *testing.T) {
	for text, want := range map[string]string{
		"9 h 30":                         "9_h_30",
		"de 9 h à 18 h 30, le mercredi":  "de 9_h à 18_h_30, le mercredi",
		"12,50 €":                        "12,50_€",
		"1 201 à 1 600":                  "1_201 à 1_600",
		"Appelez le 02 61 91 40 00.":     "Appelez le 02_61_91_40_00.",
		"Le 3 décembre 2026 à 14 h":      "Le 3 décembre 2026 à 14_h",
		"le 14 15 élèves":                "le 14 15 élèves",
		"3 mois, 12 ans, 50 %":           "3 mois, 12_ans, 50_%",
		"Tarif : « plein » ?":            "Tarif_: «_plein_»_?",
		"bâtiment A h 3":                 "bâtiment A h 3",
		"2 hommes et 4 maisons":          "2 hommes et 4 maisons",
		"arrêté n° 2026-231 du 3 mai":    "arrêté n°_2026-231 du 3 mai",
		"de 9 h\u00a0à 10\u00a0h":        "de 9_h_à 10_h",
		"":                               "",
		"  deux  espaces":                "  deux  espaces",
		"open at 9 a.m. and 5 pm today.": "open at 9_a.m. and 5_pm today.",
	} {
		if got := strings.ReplaceAll(unbroken(text), "\u00a0", "_"); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	u := Unit{Text: "8 h", Cells: []string{"9 h", ""}, Citations: []Citation{{Quote: "8 h"}}}
	want := Unit{Text: "8\u00a0h", Cells: []string{"9\u00a0h", ""}, Citations: []Citation{{Quote: "8 h"}}}
	if got := u.Typeset(); !reflect.DeepEqual(got, want) || u.Cells[0] != "9 h" {
		t.Errorf("%+v", got)
	}
}
