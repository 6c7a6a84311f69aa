package rag

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"guichet/internal/fact"
)

// askedWeight is what a term that the question brought up counts for, as a
// share of what another would. Words of writing ("pouvoir", "démarche") count
// for nothing.
const askedWeight = 0.5

// elsewhereWeight is what a word counts for that another place of the passage
// has, in a unit whose facts bind it to its own.
const elsewhereWeight = 0.5

// The share of a unit's words, by weight, that must stand where its citation
// points. Headings and lead-ins, which state little, need less. In another
// language than the passage's fewer words can be compared: where facts were
// too, half as many do.
const (
	minSupport        = 0.68
	minFactSupport    = 0.4 // with facts, which their words bind already
	minHeadingSupport = 0.5
	minForeign        = 0.6
	minForeignFacts   = 0.4
)

// MaxUnit bounds a unit that a model writes, in characters. What is longer
// says more than can be compared with one place.
const MaxUnit = 600

// Grounded is the check that every answer passes: the fact lock. What a unit
// says must stand in one place of one passage that it cites: one to three
// sentences or list items, or one table row, with the title, the headings, the
// lead-in and the column names that they stand under. There must stand
//
//   - its facts (internal/fact), by value, and of the same thing: where the
//     passage has several of a kind, the words around the unit's must be those
//     around the passage's, rather than those around another value;
//   - minSupport of its words, weighed by rarity, or words that wording.txt
//     lets stand for them; its subject and its names among them;
//   - the same affirmation or denial: what it calls forbidden, free,
//     compulsory, closed, without, only, before or after.
//
// A unit in English over a French passage is compared through glossary.txt. In
// any other language only words that are written alike can be found, so that
// nearly all of it is withheld.
// The unit's citations become the words of that place. A unit whose words
// stand in a passage to the letter passes. A heading, or a sentence that only
// leads to what follows it, needs no citation, but what it says must stand in
// the sources. The zero value knows of no question.
type Grounded struct {
	Question string // whose words may be echoed for less; its figures support nothing
	Town     string // its name may be said of anything
}

