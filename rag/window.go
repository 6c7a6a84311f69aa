package rag

import (
	"iter"
	"math"
	"slices"
	"strings"

	"guichet/internal/fact"
)

// maxWindow bounds the sentences that may support a unit together.
const maxWindow = 3

// passageView is a source as the check reads it.
type passageView struct {
	facts      *facts
	title      vocabulary // title and headings, which govern the whole passage
	names      vocabulary // of the site that publishes it
	above      []clause
	words      []vocabulary // of each segment
	clauses    [][]clause
	counts     [][]count // of each segment
	titled     []count   // of title and headings
	stated     []mention
	classes    []map[fact.Kind]bool // of the facts of each segment
	limits     []limit
	conditions []condition
	places     []window // all runs of neighbours there may be
}

// view returns the source's view, worked out when first asked for.
func (w *wording) view(s Source) *passageView {
	f := s.read()
	f.viewed.Do(func() { f.view = w.newView(s, f) })
	return f.view
}

func (w *wording) newView(s Source, f *facts) *passageView {
	v := &passageView{facts: f, title: newVocabulary(), names: newVocabulary()}
	v.title.read(w, f.language, s.Title+" ; "+s.Headings)
	v.names.read(w, f.language, strings.NewReplacer("-", " ", ".", " ", "/", " ").Replace(s.URL))
	v.above = w.clausesOf(f.language, s.Title+" ; "+strings.ReplaceAll(s.Headings, " > ", " ; "))
	above := s.Title + " ; " + s.Headings
	v.titled = w.countsOf(f.language, above, fact.Parse(above, f.language))
	for i, seg := range f.segments {
		v.counts = append(v.counts, w.countsOf(f.language, seg.text, f.facts[i]))
		words := newVocabulary()
		words.read(w, f.language, seg.text)
		for _, cell := range seg.header {
			words.read(w, f.language, cell)
		}
		v.words = append(v.words, words)
		clauses := w.clausesOf(f.language, strings.Join(seg.cells, " ; ")+" ; "+seg.textAlone())
		for i := range clauses {
			clauses[i].row = seg.kind == Row
		}
		v.clauses = append(v.clauses, clauses)
	}
	for i := range f.segments {
		classes := map[fact.Kind]bool{}
		var found []mention
		if !f.ordersModels(i) {
			found = v.mentions(w, i)
			limits := v.limitsOf(w, i)
			v.limits = append(v.limits, limits...)
			for _, l := range limits {
				if other, ok := l.otherwise(w); ok {
					v.clauses[i] = append(l.without(v.clauses[i]), other)
				}
			}
			v.conditions = append(v.conditions, v.conditionsOf(w, i)...)
		}
		for _, m := range found {
			classes[m.Class()] = true
		}
		v.stated, v.classes = append(v.stated, found...), append(v.classes, classes)
	}
	for from := range f.segments {
		if f.segments[from].kind == Heading && len(f.segments) > 1 || f.ordersModels(from) {
			continue
		}
		run := []int{from}
		v.places = append(v.places, v.window(w, run))
		for to := from + 1; to < len(f.segments) && to < from+maxWindow && f.joins(from, to); to++ {
			run = append(slices.Clone(run), to)
			v.places = append(v.places, v.window(w, run))
		}
	}
	return v
}

// joins tells whether segment to may stand in one window with those from from
// on: no heading and no row does.
func (f *facts) joins(from, to int) bool {
	return f.segments[to].kind != Heading && f.segments[to].kind != Row && f.segments[from].kind != Row && !f.ordersModels(to)
}

// ordersModels tells a segment that is meant for a language model.
func (f *facts) ordersModels(i int) bool { return f.orders[i] }

// textAlone is the text of what is no table row.
func (s segment) textAlone() string {
	if len(s.cells) > 0 {
		return ""
	}
	return s.text
}

// window is one to three segments with what they stand under.
type window struct {
	segments []int
	under    []int // the headings and lead-ins of those
	words    vocabulary
	own      vocabulary // the words of the segments themselves
	clauses  []clause
	above    []clause
	ranges   []fact.Fact
}

