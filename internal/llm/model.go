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
	FirstTimeout   time.Duration // from the request to the first data; 60 s
	IdleTimeout    time.Duration // between two pieces of data; 20 s
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
	setDefault(&cfg.FirstTimeout, 60*time.Second)
	setDefault(&cfg.IdleTimeout, 20*time.Second)
	setDefault(&cfg.Attempts, 3)
	setDefault(&cfg.MaxRetryAfter, 5*time.Second)
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	t := newTransport(cfg.Key, cfg.ConnectTimeout, cfg.FirstTimeout)
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
// again, a few times, as long as no piece of text has come.
func (m *OpenAI) Stream(ctx context.Context, prompt []Message, onText func(string) error) (Reply, error) {
	began := time.Now()
	for attempt := 1; ; attempt++ {
		a := attemptOf{model: m, onText: onText, began: began}
		reply, err := a.run(ctx, prompt)
		if err == nil || ctx.Err() != nil || a.started || attempt == m.cfg.Attempts || !a.again(err) {
			return reply, err
		}
		wait := backoff(attempt)
		if a.retryAfter > m.cfg.MaxRetryAfter {
			return reply, err
		}
		wait = max(wait, a.retryAfter)
		m.cfg.Log.InfoContext(ctx, "model asked again", "attempt", attempt, "wait", wait, "error", err)
		if err := sleep(ctx, wait); err != nil {
			return Reply{}, err
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

var errIdle = errors.New("the server sent nothing for too long")

// attemptOf is one request for a stream.
type attemptOf struct {
	model      *OpenAI
	onText     func(string) error
	began      time.Time
	started    bool          // a piece of text came
	first      time.Duration // until it came
	retryAfter time.Duration
	timedOut   bool
	refused    bool // the server cannot be used so: asking again is no use
}

// again tells whether another attempt may help. A server that kept us waiting
// would do so again.
func (a *attemptOf) again(err error) bool {
	return !a.timedOut && !a.refused && (errors.Is(err, ErrUnavailable) || errors.Is(err, ErrBusy) || errors.Is(err, ErrCut))
}

func (a *attemptOf) run(parent context.Context, prompt []Message) (Reply, error) {
	cfg := a.model.cfg
	ctx, cancel := context.WithCancelCause(parent)
	defer cancel(nil)
	ctx, x := withExchange(ctx)

	// The watchdog waits long for the first data and less between two.
	watchdog := time.AfterFunc(cfg.FirstTimeout, func() { cancel(errIdle) })
	defer watchdog.Stop()
	x.touch = func() { watchdog.Reset(cfg.IdleTimeout) }

	var consumer error
	onChunk := func(_ context.Context, chunk []byte) error {
		if len(chunk) == 0 {
			return nil
		}
		if !a.started {
			a.started, a.first = true, time.Since(a.began)
		}
		// A slow consumer is no idle server.
		watchdog.Stop()
		consumer = a.onText(string(chunk))
		watchdog.Reset(cfg.IdleTimeout)
		return consumer
	}
	response, err := a.model.client.GenerateContent(ctx, content(prompt),
		llms.WithStreamingFunc(onChunk),
		llms.WithTemperature(cfg.Temperature),
		llms.WithMaxTokens(cfg.MaxTokens),
		// The newer max_completion_tokens is unknown to many servers.
		openai.WithLegacyMaxTokensField(),
	)

	retryAfter, failure := x.failure()
	a.retryAfter = retryAfter
	a.timedOut = errors.Is(context.Cause(ctx), errIdle)
	switch {
	case parent.Err() != nil:
		return Reply{}, parent.Err()
	case consumer != nil:
		return Reply{}, consumer
	case a.timedOut:
		return Reply{}, fmt.Errorf("%w: %w", ErrUnavailable, errIdle)
	case failure != nil:
		a.refused = x.refused()
		return Reply{}, failure
	case err != nil:
		return Reply{}, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return x.reply(response, a)
}

// reply is the finished answer, if it is one.
func (x *exchange) reply(response *llms.ContentResponse, a *attemptOf) (Reply, error) {
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
		model = a.model.cfg.Model
	}
	return Reply{
		Text: response.Choices[0].Content, StopReason: x.stop, Model: model,
		PromptTokens: x.prompt, CompletionTokens: x.completion, FirstToken: a.first,
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