// Unit implements Check.
func (g Grounded) Unit(_ context.Context, u Unit, sources []Source) (Unit, *Reason) {
	if len(u.Citations) == 0 {
		if u.Kind != Heading && !leadsOn(u) {
			return Unit{}, &Reason{ID: "rag.withheld.no_citation"}
		}
		return g.heading(u, sources)
	}
	if quoted(u, sources) {
		return u, nil
	}
	if utf8.RuneCountInString(u.Text) > MaxUnit {
		return Unit{}, &Reason{ID: "rag.withheld.too_long", Data: map[string]any{"Most": MaxUnit}}
	}
	w := newWording()
	var citations []Citation
	var best finding
	claims := map[string]claim{} // by the language of what it is held against
	for _, s := range sources {
		if !cites(u, s.N) {
			continue
		}
		language := s.read().language
		c, known := claims[language]
		if !known {
			c = g.claimOf(w, u, language)
			claims[language] = c
		}
		f := c.find(w, w.view(s))
		if f.reason == nil {
			citations = append(citations, s.citeWindow(f.window)...)
			if c.foreign {
				u.Original = language
			}
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

// heading checks what a heading or a lead-in says against all sources.
func (g Grounded) heading(u Unit, sources []Source) (Unit, *Reason) {
	if headedBy(u.Text, sources) {
		return u, nil
	}
	w := newWording()
	language := "fr"
	if len(sources) > 0 {
		language = sources[0].read().language
	}
	claim := g.claimOf(w, u, language)
	all := newVocabulary()
	all.read(w, claim.language, g.Question)
	clauses := w.clausesOf(claim.language, g.Question)
	var facts []fact.Fact
	for _, s := range sources {
		read := s.read()
		facts = append(facts, read.about...)
		for _, found := range read.facts {
			facts = append(facts, found...)
		}
		v := w.view(s)
		all.merge(v.title)
		for i := range v.words {
			all.merge(v.words[i])
			clauses = append(clauses, v.clauses[i]...)
		}
		clauses = append(clauses, v.above...)
	}
	if lacking := missing(claim.facts, facts); len(lacking) > 0 {
		return Unit{}, factReason("rag.withheld.figures", claim.text, lacking...)
	}
	if claim.states(w) {
		// What it states is bound to nothing here: it must cite, and be held to
		// that, like any other unit.
		return Unit{}, &Reason{ID: "rag.withheld.no_citation"}
	}
	support, lacking := 0.0, []string(nil)
	for t, written := range claim.written {
		if all.has(w, t) || w.generic[t] {
			support++
		} else {
			lacking = append(lacking, written)
		}
	}
	if n := float64(len(claim.written)); n > 0 && support/n < minHeadingSupport {
		return Unit{}, wordsReason("rag.withheld.words", lacking)
	}
	if said := w.contradicts(claim.clauses, clauses, nil, len(claim.facts) > 0); said != "" {
		return Unit{}, &Reason{ID: "rag.withheld.polarity", Data: map[string]any{"Word": said}}
	}
	return u, nil
}

// claim is what a unit says, as it is compared.
type claim struct {
	text     string
	header   []string // of a table row
	cells    []string
	words    []string // all, cut short
	language string
	foreign  bool // another language than the passage's
	facts    []fact.Fact
	mentions []mention
	terms    map[string]bool
	written  map[string]string // of each term
	subject  string            // its first term that says something
	names    []string          // terms written with a capital
	asked    map[string]bool
	clauses  []clause
}

// claimOf reads a unit that is to be held against a passage of a language.
func (g Grounded) claimOf(w *wording, u Unit, passage string) claim {
	c := claim{text: u.Text, header: u.Header, cells: u.Cells, language: languageOf(u.Text, passage), terms: map[string]bool{}, written: map[string]string{}, asked: map[string]bool{}}
	c.foreign = c.language != passage
	c.words = wordsOf(u.Text)
	c.facts = fact.Parse(u.Text, c.language)
	c.mentions = w.mentionsOf(c.language, u.Text, c.facts)
	for i := range c.mentions {
		c.mentions[i].role = c.roleOf(c.mentions[i])
	}
	c.clauses = w.clausesOf(c.language, u.Text)
	for _, token := range w.tokens(languageOf(g.Question, passage), g.Question) {
		c.asked[token.Term] = true
	}
	town := newVocabulary()
	town.read(w, c.language, g.Town)
	for _, token := range w.tokens(c.language, u.Text) {
		written := u.Text[token.Start:token.End]
		if insideFact(token.Start, c.facts) || town.terms[token.Term] {
			continue
		}
		c.terms[token.Term] = true
		c.written[token.Term] = written
		if w.generic[token.Term] || isAxis(folded(written)) {
			continue
		}
		if c.subject == "" && !strings.HasSuffix(written, "ez") {
			c.subject = token.Term
		}
		if isName(u.Text, token.Start) && !slices.Contains(c.names, token.Term) {
			c.names = append(c.names, token.Term)
		}
	}
	return c
}

// isName tells a word with a capital that does not begin a sentence.
func isName(text string, at int) bool {
	first, _ := utf8.DecodeRuneInString(text[at:])
	before := strings.TrimRightFunc(text[:at], func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("«\"“'’(", r) })
	if !unicode.IsUpper(first) || before == "" {
		return false
	}
	last, _ := utf8.DecodeLastRuneInString(before)
	if last == 'l' || last == 'L' || last == 'd' || last == 'D' { // "L'Ondine"
		return len(before) > 1
	}
	return !isTerminal(last) && last != ':' && last != '-'
}

// roleOf is what end of its hours a time is: "ferme à 18 h" is Less.
func (c claim) roleOf(m mention) fact.Bound {
	if m.role != fact.Exact || m.Kind != fact.Time {
		return m.role
	}
	before := folded(c.text[:m.Start])
	opens := lastOf(openingWords.FindAllStringIndex(before, -1))
	closes := lastOf(closingWords.FindAllStringIndex(before, -1))
	switch {
	case opens > closes:
		return fact.More
	case closes > opens:
		return fact.Less
	}
	return fact.Exact
}

func lastOf(found [][]int) int {
	if len(found) == 0 {
		return -1
	}
	return found[len(found)-1][0]
}

// denies tells whether the claim says no of anything.
func (c claim) denies() bool {
	return slices.ContainsFunc(c.clauses, func(part clause) bool { return part.negated || denial.MatchString(part.text) })
}

var onlyJoins = regexp.MustCompile(`^(?:[\s,–-]|\b(?:a|au|aux|et|ou|le|la|les|du|de|des|avant|puis|n|rue|avenue|to|and|or|the|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)\b|['°])*$`) //nolint:misspell // French

// repeats returns a fact that the claim states twice in one breath: "de 9 h à
// 9 h".
func (c claim) repeats() *fact.Fact {
	last := map[fact.Kind]*fact.Fact{}
	for i := range c.facts {
		f := &c.facts[i]
		if f.Implied || f.Kind == fact.Range || f.Kind == fact.Rate {
			continue
		}
		if before := last[f.Kind]; before != nil && before.Value == f.Value && f.Start > before.End && onlyJoins.MatchString(folded(c.text[before.End:f.Start])) {
			return f
		}
		last[f.Kind] = f
	}
	return nil
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
	window  *window
	support float64
	reason  *Reason
}

// find looks for the place of a passage that supports the claim: the shortest,
// and of those the one with most of its words.
func (c claim) find(w *wording, v *passageView) finding {
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
	switch {
	case len(away) > 0:
		f.reason = factReason("rag.withheld.figures", c.text, away...)
	case c.repeats() != nil:
		f.reason = factReason("rag.withheld.figures", c.text, *c.repeats())
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
	return nil
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

func factReason(id, text string, facts ...fact.Fact) *Reason {
	var written []string
	for _, f := range facts {
		if s := text[f.Start:f.End]; !slices.Contains(written, s) {
			written = append(written, s)
		}
	}
	return &Reason{ID: id, Data: map[string]any{"Figures": strings.Join(written, ", ")}}
}

func wordsReason(id string, words []string) *Reason {
	slices.Sort(words)
	return &Reason{ID: id, Data: map[string]any{"Words": strings.Join(words, ", ")}}
}

// quoted tells whether the unit is a segment of a passage that it cites, to
// the letter.
func quoted(u Unit, sources []Source) bool {
	for _, s := range sources {
		if !cites(u, s.N) {
			continue
		}
		for i, seg := range s.read().segments {
			if s.read().ordersModels(i) {
				continue
			}
			if sameWriting(u.Text, seg.text) || seg.kind == Row && (sameWriting(u.Text, rowText(seg.header, seg.cells)) || sameRow(u, seg)) {
				return true
			}
		}
	}
	return false
}

// sameWriting compares texts but for blanks and the forms of signs.
func sameWriting(a, b string) bool {
	return fold(oneSpelling.Replace(a)) == fold(oneSpelling.Replace(b))
}

// sameRow tells a table row with its columns.
func sameRow(u Unit, seg segment) bool {
	return len(u.Cells) > 1 && slices.EqualFunc(u.Cells, seg.cells, sameWriting) && slices.EqualFunc(u.Header, seg.header, sameWriting)
}

// citeWindow cites each segment of a place.
func (s Source) citeWindow(w *window) []Citation {
	var out []Citation
	for _, i := range w.segments {
		out = append(out, s.cite(s.read().segments[i].text))
	}
	return out
}

func cites(u Unit, n int) bool {
	return slices.ContainsFunc(u.Citations, func(c Citation) bool { return c.N == n })
}
