package llm

import (
	"context"
	"errors"
	"sync"
	"time"
)

// BreakerConfig says when a Breaker leaves its model alone. Zero fields mean
// the defaults that stand beside them.
type BreakerConfig struct {
	Failures     int           // in a row that open it; 3
	CoolDown     time.Duration // before the model is tried again; 30 s
	Unauthorised time.Duration // the same after a refused key, which opens it at once; 5 min
}

// Breaker is a Model that does not make residents wait for one that is down:
// after some failures in a row it is open, and gives ErrOpen at once. After the
// cool-down one question is let through (half-open): its success closes the
// breaker, its failure opens it anew. That a caller left or could take no more
// says nothing of the model. It is safe for concurrent use.
type Breaker struct {
	model Model
	cfg   BreakerConfig
	now   func() time.Time

	mu       sync.Mutex
	failures int       // in a row
	until    time.Time // open until then; zero: closed
	probing  bool      // the one question is on its way
	last     error     // the latest failure
}

var _ Model = (*Breaker)(nil)

// NewBreaker puts a breaker before a model.
func NewBreaker(m Model, cfg BreakerConfig) *Breaker {
	setDefault(&cfg.Failures, 3)
	setDefault(&cfg.CoolDown, 30*time.Second)
	setDefault(&cfg.Unauthorised, 5*time.Minute)
	return &Breaker{model: m, cfg: cfg, now: time.Now}
}

// Name implements Model.
func (b *Breaker) Name() string { return b.model.Name() }

// BreakerState is what a Breaker is at.
type BreakerState struct {
	State    string    // "closed", "open", "half-open": open, and the next question is let through
	Failures int       // in a row
	Until    time.Time // open until then; zero when closed
	Last     error     // the latest failure; nil when there was none since the last success
}

// State tells operators how the model fares.
func (b *Breaker) State() BreakerState {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := BreakerState{State: "closed", Failures: b.failures, Until: b.until, Last: b.last}
	switch {
	case b.until.IsZero():
	case b.now().Before(b.until):
		s.State = "open"
	default:
		s.State = "half-open"
	}
	return s
}

// Stream implements Model. An open breaker gives ErrOpen, which is an
// ErrUnavailable, without asking.
func (b *Breaker) Stream(ctx context.Context, prompt []Message, onText func(string) error) (Reply, error) {
	probe, ok := b.enter()
	if !ok {
		return Reply{}, ErrOpen
	}
	// Stands for a consumer that panics: no verdict, and the way is free again.
	err := context.Canceled
	defer func() { b.leave(probe, err) }()
	reply, streamErr := b.model.Stream(ctx, prompt, onText)
	err = streamErr
	return reply, err
}

// enter tells whether a question may go through, and whether it is the one
// that tries an open breaker.
func (b *Breaker) enter() (probe, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.until.IsZero() {
		return false, true
	}
	if b.probing || b.now().Before(b.until) {
		return false, false
	}
	b.probing = true
	return true, true
}

// leave weighs how a question went. What was asked before the breaker opened
// and fails after it opens it no longer than it is.
func (b *Breaker) leave(probe bool, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if probe {
		b.probing = false
	}
	switch {
	case err == nil:
		b.failures, b.until, b.last = 0, time.Time{}, nil
		return
	case !isFailure(err), !probe && !b.until.IsZero():
		return
	}
	b.failures++
	b.last = err
	switch {
	case errors.Is(err, ErrUnauthorised):
		b.until = b.now().Add(b.cfg.Unauthorised)
	case probe, b.failures >= b.cfg.Failures:
		b.until = b.now().Add(b.cfg.CoolDown)
	}
}

// isFailure tells a model's failures from its callers' own errors.
func isFailure(err error) bool {
	for _, kind := range []error{ErrUnavailable, ErrUnauthorised, ErrBusy, ErrCut, ErrGarbled} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}
