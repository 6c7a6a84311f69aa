package ingest

import (
	"context"

	"guichet/corpus"
)

// Store is what the ingester needs of the database.
type Store interface {
	Sources(ctx context.Context, collectionID int64) ([]corpus.SourceRef, error)
	// Live returns the documents of the published edition.
	Live(ctx context.Context, c corpus.Collection) ([]corpus.LiveDocument, error)
	// AnnounceRuns begins a run over each source, and returns their IDs by the
	// sources' URIs; TellRuns and CloseRuns go on with them.
	AnnounceRuns(ctx context.Context, collectionID int64, sources []corpus.SourceRef) (map[string]int64, error)
	TellRuns(ctx context.Context, runs []int64, p corpus.Progress) (cancel bool, err error)
	CloseRuns(ctx context.Context, runs []int64, state string, reason corpus.Note, notes []corpus.Note) error
	// Claim keeps other writers out of the collection.
	Claim(ctx context.Context, c corpus.Collection) (Edition, error)
}

// Edition is corpus.Edition.
type Edition interface {
	// Open opens the next edition; its runs over announced sources are those
	// that were announced.
	Open(ctx context.Context, space corpus.Space, sources []corpus.SourceRef, announced map[string]int64) error
	// About returns the collection, the edition's number, and whether it
	// holds rows of an interrupted run, or of an edition that waited.
	About() (c corpus.Collection, number int, resumed, continued bool)
	Live(ctx context.Context) ([]corpus.LiveDocument, error)
	StartRun(ctx context.Context, src corpus.SourceRef) (Run, error)
	// Held returns an error when others may write to the collection.
	Held(ctx context.Context) error
	Complete(ctx context.Context) (changed bool, err error)
	// Hold notes why the completed edition waits for an operator; empty: it
	// does not, and the next run begins without it.
	Hold(ctx context.Context, reason string) error
	Publish(ctx context.Context) error
	// Prune deletes the editions that the collection keeps no longer.
	Prune(ctx context.Context) error
	// Index keeps searches fast in a collection that has become large. It
	// comes last; what fails in it is made good by the next run.
	Index(ctx context.Context) error
	Close()
}

// Run is corpus.Run.
type Run interface {
	Kept(ctx context.Context, d corpus.Document) ([]bool, error)
	// Put may be called for several documents at once.
	Put(ctx context.Context, d corpus.Document, vectors [][]float32) error
	Rename(ctx context.Context, key, name string) error
	Retire(ctx context.Context, keys []string) error
	Finish(ctx context.Context, c corpus.Counts, failures []corpus.Failure) error
}

// Gate looks at a completed edition before readers see it, and says what
// becomes of it. An error ends the run; the edition waits for the next one.
type Gate interface {
	Admit(ctx context.Context, c corpus.Collection, edition int) (Verdict, error)
}

// Verdict is what becomes of a completed edition. The zero Verdict publishes it.
type Verdict struct {
	Waits  string         // why it waits for an operator
	Drop   bool           // it was prepared to be looked at alone
	Review *corpus.Review // what the gate saw; nil: nothing
}
