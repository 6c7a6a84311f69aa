package rag

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"guichet/internal/analysis"
	"guichet/internal/fact"
)

// How near a word stands to a fact, for the question which of several facts of
// a kind it speaks of.
const (
	nearSide  = 1.4 // right behind a number: what it counts
	nearOwn   = 1.0 // in its part of the sentence, its cell, column or row
	nearLead  = 0.7 // before the first fact of its kind: what all are about
	nearNext  = 0.6 // in a part beside its own that has no such fact
	nearTitle = 0.4 // in the heading, lead-in or title it stands under
	nearFar   = 0.2
)

// beside is what each of the two words before a fact and the one behind it
// counts, small words among them: they tell the facts of one part from one
// another ("du ... au ...").
const beside = 0.2

// unsaid is what a word of a column's name costs that the claim does not say.
const unsaid = 0.15

// mention is a fact in its place, and how near each word, and each other fact,
// stands to it.
type mention struct {
	fact.Fact
	segment int // -1: title, headings or address
	row     bool
	column  []string   // the words of its column's name and its row's first cell
	label   bool       // in a row's first cell
	header  bool       // in a column's name
	except  bool       // behind "sauf"
	role    fact.Bound // of a range: More is where it begins, Less where it ends
	beside  [3]string
	near    map[string]float64
	family  map[int]float64
}

// nearness is how near a term, or one that stands for it, is to the mention.
func (m *mention) nearness(w *wording, term string) float64 {
	best := m.near[term]
	for _, f := range w.standIns(term) {
		best = max(best, m.family[f])
	}
	return best
}

func (m *mention) put(w *wording, term string, near float64) {
	if m.near[term] < near {
		m.near[term] = near
	}
	for _, families := range [][]int{w.families[term], w.bridges[term]} {
		for _, f := range families {
			m.family[f] = max(m.family[f], near)
		}
	}
}

// part is a stretch of a sentence between commas and conjunctions.
type part struct {
	start, end int
	bracket    bool
	tokens     []analysis.Token
	facts      []fact.Fact
}

var partEnd = regexp.MustCompile(`[,;()|—]|\s[–-]\s|\.\s|\s(?:et|ou|and|or|mais|but|puis)\s`)

// partsOf cuts a text where its words stop speaking of the same fact. No cut
// goes through a fact.
func partsOf(text string, tokens []analysis.Token, facts []fact.Fact) []part {
	var out []part
	from, bracket := 0, false
	cut := func(end, next int, opens bool) {
		if strings.TrimSpace(text[from:end]) != "" {
			out = append(out, part{start: from, end: end, bracket: bracket})
		}
		from, bracket = next, opens
	}
	for _, loc := range partEnd.FindAllStringIndex(text, -1) {
		if !slices.ContainsFunc(facts, func(f fact.Fact) bool { return loc[0] >= f.Start && loc[0] < f.End }) {
			cut(loc[0], loc[1], text[loc[0]] == '(')
		}
	}
	cut(len(text), len(text), false)
	for i := range out {
		p := &out[i]
		for _, t := range tokens {
			if t.Start >= p.start && t.Start < p.end && !insideFact(t.Start, facts) {
				p.tokens = append(p.tokens, t)
			}
		}
		for _, f := range facts {
			if f.Start >= p.start && f.Start < p.end {
				p.facts = append(p.facts, f)
			}
		}
	}
	return out
}

func insideFact(at int, facts []fact.Fact) bool {
	for _, f := range facts {
		if f.Kind != fact.Range && at >= f.Start && at < f.End && !f.Implied {
			return true
		}
	}
	return false
}

// mentionsOf are the facts of a text, each with its words.
func (w *wording) mentionsOf(language, text string, facts []fact.Fact) []mention {
	if len(facts) == 0 {
		return nil
	}
	parts := partsOf(text, w.tokens(language, text), facts)
	var out []mention
	for at, p := range parts {
		for _, f := range p.facts {
			if f.Kind == fact.Range {
				continue
			}
			m := mention{Fact: f, near: map[string]float64{}, family: map[int]float64{}, role: roleIn(f, facts)}
			for i, other := range parts {
				m.read(w, other, distance(parts, at, i, f.Class()))
			}
			m.lead(w, parts, at)
			m.except = excepted(text, f.Start)
			if f.Kind == fact.Number || f.Kind == fact.Ordinal {
				for _, t := range p.tokens {
					if t.Start >= f.End && t.Start < f.End+8 {
						m.put(w, t.Term, nearSide)
						break
					}
				}
			}
			m.beside = besides(text, f)
			out = append(out, m)
		}
	}
	return out
}

