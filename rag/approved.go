package rag

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"guichet/corpus"
)

// Approvals are the answers that agents approved: corpus.Store has them.
type Approvals interface {
	// Approved returns the answers of the scope's town, with the passages that
	// they rest on, but not what these say.
	Approved(ctx context.Context, sc corpus.Scope) ([]corpus.ApprovedAnswer, error)
	// ApprovedSupports returns what an answer rests on, with the passages.
	ApprovedSupports(ctx context.Context, sc corpus.Scope, id int64) ([]corpus.ApprovedSupport, error)
}

// approvedStep gives an agent's own answer, if one stands for the question, all
// that it rests on is as it was, and the fact lock still lets all of it pass.
type approvedStep struct {
	approvals Approvals
	matcher   *Matcher
}

func (approvedStep) name() StepName { return StepApproved }

func (s approvedStep) run(ctx context.Context, t *turn) (StepOutcome, error) {
	answers, err := s.approvals.Approved(ctx, t.req.Scope)
	if err != nil {
		return StepFailed, fmt.Errorf("look for an approved answer: %w", err)
	}
	answers = slices.DeleteFunc(answers, func(a corpus.ApprovedAnswer) bool { return !a.Holds() })
	if len(answers) == 0 {
		return StepSkipped, nil
	}
	a, likeness, ok := s.matcher.Match(t.question, answers)
	if !ok {
		return StepPassed, nil
	}
	if a.Supports, err = s.approvals.ApprovedSupports(ctx, t.req.Scope, a.ID); err != nil {
		return StepFailed, fmt.Errorf("read what approved answer %d rests on: %w", a.ID, err)
	}
	units, sources, err := giveApproved(ctx, t.req.Town, a)
	if unsupported := (*UnsupportedError)(nil); errors.As(err, &unsupported) {
		t.withhold(unsupported.Text, unsupported.Reason)
		t.note("rag.note.approved_withheld", map[string]any{"ID": a.ID, "Owner": a.Owner})
		return StepPassed, nil
	}
	t.note("rag.note.approved", map[string]any{"ID": a.ID, "Likeness": t.decimal(likeness), "Owner": a.Owner})
	t.answer.Mode, t.answer.Sources = ModeApproved, sources
	return StepEnded, t.say(ctx, Answered, units)
}

// StoppedBefore returns the step that ends a question before approved answers are looked
// at: emergency or scope; empty: none does.
func StoppedBefore(question string) StepName {
	switch {
	case DangerIn(question).Alarm == Sure:
		return StepEmergency
	case !ScopeOf(question).Proceeds():
		return StepScope
	}
	return ""
}

// CheckApproved tells whether an answer whose supports are read would be given:
// it returns an UnsupportedError where the fact lock lets a part of it not pass.
func CheckApproved(ctx context.Context, town corpus.Town, a corpus.ApprovedAnswer) error {
	_, _, err := giveApproved(ctx, town, a)
	return err
}

// giveApproved are the answer's units, checked, and the sources that they cite.
func giveApproved(ctx context.Context, town corpus.Town, a corpus.ApprovedAnswer) ([]Unit, []Source, error) {
	sources := approvedSources(a)
	units, err := approvedUnits(ctx, a.Answer, sources, approvedChecks(town))
	return units, sources, err
}

// approvedSources are the passages that the answer rests on, each once.
func approvedSources(a corpus.ApprovedAnswer) []Source {
	var sources []Source
	for _, s := range a.Supports {
		if !slices.ContainsFunc(sources, func(o Source) bool { return o.PassageID == s.PassageID }) {
			sources = append(sources, newSource(len(sources)+1, s.Document, s.Passage))
		}
	}
	return sources
}

// approvedChecks are those that an agent's answer passes when it is set, and
// again each time it is given: the same, so that what is taken is given.
func approvedChecks(town corpus.Town) []Check {
	return []Check{PlainText{Contact: town.Contact}, Grounded{Town: town.Name}}
}

// UnsupportedError says which part of an agent's answer the passages do not
// bear out, and why.
type UnsupportedError struct {
	Text   string
	Reason Reason
}

func (e *UnsupportedError) Error() string {
	return fmt.Sprintf("the documents do not bear out %q (%s)", e.Text, e.Reason.ID)
}

// approvedUnits cuts an agent's Markdown into units and passes each through the
// checks, citing whichever sources bear it out. It returns an UnsupportedError
// for the first that does not pass: an answer of which a part is gone is not the
// one that was signed.
func approvedUnits(ctx context.Context, answer string, sources []Source, checks []Check) ([]Unit, error) {
	all := make([]Citation, len(sources))
	for i, s := range sources {
		all[i] = Citation{N: s.N}
	}
	cutter := newUnitCutter()
	var units []Unit
	var l lead
	var lock Grounded
	for _, raw := range append(cutter.add(answer), cutter.flush()...) {
		u := l.inherit(raw).unit()
		greets := u.Kind == Sentence && isGreeting(u.Text)
		if !greets && u.Kind != Heading && !leadsOn(u) {
			u.Citations = all
		}
		for _, check := range checks {
			if grounded, ok := check.(Grounded); ok {
				lock = grounded
				if greets {
					continue // it states nothing
				}
			}
			shown, reason := check.Unit(ctx, u, sources)
			if reason != nil {
				return nil, &UnsupportedError{u.Text, *reason}
			}
			u = shown
		}
		if len(u.Citations) > 0 && (u.Kind != Sentence || leansBack(u.Text)) {
			for _, a := range l.above(u) {
				if reason, astray := lock.Introduces(a, u, sources); astray {
					return nil, &UnsupportedError{u.Text, *reason}
				}
			}
		}
		units = append(units, u)
	}
	return units, nil
}

// Supports returns the passages that an agent's answer rests on: those that bear
// out each of its units by the fact lock (Grounded). When one of these changes
// or ends, the answer is no longer served. It returns an UnsupportedError where
// one of its units is borne out by none of the passages. Headings and lead-ins
// need no passage of their own, greetings none at all.
func Supports(ctx context.Context, town corpus.Town, answer string, documents []corpus.HitDocument, passages []corpus.Passage) ([]corpus.ApprovedSupport, error) {
	sources := make([]Source, len(passages))
	for i, p := range passages {
		sources[i] = newSource(i+1, documents[i], p)
	}
	units, err := approvedUnits(ctx, answer, sources, approvedChecks(town))
	if err != nil {
		return nil, err
	}
	var supports []corpus.ApprovedSupport
	for _, u := range units {
		for _, c := range u.Citations {
			if !slices.ContainsFunc(supports, func(s corpus.ApprovedSupport) bool { return s.PassageID == c.Passage && s.Quote == c.Quote }) {
				i := slices.IndexFunc(passages, func(p corpus.Passage) bool { return p.ID == c.Passage })
				supports = append(supports, corpus.ApprovedSupport{PassageID: c.Passage, Quote: c.Quote, Document: documents[i], Passage: passages[i]})
			}
		}
	}
	if len(supports) == 0 {
		return nil, &UnsupportedError{answer, Reason{ID: "rag.withheld.no_citation"}}
	}
	// Given, it has these passages alone to rest on.
	return supports, CheckApproved(ctx, town, corpus.ApprovedAnswer{Answer: answer, Supports: supports})
}
