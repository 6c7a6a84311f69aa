package weigh

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Example is a text of a known kind.
type Example struct{ Kind, Text string }

const (
	rounds  = 25   // times that each example is seen
	pace    = 0.5  // AdaGrad's step
	steady  = 0.02 // keeps its first steps small
	decay   = 1e-4 // draws weights towards zero
	seenBy  = 3    // examples that must have a feature for it to have weights
	biasBy  = 0.02 // step of the bias
	tooFine = 0.1  // a feature all whose weights are smaller is left out
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
	w := &Weights{kinds: slices.Clone(kinds), bias: l.bias, of: map[string][]float64{}}
	for name, id := range l.ids {
		if weights := l.weights[id]; slices.ContainsFunc(weights, func(v float64) bool { return math.Abs(v) >= tooFine }) {
			w.of[name] = weights
		}
	}
	return w
}

type learner struct {
	ids      map[string]int
	examples []learnt
	bias     []float64
	weights  [][]float64 // by feature, then kind
	squares  [][]float64 // of the gradients so far
}

type learnt struct {
	kind   int
	ids    []int
	values []float64
}

func newLearner(kinds []string, examples []Example) *learner {
	l := &learner{ids: map[string]int{}, bias: make([]float64, len(kinds))}
	seen := map[string]int{}
	features := make([]map[string]float64, len(examples))
	for i, e := range examples {
		features[i] = map[string]float64{}
		words := wordsOf(e.Text)
		for _, f := range featuresOf(words[:min(len(words), 2*window)]) {
			features[i][f.name] += f.value
		}
		for name := range features[i] {
			seen[name]++
		}
	}
	for i, e := range examples {
		one := learnt{kind: slices.Index(kinds, e.Kind)}
		if one.kind < 0 {
			continue
		}
		names := make([]string, 0, len(features[i]))
		for name := range features[i] {
			if seen[name] >= seenBy {
				names = append(names, name)
			}
		}
		slices.Sort(names)
		for _, name := range names {
			id, known := l.ids[name]
			if !known {
				id = len(l.weights)
				l.ids[name] = id
				l.weights = append(l.weights, make([]float64, len(kinds)))
				l.squares = append(l.squares, make([]float64, len(kinds)))
			}
			one.ids = append(one.ids, id)
			one.values = append(one.values, features[i][name])
		}
		l.examples = append(l.examples, one)
	}
	return l
}

func (l *learner) learn(e learnt) {
	sums := slices.Clone(l.bias)
	for i, id := range e.ids {
		for k, weight := range l.weights[id] {
			sums[k] += e.values[i] * weight
		}
	}
	all := logSum(sums)
	for k := range sums {
		off := math.Exp(sums[k] - all)
		if k == e.kind {
			off--
		}
		l.bias[k] -= biasBy * off
		for i, id := range e.ids {
			gradient := off*e.values[i] + decay*l.weights[id][k]
			l.squares[id][k] += gradient * gradient
			l.weights[id][k] -= pace * gradient / math.Sqrt(l.squares[id][k]+steady)
		}
	}
}