// lead brings near what stands before the first fact of the kind in its part:
// it is what the sentence is about.
func (m *mention) lead(w *wording, parts []part, at int) {
	for i, p := range parts {
		for _, f := range p.facts {
			if f.Class() != m.Class() || f.Implied {
				continue
			}
			if i != at {
				for _, t := range p.tokens {
					if t.End <= f.Start {
						m.put(w, t.Term, nearLead)
					}
				}
			}
			return
		}
	}
}

var exclusion = regexp.MustCompile(`^[^,;.:]{0,40}?\b(?:(?:non|pas) compris\w*|exclus?e?s?|exceptes?|exceptees?)\b`)

var exception = regexp.MustCompile(`\b(?:sauf|hormis|excepte|a l'exception|hors|except|unless)\b`)

// excepted tells whether "sauf" stands before a place in its sentence, or "non
// compris" behind it.
func excepted(text string, at int) bool {
	if exclusion.MatchString(folded(text[at:])) {
		return true
	}
	before := folded(text[:at])
	found := exception.FindAllStringIndex(before, -1)
	return len(found) > 0 && !strings.ContainsAny(before[found[len(found)-1][0]:], ".;:")
}

// besides are the two words before a fact and the one behind it, by where they
// stand.
func besides(text string, f fact.Fact) [3]string {
	before := strings.Fields(folded(text[max(0, f.Start-40):f.Start]))
	after := strings.Fields(folded(text[f.End:min(len(text), f.End+25)]))
	var out [3]string
	if n := len(before); n > 0 {
		out[0] = before[n-1]
		if n > 1 {
			out[1] = before[n-2]
		}
	}
	if len(after) > 0 {
		out[2] = after[0]
	}
	return out
}

// read notes the words and the other facts of a part at a distance.
func (m *mention) read(w *wording, p part, near float64) {
	for _, t := range p.tokens {
		m.put(w, t.Term, near)
	}
	for _, f := range p.facts {
		if f.Key() != m.Key() && f.Kind != fact.Range && f.Kind != fact.Rate {
			m.put(w, f.Key(), near)
			if f.Bound != fact.Exact { // "moins de 15 ans" is not "de 15 à 17 ans"
				m.put(w, f.Key()+" "+[]string{"", "<", ">"}[f.Bound], near)
			}
		}
	}
}

// distance is how near part i is to a fact of a class in part at.
func distance(parts []part, at, i int, class fact.Kind) float64 {
	first := len(parts)
	between := false
	for k, p := range parts {
		for _, f := range p.facts {
			if f.Class() == class {
				first = min(first, k)
				between = between || k > min(at, i) && k < max(at, i)
			}
		}
	}
	holds := func(k int) bool {
		for _, f := range parts[k].facts {
			if f.Class() == class && !f.Implied {
				return true
			}
		}
		return false
	}
	switch {
	case i == at:
		return nearOwn
	case holds(i):
		return nearFar
	case parts[i].bracket && i > 0 && holds(i-1):
		if at == i-1 {
			return nearOwn
		}
		return nearFar
	case i < first:
		return nearLead
	case !between:
		return nearNext
	}
	return nearFar
}

// roleIn is what end of a range a fact is, if of any.
func roleIn(f fact.Fact, facts []fact.Fact) fact.Bound {
	for _, r := range facts {
		if r.Kind != fact.Range || f.Start < r.Start || f.End > r.End || f.Implied {
			continue
		}
		switch kind, _, _ := r.Ends(); {
		case kind != f.Kind:
		case f.Start == r.Start:
			return fact.More
		case f.End == r.End:
			return fact.Less
		}
	}
	return fact.Exact
}

