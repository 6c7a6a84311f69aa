package rag

import "guichet/internal/analysis"

// quotation is an answer in the documents' own words: for each thing that is
// asked, the groups that answer it.
type quotation struct {
	analyzer *analysis.Analyzer
	sources  []Source // of all parts, numbered from 1
	parts    []quotedPart
	shown    map[string]bool // segments, so that none is shown twice
}

// quotedPart is what was found for one thing that is asked.
type quotedPart struct {
	groups []placed
	speaks speaking
}

// placed is a group with the source it is of.
type placed struct {
	source *quotedSource
	group
}

// speaking is how far the words that were chosen speak to the question.
type speaking struct {
	cover    float64 // share of the question's terms, by weight, in one group and what stands above it
	heaviest float64 // what share of the heaviest term it says
	score    float64 // of the best segment
}

// add answers a query from sources, which stand best first, in about room units.
func (n *quotation) add(q query, sources []Source, room int) {
	for i := range sources {
		sources[i].N = n.number(sources[i])
	}
	quoter := newQuoter(n.analyzer, q, sources)
	var part quotedPart
	for i, g := range quoter.groups(room) {
		s := &quoter.sources[g.source]
		if i == 0 {
			part.speaks = quoter.speaks(g)
		}
		var fresh []int
		for _, j := range g.segments {
			key := s.Document + "\x00" + s.segments[j].text
			if !n.shown[key] {
				fresh = append(fresh, j)
			}
			if n.shown == nil {
				n.shown = map[string]bool{}
			}
			n.shown[key] = true
		}
		if g.segments = fresh; len(fresh) > 0 {
			part.groups = append(part.groups, placed{s, g})
		}
	}
	n.parts = append(n.parts, part)
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

// speaks tells how far a group speaks to the question.
func (q *quoter) speaks(g group) speaking {
	s := &q.sources[g.source]
	terms, around := map[string]bool{}, map[string]float64{}
	q.gather(s, g.segments, terms, around)
	out := speaking{cover: q.speaksTo(s, g.segments), score: g.score}
	heaviest := 0.0
	for _, t := range q.query.terms {
		if t.weight > heaviest {
			heaviest = t.weight
			out.heaviest, _ = t.says(terms, around)
		}
	}
	return out
}

// units turns the groups into units. Where two documents are quoted, each is
// named by a heading; a group's own heading is shown where it adds to that.
func (n *quotation) units() []Unit {
	var groups []placed
	documents := map[string]bool{}
	for _, p := range n.parts {
		for _, g := range p.groups {
			groups = append(groups, g)
			documents[g.source.Document] = true
		}
	}
	var out []Unit
	title, heading := "", ""
	for _, g := range groups {
		s := g.source
		if len(documents) > 1 && s.Title != title {
			out = append(out, Unit{Kind: Heading, Text: s.Title, Break: true})
			heading = s.Title
		}
		title = s.Title
		if g.heading != "" && !sameWords(g.heading, heading) && !sameWords(g.heading, s.Title) {
			out = append(out, Unit{Kind: Heading, Text: g.heading, Break: true})
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
			})
		}
	}
	return out
}
