package embed

import (
	"context"
	"math"

	"guichet/corpus"
	"guichet/internal/analysis"
)

const (
	version    = "1"
	dimensions = 384
	// The first coordinate is kept for texts without a single term, so that
	// they are near nothing else.
	emptyCoordinate = 0

	stemWeight  = 1.0
	ngramWeight = 0.35 // of all of a term's n-grams together
	shortest    = 3    // n-gram, in bytes of the folded term with its borders
	longest     = 5
)

// Embedder is the built-in embedder.
type Embedder struct{ analyzer *analysis.Analyzer }

// Builtin returns the built-in embedder.
func Builtin() *Embedder { return &Embedder{analyzer: analysis.For("fr")} }

// Space returns the space of the embedder's vectors.
func (e *Embedder) Space() corpus.Space {
	return corpus.Space{Embedder: "builtin", Version: version, Dimensions: dimensions}
}

// EmbedPassages returns one unit-length vector for each text. It returns an
// error only when ctx is done.
func (e *Embedder) EmbedPassages(ctx context.Context, texts []string) ([][]float32, error) {
	vectors := make([][]float32, len(texts))
	for i, text := range texts {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		vectors[i] = e.embed(text)
	}
	return vectors, nil
}

// EmbedQuery returns the text's unit-length vector. It returns an error only
// when ctx is done.
func (e *Embedder) EmbedQuery(ctx context.Context, text string) ([]float32, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return e.embed(text), nil
}

func (e *Embedder) embed(text string) []float32 {
	terms, counts := count(e.analyzer.Terms(text))
	v := make([]float32, dimensions)
	for i, term := range terms {
		// A term that comes back says little more than one that came once.
		weight := 1 + math.Log(float64(counts[i]))
		addTerm(v, term, float32(weight))
	}
	if len(terms) == 0 {
		v[emptyCoordinate] = 1
	}
	normalise(v)
	return v
}

// count returns the distinct terms in the order of their first place, so that
// sums of floats come out the same each time, and how often each comes.
func count(all []string) (terms []string, counts []int) {
	place := make(map[string]int, len(all))
	for _, term := range all {
		i, ok := place[term]
		if !ok {
			i = len(terms)
			place[term] = i
			terms, counts = append(terms, term), append(counts, 0)
		}
		counts[i]++
	}
	return terms, counts
}

// addTerm adds a term's own feature and those of its n-grams.
func addTerm(v []float32, term string, weight float32) {
	addFeature(v, hash(0, term), weight*stemWeight)
	bordered := "<" + term + ">"
	n := 0
	for size := shortest; size <= longest; size++ {
		n += max(0, len(bordered)-size+1)
	}
	if n == 0 {
		return
	}
	each := weight * ngramWeight / float32(math.Sqrt(float64(n)))
	for size := shortest; size <= longest; size++ {
		for i := 0; i+size <= len(bordered); i++ {
			addFeature(v, hash(1, bordered[i:i+size]), each)
		}
	}
}

// addFeature adds a feature's four signed coordinates.
func addFeature(v []float32, h uint64, weight float32) {
	for range 4 {
		i := 1 + int(h&0x7fff)%(dimensions-1)
		if h&0x8000 != 0 {
			v[i] -= weight
		} else {
			v[i] += weight
		}
		h >>= 16
	}
}

// hash is FNV-1a with a final mix, since its lower bits alone are poor.
func hash(kind byte, s string) uint64 {
	h := (14695981039346656037 ^ uint64(kind)) * 1099511628211
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

// normalise brings v to unit length. Features may cancel out: then it is the
// vector of a text without terms.
func normalise(v []float32) {
	sum := 0.0
	for _, x := range v {
		sum += float64(x) * float64(x)
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
