package rag

import (
	"iter"
	"math"
	"regexp"
	"strings"
)

// maxWindow bounds the neighbouring sentences that may support a unit together.
const maxWindow = 3

// passageView is a source as the words check reads it.
type passageView struct {
	facts   *facts
	title   vocabulary // title and headings, which govern the whole passage
	above   []clause
	about   figures
	words   []vocabulary // of each segment
	clauses [][]clause
	places  []window // all there may be
}

// view returns the source's view, worked out when first asked for.
func (w *wording) view(s Source) *passageView {
	f := s.read()
	f.viewed.Do(func() { f.view = w.newView(s, f) })
	return f.view
}

func (w *wording) newView(s Source, f *facts) *passageView {
	v := &passageView{facts: f, title: newVocabulary()}
	v.title.read(w, s.Title+" ; "+s.Headings)
	v.above = w.clausesOf(s.Title + " ; " + strings.ReplaceAll(s.Headings, " > ", " ; "))
	v.about = statedFigures(s.Title + "\n" + s.Headings + "\n" + s.URL)
	for _, seg := range v.facts.segments {
		words := newVocabulary()
		words.read(w, seg.text)
		v.words = append(v.words, words)
		v.clauses = append(v.clauses, w.clausesOf(strings.Join(seg.cells, " ; ")+" ; "+seg.textAlone()))
	}
	for from := range f.segments {
		if f.segments[from].kind == Heading && len(f.segments) > 1 {
			continue
		}
		for to := from; to < len(f.segments) && to < from+maxWindow && (to == from || f.joins(from, to)); to++ {
			v.places = append(v.places, v.window(from, to))
		}
	}
	return v
}

// joins tells whether segment to may stand in one window with those from from
// on: no heading and no row does.
func (f *facts) joins(from, to int) bool {
	return f.segments[to].kind != Heading && f.segments[to].kind != Row && f.segments[from].kind != Row
}

// textAlone is the text of what is no table row.
func (s segment) textAlone() string {
	if len(s.cells) > 0 {
		return ""
	}
	return s.text
}

// window is a run of neighbouring segments with what they stand under.
type window struct {
	from, to int
	words    vocabulary
	figures  figures
	own      []clause
	above    []clause
	text     string // folded
}

// windows are all runs of up to size sentences or items, and each row by
// itself. A heading ends a run; a sentence that leans on the one before it
// lengthens it, to maxWindow at most.
func (v *passageView) windows(size int) iter.Seq[window] {
	return func(yield func(window) bool) { v.eachWindow(size, yield) }
}

func (v *passageView) eachWindow(size int, yield func(window) bool) {
	for _, place := range v.places {
		if v.reaches(place, size) && !yield(place) {
			return
		}
	}
}

// reaches tells whether what goes beyond size in a place leans on what is
// before it.
func (v *passageView) reaches(place window, size int) bool {
	for i := place.from + size; i <= place.to; i++ {
		if text := v.facts.segments[i].text; !leansBack(text) && !strings.HasPrefix(text, "Il est ") {
			return false
		}
	}
	return true
}

func (v *passageView) window(from, to int) window {
	w := window{from: from, to: to, words: newVocabulary(), figures: figures{}}
	w.figures.merge(v.about)
	w.above = append(w.above, v.above...)
	add := func(words vocabulary) {
		for t := range words.terms {
			w.words.terms[t] = true
		}
		for f := range words.families {
			w.words.families[f] = true
		}
	}
	add(v.title)
	under := map[int]bool{}
	for i := from; i <= to; i++ {
		seg := v.facts.segments[i]
		add(v.words[i])
		w.figures.merge(v.facts.figures[i])
		w.own = append(w.own, v.clauses[i]...)
		for _, cell := range seg.header {
			w.figures.merge(statedFigures(cell))
			header := newVocabulary()
			header.read(newWording(), cell)
			add(header)
			w.above = append(w.above, newWording().clausesOf(cell)...)
		}
		for _, j := range []int{seg.lead, seg.head} {
			if j >= 0 && (j < from || j > to) && !under[j] {
				under[j] = true
				add(v.words[j])
				w.figures.merge(v.facts.figures[j])
				w.above = append(w.above, v.clauses[j]...)
			}
		}
	}
	w.text = joined(w.own) + " ; " + joined(w.above)
	return w
}

// Days and months name a moment: another one is another fact.
var (
	dayNames = []string{"lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"}
	moments  = regexp.MustCompile(`\b(?:` + strings.Join(dayNames, "|") + `|janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre)\b`) //nolint:misspell // French
	daySpan  = regexp.MustCompile(`\b(?:du|de) (` + strings.Join(dayNames, "|") + `) (?:au|a) (` + strings.Join(dayNames, "|") + `)\b`)
)

// missingMoment returns a day or month of the unit that the window does not
// name; a span of days names those between.
func missingMoment(unit, stated string) string {
	named := map[string]bool{}
	for _, m := range moments.FindAllString(stated, -1) {
		named[m] = true
	}
	for _, m := range daySpan.FindAllStringSubmatch(stated, -1) {
		inside := false
		for _, day := range dayNames {
			inside = inside || day == m[1]
			if inside {
				named[day] = true
			}
			if day == m[2] {
				break
			}
		}
	}
	for _, m := range moments.FindAllString(unit, -1) {
		if !named[m] {
			return m
		}
	}
	for _, m := range daySpan.FindAllString(unit, -1) {
		if !strings.Contains(stated, m[3:]) {
			return m
		}
	}
	return ""
}

// weights are those of the unit's terms: the rarer among the passage's
// segments, the more; a term that stands nowhere weighs most.
func (v *passageView) weights(w *wording, c claim) map[string]float64 {
	out := map[string]float64{}
	n := float64(len(v.words))
	for t := range c.terms {
		df := 0.0
		for _, words := range v.words {
			if words.has(w, t) {
				df++
			}
		}
		weight := math.Log(1 + (n+3)/(df+1))
		switch {
		case w.generic[t], isAxis(folded(c.written[t])):
			continue // the one says nothing, the other is compared by itself
		case c.asked[t]:
			weight *= askedWeight
		}
		out[t] = weight
	}
	return out
}

// elsewhere returns a term of the claim that this place lacks and another place
// of the passage has: it speaks of something else.
func (v *passageView) elsewhere(w *wording, c claim, place window) string {
	for t := range c.terms {
		if w.generic[t] || isAxis(folded(c.written[t])) || place.words.has(w, t) {
			continue
		}
		for i, words := range v.words {
			if seg := v.facts.segments[i]; seg.kind != Heading && !seg.leadIn && (i < place.from || i > place.to) && words.terms[t] {
				return c.written[t]
			}
		}
	}
	return ""
}
