package rag

import (
	"slices"
	"strings"

	"guichet/internal/fact"
)

// A heading or lead-in is a claim, too: that what stands under it is of what it
// names. It is held to the passages that those units cite. All of its words
// must stand there but those of writing and of announcing; a lead-in's, where it
// says more than one thing, in one place. That the question has a word is no
// support.

// maxAnnounced is how many words that say something an announcement of what is
// allowed or due may have.
const maxAnnounced = 2

// states tells a heading or lead-in that does more than announce: it gives a
// fact, denies, or says what is allowed, free, open or to be paid. That
// something must be done or brought is announced all the time ("Il faut :").
func (c claim) states(w *wording) bool {
	if len(c.facts) > 0 {
		return true
	}
	says := 0
	for t := range c.terms {
		if !w.generic[t] {
			says++
		}
	}
	return slices.ContainsFunc(c.clauses, func(part clause) bool {
		if part.negated || len(part.without) > 0 {
			return true
		}
		for axis, sign := range part.signs {
			// "Elle refuse :" and "Il faut :" announce; the list says what.
			announces := (axis == "duty" || axis == "permission") && says <= maxAnnounced
			if sign != 0 && !announces {
				return true
			}
		}
		return false
	})
}

// announces checks what a heading or a lead-in says against sources, those that
// the units under it cite once they are known.
func (g Grounded) announces(u Unit, sources []Source) (Unit, *Reason) {
	if headedBy(u.Text, sources) {
		return u, nil
	}
	w := newWording()
	language := "fr"
	if len(sources) > 0 {
		language = sources[0].read().language
	}
	c := g.claimOf(w, u, language)
	all := newVocabulary()
	var clauses []clause
	var facts []fact.Fact
	for _, s := range sources {
		read := s.read()
		facts = append(facts, read.about...)
		for _, found := range read.facts {
			facts = append(facts, found...)
		}
		v := w.view(s)
		all.merge(v.title)
		all.merge(v.names)
		for i := range v.words {
			all.merge(v.words[i])
			clauses = append(clauses, v.clauses[i]...)
		}
		clauses = append(clauses, v.above...)
	}
	if lacking := missing(c.facts, facts); len(lacking) > 0 {
		return Unit{}, factReason("rag.withheld.figures", c.text, lacking...)
	}
	if c.states(w) {
		// What it states is bound to nothing here: it must cite, and be held to
		// that, like any other unit.
		return Unit{}, &Reason{ID: "rag.withheld.no_citation"}
	}
	if lacking := c.announcedOnly(w, all); len(lacking) > 0 {
		return Unit{}, wordsReason("rag.withheld.words", c.writtenOf(lacking))
	}
	if terms := c.content(w); u.Kind != Heading && len(terms) > 1 && !w.together(terms, sources) {
		return Unit{}, wordsReason("rag.withheld.words", c.writtenOf(terms))
	}
	if u.Kind != Heading {
		for _, part := range c.clauses { // its list is held to what it announces
			delete(part.signs, "permission")
			delete(part.signs, "duty")
		}
	}
	said := w.contradicts(c.clauses, clauses, nil, len(c.facts) > 0)
	if said == "" {
		said = c.saysContrary(w, clauses)
	}
	if said != "" {
		return Unit{}, &Reason{ID: "rag.withheld.polarity", Data: map[string]any{"Word": said}}
	}
	return u, nil
}

// content are the claim's terms that name something: neither words of writing,
// nor of announcing, nor those of polarity, which are compared by themselves.
func (c claim) content(w *wording) []string {
	var out []string
	for t := range c.terms {
		if name := slices.Contains(c.names, t); name || !w.generic[t] && !w.announcing[t] && !isAxis(folded(c.written[t])) {
			out = append(out, t)
		}
	}
	slices.Sort(out)
	return out
}

// announcedOnly are the terms of the claim's content that are not in a
// vocabulary.
func (c claim) announcedOnly(w *wording, in vocabulary) []string {
	return slices.DeleteFunc(c.content(w), func(t string) bool { return in.has(w, t) })
}

func (c claim) writtenOf(terms []string) []string {
	var out []string
	for _, t := range terms {
		out = append(out, c.written[t])
	}
	return out
}

// together tells whether one place of a source has all of the terms.
func (w *wording) together(terms []string, sources []Source) bool {
	return slices.ContainsFunc(sources, func(s Source) bool {
		v := w.view(s)
		return slices.ContainsFunc(v.places, func(p window) bool {
			return !slices.ContainsFunc(terms, func(t string) bool { return !p.words.has(w, t) && !v.names.has(w, t) })
		})
	})
}

// Introduces tells why a heading or lead-in may not stand above a unit that
// passed the check; nil: it may. astray is set where it names something that the
// unit's place is not of, an office, a building, a paper or a proper name: then
// the unit, read under it, would say of the one what the town says of another.
func (g Grounded) Introduces(announcement, u Unit, sources []Source) (reason *Reason, astray bool) {
	if slices.ContainsFunc(announcement.Citations, func(c Citation) bool { return cites(u, c.N) }) {
		return nil, false // it was held to the same passage by itself
	}
	var cited []Source
	for _, s := range sources {
		if cites(u, s.N) {
			cited = append(cited, s)
		}
	}
	announcement.Citations = nil
	_, reason = g.announces(announcement, cited)
	if len(cited) == 0 {
		return reason, false
	}
	if headedBy(announcement.Text, cited) {
		return nil, false
	}
	w := newWording()
	c := g.claimOf(w, announcement, cited[0].read().language)
	near := newVocabulary()
	near.read(w, languageOf(u.Text, cited[0].read().language), u.Text)
	for _, s := range cited {
		w.nearCited(near, s, u)
	}
	all := newVocabulary()
	for _, s := range cited {
		for _, words := range w.view(s).words {
			all.merge(words)
		}
	}
	office := w.class[w.french.Terms("mairie")[0]]
	for _, t := range c.content(w) {
		if w.class[t] == office && all.has(w, t) {
			continue // where one goes, rather than what it is about
		}
		if (w.exact[t] || slices.Contains(c.names, t)) && !near.has(w, t) {
			return wordsReason("rag.withheld.name", []string{c.written[t]}), true
		}
	}
	return reason, false
}

// nearCited adds the words of what the unit's citations of a source stand in:
// its title, headings and address, the cited segments, what those stand under,
// and what comes before them under the same heading.
func (w *wording) nearCited(near vocabulary, s Source, u Unit) {
	v := w.view(s)
	near.merge(v.title)
	near.merge(v.names)
	for i, seg := range v.facts.segments {
		if !slices.ContainsFunc(u.Citations, func(c Citation) bool { return c.N == s.N && strings.Contains(c.Quote, seg.text) }) {
			continue
		}
		near.merge(v.words[i])
		for j := range i {
			other := v.facts.segments[j]
			if other.head == seg.head || j == seg.head || j == seg.lead {
				near.merge(v.words[j])
			}
		}
	}
}
