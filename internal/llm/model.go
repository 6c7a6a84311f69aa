package llm

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/url"
	"time"

	"github.com/tmc/langchaingo/llms"
	"github.com/tmc/langchaingo/llms/openai"
)

// Config says where a model is and how long to wait for it. Zero durations
// and counts mean the defaults that stand beside them.
type Config struct {
	URL   string // "http://localhost:11434/v1"
	Model string
	Key   string // empty: none is sent

	Temperature    float64
	MaxTokens      int           // of the answer; 800
	ConnectTimeout time.Duration // dialling, and TLS; 5 s
	FirstToken     time.Duration // until the first piece of text, all attempts together; 8 s
	Idle           time.Duration // between two pieces of data from then on; 5 s, or FirstToken where that is less
	Whole          time.Duration // until the answer's end; 2 min
	Attempts       int           // in all, before the first token; 3
	MaxRetryAfter  time.Duration // a longer Retry-After is an error; 5 s
	Log            *slog.Logger  // nil: silent
}

// OpenAI is a Model at an OpenAI-compatible server. It is safe for concurrent
// use; Close it to drop idle connections.
type OpenAI struct {
	cfg       Config
	transport *transport
	client    *openai.LLM
}

var _ Model = (*OpenAI)(nil)

// NewModel returns the model. It does not reach out to the server.
func NewModel(cfg Config) (*OpenAI, error) {
	if err := checkURL(cfg.URL); err != nil {
		return nil, err
	}
	if cfg.Model == "" {
		return nil, errors.New("the model's name is missing")
	}
	setDefault(&cfg.MaxTokens, 800)
	setDefault(&cfg.ConnectTimeout, 5*time.Second)
	setDefault(&cfg.FirstToken, 8*time.Second)
	setDefault(&cfg.Idle, min(5*time.Second, cfg.FirstToken))
	setDefault(&cfg.Whole, 2*time.Minute)
	setDefault(&cfg.Attempts, 3)
	setDefault(&cfg.MaxRetryAfter, 5*time.Second)
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	t := newTransport(cfg.Key, cfg.ConnectTimeout, cfg.FirstToken)
	client, err := openai.New(append(clientOptions(cfg.URL, t), openai.WithModel(cfg.Model))...)
	if err != nil {
		return nil, fmt.Errorf("model client: %w", err)
	}
	return &OpenAI{cfg: cfg, transport: t, client: client}, nil
}

func setDefault[T int | time.Duration](v *T, d T) {
	if *v <= 0 {
		*v = d
	}
}

// checkURL demands a web address; it is not repeated in the error, since it
// might hold a password.
func checkURL(address string) error {
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return errors.New("the model server's URL is not of the form http://host:port/v1")
	}
	return nil
}

// clientOptions are those of both clients. The token is a stand-in: without
// one the library takes OPENAI_API_KEY from the environment and sends it to
// whatever server is configured. The transport sets the right one.
func clientOptions(address string, t *transport) []openai.Option {
	return []openai.Option{openai.WithBaseURL(address), openai.WithToken("-"), openai.WithHTTPClient(t.client())}
}

// Close drops idle connections.
func (m *OpenAI) Close() { m.transport.base.CloseIdleConnections() }

// Name implements Model.
func (m *OpenAI) Name() string { return m.cfg.Model }

// Stream implements Model. A server that is down, busy or cut short is asked
// again, a few times, as long as no piece of text has come and the time for the
// first one is not over: whatever happens, text or an error comes within
// Config.FirstToken.
func (m *OpenAI) Stream(parent context.Context, prompt []Message, onText func(string) error) (Reply, error) {
	ctx, cancel := context.WithCancelCause(parent)
	defer cancel(nil)
	s := &asking{model: m, parent: parent, onText: onText, began: time.Now(), watchdog: newWatchdog(m.cfg, cancel)}
	defer s.watchdog.stop()
	for attempt := 1; ; attempt++ {
		reply, x, err := s.attempt(ctx, prompt)
		if err == nil || ctx.Err() != nil || s.started || attempt == m.cfg.Attempts || !again(err, x) {
			return reply, err
		}
		retryAfter, _ := x.failure()
		wait := max(backoff(attempt), retryAfter)
		if retryAfter > m.cfg.MaxRetryAfter || time.Since(s.began)+wait >= m.cfg.FirstToken {
			return reply, err // no text can come in time
		}
		m.cfg.Log.InfoContext(ctx, "model asked again", "attempt", attempt, "wait", wait, "reason", Reason(err))
		if sleep(ctx, wait) != nil {
			return Reply{}, s.ended(ctx)
		}
	}
}