// mentions are the facts of a segment: of a row, those of each cell, with the
// words of its column and of the row's first cell.
func (v *passageView) mentions(w *wording, at int) []mention {
	seg := v.facts.segments[at]
	language := v.facts.language
	var out []mention
	if seg.kind != Row {
		out = w.mentionsOf(language, seg.text, v.facts.facts[at])
	}
	for j, cell := range seg.cells {
		found := w.mentionsOf(language, cell, fact.Parse(cell, language))
		for k := range found {
			m := &found[k]
			m.row, m.label, m.except = true, j == 0, m.except && !strings.HasPrefix(folded(cell), "hors")
			for i, other := range seg.cells {
				near := nearFar
				if i == 0 {
					near = nearOwn
				}
				if i != j {
					m.read(w, wholePart(w, language, other), near)
				}
			}
			if j < len(seg.header) {
				m.read(w, wholePart(w, language, seg.header[j]), nearOwn)
				m.column = wordsOf(seg.header[j])
			}
			if j > 0 {
				m.column = append(m.column, wordsOf(seg.cells[0])...)
			}
		}
		out = append(out, found...)
	}
	for j, cell := range seg.header {
		for _, f := range fact.Parse(cell, language) {
			if f.Kind == fact.Range {
				continue
			}
			m := mention{Fact: f, row: true, header: true, near: map[string]float64{}, family: map[int]float64{}}
			m.read(w, wholePart(w, language, cell), nearOwn)
			for i, other := range seg.cells {
				if i == 0 || i == j {
					m.read(w, wholePart(w, language, other), nearOwn)
				}
			}
			out = append(out, m)
		}
	}
	// A line with nothing but a fact tells it of what it stands under.
	bare := seg.kind != Row && !slices.ContainsFunc(w.tokens(language, seg.text), func(t analysis.Token) bool {
		return !w.generic[t.Term] && !insideFact(t.Start, v.facts.facts[at])
	})
	for k := range out {
		out[k].segment = at
		near := nearTitle
		if bare {
			near = nearOwn
		}
		for _, under := range []int{seg.lead, seg.head} {
			if under >= 0 {
				out[k].read(w, wholePart(w, language, v.facts.segments[under].text), near)
			}
		}
		for t := range v.title.terms {
			out[k].put(w, t, near)
		}
	}
	return out
}

func wholePart(w *wording, language, text string) part {
	return part{tokens: w.tokens(language, text), facts: fact.Parse(text, language)}
}

// binding is where a passage states a fact of the claim of the same thing.
type binding struct {
	fact     fact.Fact
	segments map[int]bool       // -1: under the passage's title
	label    bool               // only in a row's first cell or column name, which no other value competes with
	missing  bool               // the passage does not state it at all
	near     map[string]float64 // the claim's words around it
	rival    string             // the value that the claim's words speak of instead
}

// bind looks for each fact of the claim which of the passage's facts of its
// kind the claim's words around it speak of.
func (c claim) bind(w *wording, v *passageView, weights map[string]float64) []binding {
	var out []binding
	for i := range c.mentions {
		m := &c.mentions[i]
		if m.Implied {
			continue
		}
		out = append(out, v.bindOne(w, c, m, weights))
	}
	return out
}

func (v *passageView) bindOne(w *wording, c claim, said *mention, weights map[string]float64) binding {
	b := binding{fact: said.Fact, near: said.near, segments: map[int]bool{}, missing: true, label: true}
	scores := make([]float64, len(v.stated))
	for i := range v.stated {
		there := &v.stated[i]
		if there.Class() != said.Class() && !said.StatedBy(there.Fact) {
			continue
		}
		scores[i] = v.agreement(w, c, said, there, weights)
		b.missing = b.missing && !said.StatedBy(there.Fact)
	}
	if said.Kind == fact.Ordinal && said.Value == "1" {
		for _, there := range v.stated { // where there is a second, there is a first
			if there.Kind == fact.Ordinal && there.Value == "2" {
				b.segments[there.segment], b.missing = true, false
			}
		}
	}
	if b.missing {
		if stated(said.Fact, v.facts.about) {
			b.segments[-1], b.missing = true, false
		}
		return b
	}
	for i := range v.stated {
		there := &v.stated[i]
		if !said.StatedBy(there.Fact) || !agree(said, there) || said.except != there.except && !c.denies() {
			continue
		}
		if there.label || there.Kind == fact.Code { // it names the row, which the place must then be
			b.segments[there.segment] = true
			continue
		}
		rival := v.rival(c, said, there, scores, scores[i])
		if rival == nil {
			b.segments[there.segment], b.label = true, false
		} else {
			b.rival = v.text(rival)
		}
	}
	return b
}

