package rag

import (
	"testing"

	"guichet/internal/analysis"
)

func TestPartsOfAQuestion(t *testing.T) {
	a := analysis.For("fr")
	for question, want := range map[string][]string{
		"Quel est le prix de la piscine ?":                           nil,
		"La piscine et la patinoire, combien ?":                      nil,
		"Combien coûte la piscine, et quand ouvre la bibliothèque ?": {"Combien coûte la piscine", "et quand ouvre la bibliothèque"},
		"Je déménage. Où est la déchèterie ? Quel jour passe le bac ?": {
			"Je déménage Où est la déchèterie", "Je déménage Quel jour passe le bac"},
		"Il me faut un acte (combien ?) et un livret de famille (quel délai ?)": {
			"Il me faut un acte combien", "et un livret de famille quel délai"},
		"1) date limite du dossier ? 2) combien de pages ?": {"date limite du dossier", "combien de pages"},
		"Peut-on louer un vélo ? Combien ça coûte ?":        {"Peut-on louer un vélo", "Peut-on louer un vélo Combien ça coûte"},
		"Le repas coûtait combien en 2024-2025 ? et combien maintenant ?": {
			"Le repas coûtait combien en 2024-2025", "Le repas coûtait combien en  et combien maintenant"},
		"Je la gare où pendant les travaux, et la carte de résident, c'est combien ?": {
			"Je la gare où pendant les travaux", "et la carte de résident c'est combien"},
		"Pour le vide-grenier : quelles dates et quel prix": {
			"Pour le vide-grenier quelles dates", "Pour le vide-grenier quel prix"},
	} {
		var got []string
		for _, p := range questionParts(a, question) {
			got = append(got, p.whole())
		}
		if len(got) != len(want) {
			t.Errorf("%s: %q, want %q", question, got, want)
			continue
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("%s: %q, want %q", question, got, want)
			}
		}
	}
}
