package health

import (
	"strings"
	"testing"
)

func TestSaysNothing(t *testing.T) {
	for text, want := range map[string]bool{
		"":                        true,
		"Bientôt.":                true,
		"Accueil\n\nPlan du site": true,
		"Métropole\n\nOutre-mer (cas général)\n\nSaint-Pierre et Miquelon": true,
		"Cette page est en cours de rédaction.":                            true,
		"Le contenu de cette page sera bientôt disponible.":                true,
		"This page is under construction.":                                 true,
		"Lire la suite":                                                    true,
		"Le montant de l'aide est d'au maximum 1 600 €.":                   false,
		"Mairie : 02 99 00 00 00":                                          false,
		"accueil@saint-aubin.example":                                      false,
		"Le formulaire est là : https://ville.example/formulaire":          false,
		"La mairie est fermée.":                                            false,
		"Le marché se tient le samedi, place de l'Église.":                 false,
		"Les chiens sont interdits dans le parc des Étangs":                false,
		"Le bureau est ouvert pendant les travaux.":                        false,
		strings.Repeat("Accueil\n", 20):                                    false, // not short
	} {
		if got := saysNothing(text, 120); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}
