package weigh

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Weights tell how much each feature speaks for each kind. They never change
// and may be used from many places at once.
type Weights struct {
	kinds []string // the first is the kind of what is nothing special
	bias  []float64
	of    map[string][]float64 // a weight for each kind
}

// Weighed is a judgement: the likeliest kind but the first, and the logarithm of
// the odds that the text is of any kind but the first.
type Weighed struct {
	Kind  string
	Score float64
	Words []string // those that spoke most for it, strongest first
}

// mostWords is how many words a judgement names.
const mostWords = 4

// Weigh judges a text. A text without words scores minus infinity.
func (w *Weights) Weigh(text string) Weighed {
	best := Weighed{Score: math.Inf(-1)}
	words := wordsOf(text)
	if len(words) == 0 {
		return best
	}
	var deciding []word
	for _, part := range stretches(words) {
		if kind, score := w.judge(featuresOf(part)); score > best.Score {
			best, deciding = Weighed{Kind: kind, Score: score}, part
		}
	}
	best.Words = w.decisive(deciding, best.Kind)
	return best
}

func (w *Weights) judge(features []feature) (string, float64) {
	sums := slices.Clone(w.bias)
	for _, f := range features {
		for k, weight := range w.of[f.name] {
			sums[k] += f.value * weight
		}
	}
	likeliest := 1
	for k := range sums[1:] {
		if sums[k+1] > sums[likeliest] {
			likeliest = k + 1
		}
	}
	return w.kinds[likeliest], logSum(sums[1:]) - sums[0]
}

// decisive returns the words that spoke most for this kind rather than the first.
func (w *Weights) decisive(words []word, kind string) []string {
	k := slices.Index(w.kinds, kind)
	speaks := make([]float64, len(words))
	for _, f := range featuresOf(words) {
		if weights := w.of[f.name]; weights != nil {
			speaks[f.word] += f.value * (weights[k] - weights[0])
		}
	}
	order := make([]int, len(words))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(speaks[b], speaks[a]) })
	var named []string
	for _, i := range order {
		if speaks[i] > 0 && len(named) < mostWords && !slices.Contains(named, words[i].written) {
			named = append(named, words[i].written)
		}
	}
	return named
}

func logSum(x []float64) float64 {
	top := slices.Max(x)
	var sum float64
	for _, v := range x {
		sum += math.Exp(v - top)
	}
	return top + math.Log(sum)
}

// hundredth is the unit in which a file writes weights.
const hundredth = 0.01

// Write writes the weights so that Parse reads them.
func (w *Weights) Write(to io.Writer) error {
	out := bufio.NewWriter(to)
	fmt.Fprintln(out, "kinds\t"+strings.Join(w.kinds, "\t"))
	line := func(name string, weights []float64) {
		fmt.Fprint(out, name)
		for _, v := range weights {
			fmt.Fprintf(out, "\t%d", int(math.Round(v/hundredth)))
		}
		fmt.Fprintln(out)
	}
	line("bias", w.bias)
	for _, name := range slices.Sorted(maps.Keys(w.of)) {
		line(name, w.of[name])
	}
	return out.Flush()
}

// Parse reads a file of weights: a line that names the kinds, one of their bias,
// and one for each feature, in hundredths. An error names the line that is not
// understood.
func Parse(file string) (*Weights, error) {
	w := &Weights{of: map[string][]float64{}}
	for line := range strings.Lines(file) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if w.kinds == nil {
			if fields[0] != "kinds" || len(fields) < 3 {
				return nil, fmt.Errorf("weights begin with %q, not with their kinds", line)
			}
			w.kinds = fields[1:]
			continue
		}
		if len(fields) != len(w.kinds)+1 {
			return nil, fmt.Errorf("weights %q: not one for each of %d kinds", line, len(w.kinds))
		}
		weights := make([]float64, len(w.kinds))
		for k, written := range fields[1:] {
			n, err := strconv.Atoi(written)
			if err != nil {
				return nil, fmt.Errorf("weights %q: %w", line, err)
			}
			weights[k] = float64(n) * hundredth
		}
		if w.bias == nil {
			w.bias = weights
			continue
		}
		w.of[fields[0]] = weights
	}
	if w.bias == nil {
		return nil, fmt.Errorf("weights have no bias")
	}
	return w, nil
}
