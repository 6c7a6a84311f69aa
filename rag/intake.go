package rag

import (
	"context"
	"strings"

	"guichet/internal/personal"
)

// intake is what was done to a question before it may be stored.
type intake struct {
	steps  []Step
	masked []personal.Kind // kinds of personal data that were masked
}

// Intake makes a question fit to be stored: it is normalised, and what it has
// of personal data is masked. Whoever stores or logs questions calls it first,
// and hands Answer the request that it returns; Answer itself calls it for a
// request that has not been through. The request's scope tells what numbers the
// town itself publishes, which stay. It returns ErrEmptyQuestion,
// ErrLongQuestion or ErrBinaryQuestion for what cannot be asked.
func (a *Answerer) Intake(ctx context.Context, req Request) (Request, error) {
	if req.intake != nil {
		return req, nil
	}
	t := &turn{answerer: a, req: req}
	if err := t.runSteps(ctx, []step{normaliseStep{}, maskStep{a.cfg.Publisher}}); err != nil {
		return t.req, err
	}
	t.req.intake.steps = t.answer.Steps
	return t.req, nil
}

// normaliseStep takes out what nobody sees, and refuses what cannot be asked.
type normaliseStep struct{}

func (normaliseStep) name() StepName { return StepNormalise }

func (normaliseStep) run(_ context.Context, t *turn) (StepOutcome, error) {
	normal, err := Normalise(t.req.Question)
	if err != nil {
		return StepFailed, err
	}
	if n := normal.Removed + normal.Replaced; n > 0 {
		t.note("rag.note.normalised", map[string]any{"Count": n})
	}
	t.req.Question = normal.Text
	return StepPassed, nil
}

// maskStep puts tokens in the place of personal numbers and addresses.
type maskStep struct{ publisher Publisher }

func (maskStep) name() StepName { return StepMask }

func (s maskStep) run(ctx context.Context, t *turn) (StepOutcome, error) {
	question, masked, err := MaskPersonal(ctx, s.publisher, t.req.Scope, t.req.Town.Contact, t.req.Question)
	t.req.Question = question
	if ctx.Err() != nil {
		return StepFailed, ctx.Err()
	}
	if err != nil {
		t.answerer.cfg.Log.WarnContext(ctx, "published numbers not known, all were masked", "error", err)
	}
	t.req.intake = &intake{masked: masked}
	if len(masked) > 0 {
		var kinds []string
		for _, k := range masked {
			kinds = append(kinds, t.messages().T("rag.personal.kind."+string(k)))
		}
		t.note("rag.note.personal", map[string]any{"Kinds": strings.Join(kinds, ", ")})
	}
	return StepPassed, nil
}
