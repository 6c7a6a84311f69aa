package corpus

import (
	"fmt"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"
)

// TestPutWritesEachRowAsItIs writes more passages than one statement does, with
// headings that an array's own marks stand in, and reads them back in order.
func TestPutWritesEachRowAsItIs(t *testing.T) {
	s, pool, town := newStore(t)
	c := newCollection(t, s, town.ID, "site")
	d := document("a", "Titre")
	paths := [][]string{nil, {"Un"}, {`Deux, "trois"`, `\{quatre}`, "NULL", "", " "}}
	for i := range 2*rowsAtOnce + 1 {
		d.Passages = append(d.Passages, Passage{
			Headings: paths[i%len(paths)], Anchor: fmt.Sprint("a", i), Page: i,
			Text: fmt.Sprint("Texte ", i), Tokens: 2,
		})
	}
	publish(t, s, c, func(r *Run) { put(t, r, d) })
	rows, err := pool.Query(t.Context(), `
		SELECT
			p.headings,
			p.anchor,
			p.page,
			p.text,
			p.tokens,
			v.v::real[]
		FROM documents d
		CROSS JOIN unnest(d.passages) WITH ORDINALITY AS at (id, place)
		JOIN passages p ON p.id = at.id
		JOIN vectors_1 v ON v.passage_id = p.id AND v.born = p.born
		ORDER BY at.place`)
	if err != nil {
		t.Fatal(err)
	}
	i := 0
	var p Passage
	var vector []float32
	_, err = pgx.ForEachRow(rows, []any{&p.Headings, &p.Anchor, &p.Page, &p.Text, &p.Tokens, &vector}, func() error {
		want := d.Passages[i]
		if !slices.Equal(p.Headings, want.Headings) || p.Anchor != want.Anchor || p.Page != want.Page || p.Text != want.Text || p.Tokens != want.Tokens {
			t.Errorf("passage %d: %+v, want %+v", i, p, want)
		}
		for j, x := range bag(EmbeddingText(d.Title, want)) {
			if diff := vector[j] - x; diff > 1e-3 || diff < -1e-3 {
				t.Errorf("passage %d has the vector %v", i, vector)
				break
			}
		}
		i++
		return nil
	})
	if err != nil || i != len(d.Passages) {
		t.Fatalf("%d rows: %v", i, err)
	}
}
