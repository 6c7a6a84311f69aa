package rag

import (
	"regexp"
	"slices"
	"strings"

	"guichet/internal/fact"
)

// What a place says under a condition ("si votre quotient est inférieur à 900 €,
// la carte est gratuite") is not said without it, but to a resident whose question
// brings it.

// condition is a part of a segment that holds only where another part of it does.
type condition struct {
	word    string // "si"
	segment int
	when    clause // the condition
	facts   []fact.Fact
	main    clause // what holds under it
}

var (
	conditional = regexp.MustCompile(`\b(?:si |s'ils? |s'elles? |lorsqu(?:e |')|quand |a condition (?:de |que |d'|qu')|sous reserve d[e']|en cas d[e']|pourvu qu[e']|des lors qu[e']|tant qu[e']|dans le cas ou |au cas ou )`)
	// Where a condition is a matter of course, or none.
	idleCondition = regexp.MustCompile(`^(?:si (?:vous (?:le )?(?:souhaitez|voulez|desirez|preferez)|necessaire|possible|besoin|vous avez besoin|oui|non)\b|en cas de (?:besoin|doute|question|difficulte|necessite)|sauf)`)
	// What a unit says that leaves no condition out.
	conditions = regexp.MustCompile(`\b(?:si |s'ils? |s'elles? |lorsqu\w*|quand|condition\w*|reserve|cas|pourvu|tant|selon|sauf|uniquement|seulement|if|when|where|unless|provided|only|case)\b`)
)

// conditionsOf reads the conditions of a segment.
func (v *passageView) conditionsOf(w *wording, at int) []condition {
	language := v.facts.language
	if language != "fr" {
		return nil
	}
	var out []condition
	for _, part := range sentencePart.Split(folded(v.facts.segments[at].textAlone()), -1) {
		for _, m := range conditional.FindAllStringIndex(part, -1) {
			if idleCondition.MatchString(part[m[0]:]) {
				continue
			}
			before, behind := part[:m[0]], part[m[0]:]
			when, rest, _ := strings.Cut(behind, ",")
			if strings.TrimSpace(before) != "" && !strings.HasSuffix(strings.TrimSpace(before), ",") {
				rest = ""
			}
			c := condition{word: strings.TrimSpace(part[m[0]:m[1]]), segment: at, when: w.wholeClause(language, when), main: w.wholeClause(language, before+" ; "+rest), facts: fact.Parse(when, language)}
			if w.says(c.main) || len(c.main.signs) > 0 {
				out = append(out, c)
			}
		}
	}
	return out
}

var sentencePart = regexp.MustCompile(`[;:.!?()]\s`)

// dropsCondition returns the word of a condition of the place that the claim leaves
// out.
func (c claim) dropsCondition(w *wording, v *passageView, place *window) string {
	if c.foreign || conditions.MatchString(c.plain) {
		return ""
	}
	for _, k := range v.conditions {
		if slices.Contains(place.segments, k.segment) && c.unconditional(w, v, k) {
			return k.word
		}
	}
	return ""
}

// unconditional tells whether the claim says what holds under a condition, most of
// its words being of that part, and it and the question together have no more
// than half of the condition's.
func (c claim) unconditional(w *wording, v *passageView, k condition) bool {
	main, when := newVocabulary(), newVocabulary()
	for t := range k.main.terms {
		main.add(w, t)
	}
	for t := range k.when.terms {
		when.add(w, t)
	}
	said := newVocabulary()
	for t := range c.terms {
		said.add(w, t)
	}
	for t := range c.asked {
		said.add(w, t)
	}
	of, other := 0, 0
	for t := range c.terms {
		switch {
		case w.generic[t]:
		case main.has(w, t):
			of++
		case !v.title.has(w, t):
			other++
		}
	}
	if of == 0 || other > of {
		return false
	}
	for _, f := range c.facts {
		if stated(f, k.facts) {
			return false
		}
	}
	kept, all := 0, 0
	for t := range k.when.terms {
		if !w.generic[t] && !main.has(w, t) {
			all++
			if said.has(w, t) {
				kept++
			}
		}
	}
	return 2*kept <= all && (kept == 0 || all > 1)
}
