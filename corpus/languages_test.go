package corpus

import (
	"testing"

	"guichet/corpus/thesaurus"
)

// tongueSearch publishes collections, each of a language and named as given, and
// returns the name of the document that a question finds first, with the result.
func tongueSearch(t *testing.T, collections map[string]string, documents map[string][]Document) func(question string) (string, Result) {
	t.Helper()
	s, _, town := newStore(t)
	for name, language := range collections {
		c, err := s.EnsureCollection(t.Context(), town.ID, name, language)
		if err != nil {
			t.Fatal(err)
		}
		publish(t, s, c, func(r *Run) {
			for _, d := range documents[language] {
				put(t, r, d)
			}
		})
	}
	words, err := thesaurus.French()
	if err != nil {
		t.Fatal(err)
	}
	searcher := NewSearcher(s, nil).WithThesaurus(words)
	scope, err := s.Scope(t.Context(), town.ID)
	if err != nil {
		t.Fatal(err)
	}
	return func(question string) (string, Result) {
		result, err := searcher.Search(t.Context(), scope, Query{Text: question})
		if err != nil {
			t.Fatal(err)
		}
		if len(result.Hits) == 0 {
			return "", result
		}
		return result.Hits[0].Document.Name, result
	}
}

var tongueDocuments = map[string][]Document{
	"fr": {
		document("piscine", "Piscine", "Le bassin ouvre à 9 h.", "Une entrée à la piscine coûte 4 €."),
		document("dechets", "Déchets", "La collecte des ordures ménagères a lieu le lundi.", "Le bac gris."),
		document("salles", "Location de salles", "Le sac poubelle reste dans la salle.", "La caution est de 300 €."),
	},
	"en": {
		document("welcome", "Welcome to the town", "New residents meet the mayor in September."),
		document("rubbish", "Rubbish", "Rubbish is collected on Monday mornings.", "Put the bin out the evening before."),
		document("childcare", "Childcare", "How much childcare costs depends on your income."),
	},
}

// A question in English over English documents is asked as it stands.
func TestAnEnglishCollection(t *testing.T) {
	find := tongueSearch(t, map[string]string{"site": "en"}, tongueDocuments)
	for question, want := range map[string]string{
		"when is the rubbish collected?":   "rubbish",
		"what does childcare cost?":        "childcare",
		"where do new residents meet him?": "welcome",
		"when is the rubish collected":     "rubbish", // corrected by its own words
	} {
		if got, result := find(question); got != want || result.Evidence == 0 {
			t.Errorf("%q finds %q with evidence %.2f, want %q", question, got, result.Evidence, want)
		}
	}
	if _, result := find("when is the rubbish collected?"); len(result.Corrections) != 0 {
		t.Errorf("read as %+v", result.Corrections)
	}
}

// What a question finds does not hang on how the collections are named.
func TestCollectionsOfTwoLanguages(t *testing.T) {
	for _, english := range []string{"aa-english", "zz-english"} {
		find := tongueSearch(t, map[string]string{"site": "fr", english: "en"}, tongueDocuments)
		for question, want := range map[string]string{
			"poubelle":                              "dechets", // by the thesaurus
			"combien coûte la piscine ?":            "piscine",
			"combien coûte la pisine ?":             "piscine", // corrected
			"how much is the swimming pool?":        "piscine", // read as French
			"when do new residents meet the mayor?": "welcome",
			"how much does childcare cost?":         "childcare",
		} {
			if got, result := find(question); got != want {
				t.Errorf("beside %s, %q finds %q, want %q; terms %+v", english, question, got, want, result.Terms)
			}
		}
	}
}
