package chat_test

import (
	"strings"
	"testing"
	"time"

	"guichet/chat"
	"guichet/corpus"
	"guichet/internal/embed"
	"guichet/internal/llmtest"
	"guichet/rag"
)

// A resident's numbers reach neither the database, nor the log, nor the model;
// those that the town publishes do.
func TestPersonalDataIsMaskedBeforeAnythingElse(t *testing.T) {
	asked := make(chan string, 8)
	model := llmtest.NewFunc(t, func(r llmtest.Request) llmtest.Script {
		asked <- r.Last()
		return llmtest.Status(500, "no")
	})
	f := newFixture(t, nil, chat.Limits{Grace: time.Hour})
	embedder, err := embed.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	store := publish(t, f.pool, embedder, []corpus.Document{
		document("dechets", "La déchèterie", "La déchèterie des Étangs est ouverte le lundi de 9 h à 12 h. Téléphone : 02 61 91 45 00."),
	})
	answerer := wholeWith(t, store, embedder, modelConfig(model.URL), func(c *rag.Config) { c.Publisher = store })
	server := f.beside(answerer, chat.Limits{Grace: time.Hour}, func(c *chat.Config) { c.Scopes, c.Towns = store, store })
	c := server.dial()
	turn := id()
	c.send(map[string]any{"type": "ask", "conversation": id(), "turn": turn, "language": "fr",
		"question": "Le 02 61 91 45 00 ne répond pas. Rappelez-moi au 06 12 34 56 78 : quand ouvre la déchèterie ?"})
	var first string
	for end := c.recv(); end.Type != "done"; end = c.recv() {
		if end.Type == "error" {
			t.Fatalf("%+v", end)
		}
		if end.Type == "delta" && first == "" {
			first = end.Unit.Text
		}
	}
	if !strings.Contains(first, "masqué") {
		t.Errorf("the resident is not told: %q", first)
	}
	var question string
	if err := f.pool.QueryRow(t.Context(), `SELECT question FROM turns WHERE id = $1`, turn).Scan(&question); err != nil {
		t.Fatal(err)
	}
	for where, text := range map[string]string{"database": question, "model": <-asked, "log": f.log.String()} {
		if strings.Contains(text, "34 56 78") || strings.Contains(text, "0612345678") {
			t.Errorf("%s: %q", where, text)
		}
		if where != "log" && !strings.Contains(text, "02 61 91 45 00") {
			t.Errorf("%s: the town's own number is masked: %q", where, text)
		}
	}
}
