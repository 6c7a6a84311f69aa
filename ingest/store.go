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
	OpenEdition(ctx context.Context, c corpus.Collection, space corpus.Space, sources []corpus.SourceRef) (Edition, error)
}

// Edition is corpus.Edition.
type Edition interface {
	// About returns the collection, the edition's number, and whether it
	// holds rows of an interrupted run.
	About() (c corpus.Collection, number int, resumed bool)
	Live(ctx context.Context) ([]corpus.LiveDocument, error)
	StartRun(ctx context.Context, src corpus.SourceRef) (Run, error)
	Complete(ctx context.Context) (changed bool, err error)
	Publish(ctx context.Context) error
	// Index keeps searches fast in a collection that has become large. It
	// comes last; what fails in it is made good by the next run.
	Index(ctx context.Context) error
	Close()
}

// Run is corpus.Run.
type Run interface {
	Kept(ctx context.Context, d corpus.Document) ([]bool, error)
	Put(ctx context.Context, d corpus.Document, vectors [][]float32) error
	Rename(ctx context.Context, key, name string) error
	Retire(ctx context.Context, keys []string) error
	Finish(ctx context.Context, c corpus.Counts, failures []corpus.Failure) error
}

// Gate looks at a completed edition before readers see it. An error keeps it
// from being published and is told in the report.
type Gate interface {
	Admit(ctx context.Context, c corpus.Collection, edition int) error
}
