package weigh

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Example is a text of a known kind.
type Example struct{ Kind, Text string }

const (
	rounds = 25   // times that each example is seen
	pace   = 0.5  // AdaGrad's step
	steady = 0.02 // keeps its first steps small
	decay  = 5e-4 // draws weights towards zero
	biasBy = 0.02 // step of the bias
)

// Learn finds the weights of some kinds, the first being that of what is
// nothing special, that tell the examples apart. The same examples in the same order give
// the same weights.
func Learn(kinds []string, examples []Example) *Weights {
	l := newLearner(kinds, examples)
	order := rand.New(rand.NewPCG(1, 1))
	for range rounds {
		for _, i := range order.Perm(len(l.examples)) {
			l.learn(l.examples[i])
		}
	}
	return quantised(kinds, l.bias, l.weights)
}

type learner struct {
	examples []learnt
	bias     []float64
	weights  []float64 // by bucket, then kind
	squares  []float64 // of the gradients so far
	off      []float64 // what learn computes with
}

type learnt struct {
	kind    int
	buckets []int // each once
	values  []float64
}

func newLearner(kinds []string, examples []Example) *learner {
	l := &learner{
		bias: make([]float64, len(kinds)), off: make([]float64, len(kinds)),
		weights: make([]float64, buckets*len(kinds)), squares: make([]float64, buckets*len(kinds)),
	}
	for _, e := range examples {
		one := learnt{kind: slices.Index(kinds, e.Kind)}
		if one.kind < 0 {
			continue
		}
		words := wordsOf(e.Text)
		at := map[int]int{}
		for _, f := range featuresOf(words[:min(len(words), 2*window)]) {
			i, known := at[f.bucket]
			if !known {
				i = len(one.buckets)
				at[f.bucket] = i
				one.buckets, one.values = append(one.buckets, f.bucket), append(one.values, 0)
			}
			one.values[i] += f.value
		}
		l.examples = append(l.examples, one)
	}
	return l
}

func (l *learner) learn(e learnt) {
	off := l.off
	n := len(off)
	copy(off, l.bias)
	for i, bucket := range e.buckets {
		for k, weight := range l.weights[bucket*n : bucket*n+n] {
			off[k] += e.values[i] * weight
		}
	}
	all := logSum(off)
	for k := range off {
		off[k] = math.Exp(off[k] - all)
	}
	off[e.kind]--
	for k := range off {
		l.bias[k] -= biasBy * off[k]
	}
	for i, bucket := range e.buckets {
		for k := range off {
			at := bucket*n + k
			gradient := off[k]*e.values[i] + decay*l.weights[at]
			l.squares[at] += gradient * gradient
			l.weights[at] -= pace * gradient / math.Sqrt(l.squares[at]+steady)
		}
	}
}
