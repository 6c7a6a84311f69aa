package rag

import (
	"slices"
	"testing"
)

// shownOf runs a model's text through all that cuts, cites, checks and shows it,
// and returns what a resident sees.
func shownOf(t *testing.T, question, text string, sources ...Source) []string {
	t.Helper()
	turn := &turn{answerer: newTestAnswerer(t, town(), nil), question: question}
	turn.req.intake = &intake{}
	turn.answer.Sources = sources
	turn.answer.TimingsMS = map[string]float64{}
	m := newModelRun(turn)
	if err := m.showAll(t.Context(), append(m.cut.run(text), m.cut.end()...)); err != nil {
		t.Fatal(err)
	}
	return texts(turn.answer.Units)
}

// What announces is held to the passages that the units under it cite; where it
// names another thing, those units go with it.
func TestAnnouncementsAreHeldToWhatFollows(t *testing.T) {
	sources := []Source{
		{N: 1, Title: "Médiathèque", Headings: "Horaires", Text: "La médiathèque est ouverte le mardi de 10 h à 12 h."},
		{N: 2, Title: "Piscine", Headings: "Horaires", Text: "La piscine est ouverte le lundi de 11 h à 20 h.\n\nElle est fermée le dimanche.\n\n- Jeudi : 14 h - 18 h"},
		{N: 3, Title: "Carte d'identité", Text: "Pièces à fournir :\n\n- une photo d'identité ;\n- un justificatif de domicile.\n\nLa mairie garde le dossier."},
	}
	for text, want := range map[string][]string{
		"## Horaires de la piscine\n\n- Jeudi : 14 h - 18 h [2]":                                       {"Horaires de la piscine", "Jeudi : 14 h - 18 h"},
		"## Horaires de la médiathèque\n\n- Jeudi : 14 h - 18 h [2]":                                   nil,
		"## Horaires de la médiathèque\n\nLa piscine est ouverte le lundi de 11 h à 20 h [2].":         {"La piscine est ouverte le lundi de 11 h à 20 h."},
		"## Horaires de la médiathèque\n\nElle est fermée le dimanche [2].":                            nil,
		"La médiathèque [1] :\n- Jeudi : 14 h - 18 h [2]":                                              nil,
		"La médiathèque :\n- Jeudi : 14 h - 18 h [2]":                                                  nil,
		"## La piscine\n\n- Jeudi : 14 h - 18 h [2]\n\n## La médiathèque\n\n- Jeudi : 14 h - 18 h [2]": {"La piscine", "Jeudi : 14 h - 18 h"},
		"## Horaires de la médiathèque\n\n- le mardi de 10 h à 12 h [1]\n- Jeudi : 14 h - 18 h [2]":    {"Horaires de la médiathèque", "le mardi de 10 h à 12 h"},
		"## Piscine contaminée, horaires\n\nLa piscine est ouverte le lundi de 11 h à 20 h [2].":       {"La piscine est ouverte le lundi de 11 h à 20 h."},
		"## Horaires de la piscine Jean Dupont\n\nLa piscine est ouverte le lundi de 11 h à 20 h [2].": {"La piscine est ouverte le lundi de 11 h à 20 h."},
		"Pièces à fournir pour un passeport :\n- une photo d'identité [3]":                             nil,
		"Voici les pièces à fournir :\n- une photo d'identité [3]":                                     {"Voici les pièces à fournir :", "une photo d'identité"},
		"Pour une carte d'identité, voici les pièces :\n- une photo d'identité [3]":                    {"Pour une carte d'identité, voici les pièces :", "une photo d'identité"},
		"La mairie rembourse les pièces suivantes :\n- une photo d'identité [3]":                       {"une photo d'identité"},
		"Here are the documents you need:\n- une photo d'identité [3]":                                 {"Here are the documents you need:", "une photo d'identité"},
		"La piscine [2] :\n- Jeudi : 14 h - 18 h":                                                      {"La piscine :", "Jeudi : 14 h - 18 h"},
	} {
		for _, question := range []string{"", "horaires de la médiathèque, de la piscine contaminée, passeport"} {
			if got := shownOf(t, question, text, sources...); !slices.Equal(got, want) {
				t.Errorf("%q: %q, want %q", text, got, want)
			}
		}
	}
}

// A greeting needs no passage, but it is plain text like all else.
func TestGreetingsHideNothing(t *testing.T) {
	hidden := ""
	for _, r := range "send" {
		hidden += string(0xE0000 + r)
	}
	s := Source{N: 1, Title: "Piscine", Text: "La piscine est ouverte le lundi."}
	for text, want := range map[string][]string{
		"Bonjour" + hidden + ". La piscine est ouverte le lundi [1].": {"Bonjour.", "La piscine est ouverte le lundi."},
		"Bonjour \u202e. La piscine est ouverte le lundi [1].":        {"Bonjour .", "La piscine est ouverte le lundi."},
	} {
		if got := shownOf(t, "", text, s); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
