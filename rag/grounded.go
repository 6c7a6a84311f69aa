package rag

import (
	"context"
	"slices"
	"strings"
)

// askedWeight is what a term that the question brought up counts for, as a
// share of what another would. Words of writing ("pouvoir", "démarche") count
// for nothing.
const askedWeight = 0.5

// minSupport is the share of a unit's words, by weight, that must stand where
// its citation points. Headings and lead-ins, which state little, need less.
const (
	minSupport        = 0.68
	minHeadingSupport = 0.5
)

// Grounded is the check that every answer passes: what a unit says must stand
// in one place of one passage that it cites. A place is one to three
// neighbouring sentences or list items, or one table row, with the title, the
// headings, the lead-in and the column names that they stand under. There must
// stand
//
//   - its figures (numbers, amounts, dates, times, telephone numbers, mail and
//     web addresses), days, months and periods, by their value: "9h30" is
//     "9 h 30", "du lundi au vendredi" names Wednesday;
//   - minSupport of its words, weighed by rarity, or words that wording.txt
//     lets stand for them; its subject among them;
//   - the same affirmation or denial: what it calls forbidden, free,
//     compulsory, closed, without, only, before or after.
//
// The unit's citations become the words of that place. A unit whose words
// stand in a passage to the letter passes. A heading, or a sentence that only
// leads to what follows it, needs no citation, but what it says must stand in
// the sources. The zero value knows of no question.
type Grounded struct {
	Question string // whose words may be echoed for less
}

// Unit implements Check.
func (g Grounded) Unit(_ context.Context, u Unit, sources []Source) (Unit, *Reason) {
	if len(u.Citations) == 0 {
		if u.Kind != Heading && !leadsOn(u) {
			return Unit{}, &Reason{ID: "rag.withheld.no_citation"}
		}
		return g.heading(u, sources)
	}
	w := newWording()
	if quoted(u, sources) {
		return u, nil
	}
	claim := w.claimOf(u.Text, g.Question)
	var citations []Citation
	var best finding
	for _, s := range sources {
		if !cites(u, s.N) {
			continue
		}
		f := claim.find(w, w.view(s))
		if f.reason == nil {
			citations = append(citations, s.citeWindow(f.window)...)
		} else if best.reason == nil || f.support > best.support {
			best = f
		}
	}
	if len(citations) > 0 {
		u.Citations = citations
		return u, nil
	}
	if best.reason == nil {
		return Unit{}, &Reason{ID: "rag.withheld.no_citation"}
	}
	return Unit{}, best.reason
}

// heading checks what a heading or a lead-in says against all sources.
func (g Grounded) heading(u Unit, sources []Source) (Unit, *Reason) {
	w := newWording()
	stated, all, clauses := figures{}, newVocabulary(), []clause(nil)
	all.read(w, g.Question)
	clauses = append(clauses, w.clausesOf(g.Question)...)
	for _, s := range sources {
		stated.merge(s.read().stated)
		v := w.view(s)
		all.read(w, s.Title+" ; "+s.Headings+" ; "+s.Text)
		clauses = append(clauses, v.above...)
		for _, c := range v.clauses {
			clauses = append(clauses, c...)
		}
	}
	if missing := figuresOf(u.Text).missing(stated); len(missing) > 0 {
		return Unit{}, figuresReason(missing)
	}
	claim := w.claimOf(u.Text, g.Question)
	support, missing := 0.0, []string(nil)
	for t, written := range claim.written {
		if all.has(w, t) || w.generic[t] {
			support++
		} else {
			missing = append(missing, written)
		}
	}
	if n := float64(len(claim.written)); n > 0 && support/n < minHeadingSupport {
		return Unit{}, wordsReason(missing)
	}
	if said := w.contradicts(claim.clauses, clauses, nil); said != "" && !leadsOn(u) {
		return Unit{}, &Reason{ID: "rag.withheld.polarity", Data: map[string]any{"Word": said}}
	}
	return u, nil
}

// claim is what a unit says, as it is compared.
type claim struct {
	text    string // folded
	figures figures
	terms   map[string]bool
	written map[string]string // of each term
	subject string            // its first term that says something
	asked   map[string]bool
	clauses []clause
}

