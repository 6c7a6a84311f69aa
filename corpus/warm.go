package corpus

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// warmChunk is how many passages Warm reads in one statement.
const warmChunk = 1000

// Warm reads what every search in the scope asks for, where there is room to
// remember it: what its editions see, and of each passage what a close look
// needs. It costs nothing where that is done. Searches are the same without it,
// the first ones after a start or a publication slower.
func (s *Searcher) Warm(ctx context.Context, sc Scope) error {
	var spaceID int64
	if s.embedder != nil {
		var err error
		spaceID, err = s.store.spaceID(ctx, s.embedder.Space())
		if err != nil && !errors.Is(err, ErrNotFound) {
			return fmt.Errorf("warm searches: %w", err)
		}
	}
	view, err := s.store.view(ctx, sc.Members)
	if err != nil {
		return fmt.Errorf("warm searches: %w", err)
	}
	for m, c := range view.contents {
		space := spaceID
		if sc.Members[m].Collection.SpaceID != spaceID {
			space = 0
		}
		if c.warm.Load() == space+1 || !s.store.closely.fits(len(c.passages.ids)*closeBytesAPassage) {
			continue
		}
		for ids := range slices.Chunk(c.passages.ids, warmChunk) {
			if err := s.store.warm(ctx, space, ids); err != nil {
				return fmt.Errorf("warm searches: %w", err)
			}
		}
		c.warm.Store(space + 1)
	}
	return nil
}

// warm remembers of passages what a close look needs.
func (s *Store) warm(ctx context.Context, spaceID int64, ids []int64) error {
	var missing []int64
	for _, id := range ids {
		if _, ok := s.closely.get(closeKey{spaceID, id}); !ok {
			missing = append(missing, id)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	texts, err := s.closeTexts(ctx, spaceID, missing)
	if err != nil {
		return err
	}
	for id, text := range texts {
		s.rememberClosely(spaceID, id, text)
	}
	return nil
}