// backoff is 200 ms, 800 ms and so on, give or take a quarter.
func backoff(attempt int) time.Duration {
	d := 200 * time.Millisecond << (2 * (attempt - 1))
	return d*3/4 + rand.N(d/2) //nolint:gosec // not a secret
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// asking is one call of Stream, over all its attempts.
type asking struct {
	model    *OpenAI
	parent   context.Context //nolint:containedctx // the caller's, told apart from ours for one call
	onText   func(string) error
	began    time.Time
	watchdog *watchdog
	started  bool          // a piece of text came
	first    time.Duration // until it came
}

// again tells whether another attempt may help: not where the server cannot be
// used as it was.
func again(err error, x *exchange) bool {
	return !x.refused() && (errors.Is(err, ErrUnavailable) || errors.Is(err, ErrBusy) || errors.Is(err, ErrCut))
}

// ended is the error of a ctx that is done: the caller's, or ours.
func (s *asking) ended(ctx context.Context) error {
	if err := s.parent.Err(); err != nil {
		return err
	}
	return fmt.Errorf("%w: %w", ErrUnavailable, context.Cause(ctx))
}

func (s *asking) attempt(ctx context.Context, prompt []Message) (Reply, *exchange, error) {
	cfg := s.model.cfg
	requestCtx, x := withExchange(ctx)
	x.touch = s.watchdog.data
	var consumer error
	onChunk := func(_ context.Context, chunk []byte) error {
		if len(chunk) == 0 {
			return nil
		}
		if !s.started {
			s.started, s.first = true, time.Since(s.began)
		}
		s.watchdog.text()
		consumer = s.onText(string(chunk))
		s.watchdog.resume()
		return consumer
	}
	response, err := s.model.client.GenerateContent(requestCtx, content(prompt),
		llms.WithStreamingFunc(onChunk),
		llms.WithTemperature(cfg.Temperature),
		llms.WithMaxTokens(cfg.MaxTokens),
		// The newer max_completion_tokens is unknown to many servers.
		openai.WithLegacyMaxTokensField(),
	)
	_, failure := x.failure()
	switch {
	case s.parent.Err() != nil:
		return Reply{}, x, s.parent.Err()
	case consumer != nil:
		return Reply{}, x, consumer
	case ctx.Err() != nil:
		return Reply{}, x, s.ended(ctx)
	case failure != nil:
		return Reply{}, x, failure
	case err != nil:
		return Reply{}, x, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	reply, err := s.reply(x, response)
	return reply, x, err
}

// reply is the finished answer, if it is one.
func (s *asking) reply(x *exchange, response *llms.ContentResponse) (Reply, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.frames == 0 {
		return Reply{}, fmt.Errorf("%w: it sent no stream", ErrGarbled)
	}
	if x.stop == "" || len(response.Choices) == 0 {
		return Reply{}, ErrCut
	}
	model := x.model
	if model == "" {
		model = s.model.cfg.Model
	}
	return Reply{
		Text: response.Choices[0].Content, StopReason: x.stop, Model: model,
		PromptTokens: x.prompt, CompletionTokens: x.completion, FirstToken: s.first,
	}, nil
}

func content(prompt []Message) []llms.MessageContent {
	var out []llms.MessageContent
	for _, m := range prompt {
		role := llms.ChatMessageTypeHuman
		switch m.Role {
		case "system":
			role = llms.ChatMessageTypeSystem
		case "assistant":
			role = llms.ChatMessageTypeAI
		}
		out = append(out, llms.TextParts(role, m.Text))
	}
	return out
}
