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

// fill reads what the hits show: each passage, with its document as the
// scope's edition of its collection has it.
func (s *Store) fill(ctx context.Context, sc Scope, hits []Hit, passageIDs []int64) ([]Hit, error) {
	collections := make([]int64, len(sc.Members))
	editions := make([]int, len(sc.Members))
	members := make(map[int64]Collection, len(sc.Members))
	for i, m := range sc.Members {
		collections[i] = m.Collection.ID
		editions[i] = m.Edition
		members[m.Collection.ID] = m.Collection
	}
	// Bounded by nature: a row for each passage asked.
	rows, err := s.pool.Query(ctx, `
		WITH scope AS (
			-- The editions that the reader took at its start.
			SELECT *
			FROM unnest(@collections::bigint[], @editions::integer[]) AS s (collection_id, edition)
		)
		SELECT
			p.id,
			p.headings,
			p.anchor,
			p.page,
			p.text,
			p.tokens,
			d.lineage,
			d.name,
			d.title,
			d.url,
			d.theme,
			d.collection_id,
			s.edition
		FROM passages p
		JOIN documents d ON d.lineage = p.lineage
		JOIN scope s
			ON s.collection_id = d.collection_id
			AND d.born <= s.edition
			AND (d.ended IS NULL OR d.ended > s.edition)
		WHERE p.id = ANY(@passages)
		ORDER BY p.id`,
		pgx.NamedArgs{"collections": collections, "editions": editions, "passages": passageIDs})
	if err != nil {
		return nil, fmt.Errorf("read hits: %w", err)
	}
	documents := make(map[int64]HitDocument, len(hits))
	passages := make(map[int64]Passage, len(passageIDs))
	_, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (struct{}, error) {
		var p Passage
		var d HitDocument
		err := row.Scan(&p.ID, &p.Headings, &p.Anchor, &p.Page, &p.Text, &p.Tokens,
			&d.Lineage, &d.Name, &d.Title, &d.URL, &d.Theme, &d.CollectionID, &d.Edition)
		c := members[d.CollectionID]
		d.Collection, d.Shared = c.Name, c.TownID == 0
		documents[d.Lineage], passages[p.ID] = d, p
		return struct{}{}, err
	})
	if err != nil {
		return nil, fmt.Errorf("read hits: %w", err)
	}
	return complete(hits, documents, passages), nil
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
