package rag

import (
	"context"
	"strings"
	"testing"

	"guichet/corpus"
)

// evidenced finds nothing, with the evidence that it has for a query's first words.
type evidenced struct {
	evidence map[string]float64
	asked    []string
}

func (e *evidenced) Search(_ context.Context, _ corpus.Scope, q corpus.Query) (corpus.Result, error) {
	e.asked = append(e.asked, q.Text)
	for words, evidence := range e.evidence {
		if strings.HasPrefix(q.Text, words) {
			return corpus.Result{Evidence: evidence, Read: q.Text}, nil
		}
	}
	return corpus.Result{Read: q.Text}, nil
}

// A question that finds little by itself is searched with the subjects of those before
// it, the latest first, and what is found counts where it speaks far more clearly.
func TestSearchInContext(t *testing.T) {
	history := []Exchange{{"Comment se marier ?", "Ainsi."}, {"Et le livret de famille ?", "Ainsi."}}
	for name, c := range map[string]struct {
		question string
		evidence map[string]float64
		searches int
		context  string
	}{
		"clear by itself":  {"il faut combien de témoins ?", map[string]float64{"il faut": .4, "livret": .9}, 1, ""},
		"the last subject": {"il faut combien de témoins ?", map[string]float64{"il faut": .1, "livret": .5}, 2, "livret de famille"},
		"the one before":   {"il faut combien de témoins ?", map[string]float64{"il faut": .1, "livret": .2, "marier": .5}, 3, "marier"},
		"no clearer":       {"il faut combien de témoins ?", map[string]float64{"il faut": .1, "livret": .2, "marier": .2}, 3, ""},
	} {
		found := &evidenced{evidence: c.evidence}
		turn := &turn{answerer: newTestAnswerer(t, town(), nil), req: request(c.question), question: c.question, answer: Answer{TimingsMS: map[string]float64{}}}
		turn.req.History = history
		if _, err := (retrieveStep{found}).run(t.Context(), turn); err != nil {
			t.Fatal(err)
		}
		got := ""
		if len(turn.parts) > 0 {
			got = turn.parts[0].context
		}
		if len(found.asked) != c.searches || got != c.context {
			t.Errorf("%s: asked %q, taken with %q, want %q", name, found.asked, got, c.context)
		}
	}
}
