package corpus

import (
	"testing"

	"guichet/internal/analysis"
)

// "après-midi" is two words of any talk: side by side they say no more, or a question
// with it would lead to the table that has it for a heading.
func TestQuietWordsMakeNoPair(t *testing.T) {
	quiet := NewStore(nil).courtesies
	parts := analysis.For("fr").Terms("piscine après-midi")
	var terms []TermWeight
	var pairs [][2]string
	for i, term := range parts {
		terms = append(terms, TermWeight{Term: term, Frequency: 3, Weight: 2})
		if i > 0 {
			pairs = append(pairs, [2]string{parts[i-1], term})
		}
	}
	if len(pairs) < 2 {
		t.Fatalf("terms %q", parts)
	}
	found := weighted(pairs, terms, 5, quiet)
	if len(found) != 1 || found[0].first != termHash(parts[0]) {
		t.Errorf("of %q the pairs %+v count, want the first alone", pairs, found)
	}
}
