package rag

import "context"

// quoteStep answers in the passages' own words.
type quoteStep struct{ passages int } // that it chooses from

func (quoteStep) name() StepName { return StepQuote }

func (s quoteStep) run(ctx context.Context, t *turn) (StepOutcome, error) {
	t.answer.Mode = ModeQuoted
	t.answer.Sources = sourcesOf(t.result.Hits, s.passages, maxQuotedPerDocument)
	weights := map[string]float64{}
	for _, w := range t.result.Terms {
		weights[w.Term] = w.Weight
	}
	var units []Unit
	for _, u := range quote(t.analyzer(), t.question, weights, t.answer.Sources) {
		if shown, ok := t.check(ctx, u); ok {
			units = append(units, shown)
		}
	}
	units = withoutEmptyHeadings(units)
	if len(units) == 0 {
		t.note("rag.note.quote.nothing", nil)
		return StepEnded, t.sayNoEvidence(ctx)
	}
	t.answer.Sources, units = citedAlone(t.answer.Sources, units)
	t.note("rag.note.quote.done", map[string]any{"Units": len(units), "Passages": len(t.answer.Sources)})
	return StepEnded, t.say(ctx, Answered, units)
}

// withoutEmptyHeadings drops headings that nothing follows before the next.
func withoutEmptyHeadings(units []Unit) []Unit {
	var out []Unit
	for i, u := range units {
		title := u.Kind == Heading && i+2 < len(units) && units[i+1].Kind == Heading && units[i+2].Kind != Heading
		if u.Kind == Heading && !title && (i+1 == len(units) || units[i+1].Kind == Heading) {
			continue
		}
		out = append(out, u)
	}
	return out
}
