package corpus

// Ranking holds the parameters by which documents are found and scored. All of
// them act when a query is asked: none is baked into the index. How they were
// chosen stands in docs/retrieval.md.
type Ranking struct {
	Passage  Field // BM25 of passages
	Document Field // BM25 of whole documents

	// What each kind of evidence weighs in a document's score. The first
	// three are shares of what the query could give, in [0, 1]; the fourth is
	// a cosine.
	PassageWeight  float64 // its best passage's BM25
	DocumentWeight float64 // its own BM25
	PairWeight     float64 // words side by side in the question and in it
	VectorWeight   float64 // its best passage's cosine

	// HeadingsWeight is what the question's words in a passage's headings
	// weigh beside these when the passages of one document are put in order.
	HeadingsWeight float64

	// TownBonus is added to the documents of the town's own collections that
	// speak to the question as the shared ones do: that have at least
	// TownCoverage of what the best of those has of the question's terms, by
	// weight.
	TownBonus    float64
	TownCoverage float64

	// YearBonus is added to documents that are over, of a year that the
	// question names.
	YearBonus float64

	// ExpansionWeight is what a term that the thesaurus adds counts, where
	// one of the question counts 1.
	ExpansionWeight float64

	Depth               int // passages that the vectors give to the fusion
	Candidates          int // documents that are looked at closely
	PassagesPerDocument int // of each of the first three hits
	LaterPassages       int // of one behind them
}

// Field holds the parameters of a BM25 over weighted fields (Robertson and
// Zaragoza 2009): an occurrence in the body counts 1.
type Field struct {
	K1       float64 // how soon more occurrences of a term stop counting
	B        float64 // how much long texts are marked down, 0 to 1
	Title    float64 // what an occurrence in the title counts
	Headings float64 // what an occurrence in the heading path counts
}

// DefaultRanking returns the parameters that a Searcher starts with.
func DefaultRanking() Ranking {
	return Ranking{
		Passage:             Field{K1: 1.5, B: .75, Title: 2, Headings: 1},
		Document:            Field{K1: 3, B: .75, Title: 5, Headings: 2},
		PassageWeight:       4,
		DocumentWeight:      4,
		PairWeight:          7,
		VectorWeight:        9,
		HeadingsWeight:      8,
		TownBonus:           6,
		TownCoverage:        .6,
		YearBonus:           4,
		ExpansionWeight:     .4,
		Depth:               100,
		Candidates:          30,
		PassagesPerDocument: 12,
		LaterPassages:       5,
	}
}

// frequency is the weighted number of a term's occurrences.
func (f Field) frequency(o occurrences) float64 {
	return f.Title*float64(o.title) + f.Headings*float64(o.headings) + float64(o.body)
}

// saturate is BM25's answer to a weighted frequency in a text of this length.
func (f Field) saturate(frequency, length, average float64) float64 {
	if frequency <= 0 {
		return 0
	}
	return frequency * (f.K1 + 1) / (frequency + f.K1*(1-f.B+f.B*length/average))
}
