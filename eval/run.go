package eval

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"guichet/corpus"
	"guichet/rag"
)

// Depth is how many documents a question is judged on.
const Depth = 10

// Outcome is how one case went.
type Outcome struct {
	ID       string   `json:"id"`
	Question string   `json:"question"`
	Relevant []string `json:"relevant"`
	Found    []string `json:"found"` // document names, best first, at most Depth
	Rank     int      `json:"rank"`  // of the first right document, from 1; 0: not found
	Ranks    []int    `json:"ranks"` // of every right document that was found
	Evidence float64  `json:"evidence"`
	MS       float64  `json:"ms"` // of one search, query embedding included
}

// Run asks every case once, one after the other, after one search that is not
// counted, and returns an outcome for each. A question that a resident could
// not ask finds nothing, save that one which is too long is cut. Run stops at
// the first search that fails.
func Run(ctx context.Context, r rag.Retriever, scope corpus.Scope, cases []Case) ([]Outcome, error) {
	if i := slices.IndexFunc(cases, func(c Case) bool { return asked(c.Question) != "" }); i >= 0 {
		warm := corpus.Query{Text: asked(cases[i].Question), Limit: Depth}
		if _, err := r.Search(ctx, scope, warm); err != nil {
			return nil, fmt.Errorf("case %s: %w", cases[i].ID, err)
		}
	}
	outcomes := make([]Outcome, 0, len(cases))
	for _, c := range cases {
		question := asked(c.Question)
		if question == "" {
			outcomes = append(outcomes, judge(c, nil))
			continue
		}
		start := time.Now()
		result, err := r.Search(ctx, scope, corpus.Query{Text: question, Limit: Depth})
		if err != nil {
			return nil, fmt.Errorf("case %s: %w", c.ID, err)
		}
		o := judge(c, result.Hits)
		o.Evidence = result.Evidence
		o.MS = float64(time.Since(start).Microseconds()) / 1000
		outcomes = append(outcomes, o)
	}
	return outcomes, nil
}

// asked returns the question as it is searched; empty when it cannot be asked.
func asked(question string) string {
	text, err := rag.ValidateQuestion(question)
	if errors.Is(err, rag.ErrLongQuestion) {
		runes := []rune(question)
		text, err = rag.ValidateQuestion(string(runes[:min(len(runes), rag.MaxQuestion)]))
	}
	if err != nil {
		return ""
	}
	return text
}

// judge notes where the right documents stand among the hits.
func judge(c Case, hits []corpus.Hit) Outcome {
	o := Outcome{ID: c.ID, Question: c.Question, Relevant: c.Relevant, Found: []string{}, Ranks: []int{}}
	for i, h := range hits {
		if i == Depth {
			break
		}
		o.Found = append(o.Found, h.Document.Name)
		if slices.Contains(c.Relevant, h.Document.Name) {
			o.Ranks = append(o.Ranks, i+1)
		}
	}
	if len(o.Ranks) > 0 {
		o.Rank = o.Ranks[0]
	}
	return o
}
