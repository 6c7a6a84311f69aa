package rag

import "context"

// emergencyStep answers whoever is in danger before anything else.
type emergencyStep struct{}

func (emergencyStep) name() StepName { return StepEmergency }

func (emergencyStep) run(ctx context.Context, t *turn) (StepOutcome, error) {
	kind := dangerIn(t.req.Question)
	if kind == "" {
		return StepPassed, nil
	}
	t.note("rag.note.emergency", nil)
	return StepEnded, t.say(ctx, Emergency, emergency(t.messages(), kind, t.req.Town.Contact))
}

// scopeStep answers what is no question to a town.
type scopeStep struct{}

func (scopeStep) name() StepName { return StepScope }

func (scopeStep) run(ctx context.Context, t *turn) (StepOutcome, error) {
	if !isCourtesy(t.req.Question) {
		return StepPassed, nil
	}
	t.note("rag.note.courtesy", nil)
	reply := Unit{Kind: Sentence, Text: t.messages().T(courtesyMessage(t.req.Question)), Break: true}
	return StepEnded, t.say(ctx, OutOfScope, []Unit{reply})
}