// holds tells whether segment i, or what the window stands under, is in it.
func (p *window) holds(i int) bool {
	return i < 0 || slices.Contains(p.segments, i) || slices.Contains(p.under, i)
}

// states tells whether a fact that the passage states in these segments is
// stated in the place. A row that has a fact of the kind speaks for itself.
func (p *window) states(v *passageView, b binding) bool {
	for i := range b.segments {
		if slices.Contains(p.segments, i) {
			return true
		}
	}
	for _, i := range p.segments {
		if v.facts.segments[i].kind == Row && v.classes[i][b.fact.Class()] {
			return false
		}
	}
	for i := range b.segments {
		if p.holds(i) {
			return true
		}
	}
	return false
}

// windows are all runs of up to size sentences or items, and each row by
// itself. A heading ends a run; a sentence that leans on the one before it
// lengthens it, to maxWindow at most.
func (v *passageView) windows(size int) iter.Seq[*window] {
	return func(yield func(*window) bool) {
		for i := range v.places {
			if v.reaches(&v.places[i], size) && !yield(&v.places[i]) {
				return
			}
		}
	}
}

// reaches tells whether what goes beyond size in a place leans on what is
// before it.
func (v *passageView) reaches(place *window, size int) bool {
	for _, i := range place.segments[min(size, len(place.segments)):] {
		if text := v.facts.segments[i].text; !leansBack(text) && !strings.HasPrefix(text, "Il est ") {
			return false
		}
	}
	return true
}

func (v *passageView) window(w *wording, segments []int) window {
	p := window{segments: segments, words: newVocabulary(), own: newVocabulary()}
	p.above = append(p.above, v.above...)
	p.words.merge(v.title)
	for _, i := range segments {
		seg := v.facts.segments[i]
		p.own.merge(v.words[i])
		p.clauses = append(p.clauses, v.clauses[i]...)
		p.ranges = append(p.ranges, v.facts.facts[i]...)
		for _, cell := range seg.header {
			p.above = append(p.above, w.clausesOf(v.facts.language, cell)...)
			p.ranges = append(p.ranges, fact.Parse(cell, v.facts.language)...)
		}
		for _, j := range []int{seg.lead, seg.head} {
			if j >= 0 && !p.holds(j) {
				p.under = append(p.under, j)
				p.words.merge(v.words[j])
				p.above = append(p.above, v.clauses[j]...)
				p.ranges = append(p.ranges, v.facts.facts[j]...)
			}
		}
	}
	p.words.merge(p.own)
	p.ranges = append(p.ranges, v.facts.about...)
	return p
}

// lastHas tells whether a place's last segment, or what it stands under, has a
// term.
func (v *passageView) lastHas(w *wording, place *window, term string) bool {
	return v.words[place.segments[len(place.segments)-1]].has(w, term) || v.title.has(w, term) || v.under(w, place, term)
}

// weights are those of the unit's terms: the rarer among the passage's
// segments, the more; a term that stands nowhere weighs most.
func (v *passageView) weights(w *wording, c claim) map[string]float64 {
	out := map[string]float64{}
	for t := range c.terms {
		switch {
		case w.generic[t], isAxis(folded(c.written[t])):
			continue // the one says nothing, the other is compared by itself
		case c.asked[t]:
			out[t] = v.weight(w, t) * askedWeight
		default:
			out[t] = v.weight(w, t)
		}
	}
	return out
}

func (v *passageView) weight(w *wording, term string) float64 {
	df := 0.0
	for _, words := range v.words {
		if words.has(w, term) {
			df++
		}
	}
	return math.Log(1 + (float64(len(v.words))+3)/(df+1))
}

// elsewhere returns a term of the claim that this place lacks and another place
// of the passage has: it speaks of something else.
func (v *passageView) elsewhere(w *wording, c claim, place *window) string {
	for t := range c.terms {
		if w.generic[t] || isAxis(folded(c.written[t])) || place.words.has(w, t) {
			continue
		}
		for i, words := range v.words {
			if seg := v.facts.segments[i]; seg.kind != Heading && !seg.leadIn && !place.holds(i) && words.terms[t] {
				return c.written[t]
			}
		}
	}
	return ""
}
