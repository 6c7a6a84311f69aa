package corpus

import (
	"context"
	"errors"
)

var errTodo = errors.New("not built yet")

// Edition is the writer's handle on a collection's open edition. It holds the
// collection's lock, and all that it writes goes over the connection that
// holds it, so that a writer that lost the lock can write no more. It is not
// safe for concurrent use.
type Edition struct {
	Collection Collection
	Number     int
	Resumed    bool // rows of this edition's interrupted run were kept
}

// OpenEdition takes the collection's writer lock, discards whatever lies
// beyond the published edition, and opens the next one. If the last open
// edition was interrupted and was writing the same sources, its rows are kept
// and Resumed is true. It returns ErrBusy when another writer has the
// collection, and ErrSpace when the collection's active space is not space.
func (s *Store) OpenEdition(ctx context.Context, c Collection, space Space, sources []SourceRef) (*Edition, error) {
	return nil, errTodo
}

// Known is what an edition holds of a document.
type Known struct {
	Name        string
	ContentHash []byte
	Extractor   string
}

// Run is one pass over a source inside an edition.
type Run struct{ SourceID int64 }

// StartRun begins a pass over the source, which is created if it is new.
func (e *Edition) StartRun(ctx context.Context, src SourceRef) (*Run, error) { return nil, errTodo }

// Known returns the source's live documents by key.
func (r *Run) Known(ctx context.Context) (map[string]Known, error) { return nil, errTodo }

// Kept returns, for each passage of d, whether the live version of the
// document has that very passage, so that its vector need not be made again.
func (r *Run) Kept(ctx context.Context, d Document) ([]bool, error) { return nil, errTodo }

// Put writes d as the document's new version in one transaction. vectors[i]
// belongs to d.Passages[i] and may be nil where Kept said true.
func (r *Run) Put(ctx context.Context, d Document, vectors [][]float32) error { return errTodo }

// Rename gives the live document another public name, its passages unchanged.
func (r *Run) Rename(ctx context.Context, key, name string) error { return errTodo }

// Retire ends the source's documents with these keys.
func (r *Run) Retire(ctx context.Context, keys []string) error { return errTodo }

// Counts are a run's figures, in documents.
type Counts struct {
	Added     int `json:"added"`
	Changed   int `json:"changed"`
	Unchanged int `json:"unchanged"`
	Retired   int `json:"retired"`
	Failed    int `json:"failed"`
}

// Failure is a document that could not be read, and why.
type Failure struct {
	Key    string `json:"key"`
	Reason string `json:"reason"`
}

// Finish closes the run as completed, with its figures.
func (r *Run) Finish(ctx context.Context, c Counts, failures []Failure) error { return errTodo }

// Complete writes the edition's term lists and figures in one transaction.
// An edition that changed nothing is dropped, and changed is false.
func (e *Edition) Complete(ctx context.Context) (changed bool, err error) { return false, errTodo }

// Publish makes the completed edition the one that readers see: one UPDATE.
func (e *Edition) Publish(ctx context.Context) error { return errTodo }

// Close gives the lock back. An edition that was not published stays beyond
// the published one and is resumed or discarded by the next OpenEdition.
func (e *Edition) Close() {}
