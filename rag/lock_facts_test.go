package rag_test

import (
	"testing"

	"guichet/rag"
)

// factCase is a passage and a sentence that cites it.
type factCase struct {
	passage, said string
	shown         bool
}

func checkFacts(t *testing.T, cases []factCase) {
	t.Helper()
	for _, c := range cases {
		sources := []rag.Source{{N: 1, Title: "Guide", Text: c.passage}}
		if reason := lock(cited(rag.Sentence, c.said, sources...), sources); (reason == nil) != c.shown {
			t.Errorf("%q over %q: shown %v, want %v (%+v)", c.said, c.passage, reason == nil, c.shown, reason)
		}
	}
}

func TestLockCountsOne(t *testing.T) {
	t.Parallel()
	const depot, photos = "Le badge de la déchèterie donne droit à 24 passages par an.", "Pour le passeport, apportez deux photos d'identité."
	checkFacts(t, []factCase{
		{depot, "Le badge de la déchèterie donne droit à un passage par an.", false},
		{depot, "Le badge de la déchèterie donne droit à un seul passage par an.", false},
		{depot, "Le badge de la déchèterie donne droit à vingt-quatre passages par an.", true},
		{depot, "Un badge de la déchèterie donne droit à 24 passages par an.", true},
		{depot, "The waste centre badge gives the right to one visit per year.", false},
		{depot + " Au-delà, chaque passage coûte 12 €.", "Au-delà, un passage coûte 12 €.", true},
		{depot + " Chaque passage dure 20 minutes.", "Le badge de la déchèterie donne droit à un passage.", false},
		{photos, "Pour le passeport, apportez une photo d'identité.", false},
		{photos, "Pour un passeport, apportez deux photos d'identité.", true},
		{photos, "Pour le passeport, apportez une photo.", false},
		{photos, "For the passport, bring one identity photo.", false},
		{"Apportez deux photos, une photo par formulaire.", "Apportez une photo par formulaire.", true},
		{"Pour le passeport, apportez une photo d'identité.", "Apportez une photo d'identité pour le passeport.", true},
		{"Les ordures sont collectées deux fois par semaine.", "Les ordures sont collectées une fois par semaine.", false},
		{"Les ordures sont collectées chaque semaine.", "Les ordures sont collectées une fois par semaine.", true},
		{"Rubbish is collected twice a week.", "Rubbish is collected once a week.", false},
		{"Rubbish is collected three times a week.", "Rubbish is collected once a week.", false},
		{"Le formulaire se remplit en 3 exemplaires.", "Le formulaire se remplit en un exemplaire.", false},
		{"Présentez votre carte d'identité et 2 justificatifs.", "Présentez une carte d'identité et 2 justificatifs.", true},
		{"Chaque objet est porté par deux personnes.", "Chaque objet est porté par une personne.", false},
		{"La déchèterie reçoit 2 m³ par jour.", "La déchèterie reçoit un m³ par jour.", false},
		{"Le bruit est limité à 95 décibels.", "Le bruit est limité à un décibel.", false},
		{"Trois dernières fiches de paie du foyer.", "Une fiche de paie du foyer.", false},
	})
}

func TestLockReadsShortDays(t *testing.T) {
	t.Parallel()
	checkFacts(t, []factCase{
		{"La mairie est ouverte lun. au ven.", "La mairie est ouverte lun. au sam.", false},
		{"La mairie est ouverte lun. au ven.", "La mairie est ouverte du lundi au vendredi.", true},
		{"La mairie est ouverte lun. au ven.", "La mairie est ouverte du lundi au samedi.", false},
		{"La mairie est ouverte du lundi au vendredi.", "La mairie est ouverte lun.-ven.", true},
		{"Les inscriptions sont ouvertes jusqu'au 15 sept. 2026 inclus.", "Les inscriptions sont ouvertes jusqu'au 15 oct. 2026 inclus.", false},
		{"Les inscriptions sont ouvertes jusqu'au 15 sept. 2026 inclus.", "Les inscriptions sont ouvertes jusqu'au 15 septembre 2026 inclus.", true},
		{"La mairie ferme à midi le 24 déc.", "La mairie ferme à midi le 24 décembre.", true},
		{"La mairie ferme à midi le 24 décembre.", "La mairie ferme à midi le 24 déc.", true},
		{"La mairie ferme à midi le 24 décembre.", "La mairie ferme à midi le 24 nov.", false},
		{"Le bassin est fermé le mar. et le jeu.", "Le bassin est fermé le mar. et le ven.", false},
		{"Le bassin est fermé le mar. et le jeu.", "Le bassin est fermé le mardi et le jeudi.", true},
	})
}
