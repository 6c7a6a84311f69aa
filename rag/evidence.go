package rag

import (
	"math"

	"guichet/corpus"
)

// The evidence of an answer is weighed twice. Whether there is any: how likely
// it is that the question is one that these documents speak of. And whether
// what was found says all that was asked.

// Thresholds of an answer that does not call itself incomplete: what share of
// the question's weightiest terms its words may lack, and what share of all
// terms the best of them must say.
const (
	mostLacking = .35
	leastCover  = .6
	mostUnknown = .25 // share of its terms that nothing in the town's vocabulary has
)

// belief tells how likely it is, in [0, 1], that a question is one that the
// documents speak of: by the search's evidence, by how far the best words that
// could be quoted speak to it, by what share of its words nothing in the town's
// vocabulary has, and by its length. Fitted by logistic regression on the demo
// town, alone and beside the national sheets; docs/retrieval.md has the figures.
func belief(result corpus.Result, speaks speaking) float64 {
	var unknown, all float64
	for _, t := range result.Asked {
		all += t.Weight
		if !t.Known {
			unknown += t.Weight
		}
	}
	if all > 0 {
		unknown /= all
	}
	evidence := min(max(result.Evidence, .005), .995)
	sum := beliefBias +
		beliefEvidence*math.Log(evidence/(1-evidence)) +
		beliefCover*speaks.cover +
		beliefScore*math.Log(speaks.score+.02) +
		beliefUnknown*unknown +
		beliefLength*math.Log1p(float64(len(result.Asked))) +
		beliefScope*math.Log(float64(max(1, result.Scope)))
	return 1 / (1 + math.Exp(-sum))
}

// whole tells whether the words that were chosen answer all that was asked, as
// far as words tell.
func (s speaking) whole() bool {
	return s.suited && s.lacks < mostLacking && s.cover >= leastCover && s.unknown < mostUnknown
}

// The weights of belief.
const (
	beliefBias     = -.0990
	beliefEvidence = .8105
	beliefCover    = 4.3858
	beliefScore    = .6228
	beliefUnknown  = -4.3563
	beliefLength   = 3.2292
	beliefScope    = -.4832 // by the logarithm of the passages searched: among many, something always fits
)
