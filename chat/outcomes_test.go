package chat_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"guichet/chat"
	"guichet/corpus"
	"guichet/corpus/opening"
	"guichet/internal/embed"
	"guichet/internal/llmtest"
	"guichet/rag"
)

// unsearchable fails for one question, as a database that is gone does.
type unsearchable struct{ rag.Retriever }

func (u unsearchable) Search(ctx context.Context, sc corpus.Scope, q corpus.Query) (corpus.Result, error) {
	if strings.Contains(q.Text, "brocante") {
		return corpus.Result{}, errors.New("the database is gone")
	}
	return u.Retriever.Search(ctx, sc, q)
}

// Each outcome has its own words, its own line on whom to ask, and its own count, over a
// real websocket, live and read back.
func TestEachOutcomeSaysWhomToAsk(t *testing.T) {
	const (
		service = "Service Urbanisme : 01 23 45 67 40, ouvert jour et nuit."
		permit  = "Le permis de construire se demande avant les travaux."
		price   = "La copie du plan coûte 3 €."
		town    = "01 23 45 67 89"
	)
	script := func(r llmtest.Request) llmtest.Script {
		n := passageWith(r.Last(), "permis")
		return llmtest.Good(strings.TrimSuffix(permit, ".") + " [" + n + "].\n")
	}
	model := llmtest.NewFunc(t, script)
	f := newFixture(t, nil, chat.Limits{Grace: time.Hour})
	embedder, err := embed.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	store := publish(t, f.pool, embedder, []corpus.Document{
		document("urbanisme", "Permis de construire", permit+" "+price+"\n\n"+service),
		document("piscine", "La piscine", "La piscine municipale ferme ses portes au mois de septembre pour la vidange annuelle."),
		document("marche", "Le marché", "Le marché se tient chaque samedi sur la place de l'église."),
	})
	var always []opening.Line
	for day := range 7 {
		always = append(always, opening.Line{Weekday: time.Weekday(day), Ranges: []opening.Range{{From: 0, To: 24 * 60}}})
	}
	if err := store.PutServices(t.Context(), f.towns.list[0].ID, []opening.Service{{
		Slug: "urbanisme", Name: "Service Urbanisme", The: "le service Urbanisme", Phone: "01 23 45 67 40", OpenHolidays: true,
		Source: opening.Source{Document: "urbanisme.md", Quotes: []string{service}}, Weeks: []opening.Week{{Days: always}},
	}}); err != nil {
		t.Fatal(err)
	}
	answerer := wholeWith(t, store, embedder, modelConfig(model.URL), func(c *rag.Config) {
		c.Services, c.Gate = store, .2
		c.Retriever = unsearchable{c.Retriever}
	})
	server := f.beside(answerer, chat.Limits{Grace: time.Hour}, func(c *chat.Config) { c.Scopes, c.Towns = store, store })
	if _, err := f.pool.Exec(t.Context(), `UPDATE towns SET contact = $1 WHERE is_default`, corpus.Contact{Name: "Mairie", Phone: town}); err != nil {
		t.Fatal(err)
	}
	c := server.dial()
	named := []string{"Service Urbanisme.", "01 23 45 67 40", "jour et nuit. En ce moment, c’est ouvert.", "on vous orientera : Mairie, " + town}
	for _, one := range []struct {
		question string
		outcome  rag.Outcome
		want     []string
		never    string
	}{
		{"Quand demander le permis de construire ?", rag.Answered, []string{"avant les travaux"}, town},
		{"Quand demander le permis de construire ? Et combien coûte la copie du plan ?", rag.Partial,
			append([]string{"incomplète", "Elle laisse sans réponse : « combien coûte la copie du plan »", "Pour le reste"}, named...), ""},
		{"Où puis-je adopter un perroquet ?", rag.NoEvidence, []string{"Je n’ai pas trouvé", "Pour avoir la réponse, vous pouvez vous adresser à : Mairie.", town}, "Urbanisme"},
		{"Donne-moi la recette des crêpes", rag.OutOfScope, []string{"n’en fait pas partie", "concerne tout de même la commune", town}, "Urbanisme"},
		{"Où en est mon permis de construire, est-il accepté ?", rag.Refused,
			append([]string{"ni consulter votre dossier", "Pour votre dossier ou une décision", "Permis de construire"}, named...), ""},
		{"Pour qui voter aux municipales ?", rag.Refused, []string{"Je ne donne pas d’avis", "interroger ses élus", town}, "Urbanisme"},
		{"Au secours, il y a le feu chez moi", rag.Emergency, []string{"18"}, town},
	} {
		conversation, turn := id(), id()
		for range 2 { // live, then read back
			c.send(map[string]any{"type": "ask", "conversation": conversation, "turn": turn, "question": one.question, "language": "fr"})
			text, end := "", c.recv()
			for ; end.Type != "done" && end.Type != "error"; end = c.recv() {
				text += end.Unit.Text + "\n"
			}
			text = strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(text)
			if end.Outcome != one.outcome || one.never != "" && strings.Contains(text, one.never) {
				t.Errorf("%s: %s %s\n%s", one.question, end.Type, end.Outcome, text)
			}
			for _, want := range one.want {
				if !strings.Contains(text, want) {
					t.Errorf("%s: no %q in\n%s", one.question, want, text)
				}
			}
		}
	}
	c.send(map[string]any{"type": "ask", "conversation": id(), "turn": id(), "question": "Quand est la brocante ?", "language": "fr"})
	if e := c.wantError(chat.CodeFailed); e.Contact == nil || e.Contact.Phone != town || !strings.Contains(e.Message, "contactez la mairie") {
		t.Errorf("failed: %+v", e)
	}
	counts, err := chat.NewStore(f.pool).Counts(t.Context(), f.towns.list[0].ID, time.Now().Add(-time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	told := map[rag.Outcome]int{}
	for _, n := range counts {
		told[n.Outcome] += n.Turns
	}
	for outcome, want := range map[rag.Outcome]int{rag.Answered: 1, rag.Partial: 1, rag.NoEvidence: 1, rag.OutOfScope: 1, rag.Refused: 2, rag.Emergency: 1, rag.Failed: 1} {
		if told[outcome] != want {
			t.Errorf("%s is counted %d times, not %d", outcome, told[outcome], want)
		}
	}
}
