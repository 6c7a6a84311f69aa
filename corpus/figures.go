package corpus

import (
	"context"
	"fmt"
	"sync"

	"github.com/jackc/pgx/v5"
)

// maxCachedEditions bounds the editions whose figures a Store remembers.
const maxCachedEditions = 1024

// figures are what the lexical index needs to know of an edition. They never
// change once the edition is complete.
type figures struct {
	passages    int64
	lengthSum   int64
	lastPassage int64
	ended       idSet // passages in the term lists that ended by this edition
}

// sees tells whether the edition sees a passage of its collection.
func (f *figures) sees(passage int64) bool {
	return passage <= f.lastPassage && (len(f.ended) == 0 || !f.ended.has(passage))
}

// editionCache remembers figures by edition id, which is never used again.
type editionCache struct {
	mu   sync.Mutex
	byID map[int64]*figures
}

func (c *editionCache) get(id int64) *figures {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.byID[id]
}

func (c *editionCache) put(id int64, f *figures) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byID == nil {
		c.byID = make(map[int64]*figures)
	}
	if len(c.byID) >= maxCachedEditions {
		for other := range c.byID {
			delete(c.byID, other)
			break
		}
	}
	c.byID[id] = f
}

// figures returns those of the scope's members, in their order. An edition
// that was pruned or discarded since the scope was taken is ErrNotFound.
func (s *Store) figures(ctx context.Context, members []ScopeMember) ([]*figures, error) {
	found := make([]*figures, len(members))
	var missing []int64
	for i, m := range members {
		found[i] = s.editions.get(m.EditionID)
		if found[i] == nil {
			missing = append(missing, m.EditionID)
		}
	}
	if len(missing) == 0 {
		return found, nil
	}
	read, err := s.readFigures(ctx, missing)
	if err != nil {
		return nil, err
	}
	for i, m := range members {
		if found[i] != nil {
			continue
		}
		found[i] = read[m.EditionID]
		if found[i] == nil {
			return nil, fmt.Errorf("edition %d of collection %q: %w", m.Edition, m.Collection.Name, ErrNotFound)
		}
		s.editions.put(m.EditionID, found[i])
	}
	return found, nil
}

func (s *Store) readFigures(ctx context.Context, editionIDs []int64) (map[int64]*figures, error) {
	// Bounded by nature: a row for each edition that ended passages since the
	// collection's last merge.
	rows, err := s.pool.Query(ctx, `
		SELECT
			e.id,
			e.passages,
			e.length_sum,
			e.last_passage,
			l.passages
		FROM editions e
		LEFT JOIN ended_lists l
			ON l.collection_id = e.collection_id
			AND l.edition <= e.number
		WHERE e.id = ANY(@ids)
			AND e.state = 'complete'
		ORDER BY e.id`, pgx.NamedArgs{"ids": editionIDs})
	if err != nil {
		return nil, fmt.Errorf("read edition figures: %w", err)
	}
	read := make(map[int64]*figures)
	var id int64
	var row figures
	var coded []byte
	_, err = pgx.ForEachRow(rows, []any{&id, &row.passages, &row.lengthSum, &row.lastPassage, &coded}, func() error {
		f := read[id]
		if f == nil {
			f = &figures{
				passages:    row.passages,
				lengthSum:   row.lengthSum,
				lastPassage: row.lastPassage,
				ended:       make(idSet),
			}
			read[id] = f
		}
		return decodeIDs(coded, f.ended.add)
	})
	if err != nil {
		return nil, fmt.Errorf("read edition figures: %w", err)
	}
	return read, nil
}
