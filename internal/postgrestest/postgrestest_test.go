package postgrestest_test

import (
	"testing"

	"guichet/internal/postgrestest"
)

func TestEachTestHasItsOwnDatabase(t *testing.T) {
	ctx := t.Context()
	first, second := postgrestest.Open(t), postgrestest.Open(t)
	const count = `SELECT count(*) FROM towns`
	if _, err := first.Exec(ctx, `INSERT INTO towns (slug, name) VALUES ('autre', 'Autre ville')`); err != nil {
		t.Fatal(err)
	}
	var inFirst, inSecond int
	if err := first.QueryRow(ctx, count).Scan(&inFirst); err != nil {
		t.Fatal(err)
	}
	if err := second.QueryRow(ctx, count).Scan(&inSecond); err != nil {
		t.Fatal(err)
	}
	if inFirst != 2 || inSecond != 1 {
		t.Errorf("got %d and %d towns, want 2 and the default one alone", inFirst, inSecond)
	}
}
