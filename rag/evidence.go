package rag

import (
	"math"

	"guichet/corpus"
)

// The evidence of an answer is weighed twice. Whether there is any: how likely
// it is that the question is one that these documents speak of. And whether
// what was found says all that was asked.

// Weighing is what both are weighed from, for one thing that is asked.
type Weighing struct {
	Evidence float64 // the search's
	Cover    float64 // share of the question's terms, by weight, that the best words say with what stands above them
	Score    float64 // of the best words
	Unknown  float64 // share of the question's terms, by weight, that nothing in the town's vocabulary has
	Terms    int     // of the question
	Passages int     // that were searched: among many, something always fits
	Lacks    float64 // share of the question's weightiest terms that no quoted words say
	Suited   bool    // the words hold the kind of thing that is asked for, and the years that are named
}

// WeighingNames names the values of Weighing.Values, in their order.
func WeighingNames() []string {
	return []string{"evidence", "cover", "score", "unknown", "terms", "passages", "lacks", "suited"}
}

// Values returns what is weighed, in the order of WeighingNames: evidence as
// its log odds, score, terms and passages by their logarithms.
func (w Weighing) Values() []float64 {
	evidence := min(max(w.Evidence, .005), .995)
	suited := 0.0
	if w.Suited {
		suited = 1
	}
	return []float64{
		math.Log(evidence / (1 - evidence)), w.Cover, math.Log(w.Score + .02), w.Unknown,
		math.Log1p(float64(w.Terms)), math.Log(float64(max(1, w.Passages))), w.Lacks, suited,
	}
}

// The weights of both decisions, in the order of WeighingNames, the bias last.
// Fitted by eval/fit -cases; docs/retrieval.md has the figures.
var (
	beliefWeights = [...]float64{.6886, 4.6244, .9583, -3.1536, 4.0050, -.4663, 0, 0, -1.4856}
	wholeWeights  = [...]float64{.3394, -1.0886, .7798, 2.8949, 1.2760, -.1172, -2.3479, 1.1963, .3375}
)

// leastWhole is the probability from which on an answer does not call itself
// incomplete: high, since an answer that only looks whole is worse than one that
// owns up.
const leastWhole = .8

// leastCover is the share of the question, by weight, that the best words must
// say, with what stands above them, before an answer calls itself whole.
const leastCover = .5

// leastSure is the probability from which on nothing is shown beside the words
// that were chosen.
const leastSure = .9

// leastNear is the belief from which on a designed "I do not know" names the
// nearest pages: below what an answer takes, and above what a question about
// something else has.
const leastNear = .05

// weighParts takes what was found for one thing that is asked.
func weighParts(result corpus.Result, s speaking) Weighing {
	w := Weighing{
		Evidence: result.Evidence, Cover: s.cover, Score: s.score, Terms: len(result.Asked),
		Passages: result.Scope, Lacks: s.lacks, Suited: s.suited,
	}
	var unknown, all float64
	for _, t := range result.Asked {
		all += t.Weight
		if !t.Known {
			unknown += t.Weight
		}
	}
	if all > 0 {
		w.Unknown = unknown / all
	}
	return w
}

// belief is how likely it is, in [0, 1], that the question is one that the
// documents speak of.
func (w Weighing) belief() float64 { return probability(beliefWeights[:], w.Values()) }

// whole is how likely it is, in [0, 1], that the words that were chosen answer
// all that was asked.
func (w Weighing) whole() float64 {
	if w.Cover < leastCover || !w.Suited {
		return 0
	}
	return probability(wholeWeights[:], w.Values())
}

func probability(weights, values []float64) float64 {
	sum := weights[len(values)]
	for i, v := range values {
		sum += weights[i] * v
	}
	return 1 / (1 + math.Exp(-sum))
}
