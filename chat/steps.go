package chat

import (
	"context"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"guichet/rag"
)

// storeStep stores a turn as open, before anything is answered.
type storeStep struct {
	store   *Store
	stale   time.Duration
	history int
}

// run returns what Begin does, and how it went.
func (s storeStep) run(ctx context.Context, q Question) ([]rag.Exchange, rag.Step, error) {
	began := time.Now()
	history, err := s.store.Begin(ctx, q, s.stale, s.history)
	return history, stepSince(rag.StepStore, began, err), err
}

// closeStep stores what a turn came to. A result that the database refuses is
// stored without its words: the step has then failed, and the turn is closed.
type closeStep struct {
	store *Store
	log   *slog.Logger
}

// run closes the turn and adds itself to the steps that are stored with it. It
// returns an error where the turn is still open.
func (s closeStep) run(ctx context.Context, turn uuid.UUID, r Result) (rag.Step, error) {
	began := time.Now()
	refused := s.store.Close(ctx, turn, r)
	if refused != nil {
		s.log.Error("turn not closed, trying without its words", "turn", turn, "err", refused)
		r.Units, r.Citations = nil, nil
		if err := s.store.Close(ctx, turn, r); err != nil {
			return stepSince(rag.StepClose, began, err), err
		}
	}
	step := stepSince(rag.StepClose, began, refused)
	if err := s.store.AddStep(ctx, turn, step); err != nil {
		s.log.Warn("the step of closing is not told", "turn", turn, "err", err)
	}
	return step, nil
}

// stepSince tells how a step of the database's went.
func stepSince(name rag.StepName, began time.Time, err error) rag.Step {
	s := rag.Step{Name: name, Outcome: rag.StepPassed, MS: float64(time.Since(began).Microseconds()) / 1000}
	if err != nil {
		s.Outcome = rag.StepFailed
	}
	return s
}
