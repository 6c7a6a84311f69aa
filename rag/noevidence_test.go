package rag

import (
	"strings"
	"testing"

	"guichet/internal/messages"
)

func TestNearestPages(t *testing.T) {
	catalogue, err := messages.Load()
	if err != nil {
		t.Fatal(err)
	}
	m := catalogue.For("fr")
	if got := nearestPages(m, nil); got != nil {
		t.Errorf("of no source: %v", got)
	}
	got := Answer{Units: nearestPages(m, []Source{
		{Document: "a", Title: "Piscine", URL: "https://ville.example/piscine#tarifs"},
		{Document: "a", Title: "Piscine", URL: "https://ville.example/piscine#horaires"},
		{Document: "b", Title: "Marchés"},
		{Document: "c", Title: "Salles", URL: "https://ville.example/salles"},
		{Document: "d", Title: "Bus", URL: "https://ville.example/bus"},
	})}.Text()
	want := "Vous trouverez peut-être une réponse sur ces pages\u00a0:\n\n- Piscine (https://ville.example/piscine)\n- Marchés\n- Salles (https://ville.example/salles)"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// What names a thing that nothing shown speaks to is no whole answer.
func TestAnswerThatLacksAThingIsPartial(t *testing.T) {
	answerer := newTestAnswerer(t, town(), nil)
	for question, want := range map[string]Outcome{
		"Quel est le tarif de la piscine pour un adulte ?":                      Answered,
		"Quel est le tarif de la piscine pour un adulte avec un justificatif ?": Partial,
	} {
		got, err := answerer.Answer(t.Context(), request(question), &recorder{})
		if err != nil || got.Outcome != want || want == Partial && !strings.Contains(got.Text(), "justificatif") {
			t.Errorf("%q: %s, %v\n%s", question, got.Outcome, err, got.Text())
		}
	}
}
