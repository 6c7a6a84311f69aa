package corpus

import (
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/pgvector/pgvector-go"
)

// TestPlans loads two collections of which the small one is asked: a plan that
// reads the large one too would be wrong.
func TestPlans(t *testing.T) {
	s, pool, town := newStore(t)
	small := newCollection(t, s, town.ID, "site")
	publish(t, s, small, func(r *Run) { put(t, r, document("a", "Piscine", "Le bassin ouvre.")) })
	large := newCollection(t, s, 0, "national")
	var space int64
	err := pool.QueryRow(t.Context(), `SELECT space_id FROM collections WHERE id = $1`, small.ID).Scan(&space)
	if err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{fmt.Sprintf(`
		INSERT INTO passages (collection_id, lineage, fingerprint, text, tokens, born)
		SELECT %d, n / 7, '\x00', 'Un texte de la fiche ' || n, 6, 1
		FROM generate_series(1, 20000) n`, large.ID), fmt.Sprintf(`
		INSERT INTO %s (passage_id, collection_id, born, v)
		SELECT id, collection_id, born, ('[' || id %% 7 || ',1,1,1,1,1,1,' || id %% 11 || ']')::halfvec(8)
		FROM passages WHERE collection_id = %d`, vectorTable(space), large.ID), fmt.Sprintf(`
		INSERT INTO term_lists (collection_id, segment, term, postings)
		SELECT %d, 1, 'terme' || n, '\x010101'
		FROM generate_series(1, 20000) n`, large.ID),
		`ANALYZE`,
	} {
		if _, err := pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}

	lists := explain(t, pool, termListsSQL, pgx.NamedArgs{
		"collections": []int64{small.ID, large.ID},
		"terms":       []string{"terme12", "bassin", "terme4000"},
	})
	if !strings.Contains(lists, "term_lists_pkey") || strings.Contains(lists, "Seq Scan") {
		t.Errorf("term lists:\n%s", lists)
	}
	vectors := explain(t, pool, nearestSQL(space, 8, small.ID, 100), pgx.NamedArgs{
		"query":   pgvector.NewHalfVector(bag("bassin")),
		"edition": 1,
	})
	if !strings.Contains(vectors, vectorTable(space)+"_collection") || strings.Contains(vectors, "Seq Scan") {
		t.Errorf("vectors:\n%s", vectors)
	}
}

func explain(t *testing.T, pool *pgxpool.Pool, sql string, args pgx.NamedArgs) string {
	t.Helper()
	rows, err := pool.Query(t.Context(), `EXPLAIN `+sql, args)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "\n")
}

// A query of more terms than are asked keeps the rare ones.
func TestLongQueryKeepsRareTerms(t *testing.T) {
	s, _, town := newStore(t)
	c := newCollection(t, s, town.ID, "site")
	var common []string
	for i := range 2 * maxTerms {
		common = append(common, fmt.Sprintf("mot%d", i))
	}
	publish(t, s, c, func(r *Run) {
		for i := range 3 {
			put(t, r, document(fmt.Sprint("d", i), "Titre", strings.Join(common, " ")))
		}
		put(t, r, document("rare", "Autre", "encombrants"))
	})
	result := search(t, s, town, strings.Join(common, " ")+" inconnus encombrants")
	if len(result.Terms) != maxTerms {
		t.Fatalf("%d terms asked", len(result.Terms))
	}
	last := result.Terms[maxTerms-1]
	if last.Frequency != 1 || last.Weight <= result.Terms[0].Weight {
		t.Errorf("the rare term is %+v, the first %+v", last, result.Terms[0])
	}
	if len(result.Hits) == 0 || result.Hits[0].Document.Name != "rare" && result.Hits[0].Document.Name != "d0" {
		t.Errorf("hits %+v", result.Hits)
	}
}
