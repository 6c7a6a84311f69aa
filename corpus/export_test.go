package corpus

import "context"

// OpenEdition claims the collection and opens its next edition.
func (s *Store) OpenEdition(ctx context.Context, c Collection, space Space, sources []SourceRef) (*Edition, error) {
	e, err := s.Claim(ctx, c)
	if err != nil {
		return nil, err
	}
	if err := e.Open(ctx, space, sources); err != nil {
		e.Close()
		return nil, err
	}
	return e, nil
}

// WithRanking returns a Searcher that scores by r.
func (s *Searcher) WithRanking(r Ranking) *Searcher {
	other := *s
	other.ranking = r
	return &other
}
