package rag

import (
	"regexp"
	"slices"
	"strings"

	"guichet/internal/fact"
)

// differs tells in what a place that has the claim's facts and words says
// something else.
func (c claim) differs(w *wording, v *passageView, place *window) *Reason {
	lost := c.subject != "" && !place.words.has(w, c.subject) && !c.asked[c.subject] && !c.foreign
	if lost && (len(c.facts) == 0 || slices.ContainsFunc(v.words, func(words vocabulary) bool { return words.terms[c.subject] })) {
		return c.lacks([]string{c.written[c.subject]})
	}
	if word := v.elsewhere(w, c, place); word != "" && len(c.facts) == 0 {
		return c.lacks([]string{word})
	}
	if word := c.lacksExact(w, place); word != "" {
		return wordsReason("rag.withheld.name", []string{word})
	}
	if word := c.misstyled(v, place); word != "" {
		return wordsReason("rag.withheld.name", []string{word})
	}
	for t := range c.terms {
		for _, opposite := range w.opposites[t] {
			if place.own.terms[opposite] && !place.words.terms[t] && !c.terms[opposite] {
				return &Reason{ID: "rag.withheld.polarity", Data: map[string]any{"Word": c.written[t]}}
			}
		}
	}
	if word := w.ofAnother(c, v, place); word != "" {
		return wordsReason("rag.withheld.name", []string{word})
	}
	if word := w.exchanged(c, v, place); word != "" {
		return wordsReason("rag.withheld.name", []string{word})
	}
	if said := w.contradicts(c.clauses, place.clauses, place.above, len(c.facts) > 0); said != "" {
		return &Reason{ID: "rag.withheld.polarity", Data: map[string]any{"Word": said}}
	}
	if said := c.overturned(place); said != "" {
		return &Reason{ID: "rag.withheld.polarity", Data: map[string]any{"Word": said}}
	}
	return c.reservesDiffer(w, v, place)
}

// overturned returns the word by which what the claim stands under says of it
// the opposite of what the place says, or "": "La déchèterie accepte :" over an
// item that the page has under "Ce qui est refusé". What is denied must be
// denied there too; what is affirmed need only not be. What the claim says by
// itself goes before what it stands under.
func (c claim) overturned(place *window) string {
	stated := slices.Concat(place.clauses, place.above)
	for _, u := range c.under {
		for axis, sign := range u.signs {
			says := func(sign int) bool {
				return slices.ContainsFunc(stated, func(s clause) bool { return s.signs[axis] == sign })
			}
			own := slices.ContainsFunc(c.clauses, func(s clause) bool { return s.signs[axis] != 0 })
			if !own && !says(sign) && (sign < 0 || says(-sign)) {
				return axisWord(u, axis)
			}
		}
	}
	return ""
}

// affirms tells whether what a unit stands under says something of it: that it
// is allowed, due, free, closed, or none of that.
func affirms(under []clause) bool {
	return slices.ContainsFunc(under, func(c clause) bool { return c.negated || len(c.signs) > 0 })
}

// misplaced returns what a cell of the claim says and the passage's row says
// in another column, or not at all: a fact, a word, or the contrary. Columns are
// the same that have one name.
func (c claim) misplaced(w *wording, v *passageView, place *window) *Reason {
	for j, cell := range c.cells {
		for _, i := range place.segments {
			seg := v.facts.segments[i]
			if j >= len(c.header) || seg.kind != Row {
				continue
			}
			k := slices.IndexFunc(seg.header, func(name string) bool { return sameName(name, c.header[j]) })
			if k < 0 || k >= len(seg.cells) {
				continue
			}
			if reason := c.cellDiffers(w, v, cell, seg.cells[k]+" ; "+seg.header[k]); reason != nil {
				return reason
			}
		}
	}
	return nil
}

