package rag

import (
	"cmp"
	"slices"
	"strings"

	"guichet/internal/analysis"
)

// quotation is an answer in the documents' own words: for each thing that is
// asked, the groups that answer it.
type quotation struct {
	analyzer *analysis.Analyzer
	sources  []Source // of all parts, numbered from 1
	parts    []quotedPart
}

// quotedPart is what was found for one thing that is asked.
type quotedPart struct {
	quoter *quoter
	chosen []group
	speaks speaking
}

// placed is a group with the source it is of.
type placed struct {
	source *quotedSource
	group
}

// speaking is how far the words that were chosen speak to the question.
type speaking struct {
	cover  float64 // share of the question's terms, by weight, that the best group says with what stands above it
	lacks  float64 // share of its weightiest terms that no group says
	score  float64 // of the best segment
	misses []said  // the weighty terms that no group says, heaviest first
	suited bool    // the groups hold the kind of thing that is asked for, and the years that are named
}

// add answers a query from sources, which stand best first, in about room units.
func (n *quotation) add(q query, sources []Source, room int) {
	for i := range sources {
		sources[i].N = n.number(sources[i])
	}
	quoter := newQuoter(n.analyzer, q, sources)
	groups := quoter.groups(room)
	n.parts = append(n.parts, quotedPart{quoter, groups, quoter.speaks(groups)})
}

// widen adds to each part what comes nearest after the words that were chosen.
// What a part speaks to is as it was weighed, but for what it misses.
func (n *quotation) widen() {
	for i := range n.parts {
		p := &n.parts[i]
		p.chosen = p.quoter.widen(p.chosen, 2*maxWide/(1+len(n.parts)))
		p.speaks.misses = p.quoter.speaks(p.chosen).misses
	}
}

// placed are the groups of all parts, those that were added by widen behind all
// others, without the segments that one before has shown.
func (n *quotation) placed() []placed {
	shown := map[string]bool{}
	return append(n.place(false, shown), n.place(true, shown)...)
}

func (n *quotation) place(wide bool, shown map[string]bool) []placed {
	var out []placed
	for _, p := range n.parts {
		for _, g := range p.chosen {
			if g.wide != wide {
				continue
			}
			s := &p.quoter.sources[g.source]
			var fresh []int
			for _, j := range g.segments {
				key := s.Document + "\x00" + s.segments[j].text
				if !shown[key] {
					fresh = append(fresh, j)
				}
				shown[key] = true
			}
			if g.segments = fresh; len(fresh) > 0 {
				out = append(out, placed{s, g})
			}
		}
	}
	return out
}

// number finds a source among those that are numbered, or adds it.
func (n *quotation) number(s Source) int {
	for _, known := range n.sources {
		if known.PassageID == s.PassageID && known.Document == s.Document && known.Text == s.Text {
			return known.N
		}
	}
	s.N = len(n.sources) + 1
	n.sources = append(n.sources, s)
	return s.N
}

// weighty is how many of a question's terms are looked for one by one, and
// weightyShare the share of the heaviest's weight that a term has that an
// answer should not lack.
const (
	weighty      = 3
	weightyShare = .5
)

// speaks tells how far groups, the best first, speak to the question.
func (q *quoter) speaks(groups []group) speaking {
	if len(groups) == 0 {
		return speaking{lacks: 1}
	}
	best := groups[0]
	for _, g := range groups {
		if g.score > best.score {
			best = g
		}
	}
	out := speaking{cover: q.speaksTo(&q.sources[best.source], best.segments), score: best.score}
	terms, around := map[string]bool{}, map[string]float64{}
	var text strings.Builder
	for _, g := range groups {
		s := &q.sources[g.source]
		q.gather(s, g.segments, terms, around)
		text.WriteString(s.Title + " " + s.Headings + " ")
		for _, j := range g.segments {
			text.WriteString(s.segments[j].text + " " + strings.Join(s.segments[j].header, " ") + " ")
		}
	}
	heaviest := slices.Clone(q.query.terms)
	slices.SortStableFunc(heaviest, func(a, b said) int { return cmp.Compare(b.weight, a.weight) })
	var lacking, all float64
	for _, t := range heaviest[:min(len(heaviest), weighty)] {
		all += t.weight
		if share, _ := t.says(terms, around); share == 0 {
			lacking += t.weight
		}
	}
	if all > 0 {
		out.lacks = lacking / all
	}
	for _, t := range heaviest {
		if share, _ := t.says(terms, around); share == 0 && t.weight >= weightyShare*heaviest[0].weight {
			out.misses = append(out.misses, t)
		}
	}
	out.suited = q.cues.boost(text.String()) >= 1 && q.namesYears(best)
	return out
}

// namesYears tells whether a group is of the years that the question names. A
// year that stands in it, or above it, counts before those of its document's
// title: under "Agenda 2026-2027", "Marché de Noël 2026" is not that of 2027.
func (q *quoter) namesYears(g group) bool {
	s := &q.sources[g.source]
	near := s.Headings + " " + g.heading
	for _, j := range g.segments {
		near += " " + s.segments[j].text
	}
	years := yearAsked.FindAllString(near, -1)
	if len(years) == 0 {
		years = yearAsked.FindAllString(s.Title, -1)
	}
	for _, y := range q.figures.years {
		if !slices.Contains(years, y) {
			return false
		}
	}
	return true
}

// units turns the groups into units. Where two documents are quoted, each is
// named by a heading; a group's own heading is shown where it adds to that.
func (n *quotation) units() []Unit {
	groups, documents := n.placed(), map[string]bool{}
	for _, g := range groups {
		documents[g.source.Document] = true
	}
	var out []Unit
	title, heading := "", ""
	for i, g := range groups {
		s := g.source
		if g.wide && i > 0 && !groups[i-1].wide {
			title, heading = "", "" // it begins anew
		}
		if len(documents) > 1 && s.Title != title {
			out = append(out, Unit{Kind: Heading, Text: s.Title, Break: true, wide: g.wide})
			heading = s.Title
		}
		title = s.Title
		if g.heading != "" && !sameWords(g.heading, heading) && !sameWords(g.heading, s.Title) {
			out = append(out, Unit{Kind: Heading, Text: g.heading, Break: true, wide: g.wide})
			heading = g.heading
		}
		for i, j := range g.segments {
			seg := s.segments[j]
			text := seg.text
			if seg.kind == Row {
				text = rowText(seg.header, seg.cells)
			}
			out = append(out, Unit{
				Kind:      seg.kind,
				Text:      text,
				Cells:     seg.cells,
				Header:    seg.header,
				Break:     i == 0 || seg.block != s.segments[g.segments[i-1]].block,
				Citations: []Citation{s.cite(seg.text)},
				wide:      g.wide,
			})
		}
	}
	return out
}
