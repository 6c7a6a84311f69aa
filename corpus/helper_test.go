package corpus

import (
	"context"
	"hash/fnv"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"guichet/internal/postgrestest"
)

// bagEmbedder is a tiny deterministic embedder: each word adds to a dimension.
type bagEmbedder struct {
	version string
	err     error
}

func (e bagEmbedder) Space() Space { return Space{Embedder: "bag", Version: e.version, Dimensions: 8} }

func (e bagEmbedder) EmbedPassages(_ context.Context, texts []string) ([][]float32, error) {
	vectors := make([][]float32, len(texts))
	for i, text := range texts {
		vectors[i] = bag(text)
	}
	return vectors, e.err
}

func (e bagEmbedder) EmbedQuery(_ context.Context, text string) ([]float32, error) {
	return bag(text), e.err
}

func bag(text string) []float32 {
	v := make([]float32, 8)
	v[0] = 0.1
	for _, word := range strings.Fields(strings.ToLower(text)) {
		h := fnv.New32a()
		_, _ = h.Write([]byte(word))
		v[h.Sum32()%8]++
	}
	var sum float64
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	for i := range v {
		v[i] /= float32(math.Sqrt(sum))
	}
	return v
}

var testEmbedder = bagEmbedder{version: "1"}

// newStore returns a store on a database of the test's own, and its default
// town.
func newStore(t testing.TB) (*Store, *pgxpool.Pool, Town) {
	t.Helper()
	pool := postgrestest.Open(t)
	s := NewStore(pool)
	town, err := s.DefaultTown(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s, pool, town
}

func newCollection(t testing.TB, s *Store, town int64, name string) Collection {
	t.Helper()
	c, err := s.EnsureCollection(t.Context(), town, name, "fr")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// document makes a document of one passage for each text.
func document(key, title string, texts ...string) Document {
	d := Document{
		Key:         key,
		Name:        key,
		Title:       title,
		URL:         "https://example.org/" + key,
		MediaType:   "text/markdown",
		ModifiedOn:  time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC),
		ContentHash: []byte(title + strings.Join(texts, "\x01")),
		Extractor:   "test 1",
	}
	for _, text := range texts {
		d.Passages = append(d.Passages, Passage{
			Headings: []string{title, "Section"},
			Text:     text,
			Tokens:   len(strings.Fields(text)),
		})
	}
	return d
}

// vectorsFor embeds what the run has not kept.
func vectorsFor(ctx context.Context, r *Run, d Document) ([][]float32, error) {
	kept, err := r.Kept(ctx, d)
	if err != nil {
		return nil, err
	}
	vectors := make([][]float32, len(d.Passages))
	for i, p := range d.Passages {
		if !kept[i] {
			vectors[i] = bag(EmbeddingText(d.Title, p))
		}
	}
	return vectors, nil
}

func put(t testing.TB, r *Run, d Document) {
	t.Helper()
	vectors, err := vectorsFor(t.Context(), r, d)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Put(t.Context(), d, vectors); err != nil {
		t.Fatal(err)
	}
}

var testSource = SourceRef{Kind: "folder", URI: "/documents"}

// publish writes an edition of one source and publishes it.
func publish(t testing.TB, s *Store, c Collection, write func(r *Run)) {
	t.Helper()
	ctx := t.Context()
	e, err := s.OpenEdition(ctx, c, testEmbedder.Space(), []SourceRef{testSource})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	r, err := e.StartRun(ctx, testSource)
	if err != nil {
		t.Fatal(err)
	}
	write(r)
	if err := r.Finish(ctx, Counts{}, nil); err != nil {
		t.Fatal(err)
	}
	if changed, err := e.Complete(ctx); err != nil || !changed {
		t.Fatalf("complete: changed %v, %v", changed, err)
	}
	if err := e.Publish(ctx); err != nil {
		t.Fatal(err)
	}
}

func search(t testing.TB, s *Store, town Town, question string) Result {
	t.Helper()
	scope, err := s.Scope(t.Context(), town.ID)
	if err != nil {
		t.Fatal(err)
	}
	result, err := NewSearcher(s, testEmbedder).Search(t.Context(), scope, Query{Text: question, Ranked: true})
	if err != nil {
		t.Fatal(err)
	}
	return result
}
