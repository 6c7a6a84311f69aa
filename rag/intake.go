package rag

import (
	"context"
	"strings"
	"time"

	"guichet/internal/messages"
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
	began := time.Now()
	normal, err := Normalise(req.Question)
	if err != nil {
		return req, err
	}
	m := a.cfg.Messages.For(append([]string{req.Language}, req.Town.Languages...)...)
	done := &intake{}
	done.add(StepNormalise, began)
	if n := normal.Removed + normal.Replaced; n > 0 {
		done.note(m, "rag.note.normalised", map[string]any{"Count": n})
	}

	began = time.Now()
	req.Question, done.masked, err = MaskPersonal(ctx, a.cfg.Publisher, req.Scope, req.Town.Contact, normal.Text)
	if ctx.Err() != nil {
		return req, ctx.Err()
	}
	if err != nil {
		a.cfg.Log.WarnContext(ctx, "published numbers not known, all were masked", "error", err)
	}
	done.add(StepMask, began)
	if len(done.masked) > 0 {
		var kinds []string
		for _, k := range done.masked {
			kinds = append(kinds, m.T("rag.personal.kind."+string(k)))
		}
		done.note(m, "rag.note.personal", map[string]any{"Kinds": strings.Join(kinds, ", ")})
	}
	req.intake = done
	return req, nil
}

func (i *intake) add(name StepName, began time.Time) {
	i.steps = append(i.steps, Step{Name: name, Outcome: StepPassed, MS: milliseconds(time.Since(began))})
}

// note writes down what the last step did.
func (i *intake) note(m *messages.Messages, id string, data map[string]any) {
	last := &i.steps[len(i.steps)-1]
	last.Notes = append(last.Notes, m.T(id, data))
}
