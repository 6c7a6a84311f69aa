package corpus

import (
	"math"
	"slices"
)

// Signals are what the evidence is weighed from: how the best document stands
// to the question.
type Signals struct {
	Coverage  float64 // share of the question's own terms that it has, by weight
	Strength  float64 // mean weight of its three strongest terms of the question
	Cosine    float64 // of its best passage
	Pair      float64 // weight of the heaviest pair that it has
	Pairs     float64 // share of the question's pairs that it has
	Agreement float64 // minus the logarithms of its ranks by each kind of evidence
	Lead      float64 // its score, less that of the fifth document
	Score     float64
}

// signals looks at the best of the candidates.
func (q *inquiry) signals(found []candidate) Signals {
	if len(found) == 0 {
		return Signals{}
	}
	best := found[0]
	s := Signals{Cosine: best.cosine, Pairs: best.pairs, Score: best.score}
	s.Coverage, s.Strength = q.coverage(best.document)
	for _, p := range q.pairs {
		s.Pair = max(s.Pair, p.weight*best.pairs)
	}
	s.Agreement = agreement(found)
	if len(found) > 4 {
		s.Lead = best.score - found[4].score
	}
	return s
}

// coverage tells how much of the question a document has. A term that nothing
// has weighs as much as the rarest could.
func (q *inquiry) coverage(document int32) (share, strength float64) {
	rarest := math.Log(1 + float64(q.view.passageCount())/.5)
	var has, all float64
	var weights []float64
	for i, t := range q.lexical.terms {
		if t.From != "" {
			continue
		}
		weight := t.Weight
		if t.Frequency == 0 {
			weight = rarest
		}
		all += weight
		if q.lexical.matched[document]&(1<<i) != 0 {
			has += weight
			weights = append(weights, weight)
		}
	}
	if all == 0 {
		return 0, 0
	}
	slices.Sort(weights)
	for _, w := range weights[max(0, len(weights)-3):] {
		strength += w / 3
	}
	return has / all, strength
}

// agreement is 0 where the best candidate leads by every kind of evidence.
func agreement(found []candidate) float64 {
	best, sum := found[0], 0.0
	for _, kind := range []func(c candidate) float64{
		func(c candidate) float64 { return c.passage },
		func(c candidate) float64 { return c.whole },
		func(c candidate) float64 { return c.cosine },
		func(c candidate) float64 { return c.pairs },
	} {
		rank := 1
		for _, c := range found {
			if kind(c) > kind(best) {
				rank++
			}
		}
		sum -= math.Log(float64(rank))
	}
	return sum
}

// evidence weighs the signals.
func (s Signals) evidence() float64 { return s.Coverage }
