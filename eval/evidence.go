package eval

// Bin is a stretch of evidence scores and how often a right document was
// among the first five there.
type Bin struct {
	From     float64 `json:"from"`
	To       float64 `json:"to"`
	N        int     `json:"n"`
	Evidence float64 `json:"evidence"` // mean of the scores in it
	Answered float64 `json:"answered"` // share with a right document in the first five
}

// Reliability sorts outcomes into bins of equal width by their evidence, and
// leaves out empty bins. A calibrated score has Answered close to Evidence in
// every bin. Outcomes without a right document count as not answered.
func Reliability(outcomes []Outcome, bins int) []Bin {
	curve := make([]Bin, bins)
	for i := range curve {
		curve[i].From, curve[i].To = float64(i)/float64(bins), float64(i+1)/float64(bins)
	}
	for _, o := range outcomes {
		b := &curve[min(max(int(o.Evidence*float64(bins)), 0), bins-1)]
		b.N++
		b.Evidence += o.Evidence
		b.Answered += hit(5)(o)
	}
	kept := curve[:0]
	for _, b := range curve {
		if b.N == 0 {
			continue
		}
		b.Evidence /= float64(b.N)
		b.Answered /= float64(b.N)
		kept = append(kept, b)
	}
	return kept
}

// EvidenceOf returns the evidence scores of outcomes.
func EvidenceOf(outcomes []Outcome) []float64 {
	scores := make([]float64, len(outcomes))
	for i, o := range outcomes {
		scores[i] = o.Evidence
	}
	return scores
}
