package main

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"guichet/corpus"
	"guichet/eval"
	"guichet/ingest"
	"guichet/internal/english"
	"guichet/internal/llm"
	"guichet/internal/messages"
	"guichet/rag"
)

// Bounds of what the gate asks: cases of a town, towns, and time for all.
const (
	gateCases = 300
	gateTowns = 1000
	gateTime  = time.Minute
)

// gate holds a prepared edition against the published one, and decides by the
// collection's policy what becomes of it.
type gate struct {
	session *session
	publish corpus.Publishing // for this run; "": as the collection has it
	retire  bool              // the operator said that documents may go
}

// Admit implements ingest.Gate. What it saw is kept with the edition.
func (g gate) Admit(ctx context.Context, c corpus.Collection, edition int) (ingest.Verdict, error) {
	policy, err := g.session.store.Policy(ctx, c.ID)
	if err != nil {
		return ingest.Verdict{}, err
	}
	review, err := g.review(ctx, c, edition, policy.Gate)
	if err != nil {
		return ingest.Verdict{}, err
	}
	if err := g.session.store.KeepReview(ctx, c.ID, edition, review); err != nil {
		return ingest.Verdict{}, err
	}
	return g.decide(policy, review, corpus.Zone(c.TimeZone)), nil
}

// decide applies the policy to what the gate saw, and tells times in the zone.
func (g gate) decide(policy corpus.Policy, review corpus.Review, zone *time.Location) ingest.Verdict {
	v := ingest.Verdict{Review: &review}
	publish := policy.Publish
	if g.publish != "" {
		publish = g.publish
	}
	lost, had := review.Documents.Retired, review.Documents.Before
	switch {
	case publish == corpus.PublishNever:
		v.Drop = true
	case policy.Held != nil:
		v.Waits = fmt.Sprintf("edition %d was rolled back by %s on %s: new editions wait until somebody resumes (guichet resume)",
			policy.Held.From, policy.Held.By, minute(policy.Held.At, zone))
		if g.publish == corpus.PublishAuto {
			v.Waits += "; --publish auto does not let it through"
		}
	case publish == corpus.PublishAsk:
		v.Waits = "an operator publishes it"
	case len(review.Worse) > policy.MaxWorse:
		v.Waits = fmt.Sprintf("%s got worse, %d may", english.Count(len(review.Worse), "answer"), policy.MaxWorse)
	case !g.retire && had > 0 && float64(lost) > policy.MaxLoss*float64(had):
		v.Waits = fmt.Sprintf("%d of %s %s gone", lost, english.Count(had, "document"), english.Be(lost))
	}
	return v
}

// review tells what changes, and asks the cases of every town that reads the
// collection.
func (g gate) review(ctx context.Context, c corpus.Collection, edition int, mode string) (corpus.Review, error) {
	begun := time.Now()
	r := corpus.Review{Against: c.Published, Better: []corpus.AnswerChange{}, Worse: []corpus.AnswerChange{}}
	var err error
	r.Documents, r.Passages, err = g.session.store.Changes(ctx, c.ID, c.Published, edition)
	if err != nil {
		return r, err
	}
	towns, err := g.session.store.Towns(ctx, gateTowns)
	if err != nil {
		return r, err
	}
	within, cancel := context.WithTimeout(ctx, gateTime)
	defer cancel()
	var answerer *rag.Answerer
	for _, town := range towns {
		if c.TownID != 0 && c.TownID != town.ID {
			continue
		}
		cases, err := g.session.cases(ctx, town)
		if err != nil {
			return r, err
		}
		if len(cases) == 0 {
			continue
		}
		if answerer == nil {
			if answerer, err = g.session.gateAnswerer(mode); err != nil {
				return r, err
			}
		}
		if err := g.askTown(within, answerer, town, c, edition, cases, &r); err != nil {
			return r, err
		}
	}
	r.Seconds = time.Since(begun).Seconds()
	return r, nil
}

// askTown asks a town's cases in what it reads now, and in what it would read.
func (g gate) askTown(ctx context.Context, answerer *rag.Answerer, town corpus.Town, c corpus.Collection, edition int, cases []eval.AnswerCase, r *corpus.Review) error {
	now, err := g.session.store.Scope(ctx, town.ID)
	if err != nil {
		return err
	}
	then, err := g.session.store.Preview(ctx, now, c.ID, edition)
	if err != nil {
		return err
	}
	found, err := eval.CompareAnswers(ctx, answerer, rag.Request{Town: town, Scope: now}, rag.Request{Town: town, Scope: then}, cases)
	if err != nil {
		return err
	}
	r.Cases += found.Cases
	r.Skipped += found.Skipped
	change := func(p eval.Compared, wrong eval.AnswerResult) corpus.AnswerChange {
		return corpus.AnswerChange{
			Town: town.Slug, Case: wrong.ID, Question: wrong.Question,
			Before: p.Before.Answer, After: p.After.Answer, Why: wrong.Wrong(),
		}
	}
	for _, p := range found.Better {
		r.Better = append(r.Better, change(p, p.Before))
	}
	for _, p := range found.Worse {
		r.Worse = append(r.Worse, change(p, p.After))
	}
	return nil
}

// gateAnswerer quotes, unless the collection wants the model asked.
func (o *session) gateAnswerer(mode string) (*rag.Answerer, error) {
	catalogue, err := messages.Load()
	if err != nil {
		return nil, err
	}
	var model llm.Model
	if mode == "model" {
		if model, err = o.newModel(o.settings.duration("GUICHET_LLM_FIRST_TOKEN")); err != nil {
			return nil, err
		}
	}
	return o.answererWith(catalogue, model)
}

// cases returns the town's cases.
func (o *session) cases(ctx context.Context, town corpus.Town) ([]eval.AnswerCase, error) {
	lines, err := o.store.Cases(ctx, town.ID, gateCases)
	if err != nil {
		return nil, err
	}
	var file bytes.Buffer
	for _, line := range lines {
		file.Write(line)
		file.WriteByte('\n')
	}
	cases, err := eval.ReadAnswerCases(&file)
	if err != nil {
		return nil, fmt.Errorf("cases of town %s: %w (set them anew: guichet cases set)", town.Slug, err)
	}
	return cases, nil
}
