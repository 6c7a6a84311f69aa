package rag

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"guichet/corpus"
)

// searchedPart is one of several things that are asked, and what was found.
type searchedPart struct {
	questionPart
	result corpus.Result
}

// retrieveStep searches the documents: for the whole question and, where it
// asks several things, for each.
type retrieveStep struct{ retriever Retriever }

func (retrieveStep) name() StepName { return StepRetrieve }

func (s retrieveStep) run(ctx context.Context, t *turn) (StepOutcome, error) {
	began := time.Now()
	text := t.question
	if l := questionTongue(text); l != nil && t.documentsAreFrench() {
		text = l.french(text)
		t.note("rag.note.retrieve.tongue", map[string]any{"Question": text})
	}
	result, err := s.retriever.Search(ctx, t.req.Scope, corpus.Query{Text: text, Ranked: t.req.Trace})
	if err != nil {
		return StepFailed, fmt.Errorf("search for the question: %w", err)
	}
	t.result = result
	if result.Evidence < doubtful {
		if taken, err := s.inContext(ctx, t, text); err != nil || taken {
			t.answer.TimingsMS["retrieval"] = milliseconds(time.Since(began))
			return StepPassed, err
		}
	}
	for _, p := range questionParts(t.analyzer(), result.Read) {
		found, err := s.retriever.Search(ctx, t.req.Scope, corpus.Query{Text: p.whole(), Ranked: t.req.Trace})
		if err != nil {
			return StepFailed, fmt.Errorf("search for a part of the question: %w", err)
		}
		t.parts = append(t.parts, searchedPart{questionPart: p, result: found})
	}
	t.answer.TimingsMS["retrieval"] = milliseconds(time.Since(began))
	if trace := t.answer.Trace; trace != nil {
		trace.Result = result
	}
	return StepPassed, nil
}

// A question after others that finds little by itself is asked once more with
// what they were about: below doubtful, and where it then gains clearer.
const (
	doubtful = .3 // evidence
	clearer  = .2 // evidence
)

// inContext searches for a question with the subject of those before it, where
// nobody would tell by its words that it follows them ("il faut combien de
// témoins ?"), and takes what is found if it speaks far more clearly.
func (s retrieveStep) inContext(ctx context.Context, t *turn, text string) (taken bool, err error) {
	if t.condensed {
		return false, nil
	}
	for _, subject := range subjectsBefore(t.req.Question, t.req.History) {
		p := questionPart{text: text, context: subject}
		result, err := s.retriever.Search(ctx, t.req.Scope, corpus.Query{Text: p.whole(), Ranked: t.req.Trace})
		if err != nil {
			return false, fmt.Errorf("search for the question in its context: %w", err)
		}
		if result.Evidence < t.result.Evidence+clearer {
			continue
		}
		t.result, t.parts = result, []searchedPart{{questionPart: p, result: result}}
		if trace := t.answer.Trace; trace != nil {
			trace.Result = result
		}
		t.note("rag.note.retrieve.context", map[string]any{"Question": p.whole()})
		return true, nil
	}
	return false, nil
}

// gateStep weighs the evidence: with too little, the answer is the designed "I
// do not know", or that no town answers such a question. What could be quoted is looked for here, since it is evidence
// too; the quoting step shows it.
type gateStep struct {
	least    float64 // belief in [0, 1]
	passages int     // that an answer may cite
}

func (gateStep) name() StepName { return StepGate }

func (s gateStep) run(ctx context.Context, t *turn) (StepOutcome, error) {
	sources := t.answerer.readings.share(sourcesOf(t.hits(), s.passages, maxPerDocument))
	believed := 0.0
	if len(sources) > 0 {
		var err error
		if t.quotation, err = t.quote(ctx); err != nil {
			return StepFailed, err
		}
		t.weighAll()
		believed = t.believed()
	}
	if v := t.strayed(); !v.Proceeds() {
		t.note("rag.note.gate.strayed", map[string]any{
			"Scope": t.messages().T("rag.note.scope." + string(v.Scope)), "Words": v.Words,
			"Cover": t.decimal(t.covered()), "Least": t.decimal(coversAll),
		})
		var near []Source
		if t.about(t.result, t.question) {
			near = t.nearPages()
		}
		return StepEnded, t.sayScope(ctx, v, near)
	}
	note := "rag.note.gate.passed"
	short := len(sources) == 0 || believed < s.least
	if short {
		note = "rag.note.gate.short"
	}
	t.note(note, map[string]any{
		"Evidence": t.decimal(believed), "Gate": t.decimal(s.least), "Passages": len(sources),
	})
	if short {
		if believed < leastNear {
			sources = nil
		}
		return StepEnded, t.sayNoEvidence(ctx, sources)
	}
	t.answer.Sources = sources
	return StepPassed, nil
}

// coversAll is the share of the question, by weight, that the documents' best words say
// of a question that they answer, whatever it sounds like.
const coversAll = .75

// strayed tells what kind of question that no town answers it is by its words, where
// nothing was found that says most of it. What follows from another question is no such
// thing by itself.
func (t *turn) strayed() Verdict {
	if len(t.req.History) > 0 || t.covered() >= coversAll {
		return Verdict{}
	}
	return weighedScope(t.req.Question)
}

// covered is the share of the question, by weight, that the documents' best words say: of
// what is asked, the part of which they say least.
func (t *turn) covered() float64 {
	if len(t.weighed) == 0 {
		return 0
	}
	return slices.MinFunc(t.weighed, func(a, b Weighing) int { return cmp.Compare(a.Cover, b.Cover) }).Cover
}

// weighAll weighs each thing that is asked.
func (t *turn) weighAll() {
	parts := t.parts
	if len(parts) == 0 {
		parts = []searchedPart{{result: t.result}}
	}
	for i, p := range parts {
		t.weighed = append(t.weighed, weighParts(p.result, t.quotation.parts[i].speaks))
	}
	if trace := t.answer.Trace; trace != nil {
		trace.Weighed = t.weighed
	}
}

// believed is the belief in the likeliest part of the question.
func (t *turn) believed() float64 {
	most := 0.0
	for _, w := range t.weighed {
		most = max(most, w.belief())
	}
	return most
}

// hits are those of the whole question and, where it asks several things, the
// best of each that is not among the first.
func (t *turn) hits() []corpus.Hit {
	hits := slices.Clone(t.result.Hits)
	for _, p := range t.parts {
		if len(p.result.Hits) == 0 {
			continue
		}
		best := p.result.Hits[0]
		same := func(h corpus.Hit) bool {
			return h.Document.Lineage == best.Document.Lineage && h.Document.Name == best.Document.Name
		}
		if at := slices.IndexFunc(hits, same); at < 0 || at > 1 {
			if at > 1 {
				hits = slices.Delete(hits, at, at+1)
			}
			hits = slices.Insert(hits, min(1, len(hits)), best)
		}
	}
	return hits
}
