package corpus

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

// termView is what an edition sees of a term, as one scoring weighs it: the lists
// of all segments in one, by slot, and added up by document. Like the edition's
// contents it never changes, whatever is written, merged or published later.
type termView struct {
	passages    impacts // by slot
	documents   impacts
	occurrences int // in bodies
}

// termLists is what an edition sees of a term, not yet weighed.
type termLists struct {
	passages    []slotPosting // by slot
	documents   []documentPosting
	occurrences int
	view        termView // room for the same, weighed
}

// slotPosting is a posting by slot: the slot in the upper 24 bits, the packed
// occurrences in the lower 8.
type slotPosting uint32

func (p slotPosting) slot() int32  { return int32(p >> 8) }
func (p slotPosting) fields() byte { return byte(p) }

// documentPosting counts a term in a document: once for its title, and once for
// each of its heading paths. The counts stop at what they can hold.
type documentPosting struct {
	document int32
	body     uint16
	headings uint8
	title    uint8
}

// termListsSQL reads the lists of all of a query's terms in one statement. It
// has no LIMIT: bounded by nature, at most maxTerms terms in the few segments
// of each collection.
const termListsSQL = `
	SELECT
		collection_id,
		term,
		postings
	FROM term_lists
	WHERE collection_id = ANY(@collections)
		AND term = ANY(@terms)
	ORDER BY array_position(@terms, term)`

// readTerms reads what the members of a view see of the terms, which are
// distinct, and hands them over in their order, with termLists for each member.
// These are valid until done returns.
func (s *Store) readTerms(ctx context.Context, v *view, k *scratch, terms []string, done func(lists []termLists)) error {
	if len(terms) == 0 {
		return nil
	}
	byID := make(map[int64]int, len(v.members))
	for i, m := range v.members {
		byID[m.Collection.ID] = i
	}
	lists := k.termLists(len(v.members))
	next := 0
	finish := func() {
		for m := range lists {
			lists[m].sum(v.contents[m])
		}
		done(lists)
		for m := range lists {
			lists[m].reset()
		}
		next++
	}
	rows, err := s.pool.Query(ctx, termListsSQL, pgx.NamedArgs{"collections": v.collections(), "terms": terms})
	if err != nil {
		return fmt.Errorf("read term lists: %w", err)
	}
	var collection int64
	var term string
	var coded pgtype.DriverBytes // valid until the next row
	_, err = pgx.ForEachRow(rows, []any{&collection, &term, &coded}, func() (err error) {
		for terms[next] != term {
			finish()
		}
		if k.decoded, err = decodePostings(k.decoded[:0], coded); err != nil {
			return fmt.Errorf("term %q of collection %d: %w", term, collection, err)
		}
		m := byID[collection]
		lists[m].see(v.contents[m], k.decoded)
		return nil
	})
	if err != nil {
		return fmt.Errorf("read term lists: %w", err)
	}
	for next < len(terms) {
		finish()
	}
	return nil
}

// termLists returns n empty ones, whose room is used again.
func (k *scratch) termLists(n int) []termLists {
	if len(k.read) < n {
		k.read = make([]termLists, n)
	}
	for i := range k.read[:n] {
		k.read[i].reset()
	}
	return k.read[:n]
}

func (t *termLists) reset() {
	t.passages, t.documents, t.occurrences = t.passages[:0], t.documents[:0], 0
	t.view.passages.reset()
	t.view.documents.reset()
}

// see adds those postings of a segment's list that an edition sees.
func (t *termLists) see(c *contents, postings []posting) {
	number := int64(-1)
	var page *[pageSize]int32
	for _, p := range postings {
		if n := p.passage >> pageBits; n != number {
			page, number = c.slots[n], n
		}
		if page == nil {
			continue
		}
		if slot := page[p.passage%pageSize] - 1; slot >= 0 {
			t.passages = append(t.passages, slotPosting(slot)<<8|slotPosting(p.fields)) //nolint:gosec // below maxSlots
		}
	}
}

// sum puts the postings in order, as most lists already are, and adds them up
// by document.
func (t *termLists) sum(c *contents) {
	if !slices.IsSorted(t.passages) {
		slices.Sort(t.passages)
	}
	for i := 0; i < len(t.passages); {
		document := c.passages.documents[t.passages[i].slot()]
		end := c.bounds[document+1]
		var sum occurrences
		for ; i < len(t.passages) && t.passages[i].slot() < end; i++ {
			o := unpackOccurrences(t.passages[i].fields())
			sum.title = max(sum.title, o.title)
			sum.body += o.body
			if c.passages.begins(t.passages[i].slot()) {
				sum.headings += o.headings
			}
		}
		t.occurrences += sum.body
		t.documents = append(t.documents, documentPosting{
			document: document,
			body:     uint16(min(sum.body, math.MaxUint16)),   //nolint:gosec // capped
			headings: uint8(min(sum.headings, math.MaxUint8)), //nolint:gosec // capped
			title:    uint8(sum.title),                        //nolint:gosec // at most 3
		})
	}
}

// What a Store remembers of terms, in bytes: of towns' collections all that
// questions ask, of a million passages the terms of most questions. It grows with
// the passages of the editions that are remembered.
const (
	termCacheBytes    = 64 << 20 // at least
	maxTermCacheBytes = 512 << 20
	termBytesAPassage = 1500
)

// termKey names a term as an edition sees it and a scoring weighs it. An
// edition's id is never used again: what was published, rolled back or deleted
// since is asked for by other ids. Terms that nothing has are remembered as well.
type termKey struct {
	edition int64
	scoring scoring
	term    string
}

// recallTerm returns what each member of a view sees of a term, or nil when that
// is not remembered of all.
func (s *Store) recallTerm(v *view, by scoring, term string) []*termView {
	found := make([]*termView, len(v.members))
	for i, m := range v.members {
		t, ok := s.terms.get(termKey{m.EditionID, by, term})
		if !ok {
			return nil
		}
		found[i] = t
	}
	return found
}

// rememberTerm remembers copies of what the members of a view see of a term.
func (s *Store) rememberTerm(v *view, by scoring, term string, views []*termView) {
	for i, m := range v.members {
		t := views[i]
		const own = 210 // of the view itself and its key
		bytes := own + len(term) + t.passages.bytes() + t.documents.bytes()
		if !s.terms.holds(bytes) {
			continue
		}
		s.terms.put(termKey{m.EditionID, by, term}, &termView{
			passages:    t.passages.clone(),
			documents:   t.documents.clone(),
			occurrences: t.occurrences,
		}, bytes)
	}
}
