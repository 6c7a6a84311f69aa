package rag

import (
	"context"
	"slices"
	"strings"
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
// points. In another language than the passage's fewer words can be compared:
// where facts were too, half as many do.
const (
	minSupport      = 0.68
	minFactSupport  = 0.4 // with facts, which their words bind already
	minForeign      = 0.6
	minForeignFacts = 0.4
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
// A unit in English over a French passage is compared through glossary.txt. One
// in a third language must bring the words that it translates, and is held to
// them alone (translated.go); in a language without a file under languages/ only
// words that are written alike can be found, so that nearly all of it is withheld.
// The unit's citations become the words of that place. A unit whose words stand
// in a passage to the letter passes, unless what it stands under says the
// contrary of them. A heading, or a sentence that only leads to what follows it,
// needs no citation, but what it says must stand in the sources that it is held
// against (announce.go). The zero value knows of no question.
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
		return g.announces(u, sources)
	}
	w := newWording()
	switch exact := quoted(u, sources); {
	case len(exact) > 0 && !affirms(w.clausesOf("fr", u.Under)):
		u.Citations = exact
		return u, nil
	case len(exact) == 0 && utf8.RuneCountInString(u.Text) > MaxUnit:
		return Unit{}, &Reason{ID: "rag.withheld.too_long", Data: map[string]any{"Most": MaxUnit}}
	}
	if l, said, stretch := g.inTongue(u); l != nil {
		return g.translated(w, u, l, said, stretch, sources)
	}
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

// quoted returns where the unit stands to the letter in the passages that it
// cites.
func quoted(u Unit, sources []Source) []Citation {
	var out []Citation
	for _, s := range sources {
		if !cites(u, s.N) {
			continue
		}
		for i, seg := range s.read().segments {
			if s.read().ordersModels(i) {
				continue
			}
			if sameWriting(u.Text, seg.text) || seg.kind == Row && (sameWriting(u.Text, rowText(seg.header, seg.cells)) || sameRow(u, seg)) {
				out = append(out, s.cite(seg.text))
				break
			}
		}
	}
	return out
}

// oneSpelling makes one of the signs that look alike.
var oneSpelling = strings.NewReplacer("\u00a0", " ", "\u202f", " ", "\u2009", " ", "’", "'", "n°", " n° ", "\u2011", "-", "\u2010", "-")

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
