package ingest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"guichet/corpus"
)

// ErrCancelled says that an operator cancelled the run from elsewhere.
var ErrCancelled = fmt.Errorf("cancelled by an operator: %w", context.Canceled)

// Phases of a run, as it tells them.
const (
	phaseListing    = "listing"
	phaseReading    = "reading"
	phaseCompleting = "completing"
	phaseChecking   = "checking"
	phaseIndexing   = "indexing" // readers see the edition by now
)

// tellEvery is how often a run tells how far it is, and asks whether it is to
// stop.
const tellEvery = time.Second

// watcher hears how a pass gets on, for whoever watches here and elsewhere.
type watcher struct {
	Progress

	mu  sync.Mutex
	now corpus.Progress
}

func (w *watcher) phase(name string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now.Phase = name
}

func (w *watcher) start(total int) {
	w.Start(total)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = corpus.Progress{Phase: phaseReading, Total: total}
}

// walk returns what hears how far a source's walk is, after those before it.
func (w *watcher) walk() func(Seen) {
	before := w.progress()
	return func(s Seen) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.now.Done, w.now.Seen, w.now.Current = before.Done+s.Done, before.Seen+s.Known, s.Current
		w.now.Total = 0
		if s.Whole {
			w.now.Total = w.now.Seen
		}
	}
}

// step notes that the item with this key is done.
func (w *watcher) step(key string) {
	w.Step()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now.Done++
	w.now.Current = key
}

func (w *watcher) progress() corpus.Progress {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

// announce begins the runs of a pass, and from then on tells how far it is,
// until stop is called. A run that is cancelled elsewhere ends by cancel.
func (p *pass) announce(ctx context.Context, todo []work, cancel context.CancelCauseFunc) (stop func(), err error) {
	if p.dry {
		return func() {}, nil
	}
	var refs []corpus.SourceRef
	for _, w := range todo {
		if ref := w.source.Ref(); !slices.Contains(refs, ref) {
			refs = append(refs, ref)
		}
	}
	p.announced, err = p.Store.AnnounceRuns(ctx, p.collection.ID, refs)
	if err != nil {
		return nil, err
	}
	ctx, end := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(tellEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			// A database that cannot be told is noticed by the pass itself.
			if wanted, err := p.Store.TellRuns(ctx, p.runIDs(), p.watch.progress()); err == nil && wanted {
				cancel(ErrCancelled)
				return
			}
		}
	}()
	return func() { end(); <-ended }, nil
}

func (p *pass) runIDs() []int64 {
	ids := make([]int64, 0, len(p.announced))
	for _, id := range p.announced {
		ids = append(ids, id)
	}
	return ids
}

// notesKept bounds what is kept with a run.
const notesKept = 50

func keptNotes(notes []corpus.Note) []corpus.Note {
	if len(notes) <= notesKept {
		return notes
	}
	more := len(notes) - notesKept
	return append(slices.Clone(notes[:notesKept]), notef(noteMore, with{"N": strconv.Itoa(more)}, "and %d more", more))
}

// closeTimeout bounds how long closing the runs may take.
const closeTimeout = 5 * time.Second

// closeRuns notes how the announced runs ended.
func (p *pass) closeRuns(ctx context.Context, err error) error {
	if len(p.announced) == 0 {
		return nil
	}
	state, reason := "completed", corpus.Note{}
	switch {
	case errors.Is(err, ErrCancelled):
		state, reason = "cancelled", corpus.Note{Text: "an operator cancelled it"}
	case p.report.Interrupted:
		state = "interrupted"
	case p.report.Asks:
		state, reason = "asks", p.report.asks
	case p.report.Waiting != "":
		state, reason = "asks", corpus.Note{Text: p.report.Waiting}
	case p.report.Prepared > 0:
		reason = notef(reasonNever, with{"Edition": strconv.Itoa(p.report.Prepared)},
			"edition %d waits unpublished, as the collection or the run was set (never): the next run replaces it", p.report.Prepared)
	case err != nil:
		state, reason = "failed", ReasonOf(err)
	}
	// After a cancellation, too.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
	defer cancel()
	return p.Store.CloseRuns(ctx, p.runIDs(), state, reason, keptNotes(p.report.notes))
}
