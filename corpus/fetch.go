package corpus

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/pgvector/pgvector-go"
)

// fetch reads the best limit candidates with their passages. It also returns
// the vectors of the best few documents' best passages.
func (s *Store) fetch(ctx context.Context, sc Scope, q *inquiry, found []candidate, limit int) ([]Hit, [][]float32, error) {
	if len(found) == 0 {
		return nil, nil, nil
	}
	lexicalRanks := q.lexical.ranks(q.ranking.Depth)
	var hits []Hit
	var passages []int64
	for _, c := range found[:min(len(found), limit)] {
		d, _ := q.view.document(c.document)
		hit := Hit{Document: HitDocument{Lineage: d.lineage}, Score: c.score}
		for _, p := range c.passages[:min(len(c.passages), q.ranking.PassagesPerDocument)] {
			hit.Passages = append(hit.Passages, HitPassage{
				Passage:     Passage{ID: p.id},
				Score:       p.score,
				LexicalRank: lexicalRanks[p.slot],
				Lexical:     q.lexical.passage[p.slot],
				VectorRank:  q.ranks[p.slot],
				Cosine:      p.cosine,
			})
			passages = append(passages, p.id)
		}
		hits = append(hits, hit)
	}
	var best []int64
	if q.vector != nil {
		for _, c := range found[:min(len(found), focusDocuments)] {
			best = append(best, c.passages[0].id)
		}
	}
	return s.fill(ctx, sc, hits, passages, q.spaceID, best)
}

// fill reads what the hits show: their passages, and their documents as the
// scope's editions have them.
func (s *Store) fill(ctx context.Context, sc Scope, hits []Hit, passageIDs []int64, spaceID int64, best []int64) ([]Hit, [][]float32, error) {
	lineages := make([]int64, len(hits))
	for i, hit := range hits {
		lineages[i] = hit.Document.Lineage
	}
	documents := make(map[int64]HitDocument, len(hits))
	passages := make(map[int64]Passage, len(passageIDs))
	batch := &pgx.Batch{}
	queuePassages(batch, passageIDs, passages)
	queueDocuments(batch, sc, lineages, documents)
	var vectors [][]float32
	if len(best) > 0 {
		queueVectors(batch, spaceID, best, &vectors)
	}
	if err := s.pool.SendBatch(ctx, batch).Close(); err != nil {
		return nil, nil, fmt.Errorf("read hits: %w", err)
	}
	return complete(hits, documents, passages), vectors, nil
}

func queueVectors(batch *pgx.Batch, spaceID int64, ids []int64, found *[][]float32) {
	// Bounded by nature: a row for each passage asked.
	batch.Queue(fmt.Sprintf(`
		SELECT v
		FROM %s
		WHERE passage_id = ANY(@ids)
		ORDER BY passage_id`, vectorTable(spaceID)), pgx.NamedArgs{"ids": ids}).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			var v pgvector.HalfVector
			if err := rows.Scan(&v); err != nil {
				return err
			}
			*found = append(*found, v.Slice())
		}
		return rows.Err()
	})
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
