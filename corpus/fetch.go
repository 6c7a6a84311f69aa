package corpus

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// firstHits are those of which an answer may use any passage.
const firstHits = 3

// fetched is what fetch read.
type fetched struct {
	hits    []Hit
	leftOut []LeftOut
}

// fetch reads the best candidates with their passages, as many as the query asks.
func (s *Store) fetch(ctx context.Context, sc Scope, q *inquiry, way fused, asked Query) (fetched, error) {
	found := way.candidates[:min(len(way.candidates), asked.Limit)]
	if len(found) == 0 && len(way.notInForce) == 0 {
		return fetched{}, nil
	}
	var lexicalRanks map[int32]int
	if asked.Ranked {
		lexicalRanks = q.lexicalRanks(q.ranking.Depth)
	}
	var hits []Hit
	var lineages, passages []int64
	for i, c := range found {
		d, _ := q.view.document(c.document)
		hit := Hit{Document: HitDocument{Lineage: d.lineage}, Score: c.score, contents: d}
		lineages = append(lineages, d.lineage)
		most := q.ranking.PassagesPerDocument
		if i >= firstHits {
			most = q.ranking.LaterPassages
		}
		shown := c.passages[:min(len(c.passages), most)]
		hit.Passages = make([]HitPassage, 0, len(shown))
		for _, p := range shown {
			hit.Passages = append(hit.Passages, HitPassage{
				Passage:     Passage{ID: p.id},
				Score:       p.score,
				LexicalRank: lexicalRanks[p.slot],
				Lexical:     float64(q.lexical.byPassage[p.slot]),
				VectorRank:  q.ranks[p.slot],
				Cosine:      p.cosine,
				Place:       q.view.place(c.document, p.slot),
			})
			passages = append(passages, p.id)
		}
		hits = append(hits, hit)
	}
	for _, c := range way.candidates {
		if c.newer != nil {
			d, _ := q.view.document(c.document)
			lineages = append(lineages, d.lineage, c.newer.lineage)
		}
	}
	for _, document := range way.notInForce {
		d, _ := q.view.document(document)
		lineages = append(lineages, d.lineage)
	}
	documents, read, err := s.readHits(ctx, sc, lineages, passages)
	if err != nil {
		return fetched{}, fmt.Errorf("read hits: %w", err)
	}
	var out fetched
	for i, c := range found {
		if c.newer != nil {
			hits[i].Newer = documents[c.newer.lineage].Title
		}
	}
	out.hits = complete(hits, documents, read)
	byText := q.supersedeTexts(out.hits)
	out.leftOut = append(q.leftOut(way, asked.Limit, documents), byText...)
	return out, nil
}

// What a Store remembers of hits: their passages, a kilobyte or two each, and
// their documents.
const (
	passageCacheBytes  = 48 << 20
	documentCacheBytes = 8 << 20
)

// documentKey names a document as an edition sees it. Like a passage it never
// changes.
type documentKey struct{ edition, lineage int64 }

// readHits returns the documents of these lineages that the scope sees, and the
// passages, each by its id. What is not remembered is read in one round trip.
func (s *Store) readHits(ctx context.Context, sc Scope, lineages, passages []int64) (map[int64]HitDocument, map[int64]Passage, error) {
	documents, read := make(map[int64]HitDocument, len(lineages)), make(map[int64]Passage, len(passages))
	var newLineages, newPassages []int64
	for _, lineage := range lineages {
		if d, ok := s.recallDocument(sc, lineage); ok {
			documents[lineage] = d
		} else {
			newLineages = append(newLineages, lineage)
		}
	}
	for _, id := range passages {
		if p, ok := s.texts.get(id); ok {
			read[id] = p
		} else {
			newPassages = append(newPassages, id)
		}
	}
	batch := &pgx.Batch{}
	if len(newPassages) > 0 {
		queuePassages(batch, newPassages, read)
	}
	if len(newLineages) > 0 {
		queueDocuments(batch, sc, newLineages, documents)
	}
	if batch.Len() > 0 {
		if err := s.pool.SendBatch(ctx, batch).Close(); err != nil {
			return nil, nil, err
		}
	}
	for _, id := range newPassages {
		if p, ok := read[id]; ok {
			const own = 150 // of the passage itself and its headings
			s.texts.put(id, p, own+len(p.Text)+len(p.Anchor))
		}
	}
	for _, lineage := range newLineages {
		if d, ok := documents[lineage]; ok {
			s.rememberDocument(sc, d)
		}
	}
	return documents, read, nil
}

