package rag

import (
	"context"
	"strings"
	"testing"
	"time"

	"guichet/corpus"
	"guichet/corpus/opening"
	"guichet/internal/llmtest"
	"guichet/internal/messages"
)

// desks are services, and the pages that these rest on.
type desks struct {
	*library
	services []opening.Service
}

func (d desks) Services(context.Context, int64) ([]opening.Service, error) { return d.services, nil }

func (d desks) PassagesOf(_ context.Context, _ corpus.Scope, name string) ([]corpus.HitDocument, []corpus.Passage, error) {
	var documents []corpus.HitDocument
	var passages []corpus.Passage
	for i, p := range d.passages {
		if isDocument(name, p.doc.Name) || p.doc.Name == name {
			documents = append(documents, p.doc)
			passages = append(passages, corpus.Passage{ID: int64(i + 1), Text: p.text, Headings: p.path})
		}
	}
	return documents, passages, nil
}

// townWithDesks is a town whose pages tell whom to call.
func townWithDesks() desks {
	l := newLibrary()
	l.add("travaux", "Travaux et permis de construire", "Le permis de construire se demande avant les travaux, aussi pour une piscine.\nService Urbanisme : 01 11 11 11 11, le lundi de 9 h à 12 h.")
	l.add("piscine", "Piscine municipale", "La piscine est ouverte le lundi.\nTéléphone : 01.22.22.22.22")
	l.add("mariage", "Mariage", "Le dossier de mariage se dépose deux mois avant.\nTéléphone : +33 1 33 33 33 33")
	l.add("numeros", "Numéros utiles", "Urbanisme : 01 11 11 11 11\nPiscine : 01 22 22 22 22")
	l.add("bus", "Bus", "Le bus est gratuit le samedi. Mairie : 01 23 45 67 89")
	monday := []opening.Week{{Days: []opening.Line{{Weekday: time.Monday, Ranges: []opening.Range{{From: 9 * 60, To: 12 * 60}}}}}}
	rests := func(document, quote string) opening.Source {
		return opening.Source{Document: document, Quotes: []string{quote}}
	}
	return desks{l, []opening.Service{
		{Slug: "mairie", Name: "Mairie", Names: []string{"hôtel de ville"}, Phone: "01 23 45 67 89", Source: rests("bus", "Mairie : 01 23 45 67 89"), Weeks: monday},
		{Slug: "urbanisme", Name: "Service Urbanisme", Phone: "01 11 11 11 11", Source: rests("travaux.md", "Service Urbanisme : 01 11 11 11 11, le lundi de 9 h à 12 h."), Weeks: monday},
		{Slug: "piscine", Name: "Piscine", Phone: "01 22 22 22 22", Source: rests("piscine", "La piscine est ouverte le lundi.")},
		{Slug: "etat-civil", Name: "État civil", Phone: "01 33 33 33 33", Source: rests("mariage", "Le dossier de mariage se dépose deux mois avant.")},
		{Slug: "cimetiere", Name: "Cimetière", Phone: "01 33 33 33 33", Source: rests("bus", "Mairie")},
	}}
}

func TestTheServiceThatAQuestionIsFor(t *testing.T) {
	d := townWithDesks()
	catalogue, err := messages.Load()
	if err != nil {
		t.Fatal(err)
	}
	a, err := NewAnswerer(Config{Retriever: d, Services: d, Messages: catalogue})
	if err != nil {
		t.Fatal(err)
	}
	for question, want := range map[string]string{
		"quel est le délai du permis de construire":              "urbanisme",  // its page's only number
		"mon dossier de mariage est-il complet":                  "etat-civil", // has a colleague's number, and the page is its own
		"peut-on apporter un ballon à la piscine":                "piscine",    // named, and its page is near
		"faut-il un permis pour construire une piscine":          "",           // its page is another service's
		"la piscine et le service urbanisme sont-ils en travaux": "",           // two
		"le bus du samedi":                     "",          // the reception's number alone
		"la mairie et le permis de construire": "urbanisme", // the town hall is no service among others
		"xylophone":                            "",
	} {
		turn := &turn{answerer: a, req: request(question), question: question}
		turn.answer.TimingsMS = map[string]float64{}
		if _, err := (retrieveStep{d}).run(t.Context(), turn); err != nil {
			t.Fatal(err)
		}
		got := ""
		if s := turn.serviceAsked(t.Context()); s != nil {
			got = s.Slug
		}
		if got != want {
			t.Errorf("%s: %q, want %q", question, got, want)
		}
	}
}

