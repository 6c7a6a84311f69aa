package rag

import (
	"slices"

	"guichet/internal/fact"
)

// finding is how well the best place of a passage supports a claim; reason is
// nil where it does.
type finding struct {
	window  *window
	support float64
	reason  *Reason
}

// find looks for the place of a passage that supports the claim: the shortest,
// and of those the one with most of its words.
func (c claim) find(w *wording, v *passageView) finding {
	c.counts = w.countsOf(c.language, c.text, c.facts)
	weights := v.weights(w, c)
	bindings := c.bind(w, v, weights)
	if f, failed := c.unbound(bindings); failed {
		return f
	}
	best := finding{support: -1}
	consider := func(place *window) {
		f := c.weigh(w, v, weights, bindings, place)
		size := func(f finding) int { return len(f.window.segments) }
		switch {
		case f.reason == nil && best.reason != nil, best.support < 0:
			best = f
		case (f.reason == nil) != (best.reason == nil):
		case f.reason == nil && (size(f) < size(best) || size(f) == size(best) && f.support > best.support):
			best = f
		case f.reason != nil && f.support > best.support:
			best = f
		}
	}
	for place := range v.windows(c.parts(w)) {
		consider(place)
	}
	if best.reason != nil {
		// Two sentences of the passage, said in one: each fact in its own.
		segments := scattered(bindings)
		if len(segments) > 1 && len(segments) <= maxWindow && c.parts(w) > 1 && c.speaksOf(w, v, segments) && !c.crossed(w, v, bindings, segments) {
			place := v.window(w, segments)
			consider(&place)
		}
	}
	if best.reason != nil {
		if rows := labelled(v, bindings); len(c.cells) == 0 && len(rows) > 1 && len(rows) <= maxWindow && c.holdsOfEach(w, v, rows) {
			place := v.window(w, rows)
			consider(&place)
		}
	}
	if best.support < 0 {
		best.reason = &Reason{ID: "rag.withheld.no_citation"}
	}
	return best
}

// unbound tells of a fact that the passage does not state, or states of
// something else.
func (c claim) unbound(bindings []binding) (finding, bool) {
	var lacking []fact.Fact
	for _, b := range bindings {
		if b.missing {
			lacking = append(lacking, b.fact)
		}
	}
	if len(lacking) > 0 {
		return finding{support: -float64(len(lacking)), reason: factReason("rag.withheld.figures", c.text, lacking...)}, true
	}
	for _, b := range bindings {
		if len(b.segments) == 0 {
			reason := factReason("rag.withheld.bound_elsewhere", c.text, b.fact)
			reason.Data["Rival"] = b.rival
			return finding{support: 0, reason: reason}, true
		}
	}
	return finding{}, false
}

// scattered are the segments that state the facts, one for each.
func scattered(bindings []binding) []int {
	var out []int
	for _, b := range bindings {
		if b.label {
			continue
		}
		least := -1
		for i := range b.segments {
			if i >= 0 && (least < 0 || i < least) {
				least = i
			}
			if slices.Contains(out, i) {
				least = i
				break
			}
		}
		if least >= 0 && !slices.Contains(out, least) {
			out = append(out, least)
		}
	}
	slices.Sort(out)
	return out
}

// labelled are the rows that the claim names by facts in their first cells, one
// for each: "le lundi et le samedi".
func labelled(v *passageView, bindings []binding) []int {
	var out []int
	for _, b := range bindings {
		row := -1
		for i := range b.segments {
			if i < 0 || v.facts.segments[i].kind != Row || !b.label {
				continue
			}
			if row < 0 || i < row {
				row = i
			}
		}
		if row < 0 || b.fact.Kind != fact.Weekday && b.fact.Kind != fact.Month {
			return nil
		}
		if !slices.Contains(out, row) {
			out = append(out, row)
		}
	}
	slices.Sort(out)
	return out
}

// holdsOfEach tells whether each row by itself bears out what the claim affirms
// or denies.
func (c claim) holdsOfEach(w *wording, v *passageView, rows []int) bool {
	for _, i := range rows {
		place := v.window(w, []int{i})
		if w.contradicts(c.clauses, place.clauses, place.above, true) != "" {
			return false
		}
	}
	return true
}

