package chat_test

import (
	"strings"
	"testing"
	"time"

	"guichet/chat"
	"guichet/corpus"
	"guichet/internal/embed"
	"guichet/internal/llm"
	"guichet/internal/llmtest"
	"guichet/rag"
)

// Whatever is wrong with the model, a resident gets a whole answer, or the part
// that came with the word that it is one, soon after the first-token limit; the
// turn is closed, and nothing is left running (the fixture looks).
func TestAResidentIsAnsweredWhateverTheModelDoes(t *testing.T) {
	const opening = "La déchèterie des Étangs est ouverte le lundi de 9 h à 12 h."
	const firstToken = time.Second
	const shown = "La déchèterie des Étangs est ouverte le lundi de 9 h à 12 h [1].\nElle est "
	truncated := llmtest.Good(shown)
	truncated.StopReason = "length"
	scripts := map[string]struct {
		script llmtest.Script
		want   rag.Mode
		as     rag.Outcome
	}{
		"stall":             {llmtest.Ending("", llmtest.EndHang), rag.ModeQuoted, rag.Answered},
		"slow first token":  {llmtest.Slow(shown, time.Minute, 0), rag.ModeQuoted, rag.Answered},
		"401":               {llmtest.Status(401, "no"), rag.ModeQuoted, rag.Answered},
		"429":               {llmtest.Busy("60"), rag.ModeQuoted, rag.Answered},
		"500":               {llmtest.Status(500, "no"), rag.ModeQuoted, rag.Answered},
		"cut at once":       {llmtest.Ending("", llmtest.EndCut), rag.ModeQuoted, rag.Answered},
		"garbled":           {llmtest.Ending("", llmtest.EndGarbled), rag.ModeQuoted, rag.Answered},
		"cut later":         {llmtest.Ending(shown, llmtest.EndCut), rag.ModeModel, rag.Partial},
		"connection broken": {llmtest.Ending(shown, llmtest.EndAbort), rag.ModeModel, rag.Partial},
		"error mid-stream":  {llmtest.Ending(shown, llmtest.EndErrorFrame), rag.ModeModel, rag.Partial},
		"stall mid-stream":  {llmtest.Ending(shown, llmtest.EndHang), rag.ModeModel, rag.Partial},
		"truncated":         {truncated, rag.ModeModel, rag.Partial},
	}
	for name, s := range scripts {
		t.Run(name, func(t *testing.T) {
			model := llmtest.NewFunc(t, func(r llmtest.Request) llmtest.Script {
				script := s.script
				for i, token := range script.Tokens {
					script.Tokens[i] = strings.ReplaceAll(token, "[1]", "["+passageWith(r.Last(), "déchèterie")+"]")
				}
				return script
			})
			f := newFixture(t, nil, chat.Limits{Grace: time.Hour})
			embedder, err := embed.Builtin()
			if err != nil {
				t.Fatal(err)
			}
			store := publish(t, f.pool, embedder, []corpus.Document{
				document("dechets", "La déchèterie", opening),
				document("marche", "Le marché", "Le marché se tient chaque samedi sur la place de l'église."),
			})
			answerer := wholeWith(t, store, embedder, llm.Config{URL: model.URL, Model: "scripted", FirstToken: firstToken, Idle: firstToken})
			server := f.beside(answerer, chat.Limits{Grace: time.Hour}, func(c *chat.Config) { c.Scopes, c.Towns = store, store })
			c := server.dial()
			turn := id()
			began := time.Now()
			c.send(map[string]any{"type": "ask", "conversation": id(), "turn": turn, "question": "Quand ouvre la déchèterie ?", "language": "fr"})
			var text string
			end := c.recv()
			for ; end.Type != "done"; end = c.recv() {
				if end.Type == "error" {
					t.Fatalf("error frame %+v", end)
				}
				text += end.Unit.Text + "\n"
			}
			// So small a town's own words are quoted with some reserve.
			fits := end.Outcome == s.as || end.Mode == rag.ModeQuoted && end.Outcome == rag.Partial
			if end.State != chat.Complete || end.Mode != s.want || !fits || !strings.Contains(text, "de 9\u00a0h à 12\u00a0h") {
				t.Errorf("%s, %s %s:\n%s", end.State, end.Mode, end.Outcome, text)
			}
			if took := time.Since(began); took > firstToken+2*time.Second {
				t.Errorf("it took %s", took)
			}
			if state := f.state(turn); state != "complete" {
				t.Errorf("the turn is %s", state)
			}
		})
	}
}
