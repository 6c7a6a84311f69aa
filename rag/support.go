package rag

import (
	"guichet/internal/analysis"
	"guichet/internal/fact"
)

// supporter finds the words of a source that support a unit.
type supporter struct{ analyzer *analysis.Analyzer }

func newSupporter(a *analysis.Analyzer) *supporter {
	return &supporter{analyzer: a}
}

// cite returns the citations of source for a text: the segment that says most
// of it and, where facts are left over, the one that has them.
func (s *supporter) cite(source Source, text string) []Citation {
	f := source.read()
	terms := f.termsBy(s.analyzer)
	wanted := fact.Parse(text, languageOf(text, f.language))
	first := f.best(terms, termSet(s.analyzer, text), wanted)
	if first < 0 {
		return []Citation{source.cite(fold(source.Text))}
	}
	out := []Citation{source.cite(f.segments[first].text)}
	left := missing(wanted, f.facts[first])
	if len(left) == 0 {
		return out
	}
	second := f.best(terms, nil, left)
	if second != first && len(missing(left, f.facts[second])) < len(left) {
		out = append(out, source.cite(f.segments[second].text))
	}
	return out
}

// best returns the segment that has most of the terms and facts, -1 if there
// is none. A heading supports only where nothing else does as well.
func (f *facts) best(segmentTerms []map[string]bool, terms map[string]bool, wanted []fact.Fact) int {
	best, at := -1.0, -1
	for i, seg := range f.segments {
		score := 2 * float64(len(wanted)-len(missing(wanted, f.facts[i])))
		for t := range terms {
			if segmentTerms[i][t] {
				score++
			}
		}
		score /= lengthPenalty(Sentence, len(segmentTerms[i]))
		if seg.kind == Heading {
			score = score/2 - 0.5
		}
		if score > best {
			best, at = score, i
		}
	}
	return at
}
