package main

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"

	"golang.org/x/sync/errgroup"
)

type contrastSettings struct {
	epochs, batch      int
	rate, temperature  float64
	titles, siblings   float64 // shares of queries
	removed, forgotten float64 // shares of words
}

func defaultContrast() contrastSettings {
	return contrastSettings{
		epochs: 2, batch: 192, rate: .05, temperature: .25,
		titles: .4, siblings: .2, removed: .5, forgotten: .1,
	}
}

// meanOfRuns trains from one start several times and returns the mean.
func meanOfRuns(ctx context.Context, c *corpus, start *matrix, s contrastSettings, runs int) (*matrix, error) {
	start = start.clone()
	scaleRows(start)
	trained := make([]*matrix, runs)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i := range trained {
		group.Go(func() error {
			trained[i] = start.clone()
			return newTrainer(c, trained[i], s, uint64(i)).train(ctx)
		})
	}
	if err := group.Wait(); err != nil {
		return nil, fmt.Errorf("contrastive training: %w", err)
	}
	mean := newMatrix(start.height, start.width)
	for _, m := range trained {
		addTo(mean.cells, 1/float32(runs), m.cells)
	}
	return mean, nil
}

// scaleRows makes the rows of unit length on average, which the rate of
// learning is meant for.
func scaleRows(m *matrix) {
	sum := 0.0
	for i := range m.height {
		sum += float64(length(m.row(i)))
	}
	if sum > 0 {
		multiply(m.cells, float32(float64(m.height)/sum))
	}
}

// trainer changes the features' vectors, batch by batch.
type trainer struct {
	corpus   *corpus
	settings contrastSettings
	vectors  *matrix
	random   *rand.Rand

	passages []int     // that are worth learning from
	siblings [][]int   // of them, by document
	squares  []float32 // of each feature's gradients so far, summed
	gradient map[int32][]float32
}

// shortestPassage is the number of features above which a passage is worth
// learning from.
const shortestPassage = 5

func newTrainer(c *corpus, vectors *matrix, s contrastSettings, seed uint64) *trainer {
	t := &trainer{
		corpus: c, settings: s, vectors: vectors,
		random:   rand.New(rand.NewPCG(seed, 2)),
		siblings: make([][]int, len(c.titles)),
		squares:  make([]float32, len(c.features)),
		gradient: make(map[int32][]float32),
	}
	for i, p := range c.passages {
		if len(p.body) > shortestPassage {
			t.passages = append(t.passages, i)
			t.siblings[p.document] = append(t.siblings[p.document], i)
		}
	}
	return t
}

// train passes over the passages, learning less each time. A last batch that
// is not full is left out; a corpus smaller than a batch is one.
func (t *trainer) train(ctx context.Context) error {
	size := min(t.settings.batch, len(t.passages))
	if size < 2 {
		return nil
	}
	for epoch := range t.settings.epochs {
		t.random.Shuffle(len(t.passages), func(i, j int) {
			t.passages[i], t.passages[j] = t.passages[j], t.passages[i]
		})
		rate := t.settings.rate * (1 - float64(epoch)/float64(t.settings.epochs))
		for first := 0; first+size <= len(t.passages); first += size {
			if err := ctx.Err(); err != nil {
				return err
			}
			t.step(t.passages[first:first+size], float32(rate))
		}
	}
	return nil
}

// text is one side of a pair: weighted features and what they come to.
type text struct {
	ids      []int32
	weights  []float32
	vector   []float32 // of unit length
	length   float32   // before
	gradient []float32
}

func (t *trainer) embed(ids []int32, weights []float32) text {
	x := text{ids: ids, weights: weights, vector: make([]float32, t.vectors.width), gradient: make([]float32, t.vectors.width)}
	for i, id := range ids {
		addTo(x.vector, weights[i], t.vectors.row(int(id)))
	}
	x.length = length(x.vector) + 1e-6
	multiply(x.vector, 1/x.length)
	return x
}

// step makes queries for the passages and learns to tell them apart.
func (t *trainer) step(passages []int, rate float32) {
	queries, answers := make([]text, len(passages)), make([]text, len(passages))
	documents := make([]int, len(passages))
	for i, p := range passages {
		query, answer := t.pair(p)
		queries[i] = t.embed(query.ids, query.weights)
		answers[i] = t.embed(answer.ids, answer.weights)
		documents[i] = t.corpus.passages[p].document
	}
	t.contrast(queries, answers, documents)
	clear(t.gradient)
	for i := range queries {
		t.spread(&queries[i])
		t.spread(&answers[i])
	}
	for id, gradient := range t.gradient {
		t.squares[id] += dot(gradient, gradient) / float32(len(gradient))
		adapted := rate / (float32(math.Sqrt(float64(t.squares[id]))) + 1e-10)
		addTo(t.vectors.row(int(id)), -adapted, gradient)
	}
}

// contrast computes the gradients of the loss: the mean over queries of
// -log softmax(cosine / temperature) of their own passage. Other passages of
// the same document are no wrong answers and are left out.
func (t *trainer) contrast(queries, answers []text, documents []int) {
	sharp := 1 / t.settings.temperature
	shares := make([]float64, len(answers))
	for i := range queries {
		top, sum := math.Inf(-1), 0.0
		for j := range answers {
			shares[j] = math.Inf(-1)
			if i == j || documents[i] != documents[j] {
				shares[j] = float64(dot(queries[i].vector, answers[j].vector)) * sharp
			}
			top = max(top, shares[j])
		}
		for j := range shares {
			shares[j] = math.Exp(shares[j] - top)
			sum += shares[j]
		}
		for j := range answers {
			slope := shares[j] / sum
			if i == j {
				slope--
			}
			if math.Abs(slope) < 1e-5 {
				continue
			}
			pull := float32(slope * sharp / float64(len(queries)))
			addTo(queries[i].gradient, pull, answers[j].vector)
			addTo(answers[j].gradient, pull, queries[i].vector)
		}
	}
}

// spread hands a text's gradient on to its features, through the scaling to
// unit length.
func (t *trainer) spread(x *text) {
	addTo(x.gradient, -dot(x.gradient, x.vector), x.vector)
	multiply(x.gradient, 1/x.length)
	for i, id := range x.ids {
		sum := t.gradient[id]
		if sum == nil {
			sum = make([]float32, len(x.gradient))
			t.gradient[id] = sum
		}
		addTo(sum, x.weights[i], x.gradient)
	}
}
