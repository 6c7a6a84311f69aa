package corpus

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// fetch groups the candidates, which come best first, by document and reads
// the best limit documents with their passages. A document is worth its best
// passage. What the scope no longer finds, because it was pruned meanwhile, is
// left out.
func (s *Store) fetch(ctx context.Context, sc Scope, r Ranking, fused []candidate, limit int) ([]Hit, error) {
	if len(fused) == 0 {
		return nil, nil
	}
	lineages, err := s.lineages(ctx, fused)
	if err != nil {
		return nil, err
	}
	var hits []Hit
	at := make(map[int64]int) // lineage -> index in hits
	var passages []int64
	for _, c := range fused {
		lineage, ok := lineages[c.passage]
		if !ok {
			continue
		}
		i, ok := at[lineage]
		if !ok {
			if len(hits) == limit {
				continue
			}
			i = len(hits)
			at[lineage] = i
			hits = append(hits, Hit{Document: HitDocument{Lineage: lineage}, Score: c.score})
		}
		if len(hits[i].Passages) == r.PassagesPerDocument {
			continue
		}
		hits[i].Passages = append(hits[i].Passages, HitPassage{
			Passage:     Passage{ID: c.passage},
			Score:       c.score,
			LexicalRank: c.lexicalRank,
			Lexical:     c.lexical,
			VectorRank:  c.vectorRank,
			Cosine:      c.cosine,
		})
		passages = append(passages, c.passage)
	}
	return s.fill(ctx, sc, hits, passages)
}

// lineages returns the document lineage of each candidate.
func (s *Store) lineages(ctx context.Context, fused []candidate) (map[int64]int64, error) {
	ids := make([]int64, len(fused))
	for i, c := range fused {
		ids[i] = c.passage
	}
	// Bounded by nature: a row for each candidate.
	rows, err := s.pool.Query(ctx, `
		SELECT
			id,
			lineage
		FROM passages
		WHERE id = ANY(@ids)
		ORDER BY id`, pgx.NamedArgs{"ids": ids})
	if err != nil {
		return nil, fmt.Errorf("read candidates: %w", err)
	}
	lineages := make(map[int64]int64, len(ids))
	var id, lineage int64
	_, err = pgx.ForEachRow(rows, []any{&id, &lineage}, func() error {
		lineages[id] = lineage
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read candidates: %w", err)
	}
	return lineages, nil
}

// fill reads what the hits show: their passages, and their documents as the
// scope's editions have them.
func (s *Store) fill(ctx context.Context, sc Scope, hits []Hit, passageIDs []int64) ([]Hit, error) {
	lineages := make([]int64, len(hits))
	for i, hit := range hits {
		lineages[i] = hit.Document.Lineage
	}
	documents := make(map[int64]HitDocument, len(hits))
	passages := make(map[int64]Passage, len(passageIDs))
	batch := &pgx.Batch{}
	queuePassages(batch, passageIDs, passages)
	queueDocuments(batch, sc, lineages, documents)
	if err := s.pool.SendBatch(ctx, batch).Close(); err != nil {
		return nil, fmt.Errorf("read hits: %w", err)
	}
	return complete(hits, documents, passages), nil
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
