package chat

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"guichet/rag"
)

// State says where a turn stands.
type State string

// The states of a turn.
const (
	Open      State = "open"
	Complete  State = "complete"
	Cancelled State = "cancelled"
	Failed    State = "failed"
)

// ending is how a turn ended. With an err, readers get an error frame, else a
// done frame.
type ending struct {
	state   State
	outcome rag.Outcome
	mode    rag.Mode
	err     *Error
}

// liveTurn is a turn that is being answered or read back. It gathers what the
// answerer gives (it is the answerer's rag.Sink) and lets any number of
// sessions read it, each at its own pace.
type liveTurn struct {
	id           uuid.UUID
	conversation uuid.UUID
	townID       int64
	cancel       context.CancelCauseFunc
	asker        *Session      // whose ask began it
	lostGrace    time.Duration // it goes on so long after its last reader was lost
	leftGrace    time.Duration // and so long after its last reader left

	mu      sync.Mutex
	sources []rag.Source
	sourced bool
	writing bool // a model is being asked
	units   []rag.Unit
	end     *ending
	readers map[*Session]struct{}
	grace   *time.Timer // runs while a reader that is gone may come back
}

// Sources keeps the sources for the readers.
func (t *liveTurn) Sources(ctx context.Context, sources []rag.Source) error {
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sources, t.sourced = slices.Clone(sources), true
	t.wake()
	return nil
}

// Writing tells the readers that a model is being asked.
func (t *liveTurn) Writing() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.writing = true
	t.wake()
}

// Unit keeps the next unit for the readers. Units come in order: resuming by
// number rests on it.
func (t *liveTurn) Unit(ctx context.Context, u rag.Unit) error {
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if want := len(t.units) + 1; u.N != want {
		return fmt.Errorf("unit %d of turn %s is numbered %d", want, t.id, u.N)
	}
	t.units = append(t.units, u)
	t.wake()
	return nil
}

// restore fills the turn with what the database has of it.
func (t *liveTurn) restore(sources []rag.Source, units []rag.Unit) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sources, t.sourced, t.units = sources, true, units
}

// given returns the units that have come so far.
func (t *liveTurn) given() []rag.Unit {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.units
}

// finish ends the turn; readers take what they have not read yet, then this.
func (t *liveTurn) finish(e ending) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.end = &e
	t.stopGrace()
	t.wake()
}

func (t *liveTurn) wake() {
	for s := range t.readers {
		s.signal()
	}
}

// attach adds a reader. Whoever was gone is taken to have come back.
func (t *liveTurn) attach(s *Session) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.readers[s] = struct{}{}
	t.stopGrace()
}

// detach removes a reader. When nobody reads any more, the turn is cancelled
// after a grace: a short one if the reader left of its own accord, since a page
// that is reloaded leaves as one that is closed.
func (t *liveTurn) detach(s *Session, left bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, ok := t.readers[s]; !ok {
		return
	}
	delete(t.readers, s)
	switch {
	case t.end != nil:
	case left && len(t.readers) == 0 && t.grace == nil:
		t.grace = time.AfterFunc(t.leftGrace, func() { t.abandon(errLeft) })
	case !left:
		t.stopGrace()
		t.grace = time.AfterFunc(t.lostGrace, func() { t.abandon(errLost) })
	}
}

// abandon runs when the grace of a reader that is gone is over.
func (t *liveTurn) abandon(why error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.grace != nil && len(t.readers) == 0 {
		t.cancel(why)
	}
	t.grace = nil
}

func (t *liveTurn) stopGrace() {
	if t.grace != nil {
		t.grace.Stop()
		t.grace = nil
	}
}

// news is one thing that a reader has not had; all zero: nothing yet.
type news struct {
	writing bool // a model is being asked
	sourced bool // the sources are known
	sources []rag.Source
	unit    *rag.Unit
	end     *ending
}

// read returns one thing that a reader at this cursor has not had: that a model
// is being asked, while there is nothing else; the sources once they are known,
// then a unit, then the ending.
func (t *liveTurn) read(c *cursor) news {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case !c.sourced && t.sourced:
		return news{sourced: true, sources: t.sources}
	case c.after < len(t.units):
		return news{unit: &t.units[c.after]}
	case t.end != nil:
		return news{end: t.end}
	}
	return news{writing: t.writing && !c.told && !t.sourced}
}
