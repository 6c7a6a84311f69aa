package chat_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"guichet/chat"
	"guichet/rag"
)

// noIntake is an answerer whose database is gone.
type noIntake struct{ answerFunc }

func (noIntake) Intake(_ context.Context, r rag.Request) (rag.Request, error) {
	return r, errors.New("connection refused")
}

func TestSomebodyInDangerIsAnsweredWithoutADatabase(t *testing.T) {
	f := newFixture(t, noIntake{units(1)}, chat.Limits{})
	c := f.dial()
	ask := func(question string) {
		c.send(map[string]any{"type": "ask", "conversation": id(), "turn": id(), "question": question, "language": "fr"})
	}
	ask("Au secours, il y a le feu dans la cuisine !")
	c.want("sources")
	text := ""
	end := c.recv()
	for ; end.Type == "delta"; end = c.recv() {
		text += end.Unit.Text + "\n"
	}
	if end.Type != "done" || end.Outcome != rag.Emergency || !strings.Contains(text, "18") {
		t.Errorf("%+v:\n%s", end, text)
	}
	ask("Quand ouvre la déchèterie ?")
	c.wantError(chat.CodeFailed)
}
