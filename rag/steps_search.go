package rag

import (
	"context"
	"fmt"
	"time"

	"guichet/corpus"
)

// retrieveStep searches the documents.
type retrieveStep struct{ retriever Retriever }

func (retrieveStep) name() StepName { return StepRetrieve }

func (s retrieveStep) run(ctx context.Context, t *turn) (StepOutcome, error) {
	began := time.Now()
	result, err := s.retriever.Search(ctx, t.req.Scope, corpus.Query{Text: t.question})
	t.answer.TimingsMS["retrieval"] = milliseconds(time.Since(began))
	if err != nil {
		return StepFailed, fmt.Errorf("search for the question: %w", err)
	}
	t.result = result
	if trace := t.answer.Trace; trace != nil {
		trace.Result = result
	}
	return StepPassed, nil
}

// gateStep weighs the evidence: with too little, the answer is the designed "I
// do not know".
type gateStep struct {
	least    float64 // evidence in [0, 1]
	passages int     // that an answer may cite
}

func (gateStep) name() StepName { return StepGate }

func (s gateStep) run(ctx context.Context, t *turn) (StepOutcome, error) {
	sources := sourcesOf(t.result.Hits, s.passages, maxPerDocument)
	note := "rag.note.gate.passed"
	short := len(sources) == 0 || t.result.Evidence < s.least
	if short {
		note = "rag.note.gate.short"
	}
	t.note(note, map[string]any{
		"Evidence": t.decimal(t.result.Evidence), "Gate": t.decimal(s.least), "Passages": len(sources),
	})
	if short {
		return StepEnded, t.sayNoEvidence(ctx)
	}
	t.answer.Sources = sources
	return StepPassed, nil
}
