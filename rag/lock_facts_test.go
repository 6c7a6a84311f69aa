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
		{"Prolongez le prêt deux fois en ligne.", "Prolongez le prêt une fois en ligne.", false},
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
func TestLockReadsMagnitudes(t *testing.T) {
	t.Parallel()
	checkFacts(t, []factCase{
		{"Le budget de la ville est de 2 millions d'euros.", "Le budget de la ville est de 2 milliards d'euros.", false},
		{"Le budget de la ville est de 2 millions d'euros.", "Le budget de la ville est de 2 000 000 €.", true},
		{"Le budget de la ville est de 2 millions d'euros.", "Le budget de la ville est de deux millions d'euros.", true},
		{"Le budget de la ville est de 2 millions d'euros.", "Le budget de la ville est de 2 M€.", true},
		{"Le budget de la ville est de 2 millions d'euros.", "Le budget de la ville est de 2 €.", false},
		{"La subvention est de 1,5 million.", "La subvention est de 1,5 milliard.", false},
		{"La subvention est de 300 k€.", "La subvention est de 300 M€.", false},
		{"La subvention est de 300 k€.", "La subvention est de 300 000 €.", true},
		{"La subvention est de 300 k€.", "La subvention est de 300 €.", false},
		{"La ville compte 10 mille habitants.", "La ville compte 10 habitants.", false},
		{"La ville compte 10 mille habitants.", "La ville compte 10 000 habitants.", true},
		{"La ville compte dix mille habitants.", "La ville compte 10 millions habitants.", false},
		{"The budget is 2 million euros.", "The budget is 2 billion euros.", false},
	})
}

func TestLockReadsNumbersJoinedByHyphens(t *testing.T) {
	t.Parallel()
	checkFacts(t, []factCase{
		{"Le repas coûte vingt-et-un euros.", "Le repas coûte 21 €.", true},
		{"Le repas coûte vingt-et-un euros.", "Le repas coûte 20 €.", false},
		{"Le repas coûte vingt-et-un euros.", "Le repas coûte 1 €.", false},
		{"La mairie ferme le trente-et-un décembre.", "La mairie ferme le 31 décembre.", true},
		{"La mairie ferme le trente-et-un décembre.", "La mairie ferme le 1er décembre.", false},
		{"La salle ferme à vingt et une heures.", "La salle ferme à 21 h.", true},
		{"La salle ferme à vingt-et-une heures.", "La salle ferme à 20 h.", false},
	})
}
func TestLockHoldsLimits(t *testing.T) {
	t.Parallel()
	const grant = "L'aide est versée si le revenu est inférieur ou égal à 900 €."
	checkFacts(t, []factCase{
		{grant, "L'aide est versée si le revenu est supérieur ou égal à 900 €.", false},
		{grant, "L'aide est versée si le revenu est d'au moins 900 €.", false},
		{grant, "L'aide est versée si le revenu est égal ou supérieur à 900 €.", false},
		{grant, "L'aide est versée si le revenu est au-dessus de 900 €.", false},
		{grant, "L'aide est versée si le revenu est égal ou inférieur à 900 €.", true},
		{"L'aide est versée si le revenu ne dépasse pas 900 €.", "L'aide est versée si le revenu n'excède pas 900 €.", true},
		{grant, "L'aide est versée si le revenu dépasse 900 €.", false},
		{grant, "L'aide est versée si le revenu excède 900 €.", false},
		{"L'aide est versée si le revenu est au-dessous de 900 €.", "L'aide est versée si le revenu est au-dessus de 900 €.", false},
		{"L'aide est versée si le revenu est en dessous de 900 €.", "L'aide est versée si le revenu est au-delà de 900 €.", false},
		{"L'aide est versée si le revenu dépasse 900 €.", "L'aide est versée si le revenu est en dessous de 900 €.", false},
		{"L'aide est versée si le revenu ne dépasse pas 900 €.", "L'aide est versée si le revenu dépasse 900 €.", false},
		{"Le tarif réduit vaut à partir de 12 enfants.", "Le tarif réduit vaut jusqu'à 12 enfants.", false},
		{"Le tarif réduit vaut à partir de douze ans.", "Le tarif réduit vaut jusqu'à douze ans.", false},
		{"Le tarif réduit vaut dès l'âge de 12 ans.", "Le tarif réduit vaut jusqu'à l'âge de 12 ans.", false},
		{"L'entrée est gratuite jusqu'à l'âge de 12 ans.", "L'entrée est gratuite à partir de l'âge de 12 ans.", false},
		{"La caution est de 300 € minimum.", "La caution est de 300 € maximum.", false},
		{"La caution est d'un minimum de 300 €.", "La caution est d'un maximum de 300 €.", false},
		{"La caution est de minimum 300 €.", "La caution est de maximum 300 €.", false},
		{"La caution est de 300 € et plus.", "La caution est de 300 € et moins.", false},
		{"Les groupes de 12 personnes au moins réservent.", "Les groupes de 12 personnes au plus réservent.", false},
		{"Les groupes de 12 enfants ou plus réservent.", "Les groupes de 12 enfants ou moins réservent.", false},
		{"Les dossiers sont rendus au plus tôt le 3 mars.", "Les dossiers sont rendus au plus tard le 3 mars.", false},
		{"The grant is paid if income is less than or equal to 900 €.", "The grant is paid if income is greater than or equal to 900 €.", false},
	})
}

