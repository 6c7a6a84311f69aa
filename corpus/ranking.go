package corpus

// Ranking holds the parameters by which passages are scored. All of them act
// when a query is asked: none is baked into the index.
type Ranking struct {
	K1 float64 // BM25: how soon more occurrences of a term stop counting
	B  float64 // BM25: how much long passages are marked down, 0 to 1

	// What an occurrence in the title or the heading path counts, where one
	// in the body counts 1.
	Title    float64
	Headings float64

	// Depth is how many passages each index gives to the fusion.
	Depth int

	// Reciprocal rank fusion: a list's passage at rank r is worth
	// weight / (RankOffset + r).
	RankOffset    float64
	LexicalWeight float64
	VectorWeight  float64

	// PassagesPerDocument bounds the passages of one hit.
	PassagesPerDocument int
}

// DefaultRanking returns the parameters that a Searcher starts with.
func DefaultRanking() Ranking {
	return Ranking{
		K1:                  1.2,
		B:                   0.75,
		Title:               2,
		Headings:            1,
		Depth:               100,
		RankOffset:          10,
		LexicalWeight:       1,
		VectorWeight:        0.3,
		PassagesPerDocument: 5,
	}
}

// fields is the weighted number of a term's occurrences.
func (r Ranking) fields(o occurrences) float64 {
	return r.Title*float64(o.title) + r.Headings*float64(o.headings) + float64(o.body)
}