// crossed tells whether what stands beside a fact in the claim stands in another
// of the segments rather than in that which states the fact: of two schools,
// each has its own address.
func (c claim) crossed(w *wording, v *passageView, bindings []binding, segments []int) bool {
	for _, b := range bindings {
		if b.label {
			continue
		}
		own, others := 0, 0
		for _, i := range segments {
			n := 0
			for t, near := range b.near {
				if near >= nearOwn && !w.generic[t] && c.terms[t] && v.words[i].has(w, t) {
					n++
				}
			}
			if b.segments[i] {
				own = max(own, n)
			} else {
				others = max(others, n)
			}
		}
		if others > own {
			return true
		}
	}
	return false
}

// speaksOf tells whether the claim has words of each segment: two, or one of a
// row's first cell.
func (c claim) speaksOf(w *wording, v *passageView, segments []int) bool {
	said := newVocabulary()
	for t := range c.terms {
		said.add(w, t)
	}
	for _, i := range segments {
		seg, n, least := v.facts.segments[i], 0, 2
		text := seg.text
		if seg.kind == Row {
			text, least = seg.cells[0], 1
			for _, f := range fact.Parse(text, v.facts.language) {
				if c.says(f) {
					n++
				}
			}
		}
		for _, t := range w.tokens(v.facts.language, text) {
			if !w.generic[t.Term] && said.has(w, t.Term) {
				n++
			}
		}
		if n < least {
			return false
		}
	}
	return true
}

// weigh tells how well one place supports the claim.
func (c claim) weigh(w *wording, v *passageView, weights map[string]float64, bindings []binding, place *window) finding {
	f := finding{window: place}
	// A sentence that leans on the one before it has its subject from there, and
	// nothing else.
	leaning := len(place.segments) > c.parts(w)
	var has, all float64
	var lacking []string
	for t, weight := range weights {
		all += weight
		if place.words.has(w, t) && (t == c.subject || !leaning || v.lastHas(w, place, t)) {
			has += weight
		} else {
			if len(c.facts) > 0 && slices.ContainsFunc(v.words, func(words vocabulary) bool { return words.has(w, t) }) {
				has += weight * elsewhereWeight
			}
			lacking = append(lacking, c.written[t])
		}
	}
	switch {
	case all > 0:
		f.support = has / all
	case len(c.facts) > 0 || c.affirms():
		f.support = 1
	}
	var away []fact.Fact
	for _, b := range bindings {
		if !place.states(v, b) {
			away = append(away, b.fact)
		}
	}
	f.support -= 0.1 * float64(len(away))
	miscounted := c.miscounted(w, v, place)
	switch {
	case len(away) > 0:
		f.reason = factReason("rag.withheld.figures", c.text, away...)
	case c.repeats() != nil:
		f.reason = factReason("rag.withheld.figures", c.text, *c.repeats())
	case miscounted != "":
		f.reason = factReason("rag.withheld.figures", miscounted, fact.Fact{End: len(miscounted)})
	case c.misplaced(w, v, place) != nil:
		f.reason = c.misplaced(w, v, place)
	case c.strangeRange(place) != nil:
		f.reason = factReason("rag.withheld.figures", c.text, *c.strangeRange(place))
	case len(c.strangers(w, v, place)) > 0:
		f.reason = wordsReason("rag.withheld.name", c.strangers(w, v, place))
	case f.support < c.least():
		f.reason = c.lacks(lacking)
	default:
		f.reason = c.differs(w, v, place)
	}
	return f
}

// least is the share of its words that the claim must find.
func (c claim) least() float64 {
	switch {
	case !c.foreign && len(c.facts) > 0:
		return minFactSupport
	case !c.foreign:
		return minSupport
	case len(c.facts) > 0:
		return minForeignFacts
	}
	return minForeign
}

func (c claim) lacks(words []string) *Reason {
	if c.foreign {
		return wordsReason("rag.withheld.foreign", words)
	}
	return wordsReason("rag.withheld.words", words)
}

// strangers are the claim's names that the place does not have.
func (c claim) strangers(w *wording, v *passageView, place *window) []string {
	var out []string
	for _, name := range c.names {
		if !place.words.has(w, name) && !v.names.has(w, name) {
			out = append(out, c.written[name])
		}
	}
	return out
}
