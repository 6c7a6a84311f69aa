package llm

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"guichet/internal/llmtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const sample = "La déchèterie est ouverte le lundi [1]. Elle ferme à 18 h [2]."

var prompt = []Message{
	{Role: "system", Text: "Répondez."},
	{Role: "user", Text: "Bonjour"},
	{Role: "assistant", Text: "Bonjour."},
	{Role: "user", Text: "Quand ouvre la déchèterie ?"},
}

func newTestModel(t *testing.T, s *llmtest.Server, change func(*Config)) *OpenAI {
	t.Helper()
	cfg := Config{
		URL: s.URL, Model: "essai-7b", Key: "sk-secret-key", FirstToken: 10 * time.Second,
		Idle: 10 * time.Second, MaxRetryAfter: 100 * time.Millisecond,
	}
	if change != nil {
		change(&cfg)
	}
	m, err := NewModel(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	return m
}

// ask streams an answer and returns its pieces joined.
func ask(ctx context.Context, m *OpenAI) (Reply, string, error) {
	var got strings.Builder
	reply, err := m.Stream(ctx, prompt, func(s string) error { got.WriteString(s); return nil })
	return reply, got.String(), err
}

func TestStreamGood(t *testing.T) {
	s := llmtest.New(t, llmtest.Good(sample))
	m := newTestModel(t, s, nil)
	reply, text, err := ask(context.Background(), m)
	if err != nil {
		t.Fatal(err)
	}
	if text != sample || reply.Text != sample {
		t.Errorf("text %q, reply %q", text, reply.Text)
	}
	if reply.StopReason != "stop" || reply.Model != "essai-7b" || reply.PromptTokens != 100 || reply.CompletionTokens <= 0 || reply.FirstToken <= 0 {
		t.Errorf("reply %+v", reply)
	}
	req := s.Requests()[0]
	if req.Header.Get("Authorization") != "Bearer sk-secret-key" || req.Model != "essai-7b" {
		t.Errorf("authorization %q, model %q", req.Header.Get("Authorization"), req.Model)
	}
	if len(req.Messages) != 4 || req.Messages[0].Role != "system" || req.Messages[2].Role != "assistant" || req.Last() != prompt[3].Text {
		t.Errorf("messages %+v", req.Messages)
	}
	if !bytes.Contains(req.Body, []byte(`"max_tokens":800`)) {
		t.Errorf("body %s", req.Body)
	}
}

func TestStreamWithoutUsage(t *testing.T) {
	script := llmtest.Good(sample)
	script.NoUsage, script.StopReason = true, "length"
	reply, _, err := ask(context.Background(), newTestModel(t, llmtest.New(t, script), nil))
	if err != nil {
		t.Fatal(err)
	}
	if reply.PromptTokens != -1 || reply.CompletionTokens != -1 || reply.StopReason != "length" {
		t.Errorf("reply %+v", reply)
	}
}

func TestStreamLongLines(t *testing.T) {
	padded := llmtest.Good(sample)
	padded.LongLine = 200 << 10
	long := strings.Repeat("déchèterie ", 30000)
	for name, script := range map[string]llmtest.Script{
		"padding": padded,
		"text":    {Tokens: []string{long, "fin"}},
	} {
		_, text, err := ask(context.Background(), newTestModel(t, llmtest.New(t, script), nil))
		if want := strings.Join(script.Tokens, ""); err != nil || text != want {
			t.Errorf("%s: %v, %d bytes of %d", name, err, len(text), len(want))
		}
	}
}

func TestStreamFailures(t *testing.T) {
	long := llmtest.Busy("3600")
	bare := llmtest.Status(500, "")
	bare.Body = "<html>oops</html>"
	for name, c := range map[string]struct {
		script   llmtest.Script
		want     error
		text     string
		requests int
	}{
		"cut":               {llmtest.Ending(sample, llmtest.EndCut), ErrCut, sample, 1},
		"cut before text":   {llmtest.Ending("", llmtest.EndCut), ErrCut, "", 3},
		"aborted":           {llmtest.Ending(sample, llmtest.EndAbort), ErrCut, sample, 1},
		"garbled":           {llmtest.Ending(sample, llmtest.EndGarbled), ErrGarbled, sample, 1},
		"error frame":       {llmtest.Ending(sample, llmtest.EndErrorFrame), ErrUnavailable, sample, 1},
		"error frame first": {llmtest.Ending("", llmtest.EndErrorFrame), ErrUnavailable, "", 3},
		"wrong key":         {llmtest.Status(401, "bad key sk-secret-key"), ErrUnauthorised, "", 1},
		"forbidden":         {llmtest.Status(403, "no"), ErrUnauthorised, "", 1},
		"busy":              {llmtest.Busy("0"), ErrBusy, "", 3},
		"busy for long":     {long, ErrBusy, "", 1},
		"broken":            {bare, ErrUnavailable, "", 3},
		"unknown model":     {llmtest.Status(404, "no such model"), ErrUnavailable, "", 1},
		"redirect":          {llmtest.Status(302, ""), ErrUnavailable, "", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := llmtest.New(t, c.script)
			_, text, err := ask(context.Background(), newTestModel(t, s, nil))
			if !errors.Is(err, c.want) {
				t.Fatalf("error %v, want %v", err, c.want)
			}
			if text != c.text || len(s.Requests()) != c.requests {
				t.Errorf("text %q after %d requests, want %q after %d", text, len(s.Requests()), c.text, c.requests)
			}
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("the key stands in the error: %v", err)
			}
		})
	}
}