// cellDiffers tells in what a cell differs from the passage's.
func (c claim) cellDiffers(w *wording, v *passageView, cell, stated string) *Reason {
	if lacking := missing(fact.Parse(cell, c.language), fact.Parse(stated, v.facts.language)); len(lacking) > 0 {
		return factReason("rag.withheld.figures", cell, lacking...)
	}
	if c.foreign {
		return nil
	}
	there := newVocabulary()
	there.read(w, v.facts.language, stated)
	for _, t := range w.tokens(c.language, cell) {
		written := cell[t.Start:t.End]
		if (w.exact[t.Term] || isName(cell, t.Start)) && !there.has(w, t.Term) {
			return wordsReason("rag.withheld.name", []string{written})
		}
	}
	own := w.clausesOf(v.facts.language, stated)
	for _, u := range w.clausesOf(c.language, cell) {
		for axis, sign := range u.signs {
			if slices.ContainsFunc(own, func(o clause) bool { return o.signs[axis] == -sign }) &&
				!slices.ContainsFunc(own, func(o clause) bool { return o.signs[axis] == sign }) {
				return &Reason{ID: "rag.withheld.polarity", Data: map[string]any{"Word": axisWord(u, axis)}}
			}
		}
	}
	return nil
}

// sameName tells whether two columns have one name, which says something.
func sameName(a, b string) bool {
	a, b = strings.TrimSpace(folded(a)), strings.TrimSpace(folded(b))
	return a != "" && a == b
}

// strangeRange returns a range of the claim that the place contradicts: it has
// one with but one end in common, or, of days, not all that the claim's has.
func (c claim) strangeRange(place *window) *fact.Fact {
	for i, r := range c.facts {
		if r.Kind != fact.Range || stated(r, place.ranges) {
			continue
		}
		kind, from, to := r.Ends()
		for _, other := range place.ranges {
			if other.Kind != fact.Range {
				continue
			}
			if k, a, b := other.Ends(); k == kind && (a == from || b == to) {
				return &c.facts[i]
			}
		}
		for _, day := range c.facts {
			if kind == fact.Weekday && day.Kind == kind && day.Implied && !stated(day, place.ranges) {
				return &c.facts[i]
			}
		}
	}
	return nil
}

// participle tells "permis" that is no permit.
var participle = regexp.MustCompile(`\b(?:est|sont|pas|non) (?:\S+ )?permis\b`)

// lacksExact returns a word of the claim for which no other may stand, and
// which the place does not have: an office, a building, a kind of permit.
func (c claim) lacksExact(w *wording, place *window) string {
	for t := range c.terms {
		if w.exact[t] && !place.words.has(w, t) && !c.asked[t] && !participle.MatchString(folded(c.text)) {
			return c.written[t]
		}
	}
	return ""
}

// exchanged returns a word of the claim (its subject, a name, or one for which
// no other may stand) that only a title has, where that title also has another
// such word, which the place itself has and the claim has not: under "Chiens
// et chats", what is said of dogs is not said of cats.
func (w *wording) exchanged(c claim, v *passageView, place *window) string {
	said := newVocabulary()
	for t := range c.terms {
		said.add(w, t)
	}
	for t := range c.terms {
		if t != c.subject && !w.exact[t] || len(c.facts) > 0 && !w.exact[t] || place.own.has(w, t) || !place.words.has(w, t) {
			continue
		}
		for _, i := range place.segments {
			first := true
			for _, own := range w.tokens(v.facts.language, v.facts.segments[i].text) {
				if w.generic[own.Term] {
					continue
				}
				same := w.exact[t] && w.class[own.Term] == w.class[t]
				if (first || w.exact[own.Term]) && !said.has(w, own.Term) && (same || v.title.has(w, own.Term) || v.under(w, place, own.Term)) {
					return c.written[t]
				}
				first = false
			}
		}
	}
	return ""
}

func (v *passageView) under(w *wording, place *window, term string) bool {
	return slices.ContainsFunc(place.under, func(i int) bool { return v.words[i].has(w, term) })
}
