package rag

import "testing"

// held is a passage, and what it does and does not bear out.
type held struct {
	text     string
	shown    []string
	withheld []string
}

func judgeAll(t *testing.T, title string, all []held) {
	t.Helper()
	for _, h := range all {
		s := Source{N: 1, Title: title, Text: h.text}
		for want, texts := range map[bool][]string{true: h.shown, false: h.withheld} {
			for _, text := range texts {
				_, reason := Grounded{}.Unit(t.Context(), Unit{Kind: Sentence, Text: text, Citations: []Citation{{N: 1}}}, []Source{s})
				if (reason == nil) != want {
					t.Errorf("%q over %q: %+v", text, h.text, reason)
				}
			}
		}
	}
}

func TestNamesOfPeople(t *testing.T) {
	judgeAll(t, "Permanences", []held{
		{"La permanence est assurée par M. Durand le mardi à 14 h.",
			[]string{"M. Durand assure la permanence le mardi à 14 h.", "La permanence est assurée par Monsieur Durand le mardi à 14 h."},
			[]string{"La permanence est assurée par M. Dupont le mardi à 14 h.", "La permanence est assurée par Mme Durand le mardi à 14 h.", "La permanence est assurée par Mme. Dupont le mardi à 14 h.", "M. Dupont assure la permanence le mardi à 14 h.", "La permanence est assurée par J. Dupont le mardi à 14 h."}},
		{"Le Dr Martin, Me Petit et Mlle Roux reçoivent le jeudi à 9 h.",
			[]string{"Le Dr Martin reçoit le jeudi à 9 h."},
			[]string{"Le Dr. Moulin reçoit le jeudi à 9 h.", "Me. Moulin reçoit le jeudi à 9 h.", "Mlle. Moulin reçoit le jeudi à 9 h.", "M. Roux reçoit le jeudi à 9 h."}},
		{"La crèche de la place Saint-Martin ouvre à 8 h.", nil,
			[]string{"La crèche de la place Sainte-Martine ouvre à 8 h.", "La crèche Saint-Michel ouvre à 8 h.", "La crèche St. Michel ouvre à 8 h."}},
	})
}

func TestHonestEnglish(t *testing.T) {
	judgeAll(t, "Piscine", []held{
		{"L'entrée est gratuite pour les enfants.", []string{"Admission is free for children."}, []string{"Admission is free for adults."}},
		{"Le bonnet de bain est obligatoire.", []string{"A swimming cap is compulsory.", "Swimming caps are mandatory."}, []string{"A swimming cap is optional."}},
	})
}

func TestStylesAndLettersAreCutRight(t *testing.T) {
	for text, want := range map[string]int{
		"Mme. Petit vous reçoit le lundi. Mlle. Roux le mardi.": 2,
		"a) une photo\nb) un justificatif":                      2,
		"Apportez [1] :\na) une photo ;\nb) un justificatif.":   3,
	} {
		units := cutAll(text)
		if len(units) != want {
			t.Errorf("%q: %q", text, kindsAndTexts(units))
		}
	}
	units := cutAll("Apportez [1] :\na) une photo ;\nb) un justificatif.\n\nà noter")
	if units[1].kind != Item || units[2].kind != Item || units[2].text != "un justificatif." || units[3].kind != Sentence {
		t.Errorf("%q", kindsAndTexts(units))
	}
}
