package embed

import (
	"context"
	_ "embed" // for the table
	"fmt"
	"math"

	"guichet/corpus"
	"guichet/internal/analysis"
)

//go:embed builtin.bin
var builtin []byte

// emptyCoordinate is 1 in the vector of a text without features.
const emptyCoordinate = 0

// Embedder embeds texts with a table of its features' vectors.
type Embedder struct {
	features *Features
	table    *Table
}

// Builtin returns the built-in embedder. It reads the table, in some
// milliseconds: keep the embedder. An error is a defect of the build.
func Builtin() (*Embedder, error) {
	table, err := ParseTable(builtin)
	if err != nil {
		return nil, fmt.Errorf("read the built-in embedder: %w", err)
	}
	e, err := New(table)
	if err != nil {
		return nil, fmt.Errorf("read the built-in embedder: %w", err)
	}
	return e, nil
}

// New returns an embedder with a table. It refuses one that was learned from
// terms as this program would not make them.
func New(t *Table) (*Embedder, error) {
	if t.Origin.Analysis != analysis.Version {
		return nil, fmt.Errorf("the table's terms are those of analysis %q, not %q: it must be learned again", t.Origin.Analysis, analysis.Version)
	}
	return &Embedder{features: NewFeatures(), table: t}, nil
}

// Space returns the space of the embedder's vectors.
func (e *Embedder) Space() corpus.Space {
	return corpus.Space{Embedder: "builtin", Version: e.table.Origin.Version, Dimensions: e.table.Dimensions}
}

// Origin tells what the embedder's table was learned from.
func (e *Embedder) Origin() Origin { return e.table.Origin }

// EmbedPassages returns one unit-length vector for each text. It returns an
// error only when ctx is done.
func (e *Embedder) EmbedPassages(ctx context.Context, texts []string) ([][]float32, error) {
	vectors := make([][]float32, len(texts))
	for i, text := range texts {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		vectors[i] = e.embed(text, PassageWeight)
	}
	return vectors, nil
}

// EmbedQuery returns the text's unit-length vector. It returns an error only
// when ctx is done.
func (e *Embedder) EmbedQuery(ctx context.Context, text string) ([]float32, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return e.embed(text, queryWeight), nil
}

// Knows tells whether the table has a stem.
func (e *Embedder) Knows(stem string) bool {
	_, ok := e.table.row[stem]
	return ok
}

// PassageWeight is the weight of a feature that a passage has so often: one
// that comes back says little more than one that came once.
func PassageWeight(count int) float32 { return float32(1 + math.Log(float64(count))) }

// queryWeight does not count: how often a question has a word says nothing.
func queryWeight(int) float32 { return 1 }

func (e *Embedder) embed(text string, weight func(count int) float32) []float32 {
	v := make([]float32, e.table.Dimensions)
	features, counts := count(e.features.Of(text))
	for i, feature := range features {
		e.table.add(v, feature, weight(counts[i]))
	}
	normalise(v)
	return v
}

// normalise brings v to unit length. Without features, or when they cancel
// out, it is the vector of a text without features.
func normalise(v []float32) {
	sum := 0.0
	for _, x := range v {
		square := float64(x) * float64(x)
		sum += square
	}
	if sum == 0 {
		v[emptyCoordinate] = 1
		return
	}
	scale := float32(1 / math.Sqrt(sum))
	for i := range v {
		v[i] *= scale
	}
}
