package corpus

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/pgvector/pgvector-go"
)

// vectorHit is a passage near the query.
type vectorHit struct {
	passage int64
	cosine  float64
}

// nearest returns the depth passages of the members whose vectors are nearest
// to the query's, nearest first. All members have their vectors in the space.
func (s *Store) nearest(ctx context.Context, members []ScopeMember, spaceID int64, query []float32, depth int) ([]vectorHit, error) {
	if len(members) == 0 {
		return nil, nil
	}
	batch := &pgx.Batch{}
	for _, m := range members {
		batch.Queue(nearestSQL(spaceID, len(query), m, depth), pgx.NamedArgs{
			"query": pgvector.NewHalfVector(query),
		})
	}
	results := s.pool.SendBatch(ctx, batch)
	var hits []vectorHit
	for range members {
		found, err := scanVectorHits(results)
		if err != nil {
			_ = results.Close() // the first error is the one to tell
			return nil, fmt.Errorf("scan vectors: %w", err)
		}
		hits = append(hits, found...)
	}
	if err := results.Close(); err != nil {
		return nil, fmt.Errorf("scan vectors: %w", err)
	}
	slices.SortFunc(hits, func(a, b vectorHit) int {
		if c := cmp.Compare(b.cosine, a.cosine); c != 0 {
			return c
		}
		return cmp.Compare(a.passage, b.passage)
	})
	return hits[:min(len(hits), depth)], nil
}

func scanVectorHits(results pgx.BatchResults) ([]vectorHit, error) {
	rows, err := results.Query()
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (h vectorHit, err error) {
		var distance float64
		err = row.Scan(&h.passage, &distance)
		h.cosine = 1 - distance
		return h, err
	})
}

// nearestSQL is the scan of one collection. Its id, the edition and the depth
// stand in the text as literals, so that a plan that was made once and is used
// again, as Postgres does after some asking, is blind to none of them. The
// order is by distance alone: the partial index of a large collection (WHERE
// collection_id = 7) serves it; a small one is scanned exactly, through the
// index on collection_id. The distance is selected as it is ordered by, so that
// it is computed once a row.
func nearestSQL(spaceID int64, dimensions int, m ScopeMember, depth int) string {
	return fmt.Sprintf(`
		SELECT
			passage_id,
			v <=> @query::halfvec(%[1]d) AS distance
		FROM %[2]s
		WHERE collection_id = %[3]d
			AND born <= %[4]d
			AND (ended IS NULL OR ended > %[4]d)
		ORDER BY distance
		LIMIT %[5]d`, dimensions, vectorTable(spaceID), m.Collection.ID, m.Edition, depth)
}
