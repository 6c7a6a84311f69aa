package rag

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"guichet/internal/analysis"
	"guichet/internal/fact"
)

// A unit in a third language is a translation that cannot be compared word by
// word. It is shown only with the words that it translates: it must bring one
// sentence, list item or row of a passage that it cites, or a few neighbours,
// whole and to the letter, and is held to that stretch alone. What can be read of
// it (languages/*.txt) is brought to French, and must pass the lock over that
// stretch as French sentences do: its figures, days, months and times, what it
// affirms, denies or limits, the words that are known. A name must stand in the
// stretch; of the rest not too much may be unknown.

// How many unknown words there may be, as a share of those that are known: with
// facts, which are bound, and without.
const (
	maxUnknownFacts = 0.7
	maxUnknown      = 0.26
)

// minTranslated is the share of the known words, by weight, that must stand in the
// stretch beside the facts.
const minTranslated = 0.6

// stretchOf parts a unit from the stretch that it brings at its end between « and
// » or other quotes; stretch is empty where there is none.
func stretchOf(text string) (said, stretch string) {
	body := strings.TrimRight(text, " \u00a0\u202f.)")
	for _, marks := range [][2]string{{"«", "»"}, {"“", "”"}, {"„", "“"}, {`"`, `"`}} {
		inner, closed := strings.CutSuffix(body, marks[1])
		if !closed {
			continue
		}
		depth := 1
		for at := len(inner); at > 0; {
			r, size := utf8.DecodeLastRuneInString(inner[:at])
			at -= size
			switch string(r) {
			case marks[0]:
				depth--
			case marks[1]:
				depth++
			}
			if depth == 0 {
				said = strings.TrimRight(inner[:at], " \u00a0\u202f(:")
				return said, strings.Trim(inner[at+size:], " \u00a0\u202f")
			}
		}
	}
	return text, ""
}

// inTongue returns the language of a unit that is in neither French nor English,
// and the unit without the stretch that it brings; nil: it is no such unit.
func (g Grounded) inTongue(u Unit) (l *tongue, said, stretch string) {
	said, stretch = stretchOf(u.Text)
	l = tongueOf(said, g.Question, stretch != "")
	return l, said, stretch
}

// translated holds a unit in a third language to the stretch that it brings.
func (g Grounded) translated(w *wording, u Unit, l *tongue, said, stretch string, sources []Source) (Unit, *Reason) {
	if stretch == "" || len(u.Cells) > 0 {
		return Unit{}, &Reason{ID: "rag.withheld.no_stretch"}
	}
	var reason *Reason
	for _, s := range sources {
		if !cites(u, s.N) || s.read().language != "fr" {
			continue
		}
		alone, found := s.alone(stretch)
		if !found {
			continue
		}
		if reason = g.translates(w, u, l, said, alone, s); reason == nil {
			u.Citations = nil
			for _, seg := range alone.segments[alone.under:] {
				u.Citations = append(u.Citations, s.cite(seg.text))
			}
			u.Text, u.Original, u.Language = ended(said, u.Kind), "fr", l.code
			return u, nil
		}
	}
	if reason == nil {
		reason = &Reason{ID: "rag.withheld.no_stretch"}
	}
	return Unit{}, reason
}

// ended gives a sentence that lost its end with the stretch its stop.
func ended(text string, kind UnitKind) string {
	if last, _ := utf8.DecodeLastRuneInString(text); kind == Sentence && !isTerminal(last) {
		return text + "."
	}
	return text
}

// alone reads a stretch as if it were all of the source, with the heading and the
// lead-in that it stands under; found: it is whole sentences, items or rows.
func (s Source) alone(stretch string) (only *stretched, found bool) {
	f := s.read()
	wanted := unmarked(stretch)
	for from, first := range f.segments {
		if first.kind == Heading || f.ordersModels(from) {
			continue
		}
		for _, sentence := range splitSentences(first.text) {
			if first.kind != Row && unmarked(sentence) == wanted { // of an item
				first.text = sentence
				return s.stretch(first), true
			}
		}
		var run []segment
		var texts []string
		for to := from; to < len(f.segments) && to < from+maxWindow && (to == from || f.joins(from, to)); to++ {
			seg := f.segments[to]
			run, texts = append(run, seg), append(texts, seg.text)
			if unmarked(strings.Join(texts, " ")) == wanted || seg.kind == Row && unmarked(rowText(seg.header, seg.cells)) == wanted {
				return s.stretch(run...), true
			}
		}
	}
	return nil, false
}

