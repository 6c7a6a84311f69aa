package llm

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"guichet/internal/llmtest"
)

func newTestEmbedder(t *testing.T, s *llmtest.Server, change func(*EmbedderConfig)) *Embedder {
	t.Helper()
	cfg := EmbedderConfig{URL: s.URL, Model: "bge-m3", Key: "sk-secret-key", Dimensions: 8, BatchSize: 2}
	if change != nil {
		change(&cfg)
	}
	e, err := NewEmbedder(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	return e
}

// unit is the vector the scripted server gives, scaled.
func unit(text string) []float32 {
	v := llmtest.Vector(text, 8)
	toUnit(v)
	return v
}

func same(a, b []float32) bool {
	return slices.EqualFunc(a, b, func(x, y float32) bool { return math.Abs(float64(x-y)) < 1e-6 })
}

func TestEmbedPassages(t *testing.T) {
	for name, vectors := range map[string]llmtest.Vectors{"good": llmtest.VectorsGood, "shuffled": llmtest.VectorsShuffled} {
		s := llmtest.New(t, llmtest.Script{Vectors: vectors})
		e := newTestEmbedder(t, s, nil)
		texts := []string{"la mairie\nest ouverte", "deux", "trois"}
		kept := slices.Clone(texts)
		got, err := e.EmbedPassages(context.Background(), texts)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(texts, kept) {
			t.Errorf("%s: the caller's texts became %q", name, texts)
		}
		for i, text := range texts {
			if !same(got[i], unit(text)) {
				t.Errorf("%s: vector %d is not that of %q", name, i, text)
			}
		}
		if n := len(s.Requests()); n != 2 || s.Requests()[0].Input[0] != texts[0] {
			t.Errorf("%s: %d requests, first input %q", name, n, s.Requests()[0].Input)
		}
	}
}

func TestEmbedderChecks(t *testing.T) {
	for name, c := range map[string]struct {
		script   llmtest.Script
		want     error
		requests int
	}{
		"short":           {llmtest.Script{Vectors: llmtest.VectorsShort}, ErrGarbled, 1},
		"wrong dimension": {llmtest.Script{Vectors: llmtest.VectorsWrong}, ErrGarbled, 1},
		"other model":     {llmtest.Script{Dimensions: 9}, ErrGarbled, 1},
		"index twice":     {llmtest.Script{Vectors: llmtest.VectorsTwice}, ErrGarbled, 1},
		"wrong key":       {llmtest.Status(401, "no"), ErrUnauthorised, 1},
		"busy":            {llmtest.Busy("0"), ErrBusy, 3},
		"busy for long":   {llmtest.Busy("100"), ErrBusy, 1},
		"broken":          {llmtest.Status(500, "no"), ErrUnavailable, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := llmtest.New(t, c.script)
			_, err := newTestEmbedder(t, s, nil).EmbedPassages(context.Background(), []string{"un", "deux"})
			if !errors.Is(err, c.want) || len(s.Requests()) != c.requests {
				t.Errorf("error %v after %d requests, want %v after %d", err, len(s.Requests()), c.want, c.requests)
			}
		})
	}
}

func TestEmbedderPrefixesAndSpace(t *testing.T) {
	s := llmtest.New(t)
	e := newTestEmbedder(t, s, func(c *EmbedderConfig) { c.Model, c.Dimensions = "intfloat/multilingual-e5-base", 0 })
	if sp := e.Space(); sp.Dimensions != 8 || sp.Embedder != "intfloat/multilingual-e5-base" || sp.Version == "1" {
		t.Errorf("space %+v", sp)
	}
	if _, err := e.EmbedQuery(context.Background(), "poubelle"); err != nil {
		t.Fatal(err)
	}
	if _, err := e.EmbedPassages(context.Background(), []string{"déchets"}); err != nil {
		t.Fatal(err)
	}
	reqs := s.Requests()
	if q, p := reqs[1].Input[0], reqs[2].Input[0]; q != "query: poubelle" || p != "passage: déchets" {
		t.Errorf("query %q, passage %q", q, p)
	}
	none := ""
	plain := newTestEmbedder(t, s, func(c *EmbedderConfig) {
		c.Model, c.QueryPrefix, c.PassagePrefix = "multilingual-e5-base", &none, &none
	})
	if plain.Space().Version != "1" {
		t.Errorf("space %+v", plain.Space())
	}
}

func TestEmbedderCancelled(t *testing.T) {
	e := newTestEmbedder(t, llmtest.New(t, llmtest.Status(500, "no")), nil)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := e.EmbedQuery(ctx, "x"); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestKnownPrefixes(t *testing.T) {
	for model, want := range map[string]prefixes{
		"BAAI/bge-m3":         {},
		"nomic-embed-text":    {"search_query: ", "search_document: "},
		"multilingual-e5":     {"query: ", "passage: "},
		"text-embedding-3":    {},
		"mistral-embed":       {},
		"Qwen3-Embedding-0.6": {query: "Instruct: Given a question, retrieve passages that answer it\nQuery: "},
	} {
		if got := prefixesOf(model); got != want {
			t.Errorf("%s: %+v", model, got)
		}
	}
}
