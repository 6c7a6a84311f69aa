package weigh

import (
	"cmp"
	"fmt"
	"io"
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
	of    string // a byte for each bucket and kind: a signed number of units
}

// unit is the fineness of a weight in a file.
const unit = 0.05

// quantised returns weights in units, by bucket, then kind.
func quantised(kinds []string, bias, weights []float64) *Weights {
	w := &Weights{kinds: slices.Clone(kinds)}
	for _, b := range bias {
		w.bias = append(w.bias, math.Round(b/unit)*unit)
	}
	bytes := make([]byte, len(weights))
	for i, v := range weights {
		bytes[i] = byte(int8(max(-127, min(127, math.Round(v/unit)))))
	}
	w.of = string(bytes)
	return w
}

// weight is that of a bucket for a kind.
func (w *Weights) weight(bucket, kind int) float64 {
	return float64(int8(w.of[bucket*len(w.kinds)+kind])) * unit
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
		for k := range sums {
			sums[k] += f.value * w.weight(f.bucket, k)
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
		speaks[f.word] += f.value * (w.weight(f.bucket, k) - w.weight(f.bucket, 0))
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

// Write writes the weights so that Parse reads them.
func (w *Weights) Write(to io.Writer) error {
	var head strings.Builder
	head.WriteString("kinds\t" + strings.Join(w.kinds, "\t") + "\nbias")
	for _, b := range w.bias {
		head.WriteString("\t" + strconv.Itoa(int(math.Round(b/unit))))
	}
	_, err := io.WriteString(to, head.String()+"\n"+w.of)
	return err
}

// Parse reads what Write wrote: a line that names the kinds, one of their bias
// in units, and a byte for each bucket and kind.
func Parse(file string) (*Weights, error) {
	first, rest, _ := strings.Cut(file, "\n")
	second, rest, _ := strings.Cut(rest, "\n")
	kinds, bias := strings.Split(first, "\t"), strings.Split(second, "\t")
	if kinds[0] != "kinds" || len(kinds) < 3 {
		return nil, fmt.Errorf("weights begin with %q, not with their kinds", first)
	}
	if bias[0] != "bias" || len(bias) != len(kinds) {
		return nil, fmt.Errorf("weights have %q, not the bias of %d kinds", second, len(kinds)-1)
	}
	w := &Weights{kinds: kinds[1:], of: rest}
	for _, written := range bias[1:] {
		n, err := strconv.Atoi(written)
		if err != nil {
			return nil, fmt.Errorf("the bias of weights: %w", err)
		}
		w.bias = append(w.bias, float64(n)*unit)
	}
	if want := buckets * len(w.kinds); len(rest) != want {
		return nil, fmt.Errorf("weights have %d bytes, want %d", len(rest), want)
	}
	return w, nil
}
