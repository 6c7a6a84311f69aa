package rag

import "testing"

// Of two texts the one that holds the kind of thing that is asked for counts
// more.
func TestCuesTellTheKindOfAnswer(t *testing.T) {
	for _, c := range []struct{ question, better, worse string }{
		{"comment s'appelle la directrice ?", "La directrice est Mme Durand.", "École du Lac, 18 rue du Lac, sur demande"},
		{"jusqu'à quand la rue est-elle barrée ?", "prolongé jusqu'au vendredi 18 décembre", "fermée du lundi au vendredi"},
		{"combien de livres au maximum ?", "Vingt livres par carte", "apportés une fois par mois"},
		{"combien de livres au maximum ?", "deux livres par carte", "apportés une fois par mois"},
		{"quel numéro appeler ?", "Pompiers : composez le 18.", "École du Lac, 18 rue du Lac"},
		{"quel numéro appeler ?", "SAMU | 15", "15 à 17 ans | 42 €"},
	} {
		asked := cuesOf(c.question)
		if better, worse := asked.boost(c.better), asked.boost(c.worse); better <= worse {
			t.Errorf("%s: %q counts %.2f, %q %.2f", c.question, c.better, better, c.worse, worse)
		}
	}
}