func TestLockReadsSpokenTimes(t *testing.T) {
	t.Parallel()
	checkFacts(t, []factCase{
		{"La mairie ferme à midi et demi.", "La mairie ferme à midi.", false},
		{"La mairie ferme à midi et demi.", "La mairie ferme à 12 h 30.", true},
		{"La mairie ouvre à dix heures moins le quart.", "La mairie ouvre à dix heures.", false},
		{"La mairie ouvre à dix heures moins le quart.", "La mairie ouvre à 9 h 45.", true},
		{"La mairie ouvre à neuf heures et quart.", "La mairie ouvre à neuf heures.", false},
		{"La mairie ouvre à 9 h et demie.", "La mairie ouvre à 9 h.", false},
		{"La mairie ouvre à 9 h et demie.", "La mairie ouvre à 9 h 30.", true},
		{"La mairie ouvre à 9 h.", "The town hall is open from quarter to nine.", false},
		{"La mairie ouvre à 9 h.", "The town hall is open from half past nine.", false},
		{"La mairie ouvre à 9 h.", "The town hall is open from nine o'clock.", true},
		{"La mairie ferme à minuit.", "La mairie ferme à midi.", false},
	})
}

func TestLockReadsOtherSpellings(t *testing.T) {
	t.Parallel()
	checkFacts(t, []factCase{
		{"La photocopie coûte 0,50 €.", "La photocopie coûte 50 centimes.", true},
		{"La photocopie coûte 0,50 €.", "La photocopie coûte 50 €.", false},
		{"La photocopie coûte 50 centimes.", "La photocopie coûte 0,50 €.", true},
		{"La photocopie coûte 50 centimes.", "La photocopie coûte 50 €.", false},
		{"La photocopie coûte 1 euro et 50 centimes.", "La photocopie coûte 1,50 €.", true},
		{"La photocopie coûte 1 euro et 50 centimes.", "La photocopie coûte 1 €.", false},
		{"Les inscriptions ouvrent le premier mars.", "Les inscriptions ouvrent le 1er mars.", true},
		{"Les inscriptions ouvrent le 1er mars.", "Les inscriptions ouvrent le premier mars.", true},
		{"Les inscriptions ouvrent le 15 mars 2027.", "Les inscriptions ouvrent le 15-03-2027.", true},
		{"Les inscriptions ouvrent le 15 mars 2027.", "Les inscriptions ouvrent le 15/03/2027.", true},
		{"Les inscriptions ouvrent le 15 mars 2027.", "Les inscriptions ouvrent le 15-04-2027.", false},
		{"Les inscriptions ouvrent le 15-03-2027.", "Les inscriptions ouvrent le 15 mars 2027.", true},
	})
}

func TestLockReadsSharesAndArticles(t *testing.T) {
	t.Parallel()
	checkFacts(t, []factCase{
		{"La ville paie les deux tiers du prix.", "La ville paie un tiers du prix.", false},
		{"La ville paie les deux tiers du prix.", "La ville paie deux tiers du prix.", true},
		{"La ville paie le tiers du prix.", "La ville paie les deux tiers du prix.", false},
		{"La ville paie un quart du prix.", "La ville paie trois quarts du prix.", false},
		{"La ville paie les trois quarts du prix.", "La ville paie un quart du prix.", false},
		{"La ville paie la moitié du prix.", "La ville paie le quart du prix.", false},
		{"La ville paie la moitié du prix.", "La ville paie le tiers du prix.", false},
		{"La règle est fixée à l'art. 16 bis.", "La règle est fixée à l'art. 16 ter.", false},
		{"La règle est fixée à l'art. 16 bis.", "La règle est fixée à l'article 16 bis.", true},
		{"La règle est fixée à l'art. 16 bis.", "La règle est fixée à l'article 16.", false},
		{"La mairie est au 12 rue des lilas.", "La mairie est au 12 rue des roses.", false},
		{"La mairie est au 12 rue des lilas.", "La mairie est au 12, rue des Lilas.", true},
		{"La mairie est au 12 rue des lilas.", "La mairie est au 14 rue des lilas.", false},
	})
}

// What is open on all days but one is closed on that day. A place that only says
// when it is closed does not say that it is open on all others.
func TestLockReadsClosedDayOfException(t *testing.T) {
	t.Parallel()
	const all, but = "La médiathèque est ouverte tous les jours sauf le lundi.", "La piscine est ouverte tous les jours, sauf le lundi et le jeudi, de 9 h à 18 h."
	checkFacts(t, []factCase{
		{all, "La médiathèque est fermée le lundi.", true},
		{all, "La médiathèque n'est pas ouverte le lundi.", true},
		{all, "La médiathèque est ouverte tous les jours sauf le lundi.", true},
		{all, "La médiathèque est fermée le mardi.", false},
		{all, "La médiathèque est ouverte le lundi.", false},
		{all, "La médiathèque est fermée tous les jours sauf le lundi.", false},
		{all, "La médiathèque est fermée tous les jours.", false},
		{all, "La médiathèque est fermée.", false},
		{but, "La piscine est fermée le lundi et le jeudi.", true},
		{but, "La piscine est fermée le lundi.", true},
		{but, "La piscine est fermée le mardi.", false},
		{"La médiathèque est ouverte tous les jours de 9 h à 12 h, sauf le lundi de 14 h à 18 h.", "La médiathèque est fermée le lundi.", false},
		{"La médiathèque ferme tous les jours sauf le lundi.", "La médiathèque est fermée le lundi.", false},
		{"La médiathèque est fermée le lundi.", "La médiathèque est ouverte tous les jours sauf le lundi.", false},
	})
}