// recallDocument returns a document as the scope sees it, if it is remembered.
func (s *Store) recallDocument(sc Scope, lineage int64) (HitDocument, bool) {
	for _, m := range sc.Members {
		if d, ok := s.documents.get(documentKey{m.EditionID, lineage}); ok {
			d.Edition, d.Collection, d.Shared = m.Edition, m.Collection.Name, m.Collection.TownID == 0
			return d, true
		}
	}
	return HitDocument{}, false
}

func (s *Store) rememberDocument(sc Scope, d HitDocument) {
	for _, m := range sc.Members {
		if m.Collection.ID == d.CollectionID {
			const own = 200 // of the document itself
			s.documents.put(documentKey{m.EditionID, d.Lineage}, d, own+len(d.Name)+len(d.Title)+len(d.URL)+len(d.Theme))
		}
	}
}

// leftOut tells which documents would be among the hits, were they in force or
// the newest of their kind.
func (q *inquiry) leftOut(way fused, limit int, documents map[int64]HitDocument) []LeftOut {
	var out []LeftOut
	for _, document := range way.notInForce {
		d, _ := q.view.document(document)
		left := LeftOut{Document: documents[d.lineage], Reason: HasEnded, Day: dateOf(d.until)}
		if q.day < d.from {
			left.Reason, left.Day = HasNotBegun, dateOf(d.from)
		}
		out = append(out, left)
	}
	for _, c := range way.candidates {
		if c.newer != nil && c.was <= limit {
			d, _ := q.view.document(c.document)
			out = append(out, LeftOut{Document: documents[d.lineage], Reason: OlderVersion, Newer: documents[c.newer.lineage].Title})
		}
	}
	return out
}

// place is where a passage stands in its document, from 0.
func (v *view) place(document, slot int32) int {
	m := v.memberOf(document)
	return int(slot - v.slots[m] - v.contents[m].bounds[document-v.documents[m]])
}

func queuePassages(batch *pgx.Batch, ids []int64, found map[int64]Passage) {
	// Bounded by nature: a row for each passage asked.
	batch.Queue(`
		SELECT
			id,
			headings,
			anchor,
			page,
			text,
			tokens
		FROM passages
		WHERE id = ANY(@ids)
		ORDER BY id`, pgx.NamedArgs{"ids": ids}).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			var p Passage
			if err := rows.Scan(&p.ID, &p.Headings, &p.Anchor, &p.Page, &p.Text, &p.Tokens); err != nil {
				return err
			}
			found[p.ID] = p
		}
		return rows.Err()
	})
}

// queueDocuments reads all versions of the documents and keeps those that the
// scope sees. The editions stay out of the statement, because without fresh
// statistics the planner would rather walk a whole collection's documents.
func queueDocuments(batch *pgx.Batch, sc Scope, lineages []int64, found map[int64]HitDocument) {
	members := make(map[int64]ScopeMember, len(sc.Members))
	for _, m := range sc.Members {
		members[m.Collection.ID] = m
	}
	// Bounded by nature: the kept versions of the documents asked.
	batch.Queue(`
		SELECT
			lineage,
			name,
			title,
			url,
			theme,
			collection_id,
			born,
			ended
		FROM documents
		WHERE lineage = ANY(@lineages)
		ORDER BY id`, pgx.NamedArgs{"lineages": lineages}).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			var d HitDocument
			var born int
			var ended *int
			err := rows.Scan(&d.Lineage, &d.Name, &d.Title, &d.URL, &d.Theme, &d.CollectionID, &born, &ended)
			if err != nil {
				return err
			}
			m, ok := members[d.CollectionID]
			if !ok || born > m.Edition || ended != nil && *ended <= m.Edition {
				continue
			}
			d.Edition, d.Collection, d.Shared = m.Edition, m.Collection.Name, m.Collection.TownID == 0
			found[d.Lineage] = d
		}
		return rows.Err()
	})
}

// complete puts what was read into the hits, and leaves out what was not found.
func complete(hits []Hit, documents map[int64]HitDocument, passages map[int64]Passage) []Hit {
	whole := hits[:0]
	for _, hit := range hits {
		document, ok := documents[hit.Document.Lineage]
		if !ok {
			continue
		}
		hit.Document = document
		found := hit.Passages[:0]
		for _, p := range hit.Passages {
			if passage, ok := passages[p.ID]; ok {
				p.Passage = passage
				found = append(found, p)
			}
		}
		hit.Passages = found
		whole = append(whole, hit)
	}
	return whole
}