// How much more of the claim's words a rival must have; of one that the claim
// states itself, more.
const (
	margin        = 0.1
	claimedMargin = 0.5
	listedMargin  = 1.2 // of a day or street, which stand in lists
)

// listed are kinds whose facts stand in lists, each as true as the next, and
// name what is spoken of rather than tell its value.
var listed = map[fact.Kind]bool{fact.Weekday: true, fact.Month: true, fact.Address: true, fact.Law: true, fact.Year: true, fact.Code: true, fact.Form: true}

// rival returns a fact of the same kind, and of another value, that the claim
// speaks of rather than of there. Where both have as many of the claim's
// words, what the claim leaves out would tell them apart: in one sentence it
// may mean either, in a table or in two sentences neither is sure.
func (v *passageView) rival(c claim, said, there *mention, scores []float64, own float64) *mention {
	for i := range v.stated {
		other := &v.stated[i]
		// "à plus de deux mois" is another thing than "à moins de deux mois"
		contrary := said.Bound != fact.Exact && other.Bound != fact.Exact && other.Bound != said.Bound && said.StatedBy(other.Fact)
		if other.Class() != said.Class() || other.Implied || said.StatedBy(other.Fact) && !contrary || there.row && (other.label != there.label || other.header != there.header) {
			continue
		}
		switch claimed := c.says(other.Fact) && !contrary; {
		case claimed && listed[said.Class()] && scores[i] <= own+listedMargin:
		case claimed && scores[i] > own+claimedMargin, !claimed && scores[i] > own+margin:
			return other
		case !claimed && scores[i] >= own-margin && (other.row || other.segment != there.segment):
			return other
		}
	}
	return nil
}

// genericWeight is what words of writing count for, where they tell two values
// apart.
const genericWeight = 0.4

// agreement is how much of what stands around a fact of the claim stands
// around one of the passage.
func (v *passageView) agreement(w *wording, c claim, said, there *mention, weights map[string]float64) float64 {
	sum := 0.0
	for t, near := range said.near {
		weight, ok := weights[t]
		if !ok {
			weight = v.weight(w, t)
		}
		if w.generic[t] {
			weight *= genericWeight
		}
		sum += weight * min(near, there.nearness(w, t))
	}
	for _, word := range there.column {
		if !slices.Contains(c.words, word) {
			sum -= unsaid // "repas réservé" is not "repas non réservé"
		}
	}
	for i, word := range said.beside {
		if word != "" && word == there.beside[i] {
			sum += beside
		}
	}
	return sum
}

// wordsOf are the words of a text, small ones among them, cut short so that
// their forms meet.
func wordsOf(text string) []string {
	var out []string
	for _, word := range strings.FieldsFunc(folded(text), func(r rune) bool { return !unicode.IsLetter(r) }) {
		if len(word) > 2 {
			out = append(out, word[:min(len(word), 5)])
		}
	}
	return out
}

// agree tells whether limits agree: "moins de 10 ans" is not "plus de 10 ans",
// and no hall closes where its hours begin.
func agree(said, there *mention) bool {
	if said.Bound == fact.Exact {
		return said.role == fact.Exact || there.role == fact.Exact || said.role == there.role
	}
	switch there.Bound {
	case said.Bound:
		return true
	case fact.Exact:
		return there.role == said.Bound || there.role == fact.Exact && there.Kind == fact.Time
	}
	return false
}

// says tells whether the claim itself states f: what it lists is no rival.
func (c claim) says(f fact.Fact) bool {
	for _, m := range c.mentions {
		if m.StatedBy(f) {
			return true
		}
	}
	return false
}

// text is a mention as the passage writes it.
func (v *passageView) text(m *mention) string {
	text := v.facts.segments[m.segment].text
	if m.row {
		return m.Value
	}
	return text[m.Start:m.End]
}
