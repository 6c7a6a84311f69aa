package corpus

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"guichet/internal/analysis"
)

// contents is what an edition sees, laid out for scoring: every passage has a
// slot, those of a document side by side in reading order. It never changes
// once the edition is complete, so it is read once and kept. It costs some
// twenty bytes a passage and a hundred a document.
type contents struct {
	documents []contentsDocument
	passages  []contentsPassage
	slots     map[int64]*[pageSize]int32 // by passage id: slot + 1; 0: not seen
	lengthSum float64                    // of the passages, quantised
	titleSum  float64                    // terms of the passages' titles
	docTitles float64                    // terms of the documents' titles
}

// contentsDocument is a document as an edition sees it.
type contentsDocument struct {
	lineage     int64
	first, end  int32 // its slots
	length      int32 // sum of its passages' lengths
	title       int32 // terms of its title
	from, until int32 // first and last day it holds, in days since 1970
	changed     int32 // the day it was last changed, or published; 0: unknown
	reading     titleReading
}

// contentsPassage is a passage as an edition sees it.
type contentsPassage struct {
	id       int64
	document int32
	length   byte // lengthCode
	path     byte // pathHash of its headings
	begins   bool // the passage before it stands under another heading path
}

// slot returns a passage's slot, or false when the edition does not see it.
func (c *contents) slot(passage int64) (int32, bool) {
	page := c.slots[passage>>pageBits]
	if page == nil {
		return 0, false
	}
	slot := page[passage%pageSize]
	return slot - 1, slot > 0
}

// maxCachedPassages bounds what a Store remembers of editions.
const maxCachedPassages = 4 << 20

// contentsCache remembers contents by edition id, which is never used again.
type contentsCache struct {
	mu       sync.Mutex
	byID     map[int64]*contents
	loading  map[int64]*sync.Mutex
	passages int
}

func (c *contentsCache) get(id int64) *contents {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.byID[id]
}

// put remembers, and forgets others where they have become too many.
func (c *contentsCache) put(id int64, found *contents) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byID == nil {
		c.byID = make(map[int64]*contents)
	}
	c.passages += len(found.passages)
	c.byID[id] = found
	for other, old := range c.byID {
		if c.passages <= maxCachedPassages {
			break
		}
		if other != id {
			c.passages -= len(old.passages)
			delete(c.byID, other)
		}
	}
}

// lock makes those who want the same edition wait for the first of them.
func (c *contentsCache) lock(id int64) *sync.Mutex {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.loading == nil {
		c.loading = make(map[int64]*sync.Mutex)
	}
	l := c.loading[id]
	if l == nil {
		l = new(sync.Mutex)
		c.loading[id] = l
	}
	return l
}

// contents returns what a scope's member sees. An edition that was pruned or
// discarded since the scope was taken is ErrNotFound.
func (s *Store) contents(ctx context.Context, m ScopeMember) (*contents, error) {
	if found := s.editions.get(m.EditionID); found != nil {
		return found, nil
	}
	l := s.editions.lock(m.EditionID)
	l.Lock()
	defer l.Unlock()
	if found := s.editions.get(m.EditionID); found != nil {
		return found, nil
	}
	var found *contents
	// One snapshot for both reads: a merge between them would part them.
	err := pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly},
		func(tx pgx.Tx) (err error) {
			found, err = readContents(ctx, tx, m, s.analyzer(m.Collection.Language))
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("read edition %d of collection %q: %w", m.Edition, m.Collection.Name, err)
	}
	s.editions.put(m.EditionID, found)
	return found, nil
}

func readContents(ctx context.Context, tx pgx.Tx, m ScopeMember, a *analysis.Analyzer) (*contents, error) {
	var is bool
	err := tx.QueryRow(ctx, `
		SELECT EXISTS (
			SELECT
			FROM editions
			WHERE id = @edition
				AND state = 'complete'
		)`, pgx.NamedArgs{"edition": m.EditionID}).Scan(&is)
	if err != nil {
		return nil, err
	}
	if !is {
		return nil, ErrNotFound
	}
	c := &contents{slots: make(map[int64]*[pageSize]int32)}
	if err := c.readDocuments(ctx, tx, m, a); err != nil {
		return nil, err
	}
	segments, err := readSegments(ctx, tx, m.Collection.ID)
	if err != nil {
		return nil, err
	}
	for _, s := range segments {
		for _, p := range s.passages {
			if slot, ok := c.slot(p.passage); ok {
				c.passages[slot].length = p.length
				c.passages[slot].path = p.fields
			}
		}
	}
	c.sum()
	return c, nil
}

func (c *contents) readDocuments(ctx context.Context, tx pgx.Tx, m ScopeMember, a *analysis.Analyzer) error {
	// Bounded by nature: some hundred bytes for each document of the edition.
	rows, err := tx.Query(ctx, `
		SELECT
			lineage,
			title,
			passages,
			valid_from,
			valid_until,
			coalesce(modified_on, published_on)
		FROM documents
		WHERE collection_id = @collection
			AND born <= @edition
			AND (ended IS NULL OR ended > @edition)
			AND cardinality(passages) > 0
		ORDER BY lineage`, pgx.NamedArgs{"collection": m.Collection.ID, "edition": m.Edition})
	if err != nil {
		return err
	}
	var lineage int64
	var title string
	var passages []int64
	var from, until, changed *time.Time
	patterns := newTitlePatterns()
	_, err = pgx.ForEachRow(rows, []any{&lineage, &title, &passages, &from, &until, &changed}, func() error {
		d := contentsDocument{
			lineage: lineage,
			first:   int32(len(c.passages)),     //nolint:gosec // far fewer
			title:   int32(len(a.Terms(title))), //nolint:gosec // far fewer
			from:    dayOf(from, firstDay),
			until:   dayOf(until, lastDay),
			changed: dayOf(changed, 0),
			reading: patterns.read(title, a),
		}
		for _, id := range passages {
			page := c.slots[id>>pageBits]
			if page == nil {
				page = new([pageSize]int32)
				c.slots[id>>pageBits] = page
			}
			c.passages = append(c.passages, contentsPassage{id: id, document: int32(len(c.documents))}) //nolint:gosec // far fewer
			page[id%pageSize] = int32(len(c.passages))                                                  //nolint:gosec // far fewer
		}
		d.end = int32(len(c.passages)) //nolint:gosec // far fewer
		c.documents = append(c.documents, d)
		return nil
	})
	return err
}

// sum adds up the lengths and finds where stretches under one heading path
// begin.
func (c *contents) sum() {
	for i := range c.documents {
		d := &c.documents[i]
		for slot := d.first; slot < d.end; slot++ {
			p := &c.passages[slot]
			p.begins = slot == d.first || p.path != c.passages[slot-1].path
			d.length += int32(codeLength(p.length)) //nolint:gosec // far fewer
		}
		c.lengthSum += float64(d.length)
		c.titleSum += float64(d.title) * float64(d.end-d.first)
		c.docTitles += float64(d.title)
	}
}
