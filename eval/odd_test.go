package eval

import (
	"context"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"guichet/corpus"
	"guichet/rag"
)

// strict refuses to search what a resident could not ask.
type strict struct{ finder }

func (s strict) Search(ctx context.Context, sc corpus.Scope, q corpus.Query) (corpus.Result, error) {
	if strings.TrimSpace(q.Text) == "" || strings.ContainsRune(q.Text, 0) || utf8.RuneCountInString(q.Text) > rag.MaxQuestion {
		return corpus.Result{}, errors.New("the database refused the question")
	}
	return s.finder.Search(ctx, sc, q)
}

func TestOddQuestionsDoNotStopTheEvaluation(t *testing.T) {
	long, pasted := strings.Repeat("é", 3000), " mai\u200brie "
	f := strict{finder{"mairie": {"A"}, long[:2*rag.MaxQuestion]: {"A"}}}
	want := map[string]int{"": 0, "?!": 0, "mairie\x00": 0, "\xff": 0, pasted: 1, long: 1, strings.Repeat("\u0958", 1500): 0}
	for question, rank := range want {
		outcomes, err := Run(context.Background(), f, corpus.Scope{}, []Case{
			{ID: "odd", Question: question, Relevant: []string{"A"}},
			{ID: "plain", Question: "mairie", Relevant: []string{"A"}},
		})
		if err != nil {
			t.Errorf("%.20q: %v", question, err)
			continue
		}
		if len(outcomes) != 2 || outcomes[0].Rank != rank || outcomes[1].Rank != 1 || outcomes[0].Question != question {
			t.Errorf("%.20q: outcomes %.300v", question, outcomes)
		}
	}
}