func TestStreamRecovers(t *testing.T) {
	s := llmtest.New(t, llmtest.Status(503, "starting"), llmtest.Busy("0"), llmtest.Good(sample))
	var log bytes.Buffer
	m := newTestModel(t, s, func(c *Config) { c.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	_, text, err := ask(context.Background(), m)
	if err != nil || text != sample {
		t.Fatalf("text %q, error %v", text, err)
	}
	if strings.Contains(log.String(), "secret") || !strings.Contains(log.String(), "attempt=2") {
		t.Errorf("log: %s", log.String())
	}
}

func TestStreamWatchdog(t *testing.T) {
	const limit = 100 * time.Millisecond
	for name, c := range map[string]struct {
		script llmtest.Script
		want   error
	}{
		"after text":      {llmtest.Ending(sample, llmtest.EndHang), errIdle},
		"before text":     {llmtest.Script{FirstToken: time.Hour, Tokens: []string{"x"}}, errSilent},
		"text that drips": {llmtest.Script{PerToken: limit / 4, Tokens: strings.Split(strings.Repeat("x ", 400), " ")}, errEndless},
		"signs of life":   {llmtest.Script{PerToken: limit / 4, Tokens: make([]string, 400)}, errSilent},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := llmtest.New(t, c.script)
			m := newTestModel(t, s, func(c *Config) { c.Idle, c.FirstToken, c.Whole = limit, limit, 5*limit })
			_, _, err := ask(context.Background(), m)
			if !errors.Is(err, ErrUnavailable) || !errors.Is(err, c.want) || len(s.Requests()) != 1 {
				t.Errorf("error %v after %d requests", err, len(s.Requests()))
			}
		})
	}
}

// All attempts together have the time of one.
func TestStreamFirstTokenBoundsAllAttempts(t *testing.T) {
	const limit = 400 * time.Millisecond
	for name, scripts := range map[string][]llmtest.Script{
		"broken, then silent": {llmtest.Status(500, "no"), {FirstToken: time.Hour, Tokens: []string{"x"}}},
		"broken for good":     {llmtest.Status(500, "no")},
		"busy beyond it":      {llmtest.Busy("1")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newTestModel(t, llmtest.New(t, scripts...), func(c *Config) { c.FirstToken, c.MaxRetryAfter = limit, time.Minute })
			began := time.Now()
			_, _, err := ask(context.Background(), m)
			if err == nil || time.Since(began) > limit+2*time.Second {
				t.Errorf("error %v after %v", err, time.Since(began))
			}
		})
	}
}

func TestStreamSlowConsumerIsNoIdleServer(t *testing.T) {
	m := newTestModel(t, llmtest.New(t, llmtest.Good("un deux trois")), func(c *Config) { c.Idle = 20 * time.Millisecond })
	_, err := m.Stream(context.Background(), prompt, func(string) error { time.Sleep(50 * time.Millisecond); return nil })
	if err != nil {
		t.Error(err)
	}
}

func TestStreamCancelled(t *testing.T) {
	m := newTestModel(t, llmtest.New(t, llmtest.Ending(sample, llmtest.EndHang)), nil)
	ctx, cancel := context.WithCancel(context.Background())
	_, err := m.Stream(ctx, prompt, func(string) error { cancel(); return nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestStreamStoppedByConsumer(t *testing.T) {
	s := llmtest.New(t, llmtest.Good(sample))
	m := newTestModel(t, s, nil)
	full := errors.New("full")
	calls := 0
	_, err := m.Stream(context.Background(), prompt, func(string) error { calls++; return full })
	if !errors.Is(err, full) || calls != 1 || len(s.Requests()) != 1 {
		t.Errorf("error %v after %d calls and %d requests", err, calls, len(s.Requests()))
	}
}

func TestStreamServerDown(t *testing.T) {
	s := llmtest.New(t)
	m := newTestModel(t, s, nil)
	s.Close()
	_, _, err := ask(context.Background(), m)
	if !errors.Is(err, ErrUnavailable) {
		t.Errorf("error %v", err)
	}
}

func TestNoKeyIsTakenFromTheEnvironment(t *testing.T) {
	t.Setenv("OPENAI_API_KEY", "sk-of-another-server")
	t.Setenv("OPENAI_ORGANIZATION", "another")
	s := llmtest.New(t, llmtest.Good(sample))
	m := newTestModel(t, s, func(c *Config) { c.Key = "" })
	if _, _, err := ask(context.Background(), m); err != nil {
		t.Fatal(err)
	}
	h := s.Requests()[0].Header
	if h.Get("Authorization") != "" || h.Get("OpenAI-Organization") != "" {
		t.Errorf("headers %v", h)
	}
}

func TestNewModelRefuses(t *testing.T) {
	for _, cfg := range []Config{{URL: "localhost:11434", Model: "m"}, {URL: "http://h/v1"}, {Model: "m"}} {
		if _, err := NewModel(cfg); err == nil {
			t.Errorf("%+v was taken", cfg)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"":     0,
		"7":    7 * time.Second,
		"-7":   0,
		"soon": 0,
		now.Add(time.Minute).Format(http.TimeFormat): time.Minute,
	} {
		if got := retryAfter(value, now); got != want {
			t.Errorf("%q: %v, want %v", value, got, want)
		}
	}
}
