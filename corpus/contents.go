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
	bounds    []int32                    // first slot of each document, and the end
	sizes     []documentSize             // of the documents
	dated     []int32                    // the documents that do not hold for ever
	passages  passageColumns             // by slot
	slots     map[int64]*[pageSize]int32 // by passage id: slot + 1; 0: not seen
	lengthSum float64                    // of the passages, quantised
	titleSum  float64                    // terms of the passages' titles
	docTitles float64                    // terms of the documents' titles
}

// contentsDocument is a document as an edition sees it.
type contentsDocument struct {
	lineage     int64
	from, until int32 // first and last day it holds, in days since 1970
	changed     int32 // the day it was last changed, or published; 0: unknown
	reading     titleReading
}

// documentSize is what scoring needs of a document.
type documentSize struct {
	length int32 // sum of its passages' lengths
	title  int32 // terms of its title
}

// passageColumns holds an edition's passages, a column for each thing that is
// asked of many at a time.
type passageColumns struct {
	ids       []int64
	documents []int32
	lengths   []byte // lengthCode
	titles    []byte // terms of the document's title, at most 255
	paths     []byte // pathHash of their headings
}

// maxSlots is how many passages an edition may have: as many as a slotPosting
// can name.
const maxSlots = 1 << 24

// begins tells whether the passage before it stands under another heading path,
// or in another document.
func (p *passageColumns) begins(slot int32) bool {
	return slot == 0 || p.documents[slot] != p.documents[slot-1] || p.paths[slot] != p.paths[slot-1]
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

// put remembers, and forgets others where they have become too many. It returns
// how many passages are remembered.
func (c *contentsCache) put(id int64, found *contents) (passages int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byID == nil {
		c.byID = make(map[int64]*contents)
	}
	c.passages += len(found.passages.ids)
	c.byID[id] = found
	for other, old := range c.byID {
		if c.passages <= maxCachedPassages {
			break
		}
		if other != id {
			c.passages -= len(old.passages.ids)
			delete(c.byID, other)
		}
	}
	return c.passages
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
	passages := s.editions.put(m.EditionID, found)
	s.terms.resize(min(max(termCacheBytes, passages*termBytesAPassage), maxTermCacheBytes))
	s.closely.resize(min(max(closeCacheBytes, passages*closeBytesAPassage), maxCloseCacheBytes))
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
	c := &contents{bounds: []int32{0}, slots: make(map[int64]*[pageSize]int32)}
	if err := c.readDocuments(ctx, tx, m, a); err != nil {
		return nil, err
	}
	if n := len(c.passages.ids); n > maxSlots {
		return nil, fmt.Errorf("%d passages are more than the %d that an edition may have", n, maxSlots)
	}
	segments, err := readSegments(ctx, tx, m.Collection.ID)
	if err != nil {
		return nil, err
	}
	for _, s := range segments {
		for _, p := range s.passages {
			if slot, ok := c.slot(p.passage); ok {
				c.passages.lengths[slot] = p.length
				c.passages.paths[slot] = p.fields
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
		terms := len(a.Terms(title))
		d := contentsDocument{
			lineage: lineage,
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
			c.passages.ids = append(c.passages.ids, id)
			c.passages.documents = append(c.passages.documents, int32(len(c.documents))) //nolint:gosec // far fewer
			c.passages.titles = append(c.passages.titles, byte(min(terms, 255)))
			page[id%pageSize] = int32(len(c.passages.ids)) //nolint:gosec // far fewer
		}
		c.bounds = append(c.bounds, int32(len(c.passages.ids))) //nolint:gosec // far fewer
		if d.from != firstDay || d.until != lastDay {
			c.dated = append(c.dated, int32(len(c.documents))) //nolint:gosec // far fewer
		}
		c.documents = append(c.documents, d)
		c.sizes = append(c.sizes, documentSize{title: int32(terms)}) //nolint:gosec // far fewer
		return nil
	})
	c.passages.lengths = make([]byte, len(c.passages.ids))
	c.passages.paths = make([]byte, len(c.passages.ids))
	return err
}

// sum adds up the lengths.
func (c *contents) sum() {
	for i := range c.documents {
		size := &c.sizes[i]
		first, end := c.bounds[i], c.bounds[i+1]
		for _, code := range c.passages.lengths[first:end] {
			size.length += int32(codeLength(code)) //nolint:gosec // far fewer
		}
		c.lengthSum += float64(size.length)
		c.titleSum += float64(size.title) * float64(end-first)
		c.docTitles += float64(size.title)
	}
}
