package rag

import "testing"

// A question in a third language is searched word by word in French; one in French is
// taken for no other, whatever small words they share.
func TestQuestionsInThirdLanguages(t *testing.T) {
	for question, want := range map[string]string{
		"¿Cuánto cuesta la piscina?":                         "¿combien coûte la piscine?",
		"quanto costa la mensa per mio figlio":               "combien coûte la cantine pour mio enfants",
		"Welche Unterlagen brauche ich für einen Reisepass?": "quelles pièces nécessaire ich pour un passeport?",
		"quanto custa o cartão da biblioteca?":               "combien coûte le badge de médiathèque?",
		"j'ai trouvé un chien perdu":                         "",
		"j'ai un portefeuille à rendre":                      "",
		"c'est quoi la taxe per capita ?":                    "",
		"le prix du repas pour mon fils":                     "",
		"how much is the pool for a child":                   "",
	} {
		got := ""
		if l := questionTongue(question); l != nil {
			got = l.french(question)
		}
		if got != want {
			t.Errorf("%q: %q, want %q", question, got, want)
		}
	}
}
