package health

import (
	"strings"
	"testing"
)

const (
	frenchProse  = "La piscine est ouverte du lundi au samedi. Les enfants de moins de six ans ne paient pas l'entrée. Le bonnet de bain est demandé à tous les nageurs. Vous pouvez acheter une carte de dix entrées à l'accueil. "
	englishProse = "The pool is open from Monday to Saturday. Children under six do not pay for their ticket. Please bring your swimming cap with you. You can buy a card of ten tickets at the desk. "
)

func TestMixes(t *testing.T) {
	for name, x := range map[string]struct {
		text, main, other string
	}{
		"half and half, in one paragraph":  {frenchProse + englishProse, "fr", "en"},
		"half and half, in two":            {frenchProse + "\n\n" + englishProse, "fr", "en"},
		"a French end to an English page":  {strings.Repeat(englishProse, 3) + "\n" + frenchProse, "en", "fr"},
		"a German part":                    {frenchProse + "\nDas Schwimmbad ist von Montag bis Samstag offen. Die Kinder zahlen nicht für den Eintritt. Bitte bringen Sie eine Badekappe mit, die wir nicht verleihen.", "fr", "de"},
		"list items without full stops":    {frenchProse + "\n- Bring your proof of address and your card with you\n- You must show the form to the person at the desk\n- The card will be sent to you by post in a week", "fr", "en"},
		"a sentence quoted in a paragraph": {frenchProse + "Welcome to our town and to all of its parks. " + frenchProse, "", ""},
		"French alone":                     {strings.Repeat(frenchProse, 3), "", ""},
		"English alone":                    {strings.Repeat(englishProse, 3), "", ""},
		"a lot of French, few in English":  {strings.Repeat(frenchProse, 5) + englishProse, "", ""},
		"one English sentence alone":       {frenchProse + "\nThis page is also for the visitors of the town.", "", ""},
		"addresses": {
			"The town hall is at the corner of the market square. You will find it with the map below. It is open to all of the residents.\n" +
				"Mairie, 3 rue de la Paix, 99000 Saint-Aubin-les-Étangs\nMaison des associations, 12 avenue du Général de Gaulle\nSalle des fêtes, 1 place de l'Église\nGymnase du Clos des Vignes, 4 allée des Tilleuls", "", "",
		},
		"names": {
			strings.Repeat(englishProse, 2) + "\nLes Amis du Vieux Bourg et des Moulins\nAssociation des parents d'élèves de l'école du Centre\nComité des fêtes de la commune\nUnion sportive des Étangs", "", "",
		},
		"a glossary": {
			frenchProse + "\nrendez-vous : appointment\nétat civil : civil registry, births and deaths\ndéchèterie : recycling centre\njustificatif de domicile : proof of address\nquotient familial : family income bracket\nlivret de famille : family record book", "", "",
		},
		"a glossary in a table": {
			frenchProse + "\nPour prendre un rendez-vous | To book an appointment with the town hall\nOù est la gare ? | Where is the station of the town?\nJe ne parle pas le français | I do not speak the language", "", "",
		},
		"film titles":     {frenchProse + "\nThe Lord of the Rings, vendredi 20 h 30\nThe Taste of Things, samedi 18 h\nBack to the Future, dimanche 15 h\nThe Old Oak, lundi 20 h", "", ""},
		"French with il":  {strings.Repeat("Il faut que la demande soit signée. Il est interdit de fumer dans les salles. Si non, il ne se passe rien. ", 3), "", ""},
		"opening hours":   {"Lundi 9 h - 12 h\nMardi 9 h - 12 h\nMercredi 14 h - 17 h", "", ""},
		"nothing":         {"", "", ""},
		"Latin and order": {frenchProse + "\nLorem ipsum dolor sit amet, consectetur adipiscing elit. Sed do eiusmod tempor incididunt ut labore. Ut enim ad minim veniam quis nostrud.", "", ""},
	} {
		m, got := mixes(x.text, .2)
		switch {
		case got != (x.main != ""):
			t.Errorf("%s: mixed %v: %+v", name, got, m)
		case got && (m.main != x.main || m.other != x.other):
			t.Errorf("%s: %s with %s, want %s with %s", name, m.main, m.other, x.main, x.other)
		}
	}
}

// Which of two languages that stand there equally often is the main one does
// not change from one look to the next.
func TestMixesIsTheSameEachTime(t *testing.T) {
	for range 20 {
		if m, ok := mixes(frenchProse+"\n"+englishProse, .2); !ok || m.main != "fr" || m.others != 4 || m.all != 8 || m.first != "The pool is open from Monday to Saturday." {
			t.Fatalf("%+v %v", m, ok)
		}
	}
}
