package llm

import (
	"context"
	"errors"
	"testing"
	"time"

	"guichet/internal/llmtest"
)

// newTestBreaker stands before a model over HTTP that is asked once a question;
// later moves its clock.
func newTestBreaker(t *testing.T, s *llmtest.Server) (b *Breaker, later func(time.Duration)) {
	t.Helper()
	b = NewBreaker(newTestModel(t, s, func(c *Config) { c.Attempts = 1 }), BreakerConfig{})
	now := time.Now()
	b.now = func() time.Time { return now }
	return b, func(d time.Duration) { now = now.Add(d) }
}

func ignore(string) error { return nil }

func TestBreakerOpensAndCloses(t *testing.T) {
	bad := llmtest.Status(500, "no")
	s := llmtest.New(t, bad, llmtest.Good("un"), bad, bad, llmtest.Ending("x", llmtest.EndCut), bad, llmtest.Good("deux"))
	b, later := newTestBreaker(t, s)
	ask := func() error {
		_, err := b.Stream(context.Background(), prompt, ignore)
		return err
	}
	// A success in between counts the failures anew.
	for i, want := range []error{ErrUnavailable, nil, ErrUnavailable, ErrUnavailable} {
		if err := ask(); !errors.Is(err, want) || errors.Is(err, ErrOpen) || b.State().State != "closed" {
			t.Fatalf("question %d: %v, %+v", i, err, b.State())
		}
	}
	if err := ask(); !errors.Is(err, ErrCut) || b.State().State != "open" || !errors.Is(b.State().Last, ErrCut) {
		t.Fatalf("third failure: %v, %+v", err, b.State())
	}
	for range 10 {
		if err := ask(); !errors.Is(err, ErrOpen) || !errors.Is(err, ErrUnavailable) {
			t.Fatalf("open: %v", err)
		}
	}
	later(31 * time.Second)
	if b.State().State != "half-open" {
		t.Errorf("after the cool-down: %+v", b.State())
	}
	if err := ask(); !errors.Is(err, ErrUnavailable) || errors.Is(err, ErrOpen) || b.State().State != "open" {
		t.Fatalf("half-open: %v, %+v", err, b.State())
	}
	if err := ask(); !errors.Is(err, ErrOpen) {
		t.Fatalf("open anew: %v", err)
	}
	later(31 * time.Second)
	if err := ask(); err != nil || b.State() != (BreakerState{State: "closed"}) {
		t.Fatalf("recovered: %v, %+v", err, b.State())
	}
	if n := len(s.Requests()); n != 7 {
		t.Errorf("%d requests reached the server, want 7", n)
	}
}

func TestBreakerLetsOneThrough(t *testing.T) {
	bad := llmtest.Status(500, "no")
	s := llmtest.New(t, bad, bad, bad, llmtest.Good("un deux"))
	b, later := newTestBreaker(t, s)
	for range 3 {
		_, _ = b.Stream(context.Background(), prompt, ignore)
	}
	later(time.Minute)
	asked := false
	_, err := b.Stream(context.Background(), prompt, func(string) error {
		if !asked {
			asked = true
			if _, err := b.Stream(context.Background(), prompt, ignore); !errors.Is(err, ErrOpen) {
				t.Errorf("a second question went through: %v", err)
			}
		}
		return nil
	})
	if err != nil || !asked {
		t.Errorf("the one question: %v", err)
	}
}

func TestBreakerRefusedKey(t *testing.T) {
	b, later := newTestBreaker(t, llmtest.New(t, llmtest.Status(401, "no")))
	if _, err := b.Stream(context.Background(), prompt, ignore); !errors.Is(err, ErrUnauthorised) {
		t.Fatal(err)
	}
	later(time.Minute)
	if _, err := b.Stream(context.Background(), prompt, ignore); !errors.Is(err, ErrOpen) {
		t.Errorf("a minute later: %v", err)
	}
}

// What callers do says nothing of the model, and gives the half-open place back.
func TestBreakerCallersOwnErrors(t *testing.T) {
	bad := llmtest.Status(500, "no")
	full := errors.New("full")
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	stop := func(b *Breaker) {
		if _, err := b.Stream(cancelled, prompt, ignore); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
		if _, err := b.Stream(context.Background(), prompt, func(string) error { return full }); !errors.Is(err, full) {
			t.Errorf("full: %v", err)
		}
		func() {
			defer func() { _ = recover() }()
			_, _ = b.Stream(context.Background(), prompt, func(string) error { panic("consumer") })
			t.Error("no panic came through")
		}()
	}
	b, _ := newTestBreaker(t, llmtest.New(t, llmtest.Good(sample)))
	stop(b)
	if got := b.State(); got != (BreakerState{State: "closed"}) {
		t.Errorf("%+v", got)
	}
	b, later := newTestBreaker(t, llmtest.New(t, bad, bad, bad, llmtest.Good(sample)))
	for range 3 {
		_, _ = b.Stream(context.Background(), prompt, ignore)
	}
	later(time.Minute)
	stop(b)
	if _, err := b.Stream(context.Background(), prompt, ignore); err != nil || b.State().State != "closed" {
		t.Errorf("after callers left: %v, %+v", err, b.State())
	}
}
