package ingest

import (
	"context"

	"guichet/corpus"
)

// Corpus makes a corpus.Store usable here.
func Corpus(s *corpus.Store) Store { return corpusStore{s} }

type corpusStore struct{ *corpus.Store }

func (s corpusStore) Claim(ctx context.Context, c corpus.Collection) (Edition, error) {
	e, err := s.Store.Claim(ctx, c)
	if err != nil {
		return nil, err
	}
	return corpusEdition{e}, nil
}

type corpusEdition struct{ *corpus.Edition }

func (e corpusEdition) Open(ctx context.Context, space corpus.Space, sources []corpus.SourceRef, announced map[string]int64) error {
	e.Adopt(announced)
	return e.Edition.Open(ctx, space, sources)
}

func (e corpusEdition) About() (c corpus.Collection, number int, resumed, continued bool) {
	return e.Collection, e.Number, e.Resumed, e.Continued
}

func (e corpusEdition) StartRun(ctx context.Context, src corpus.SourceRef) (Run, error) {
	return e.Edition.StartRun(ctx, src)
}