// What a service's hours rest on may have gone: the reception is named then.
func TestHoursOfTheServiceToAsk(t *testing.T) {
	catalogue, err := messages.Load()
	if err != nil {
		t.Fatal(err)
	}
	ask := func(d desks, question string, now time.Time) string {
		t.Helper()
		a, err := NewAnswerer(Config{Retriever: d, Services: d, Messages: catalogue})
		if err != nil {
			t.Fatal(err)
		}
		req := request(question)
		req.Now = now
		got, err := a.Answer(t.Context(), req, &recorder{})
		if err != nil {
			t.Fatal(err)
		}
		checkQuotes(t, got)
		if len(got.Citations) > 0 {
			t.Errorf("%s: it rests on %+v", question, got.Citations)
		}
		return plainSpaces(got.Text())
	}
	const refused = "Mon permis de construire est-il accepté ?"
	monday := time.Date(2026, 11, 30, 9, 30, 0, 0, time.UTC) // 10 h 30 in Paris
	for _, c := range []struct {
		now  time.Time
		want string
	}{
		{monday, "- Aujourd’hui lundi 30 novembre 2026 : de 9 h à 12 h. En ce moment, c’est ouvert, jusqu’à 12 h."},
		{monday.Add(-3 * time.Hour), "- Aujourd’hui lundi 30 novembre 2026 : de 9 h à 12 h. En ce moment, c’est fermé ; ouverture à 9 h."},
		{monday.Add(3 * time.Hour), "- En ce moment, c’est fermé. Prochaine ouverture : lundi 7 décembre 2026 à 9 h."},
		{time.Date(2026, 5, 25, 8, 0, 0, 0, time.UTC), "- En ce moment, c’est fermé (jour férié : lundi de Pentecôte). Prochaine ouverture : lundi 1er juin 2026 à 9 h."},
	} {
		got := ask(townWithDesks(), refused, c.now)
		for _, want := range []string{"Service Urbanisme.", "- Téléphone : 01 11 11 11 11", c.want, "on vous orientera : Accueil de la mairie, 01 23 45 67 89"} {
			if !strings.Contains(got, want) {
				t.Errorf("%s: no %q in\n%s", c.now, want, got)
			}
		}
	}
	changed := townWithDesks()
	changed.services[1].Quotes = []string{"Service Urbanisme : 01 11 11 11 11, le mardi."}
	got := ask(changed, refused, monday)
	if strings.Contains(got, "Urbanisme") || !strings.Contains(got, "vous adresser à : Accueil de la mairie.") || !strings.Contains(got, "- Téléphone : 01 23 45 67 89\n- Aujourd’hui lundi 30 novembre 2026 : de 9 h à 12 h. En ce moment, c’est ouvert, jusqu’à 12 h.") {
		t.Errorf("the town no longer says this of its service:\n%s", got)
	}
}

// attentive is a library that tells how it read a question, as the searcher does: what
// asks several things is then searched in parts.
type attentive struct{ *library }

func (a attentive) Search(ctx context.Context, sc corpus.Scope, q corpus.Query) (corpus.Result, error) {
	result, err := a.library.Search(ctx, sc, q)
	result.Read = q.Text
	return result, err
}

// A model's answer says which of two things it does not answer; to one that has a word
// of each nothing is added.
func TestAnswerThatLacksAPartSaysWhich(t *testing.T) {
	const both = "La déchèterie est-elle ouverte le lundi ? Et combien coûte la piscine pour un enfant ?"
	for name, c := range map[string]struct {
		script  llmtest.Script
		outcome Outcome
		want    string
		not     string
	}{
		"one":    {llmtest.Good("La déchèterie est ouverte du lundi au samedi [2]."), Partial, "Elle laisse sans réponse : « combien coûte la piscine pour un enfant ».", ""},
		"both":   {llmtest.Good("La déchèterie est ouverte du lundi au samedi [2].\n\n| Public | Tarif |\n| --- | --- |\n| Enfant | 2,10 € [1] |\n"), Answered, "2,10 €", "incomplète"},
		"broken": {llmtest.Ending("La déchèterie est ouverte du lundi au samedi [2]. La", llmtest.EndCut), Partial, "s’est interrompue avant la fin. Elle laisse sans réponse : « combien", ""},
	} {
		model, _ := scripted(t, c.script)
		got, err := newTestAnswerer(t, attentive{town()}, model).Answer(t.Context(), request(both), nil)
		text := plainSpaces(got.Text())
		if err != nil || got.Outcome != c.outcome || !strings.Contains(text, c.want) || c.not != "" && strings.Contains(text, c.not) {
			t.Errorf("%s: %v, %s\n%s\n%+v", name, err, got.Outcome, text, got.Trace.Withheld)
		}
	}
}

// What the question names and a broken answer has not is told, and no more.
func TestAnswerThatLacksAThingNamesIt(t *testing.T) {
	model, _ := scripted(t, llmtest.Ending("La déchèterie est ouverte du lundi au samedi [1]. Les", llmtest.EndCut))
	got, err := newTestAnswerer(t, town(), model).Answer(t.Context(), request("La déchèterie reprend-elle l'amiante le lundi ?"), nil)
	if text := plainSpaces(got.Text()); err != nil || got.Outcome != Partial || !strings.Contains(text, "Elle ne dit rien sur « amiante ».") {
		t.Errorf("%v %s\n%s", err, got.Outcome, text)
	}
}
