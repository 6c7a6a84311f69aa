package corpus

import (
	"cmp"
	"slices"
)

// Learned is an Embedder with a vocabulary of its own: of a word that it never
// learned, its vectors tell nothing.
type Learned interface {
	// Knows tells whether the embedder learned a term, as internal/analysis
	// writes it in the embedder's language.
	Knows(term string) bool
}

// trust is what the question's vector counts, in [0, 1]: the square of the share
// of the question, by weight, that the embedder learned. "Téléassistance,
// combien ?" is near every page that says "combien" to one that knows no other
// word of it. An embedder that is not Learned is trusted.
func trust(e Embedder, terms []TermWeight) float64 {
	learned, ok := e.(Learned)
	if !ok {
		return 1
	}
	var known, all float64
	for _, t := range terms {
		if t.From != "" || t.Frequency == 0 {
			continue // the thesaurus's, or one that no passage has
		}
		all += t.Weight
		if learned.Knows(t.Term) {
			known += t.Weight
		}
	}
	if all == 0 {
		return 1
	}
	return known / all * (known / all)
}

// asTrusted is the order of the candidates if the vector counted in full, as the
// evidence was fitted: a question that no town answers has words that the embedder
// never learnt, too, and finds a page that has one of them.
func (q *inquiry) asTrusted(found []candidate, vectorWeight float64) []candidate {
	missing := vectorWeight - q.ranking.VectorWeight
	if missing == 0 {
		return found
	}
	full := func(c candidate) float64 { return c.score + missing*c.cosine }
	found = slices.Clone(found)
	slices.SortStableFunc(found, func(a, b candidate) int { return cmp.Compare(full(b), full(a)) })
	return found
}
