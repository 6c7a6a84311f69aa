package ingest

import (
	"context"

	"guichet/corpus"
)

// Corpus makes a corpus.Store usable here.
func Corpus(s *corpus.Store) Store { return corpusStore{s} }

type corpusStore struct{ *corpus.Store }

func (s corpusStore) OpenEdition(ctx context.Context, c corpus.Collection, space corpus.Space, sources []corpus.SourceRef) (Edition, error) {
	e, err := s.Store.OpenEdition(ctx, c, space, sources)
	if err != nil {
		return nil, err
	}
	return corpusEdition{e}, nil
}

type corpusEdition struct{ *corpus.Edition }

func (e corpusEdition) About() (corpus.Collection, int, bool) {
	return e.Collection, e.Number, e.Resumed
}

func (e corpusEdition) StartRun(ctx context.Context, src corpus.SourceRef) (Run, error) {
	return e.Edition.StartRun(ctx, src)
}
