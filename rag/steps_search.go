package rag

import (
	"context"
	"fmt"
	"time"

	"guichet/corpus"
)

// searchedPart is one of several things that are asked, and what was found.
type searchedPart struct {
	part
	result corpus.Result
}

// retrieveStep searches the documents: for the whole question and, where it
// asks several things, for each.
type retrieveStep struct{ retriever Retriever }

func (retrieveStep) name() StepName { return StepRetrieve }

func (s retrieveStep) run(ctx context.Context, t *turn) (StepOutcome, error) {
	began := time.Now()
	result, err := s.retriever.Search(ctx, t.req.Scope, corpus.Query{Text: t.req.Question})
	if err != nil {
		return StepFailed, fmt.Errorf("search for the question: %w", err)
	}
	t.result = result
	for _, p := range partsOf(t.analyzer(), result.Read) {
		found, err := s.retriever.Search(ctx, t.req.Scope, corpus.Query{Text: p.whole()})
		if err != nil {
			return StepFailed, fmt.Errorf("search for a part of the question: %w", err)
		}
		t.parts = append(t.parts, searchedPart{part: p, result: found})
	}
	t.answer.TimingsMS["retrieval"] = milliseconds(time.Since(began))
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
