package corpus

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
