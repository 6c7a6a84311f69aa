package rag

import (
	"context"
	"time"
)

// StepName names a step of the way from a question to its answer.
type StepName string

// The steps, in their order. Store and close are the caller's (package chat), which
// keeps conversations; the others are run by the Answerer.
const (
	StepNormalise StepName = "normalise" // what is not text is taken out; length
	StepMask      StepName = "mask"      // personal data
	StepStore     StepName = "store"     // the turn is stored as open
	StepEmergency StepName = "emergency"
	StepScope     StepName = "scope"    // is it a question that a town answers
	StepCondense  StepName = "condense" // a follow-up is made self-contained
	StepApproved  StepName = "approved" // an agent's own answer
	StepHours     StepName = "hours"    // opening hours, computed
	StepRetrieve  StepName = "retrieve"
	StepGate      StepName = "gate"   // is there evidence enough
	StepPrompt    StepName = "prompt" // the model's
	StepStream    StepName = "stream" // the model's text, as it comes
	StepCut       StepName = "cut"    // into units
	StepCite      StepName = "cite"   // each unit's sources
	StepVerify    StepName = "verify" // each unit, before it leaves
	StepQuote     StepName = "quote"  // an answer in the documents' own words
	StepClose     StepName = "close"  // the turn is stored with its answer
)

// StepOutcome says how a step ended.
type StepOutcome string

// The closed list of a step's outcomes.
const (
	StepPassed  StepOutcome = "passed"  // the question goes on to the next step
	StepEnded   StepOutcome = "ended"   // the step gave the answer, or the designed lack of one
	StepSkipped StepOutcome = "skipped" // there was nothing for it to do
	StepFailed  StepOutcome = "failed"  // it could not do its work; the question goes on without
)

// Step tells how one step of an answer went.
type Step struct {
	Name    StepName    `json:"name"`
	Outcome StepOutcome `json:"outcome"`
	MS      float64     `json:"ms"`
	Tokens  int         `json:"tokens,omitempty"` // of a model, in and out; 0: none, or unknown
	Notes   []string    `json:"notes,omitempty"`  // what was decided or withheld, for an agent, in the request's language
}

// step is one step as the Answerer runs it. It reads and changes the turn; it
// returns an error only where the answer cannot go on at all.
type step interface {
	name() StepName
	run(ctx context.Context, t *turn) (StepOutcome, error)
}

// runSteps runs steps in turn until one ends the answer.
func (t *turn) runSteps(ctx context.Context, steps []step) error {
	for _, s := range steps {
		outcome, err := t.runStep(ctx, s)
		if err != nil || outcome == StepEnded {
			return err
		}
	}
	return nil
}

func (t *turn) runStep(ctx context.Context, s step) (StepOutcome, error) {
	if err := ctx.Err(); err != nil {
		return StepFailed, err
	}
	t.notes, t.tokens, t.within = nil, 0, nil
	began := time.Now()
	outcome, err := s.run(ctx, t)
	if err != nil {
		outcome = StepFailed
	}
	t.answer.Steps = append(t.answer.Steps, Step{
		Name: s.name(), Outcome: outcome, MS: milliseconds(time.Since(began)), Tokens: t.tokens, Notes: t.notes,
	})
	t.answer.Steps = append(t.answer.Steps, t.within...)
	return outcome, err
}

// note writes down a decision of the step that runs, by its message, for an
// agent who reads the trace or the stored turn.
func (t *turn) note(id string, data map[string]any) {
	t.notes = append(t.notes, t.messages().T(id, data))
}

// pieces is what a step comes to that works unit by unit, inside the step that
// reads the model's text: its time, what it was given and what of it goes on, summed.
type pieces struct {
	took  time.Duration
	in    int
	out   int
	notes []string
}

// piece counts what a piece of work was given and what came of it; it is called
// when the work is done.
func (p *pieces) piece(began time.Time, in, out int) {
	p.took += time.Since(began)
	p.in += in
	p.out += out
}

// step tells how all pieces went, with their counts by a message, if there was one.
func (p *pieces) step(name StepName, t *turn) Step {
	if p.in == 0 {
		return Step{Name: name, Outcome: StepSkipped, MS: milliseconds(p.took), Notes: p.notes}
	}
	counts := t.messages().T("rag.note."+string(name), map[string]any{"In": p.in, "Out": p.out})
	return Step{Name: name, Outcome: StepPassed, MS: milliseconds(p.took), Notes: append([]string{counts}, p.notes...)}
}

// telling has the notes that are taken meanwhile stand with these pieces, and not
// with the step that they are done in.
func (t *turn) telling(p *pieces, tell func()) {
	outer := t.notes
	t.notes = p.notes
	tell()
	p.notes, t.notes = t.notes, outer
}
