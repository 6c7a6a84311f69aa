package llm

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"strings"
	"time"

	"github.com/tmc/langchaingo/embeddings"
	"github.com/tmc/langchaingo/llms/openai"

	"guichet/corpus"
)

// EmbedderConfig says where an embedder is. Zero counts and durations mean the
// defaults that stand beside them.
type EmbedderConfig struct {
	URL        string
	Model      string
	Key        string // empty: none is sent
	Dimensions int    // 0: asked of the server once, by NewEmbedder
	// Prefixes put before each text; nil: those that the model is known for.
	QueryPrefix, PassagePrefix *string

	BatchSize      int           // texts a request; 32
	ConnectTimeout time.Duration // 5 s
	Timeout        time.Duration // of one request; 60 s
	Attempts       int           // of each request; 3
	MaxRetryAfter  time.Duration // a longer Retry-After is an error; 5 s
	Log            *slog.Logger  // nil: silent
}

// Embedder makes vectors at an OpenAI-compatible server. It implements
// corpus.Embedder. Texts are sent as they are, line ends included, after the
// model's prefix. Close it to drop idle connections.
type Embedder struct {
	cfg       EmbedderConfig
	prefixes  prefixes
	space     corpus.Space
	transport *transport
	client    *embeddings.EmbedderImpl
}

var _ corpus.Embedder = (*Embedder)(nil)

// NewEmbedder returns the embedder. Without configured dimensions it embeds
// one word to learn them, and so fails when the server is down.
func NewEmbedder(ctx context.Context, cfg EmbedderConfig) (*Embedder, error) {
	if err := checkURL(cfg.URL); err != nil {
		return nil, err
	}
	if cfg.Model == "" {
		return nil, errors.New("the embedding model's name is missing")
	}
	setDefault(&cfg.BatchSize, 32)
	setDefault(&cfg.ConnectTimeout, 5*time.Second)
	setDefault(&cfg.Timeout, 60*time.Second)
	setDefault(&cfg.Attempts, 3)
	setDefault(&cfg.MaxRetryAfter, 5*time.Second)
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	t := newTransport(cfg.Key, cfg.ConnectTimeout, cfg.Timeout)
	llm, err := openai.New(append(clientOptions(cfg.URL, t), openai.WithEmbeddingModel(cfg.Model))...)
	if err != nil {
		return nil, fmt.Errorf("embedding client: %w", err)
	}
	client, err := embeddings.NewEmbedder(llm, embeddings.WithStripNewLines(false), embeddings.WithBatchSize(cfg.BatchSize))
	if err != nil {
		return nil, fmt.Errorf("embedding client: %w", err)
	}
	e := &Embedder{cfg: cfg, prefixes: prefixesOf(cfg.Model), transport: t, client: client}
	if cfg.QueryPrefix != nil {
		e.prefixes.query = *cfg.QueryPrefix
	}
	if cfg.PassagePrefix != nil {
		e.prefixes.passage = *cfg.PassagePrefix
	}
	e.space = corpus.Space{Embedder: cfg.Model, Version: e.prefixes.version(), Dimensions: cfg.Dimensions}
	if cfg.Dimensions > 0 {
		return e, nil
	}
	probe, err := e.batch(ctx, []string{"mairie"})
	if err != nil {
		e.Close()
		return nil, fmt.Errorf("ask embedding model %s for its dimensions: %w", cfg.Model, err)
	}
	e.space.Dimensions = len(probe[0])
	return e, nil
}

// Close drops idle connections.
func (e *Embedder) Close() { e.transport.base.CloseIdleConnections() }

// Space implements corpus.Embedder.
func (e *Embedder) Space() corpus.Space { return e.space }

// EmbedPassages implements corpus.Embedder. texts is left as it is.
func (e *Embedder) EmbedPassages(ctx context.Context, texts []string) ([][]float32, error) {
	return e.embed(ctx, e.prefixes.passage, texts)
}

// EmbedQuery implements corpus.Embedder.
func (e *Embedder) EmbedQuery(ctx context.Context, text string) ([]float32, error) {
	vectors, err := e.embed(ctx, e.prefixes.query, []string{text})
	if err != nil {
		return nil, err
	}
	return vectors[0], nil
}

func (e *Embedder) embed(ctx context.Context, prefix string, texts []string) ([][]float32, error) {
	out := make([][]float32, 0, len(texts))
	for from := 0; from < len(texts); from += e.cfg.BatchSize {
		// A slice of our own: the library may write into the one it is given.
		batch := make([]string, 0, e.cfg.BatchSize)
		for _, text := range texts[from:min(from+e.cfg.BatchSize, len(texts))] {
			batch = append(batch, prefix+strings.ToValidUTF8(text, " "))
		}
		vectors, err := e.batch(ctx, batch)
		if err != nil {
			return nil, fmt.Errorf("embed %d texts with %s: %w", len(batch), e.cfg.Model, err)
		}
		out = append(out, vectors...)
	}
	return out, nil
}

// batch embeds one request's texts, and asks again where that may help.
func (e *Embedder) batch(ctx context.Context, texts []string) ([][]float32, error) {
	for attempt := 1; ; attempt++ {
		vectors, x, err := e.request(ctx, texts)
		if err == nil {
			return vectors, nil
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		again := !x.refused() && (errors.Is(err, ErrUnavailable) || errors.Is(err, ErrBusy) || errors.Is(err, ErrCut))
		retryAfter, _ := x.failure()
		if !again || attempt == e.cfg.Attempts || retryAfter > e.cfg.MaxRetryAfter {
			return nil, err
		}
		wait := max(backoff(attempt), retryAfter)
		e.cfg.Log.InfoContext(ctx, "embedder asked again", "attempt", attempt, "wait", wait, "error", err)
		if err := sleep(ctx, wait); err != nil {
			return nil, err
		}
	}
}

func (e *Embedder) request(parent context.Context, texts []string) ([][]float32, *exchange, error) {
	ctx, cancel := context.WithTimeout(parent, e.cfg.Timeout)
	defer cancel()
	ctx, x := withExchange(ctx)
	vectors, err := e.client.EmbedDocuments(ctx, texts)
	_, failure := x.failure()
	switch {
	case failure != nil:
		return nil, x, failure
	case errors.Is(err, openai.ErrUnexpectedResponseLength), err == nil && len(vectors) != len(texts):
		return nil, x, fmt.Errorf("%w: %d vectors for %d texts", ErrGarbled, len(vectors), len(texts))
	case err != nil:
		return nil, x, fmt.Errorf("%w: %w", ErrGarbled, err)
	}
	dimensions := e.space.Dimensions
	if dimensions == 0 {
		dimensions = len(vectors[0])
	}
	for _, v := range vectors {
		if len(v) != dimensions {
			return nil, x, fmt.Errorf("%w: a vector of %d dimensions, not %d", ErrGarbled, len(v), dimensions)
		}
		if !toUnit(v) {
			return nil, x, fmt.Errorf("%w: a vector without length", ErrGarbled)
		}
	}
	return vectors, x, nil
}

// toUnit scales v to length 1; false where it has no length to scale.
func toUnit(v []float32) bool {
	sum := 0.0
	for _, f := range v {
		sum += float64(f) * float64(f)
	}
	if sum == 0 || math.IsNaN(sum) || math.IsInf(sum, 0) {
		return false
	}
	scale := 1 / math.Sqrt(sum)
	for i := range v {
		v[i] = float32(float64(v[i]) * scale)
	}
	return true
}
