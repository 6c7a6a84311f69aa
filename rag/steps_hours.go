package rag

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"guichet/corpus"
	"guichet/corpus/opening"
)

// Services are a town's services with their hours, and the passages that these
// rest on: corpus.Store has them.
type Services interface {
	Services(ctx context.Context, townID int64) ([]opening.Service, error)
	PassagesOf(ctx context.Context, sc corpus.Scope, document string) ([]corpus.HitDocument, []corpus.Passage, error)
}

// hoursStep computes opening hours and contacts from the town's services.
type hoursStep struct{ services Services }

func (hoursStep) name() StepName { return StepHours }

func (s hoursStep) run(ctx context.Context, t *turn) (StepOutcome, error) {
	services, err := s.services.Services(ctx, t.req.Town.ID)
	if err != nil {
		return StepFailed, fmt.Errorf("read the town's services: %w", err)
	}
	if len(services) == 0 {
		return StepSkipped, nil
	}
	hours := OpeningHours{Services: services, Messages: t.speech()}
	units, ok := hours.Answer(t.req.Question, lastQuestion(t.req.History), t.req.Now)
	if !ok && t.question != t.req.Question {
		units, ok = hours.Answer(t.question, "", t.req.Now)
	}
	if !ok {
		return StepPassed, nil
	}
	sources, lacking, err := cite(ctx, s.services, t.req.Scope, nil, units)
	if err != nil {
		return StepFailed, err
	}
	if lacking != "" {
		// What the hours rest on is no longer published: they may be wrong.
		t.note("rag.note.hours.changed", map[string]any{"Document": lacking})
		t.answerer.cfg.Log.WarnContext(ctx, "a service's hours rest on words that are not published", "town", t.req.Town.ID, "document", lacking)
		return StepFailed, nil
	}
	t.note("rag.note.hours", nil)
	t.answer.Mode = ModeComputed
	t.answer.Sources = sources
	return StepEnded, t.say(ctx, Answered, units)
}

func lastQuestion(history []Exchange) string {
	if len(history) == 0 {
		return ""
	}
	return history[len(history)-1].Question
}

// cite fills the units' citations, which name a document and its words, and adds the
// passages that they stand in to the sources. lacking names a document that does not have
// such words.
func cite(ctx context.Context, services Services, sc corpus.Scope, sources []Source, units []Unit) (all []Source, lacking string, err error) {
	read := map[string][]Source{} // of each document: its passages
	for i := range units {
		for j := range units[i].Citations {
			c := &units[i].Citations[j]
			if _, ok := read[c.Document]; !ok {
				if read[c.Document], err = passagesOf(ctx, services, sc, c.Document); err != nil {
					return nil, "", err
				}
			}
			at, quote := findQuote(read[c.Document], c.Quote, units[i].Text)
			if at < 0 {
				return nil, c.Document, nil
			}
			sources, *c = citeIn(sources, read[c.Document][at], quote)
		}
	}
	return sources, "", nil
}

// passagesOf are those of a document, not numbered yet.
func passagesOf(ctx context.Context, services Services, sc corpus.Scope, document string) ([]Source, error) {
	documents, found, err := services.PassagesOf(ctx, sc, document)
	if err != nil {
		return nil, err
	}
	passages := make([]Source, len(found))
	for i, p := range found {
		passages[i] = newSource(0, documents[i], p)
	}
	return passages, nil
}

// findQuote returns the passage that has the quote, or -1. Where there is no
// quote, all parts of what the unit says behind its colon must stand in the
// passages, and the first of them becomes the quote.
func findQuote(passages []Source, quote, unit string) (int, string) {
	parts := []string{quote}
	if quote == "" {
		_, value, _ := strings.Cut(unit, ":")
		parts = strings.Split(value, ",")
	}
	first := -1
	for i, part := range parts {
		at := slices.IndexFunc(passages, func(p Source) bool { return holds(p.Text, strings.TrimSpace(part)) })
		if at < 0 || strings.TrimSpace(part) == "" {
			return -1, ""
		}
		if i == 0 {
			first = at
		}
	}
	return first, strings.TrimSpace(parts[0])
}

// citeIn cites a passage, which becomes one of the sources.
func citeIn(sources []Source, passage Source, quote string) ([]Source, Citation) {
	for _, s := range sources {
		if s.PassageID == passage.PassageID {
			return sources, s.cite(quote)
		}
	}
	passage.N = len(sources) + 1
	return append(sources, passage), passage.cite(quote)
}

// holds tells whether a text has these words, whatever stands for blanks and
// cell borders.
func holds(text, quote string) bool {
	return strings.Contains(alikeBlanks(text), alikeBlanks(quote))
}

func alikeBlanks(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool {
		return r == ' ' || r == '\n' || r == '\t' || r == '|' || r == '\u00a0' || r == '\u202f'
	}), " ")
}
