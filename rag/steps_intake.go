package rag

import (
	"context"

	"guichet/internal/llm"
	"guichet/internal/personal"
)

// emergencyStep answers whoever is in danger before anything else.
type emergencyStep struct{}

func (emergencyStep) name() StepName { return StepEmergency }

func (emergencyStep) run(ctx context.Context, t *turn) (StepOutcome, error) {
	danger := DangerIn(t.req.Question)
	why := map[string]any{"Why": danger.Why}
	switch danger.Alarm {
	case Sure:
		t.note("rag.note.emergency", why)
		t.urgent = true
		return StepEnded, t.say(ctx, Emergency, emergency(t.speech(), danger.Kind, t.req.Town.Contact))
	case Perhaps:
		t.note("rag.note.emergency.perhaps", why)
		t.perhaps = danger.Kind
	}
	return StepPassed, nil
}

// scopeStep answers what is no question to a town. What an officer decides and what
// somebody may think of are searched all the same, for near pages and the service.
type scopeStep struct{ retrieve retrieveStep }

func (scopeStep) name() StepName { return StepScope }

func (s scopeStep) run(ctx context.Context, t *turn) (StepOutcome, error) {
	v := ScopeOf(t.req.Question)
	switch {
	case !v.Proceeds():
		near := v.Scope == Refuse || v.Scope == Opinion
		if near {
			s.search(ctx, t)
		}
		t.note("rag.note.scope.stopped", map[string]any{
			"Scope": t.messages().T("rag.note.scope." + string(v.Scope)), "Words": v.Words, "Searched": near,
		})
		return StepEnded, t.sayScope(ctx, v, t.nearPages())
	case v.Scope == Decision:
		t.note("rag.note.scope.decision", map[string]any{"Words": v.Words})
		t.decision = true
	}
	return StepPassed, nil
}

// search looks for pages near to a question that is not answered, which needs none.
func (s scopeStep) search(ctx context.Context, t *turn) {
	if _, err := s.retrieve.run(ctx, t); err != nil && ctx.Err() == nil {
		t.answerer.cfg.Log.WarnContext(ctx, "no near pages for a question that is refused", "err", err)
	}
	t.parts = nil // it is refused as a whole
}

// condenseStep makes a follow-up self-contained.
type condenseStep struct{ condenser *Condenser }

func (condenseStep) name() StepName { return StepCondense }

func (s condenseStep) run(ctx context.Context, t *turn) (StepOutcome, error) {
	condensed, err := s.condenser.Condense(ctx, t.messages().Language, t.req.Question, t.req.History)
	if err != nil {
		return StepFailed, err
	}
	t.tokens = max(0, condensed.Usage.Prompt) + max(0, condensed.Usage.Completion)
	t.rewriting = condensed.Usage
	if condensed.By == CondensedNot {
		return StepSkipped, nil
	}
	if condensed.Err != nil {
		t.answerer.cfg.Log.WarnContext(ctx, "follow-up rewritten by rules, not by the model", "reason", llm.Reason(condensed.Err))
	}
	t.question, t.condensed = personal.Spoken(condensed.Question), true
	t.note("rag.note.condensed."+condensed.By, map[string]any{"Question": condensed.Question})
	return StepPassed, nil
}

// selfContained is the request with the question as it is answered.
func (t *turn) selfContained() Request {
	req := t.req
	req.Question = t.question
	return req
}
