package corpus

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
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
	vectors := explain(t, pool, nearestSQL(space, 8, ScopeMember{Collection: small, Edition: 1}, 100), pgx.NamedArgs{
		"query": pgvector.NewHalfVector(bag("bassin")),
	})
	if !strings.Contains(vectors, vectorTable(space)+"_collection") || strings.Contains(vectors, "Seq Scan") {
		t.Errorf("vectors:\n%s", vectors)
	}

	// The large one gets an index of its own; the small one is scanned exactly.
	s.indexAbove = 15_000
	for _, c := range []Collection{small, large} {
		if err := s.indexVectors(t.Context(), space, c.ID); err != nil {
			t.Fatal(err)
		}
	}
	scan := func(c Collection) string {
		return explain(t, pool, nearestSQL(space, 8, ScopeMember{Collection: c, Edition: 1}, 100), pgx.NamedArgs{
			"query": pgvector.NewHalfVector(bag("bassin")),
		})
	}
	if plan := scan(large); !strings.Contains(plan, "Index Scan using "+vectorIndex(space, large.ID)) {
		t.Errorf("large collection:\n%s", plan)
	}
	if plan := scan(small); !strings.Contains(plan, vectorTable(space)+"_collection") || strings.Contains(plan, "hnsw") {
		t.Errorf("small collection beside an indexed one:\n%s", plan)
	}

	// It loses the index when it has shrunk to half, not before.
	for _, c := range []struct{ left, index int }{{10_000, indexValid}, {7_000, indexNone}} {
		_, err := pool.Exec(t.Context(), fmt.Sprintf(`
			DELETE FROM %[1]s
			WHERE collection_id = %[2]d
				AND passage_id NOT IN (SELECT passage_id FROM %[1]s WHERE collection_id = %[2]d ORDER BY passage_id LIMIT %[3]d)`,
			vectorTable(space), large.ID, c.left))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.indexVectors(t.Context(), space, large.ID); err != nil {
			t.Fatal(err)
		}
		if live, index, err := s.indexState(t.Context(), space, large.ID); err != nil || live != c.left || index != c.index {
			t.Errorf("with %d vectors of %d left the index is %d, %v", live, c.left, index, err)
		}
	}
}

// TestIndexesAreBuiltOneAfterTheOther begins with a build that failed half way,
// and goes on with two at once on one table.
func TestIndexesAreBuiltOneAfterTheOther(t *testing.T) {
	s, pool, town := newStore(t)
	s.indexAbove = 3
	var collections []Collection
	for _, name := range []string{"site", "agenda"} {
		c := newCollection(t, s, town.ID, name)
		publish(t, s, c, func(r *Run) { put(t, r, document("a", "Titre", "un", "deux", "trois", "quatre", "cinq")) })
		collections = append(collections, c)
	}
	space, err := s.spaceID(t.Context(), testEmbedder.Space())
	if err != nil {
		t.Fatal(err)
	}
	err = pgx.BeginTxFunc(t.Context(), pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead}, func(tx pgx.Tx) error {
		var n int
		if err := tx.QueryRow(t.Context(), `SELECT count(*) FROM `+vectorTable(space)).Scan(&n); err != nil {
			return err
		}
		// The build waits for this transaction to end, and gives up.
		return pool.AcquireFunc(t.Context(), func(conn *pgxpool.Conn) error {
			if _, err := conn.Exec(t.Context(), `SET lock_timeout = '50ms'`); err != nil {
				return err
			}
			_, err := conn.Exec(t.Context(), fmt.Sprintf(`CREATE INDEX CONCURRENTLY %s ON %s (v) WHERE collection_id = %d`,
				vectorIndex(space, collections[0].ID), vectorTable(space), collections[0].ID))
			if err == nil {
				return errors.New("the build was not held up")
			}
			_, err = conn.Exec(t.Context(), `RESET lock_timeout`)
			return err
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, index, err := s.indexState(t.Context(), space, collections[0].ID); err != nil || index != indexHalfDone {
		t.Fatalf("the index is %d, %v: the test shows nothing", index, err)
	}
	var building sync.WaitGroup
	for _, c := range collections {
		building.Go(func() {
			if err := s.indexVectors(t.Context(), space, c.ID); err != nil {
				t.Error(err)
			}
		})
	}
	building.Wait()
	for _, c := range collections {
		if _, index, err := s.indexState(t.Context(), space, c.ID); err != nil || index != indexValid {
			t.Errorf("the index of %s is %d, %v", c.Name, index, err)
		}
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

// TestIndexIsBuiltWhereSharedMemoryIsScarce has the database refuse two processes
// their common memory, as in a container that has little of it.
func TestIndexIsBuiltWhereSharedMemoryIsScarce(t *testing.T) {
	s, pool, town := newStore(t)
	c := newCollection(t, s, town.ID, "site")
	publish(t, s, c, func(r *Run) { put(t, r, document("a", "Titre", "un", "deux", "trois")) })
	admin := pool.Config().ConnConfig.Copy()
	admin.User, admin.Password = "guichet_admin", ""
	conn, err := pgx.ConnectConfig(t.Context(), admin)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	_, err = conn.Exec(t.Context(), `
		CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$
		BEGIN
			IF current_setting('max_parallel_maintenance_workers') <> '0' THEN
				RAISE EXCEPTION 'could not resize shared memory segment' USING ERRCODE = 'disk_full';
			END IF;
		END $$;
		CREATE EVENT TRIGGER refuse ON ddl_command_start WHEN TAG IN ('CREATE INDEX') EXECUTE FUNCTION refuse()`)
	if err != nil {
		t.Fatal(err)
	}
	s.indexAbove = 2
	space, err := s.spaceID(t.Context(), testEmbedder.Space())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.indexVectors(t.Context(), space, c.ID); err != nil {
		t.Fatal(err)
	}
	if _, index, err := s.indexState(t.Context(), space, c.ID); err != nil || index != indexValid {
		t.Errorf("the index is %d, %v", index, err)
	}
}