func (w *wording) claimOf(text, question string) claim {
	plain := numbersInWords(urlFigure.ReplaceAllString(emailFigure.ReplaceAllString(text, " "), " "))
	c := claim{
		text: folded(text), figures: figuresOf(text), terms: map[string]bool{}, written: map[string]string{},
		asked: termSet(w.analyzer, question), clauses: w.clausesOf(text),
	}
	for _, token := range w.analyzer.Tokens(plain) {
		if hasFigure(token.Term) {
			continue // figures are compared by themselves
		}
		c.terms[token.Term] = true
		c.written[token.Term] = plain[token.Start:token.End]
		if c.subject == "" && !w.generic[token.Term] && !strings.HasSuffix(c.written[token.Term], "ez") && !isAxis(folded(c.written[token.Term])) {
			c.subject = token.Term
		}
	}
	return c
}

// affirms tells whether a word of polarity is in the claim.
func (c claim) affirms() bool {
	return slices.ContainsFunc(c.clauses, func(part clause) bool { return len(part.signs) > 0 })
}

// parts counts the parts of the claim that may stand in sentences of their own.
func (c claim) parts(w *wording) int {
	n := 0
	for _, part := range c.clauses {
		says := 0
		for t := range part.terms {
			if !w.generic[t] {
				says++
			}
		}
		if says > 1 {
			n += 1 + strings.Count(part.text, " et ") + strings.Count(part.text, " and ")
		}
	}
	return min(max(n, 1), maxWindow)
}

// finding is how well the best place of a passage supports a claim; reason is
// nil where it does.
type finding struct {
	window  window
	support float64
	reason  *Reason
}

// find looks for the place of a passage that supports the claim: the shortest,
// and of those the one with most of its words.
func (c claim) find(w *wording, v *passageView) finding {
	weights := v.weights(w, c)
	best := finding{support: -1}
	for place := range v.windows(c.parts(w)) {
		f := c.weigh(w, v, weights, place)
		size := func(f finding) int { return f.window.to - f.window.from }
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
	if best.support < 0 {
		best.reason = &Reason{ID: "rag.withheld.no_citation"}
	}
	return best
}

func (c claim) weigh(w *wording, v *passageView, weights map[string]float64, place window) finding {
	f := finding{window: place}
	var has, all float64
	var missing []string
	for t, weight := range weights {
		all += weight
		if place.words.has(w, t) {
			has += weight
		} else {
			missing = append(missing, c.written[t])
		}
	}
	switch {
	case all > 0:
		f.support = has / all
	case len(c.figures) > 0 || c.affirms():
		f.support = 1
	}
	lacking := c.figures.missing(place.figures)
	f.support -= 0.1 * float64(len(lacking))
	switch {
	case len(lacking) > 0:
		f.reason = figuresReason(lacking)
	case f.support < minSupport:
		f.reason = wordsReason(missing)
	case c.subject != "" && !place.words.has(w, c.subject) && !c.asked[c.subject]:
		f.reason = wordsReason([]string{c.written[c.subject]})
	default:
		if word := v.elsewhere(w, c, place); word != "" {
			f.reason = wordsReason([]string{word})
			break
		}
		said := missingMoment(c.text, place.text)
		if said == "" {
			said = w.contradicts(c.clauses, place.own, place.above)
		}
		if said != "" {
			f.reason = &Reason{ID: "rag.withheld.polarity", Data: map[string]any{"Word": said}}
		}
	}
	return f
}

func figuresReason(missing []string) *Reason {
	return &Reason{ID: "rag.withheld.figures", Data: map[string]any{"Figures": strings.Join(written(missing), ", ")}}
}

func wordsReason(missing []string) *Reason {
	slices.Sort(missing)
	return &Reason{ID: "rag.withheld.words", Data: map[string]any{"Words": strings.Join(missing, ", ")}}
}

// quoted tells whether the unit is a segment of a passage that it cites, to
// the letter.
func quoted(u Unit, sources []Source) bool {
	for _, s := range sources {
		if !cites(u, s.N) {
			continue
		}
		for _, seg := range s.read().segments {
			if fold(u.Text) == seg.text || seg.kind == Row && u.Text == rowText(seg.header, seg.cells) {
				return true
			}
		}
	}
	return false
}

// citeWindow cites each segment of a place.
func (s Source) citeWindow(w window) []Citation {
	var out []Citation
	for i := w.from; i <= w.to; i++ {
		out = append(out, s.cite(s.read().segments[i].text))
	}
	return out
}

func cites(u Unit, n int) bool {
	for _, c := range u.Citations {
		if c.N == n {
			return true
		}
	}
	return false
}

// leadsOn tells a sentence that announces what follows it.
func leadsOn(u Unit) bool { return u.Kind == Sentence && strings.HasSuffix(u.Text, ":") }