// unmarked is a text without markup, blanks and what it may end with.
func unmarked(text string) string {
	return strings.Trim(fold(oneSpelling.Replace(markup.Replace(text))), " .;,|")
}

// stretched are segments of a source read by themselves, behind those that they
// stand under.
type stretched struct {
	*facts
	under int
}

func (s Source) stretch(run ...segment) *stretched {
	f := s.read()
	out := &stretched{facts: &facts{language: f.language, about: f.about}}
	at := map[int]int{-1: -1}
	for _, i := range []int{run[0].head, run[0].lead} {
		if _, known := at[i]; !known {
			at[i] = len(out.segments)
			above := f.segments[i]
			above.head, above.lead = -1, -1
			out.segments = append(out.segments, above)
		}
	}
	out.under = len(out.segments)
	for _, seg := range run {
		seg.head, seg.lead = at[run[0].head], at[run[0].lead]
		out.segments = append(out.segments, seg)
	}
	for _, seg := range out.segments {
		out.facts.facts = append(out.facts.facts, fact.Parse(seg.text, f.language))
		out.orders = append(out.orders, false)
	}
	out.once.Do(func() {})
	return out
}

// translates tells why a stretch does not bear out what a unit says; nil: it does.
func (g Grounded) translates(w *wording, u Unit, l *tongue, said string, alone *stretched, s Source) *Reason {
	v := w.newView(s, alone.facts)
	var own []int
	letters := map[string]bool{}
	for i, seg := range alone.segments {
		if i >= alone.under {
			own = append(own, i)
		}
		for _, word := range splitWords(analysis.FoldText(seg.text + " " + strings.Join(seg.header, " "))) {
			letters[word] = true
		}
	}
	place := v.window(w, own)
	read := l.glossed(w, said, &place, letters)
	if len(read.strange) > 0 {
		return wordsReason("rag.withheld.name", read.strange)
	}
	u.Text = read.text
	u.Under = l.glossed(w, u.Under, &place, letters).text
	c := g.claimIn(w, u, "fr", "fr")
	share := maxUnknown
	if len(c.facts) > 0 {
		share = maxUnknownFacts
	}
	if float64(len(read.unknown)) > share*float64(read.known) || read.known == 0 && len(c.facts) == 0 {
		return wordsReason("rag.withheld.foreign", read.unknown)
	}
	if word := c.deniedWord(w, &place); word != "" {
		return &Reason{ID: "rag.withheld.polarity", Data: map[string]any{"Word": word}}
	}
	f := c.findIn(w, v, &place)
	if f.reason == nil && f.support < minTranslated {
		return wordsReason("rag.withheld.foreign", slices.Collect(maps.Values(c.written)))
	}
	return f.reason
}

// deniedWord returns a word of a claim that denies nothing which the place has only
// where it does: "la mairie n'en vend pas".
func (c claim) deniedWord(w *wording, place *window) string {
	if c.denies() {
		return ""
	}
	affirmed, denied := newVocabulary(), map[string]bool{}
	for _, part := range place.clauses {
		for t := range part.terms {
			if part.negated {
				denied[t] = true
			} else {
				affirmed.add(w, t)
			}
		}
	}
	for t := range c.terms {
		if denied[t] && !affirmed.has(w, t) && !w.generic[t] {
			return c.written[t]
		}
	}
	return ""
}

// findIn tells how well one place of a passage supports the claim.
func (c claim) findIn(w *wording, v *passageView, place *window) finding {
	c.counts = w.countsOf(c.language, c.text, c.facts)
	weights := v.weights(w, c)
	bindings := c.bind(w, v, weights)
	if f, failed := c.unbound(bindings); failed {
		return f
	}
	return c.weigh(w, v, weights, bindings, place)
}
