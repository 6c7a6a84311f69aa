package rag

import (
	"sync"

	"guichet/internal/analysis"
	"guichet/internal/fact"
)

// facts are what checks and citations read of a source: its segments, and the
// facts of each. They are worked out once, when first asked for.
type facts struct {
	once     sync.Once
	language string
	segments []segment
	facts    [][]fact.Fact // of each segment
	about    []fact.Fact   // of title, headings and address
	orders   []bool        // whether each segment is meant for a language model

	viewed sync.Once
	view   *passageView

	mu    sync.Mutex
	terms map[*analysis.Analyzer][]map[string]bool // of each segment
}

// termsBy returns each segment's terms.
func (f *facts) termsBy(a *analysis.Analyzer) []map[string]bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if terms, ok := f.terms[a]; ok {
		return terms
	}
	terms := make([]map[string]bool, len(f.segments))
	for i, seg := range f.segments {
		terms[i] = termSet(a, seg.text)
	}
	if f.terms == nil {
		f.terms = map[*analysis.Analyzer][]map[string]bool{}
	}
	f.terms[a] = terms
	return terms
}

// Prepared is the source with room for what is worked out of it once: a check of
// many units against one source is then quick.
func (s Source) Prepared() Source {
	s.facts = &facts{}
	return s
}

// read returns the source's facts. A source that was not made by this package
// has none to share, and is read anew.
func (s Source) read() *facts {
	f := s.facts
	if f == nil {
		f = &facts{}
	}
	f.once.Do(func() {
		f.language = languageOf(s.Title+" "+s.Text, "fr")
		f.segments = segments(s.Text)
		f.about = fact.Parse(s.Title+"\n"+s.Headings+"\n"+s.URL, f.language)
		for _, seg := range f.segments {
			f.facts = append(f.facts, fact.Parse(seg.text, f.language))
			f.orders = append(f.orders, forModels.MatchString(folded(seg.text)))
		}
	})
	return f
}

// stated tells whether one of the facts states f.
func stated(f fact.Fact, all []fact.Fact) bool {
	for _, other := range all {
		if f.StatedBy(other) {
			return true
		}
	}
	return false
}

// missing returns the facts that are stated nowhere in all.
func missing(said, all []fact.Fact) []fact.Fact {
	var out []fact.Fact
	for _, f := range said {
		if !f.Implied && f.Kind != fact.Range && !stated(f, all) {
			out = append(out, f)
		}
	}
	return out
}
