package corpus

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// maxWhole bounds the passages that Whole reads of a document.
const maxWhole = 60

// Whole returns the passages of a hit's document as the scope sees it, in
// reading order, each with its place: at most the first 60. It is for an
// answer that quotes the document: what answers may stand under a heading
// that has none of the question's words.
func (s *Searcher) Whole(ctx context.Context, sc Scope, hit Hit) ([]HitPassage, error) {
	passages, err := s.whole(ctx, sc, hit)
	if err != nil {
		return nil, fmt.Errorf("read document %s: %w", hit.Document.Name, err)
	}
	return passages, nil
}

func (s *Searcher) whole(ctx context.Context, sc Scope, hit Hit) ([]HitPassage, error) {
	view, err := s.store.view(ctx, sc.Members)
	if err != nil {
		return nil, err
	}
	var ids []int64
	for m, c := range view.contents {
		if view.members[m].Collection.ID != hit.Document.CollectionID {
			continue
		}
		for i, d := range c.documents {
			if d.lineage != hit.Document.Lineage {
				continue
			}
			for slot := c.bounds[i]; slot < c.bounds[i+1] && len(ids) < maxWhole; slot++ {
				ids = append(ids, c.passages.ids[slot])
			}
		}
	}
	read := make(map[int64]Passage, len(ids))
	batch := &pgx.Batch{}
	queuePassages(batch, ids, read)
	if err := s.store.pool.SendBatch(ctx, batch).Close(); err != nil {
		return nil, err
	}
	var whole []HitPassage
	for place, id := range ids {
		if p, ok := read[id]; ok {
			whole = append(whole, HitPassage{Passage: p, Place: place})
		}
	}
	return whole, nil
}
