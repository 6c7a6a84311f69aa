package rag

import (
	"sync"

	"guichet/internal/analysis"
)

// facts are what checks and citations read of a source: its segments, and the
// figures of each. They are worked out once, when first asked for.
type facts struct {
	once     sync.Once
	segments []segment
	figures  []figures // of each segment
	stated   figures   // of all, and of title, headings and address

	viewed sync.Once
	view   *passageView
}

// read returns the source's facts. A source that was not made by this package
// has none to share, and is read anew.
func (s Source) read() *facts {
	f := s.facts
	if f == nil {
		f = &facts{}
	}
	f.once.Do(func() {
		f.segments = segments(s.Text)
		f.stated = statedFigures(s.Title + "\n" + s.Headings + "\n" + s.URL)
		for _, seg := range f.segments {
			stated := statedFigures(seg.text)
			f.figures = append(f.figures, stated)
			f.stated.merge(stated)
			for _, cell := range seg.header {
				f.stated.merge(statedFigures(cell))
			}
		}
	})
	return f
}

// supporter finds the words of a source that support a unit.
type supporter struct {
	analyzer *analysis.Analyzer
	terms    map[int][]map[string]bool // of each segment, by source number
}

func newSupporter(a *analysis.Analyzer) *supporter {
	return &supporter{analyzer: a, terms: map[int][]map[string]bool{}}
}

// cite returns the citations of source for a text: the segment that says most
// of it and, where figures are left over, the one that has them.
func (s *supporter) cite(source Source, text string) []Citation {
	f := source.read()
	if _, ok := s.terms[source.N]; !ok {
		for _, seg := range f.segments {
			s.terms[source.N] = append(s.terms[source.N], termSet(s.analyzer, seg.text))
		}
	}
	wanted := figuresOf(text)
	first := f.best(s.terms[source.N], termSet(s.analyzer, text), wanted)
	if first < 0 {
		return []Citation{source.cite(fold(source.Text))}
	}
	out := []Citation{source.cite(f.segments[first].text)}
	left := figures{}
	for _, figure := range wanted.missing(f.figures[first]) {
		left.add(figure)
	}
	if len(left) == 0 {
		return out
	}
	second := f.best(s.terms[source.N], nil, left)
	if second != first && len(left.missing(f.figures[second])) < len(left) {
		out = append(out, source.cite(f.segments[second].text))
	}
	return out
}

// best returns the segment that has most of the terms and figures, -1 if there
// is none. A heading supports only where nothing else does as well.
func (f *facts) best(segmentTerms []map[string]bool, terms map[string]bool, wanted figures) int {
	best, at := -1.0, -1
	for i, seg := range f.segments {
		score := 2 * float64(len(wanted)-len(wanted.missing(f.figures[i])))
		for t := range terms {
			if segmentTerms[i][t] {
				score++
			}
		}
		score /= lengthPenalty(len(segmentTerms[i]))
		if seg.kind == Heading {
			score = score/2 - 0.5
		}
		if score > best {
			best, at = score, i
		}
	}
	return at
}
