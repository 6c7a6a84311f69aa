package llm

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Why a request was given up; each comes wrapped in ErrUnavailable.
var (
	errSilent  = errors.New("the server gave no text in time")
	errIdle    = errors.New("the server sent nothing for too long")
	errEndless = errors.New("the answer did not end in time")
)

// watchdog ends an answer that does not begin, pauses for too long, or does
// not end. The stream's reader and the consumer of its text call it at once.
type watchdog struct {
	idle   time.Duration
	cancel context.CancelCauseFunc
	whole  *time.Timer

	mu      sync.Mutex
	wait    *time.Timer // for the first text, then for each next piece of data
	started bool        // the first text came
	paused  bool        // the consumer is at work, or all is over
}

func newWatchdog(cfg Config, cancel context.CancelCauseFunc) *watchdog {
	w := &watchdog{idle: cfg.Idle, cancel: cancel}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.wait = time.AfterFunc(cfg.FirstToken, w.bite)
	w.whole = time.AfterFunc(cfg.Whole, func() { cancel(errEndless) })
	return w
}

func (w *watchdog) bite() {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.paused:
	case w.started:
		w.cancel(errIdle)
	default:
		w.cancel(errSilent)
	}
}

// data says that something came. Before the first text that changes nothing:
// residents wait for words, not for signs of life.
func (w *watchdog) data() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.started && !w.paused {
		w.wait.Reset(w.idle)
	}
}

// text says that text came and is being taken: a slow consumer is no idle
// server. resume says that it was taken.
func (w *watchdog) text() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.started, w.paused = true, true
	w.wait.Stop()
}

func (w *watchdog) resume() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.paused = false
	w.wait.Reset(w.idle)
}

func (w *watchdog) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.paused = true
	w.wait.Stop()
	w.whole.Stop()
}
