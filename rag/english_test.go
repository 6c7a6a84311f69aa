package rag

import (
	"context"
	"testing"
)

// An English unit is compared with its French passage through the glossary.
func TestEnglishOverFrench(t *testing.T) {
	s := Source{N: 1, Title: "Piscine L'Ondine : horaires et tarifs", Text: "Le bonnet est obligatoire, le short de bain interdit.\n\n" +
		"La piscine est fermée les jours fériés.\n\n" +
		"La déchèterie est ouverte le lundi de 9 h à 18 h 30. L'accès est gratuit pour les habitants, sur présentation d'un justificatif de domicile.\n\n" +
		"| Public | Habitants | Autres communes |\n| --- | --- | --- |\n| Adulte | 3,80 € | 5,20 € |\n| Enfant | 2,60 € | 3,90 € |\n"}
	for text, want := range map[string]bool{
		"The swimming pool is closed on public holidays.":                       true,
		"The swimming pool is open on public holidays.":                         false,
		"The library is closed on public holidays.":                             false,
		"A swimming cap is compulsory.":                                         true,
		"A swimming cap is optional.":                                           false,
		"On Monday, the tip is open from 9 am to 6:30 pm.":                      true,
		"On Monday, the tip is open from 9 am to 5:30 pm.":                      false,
		"On Tuesday, the tip is open from 9 am to 6:30 pm.":                     false,
		"Access is free for residents, with proof of address.":                  true,
		"Access is free for residents, without proof of address.":               false,
		"For an adult resident it is €3.80.":                                    true,
		"For a resident child it is €3.80.":                                     false,
		"The mayor will answer every letter personally and quickly.":            false,
		"Dogs may swim with their owners whenever the lifeguard is away.":       false,
		"Am Montag ist die Anlage von 9:00 bis 18:30 Uhr für alle geöffnet, ja": false,
	} {
		shown, reason := Grounded{}.Unit(context.Background(), Unit{Kind: Sentence, Text: text, Citations: []Citation{{N: 1}}}, []Source{s})
		if (reason == nil) != want {
			t.Errorf("%q: %+v", text, reason)
		}
		if reason == nil && (len(shown.Citations) == 0 || shown.Citations[0].Quote == "" || shown.Original != "fr") {
			t.Errorf("%q: no words are quoted", text)
		}
	}
}
