package corpus

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"
)

func TestTowns(t *testing.T) {
	s, _, first := newStore(t)
	ctx := t.Context()
	want := Town{
		Slug:        "saint-aubin",
		Name:        "Saint-Aubin",
		Default:     true,
		Origins:     []string{"https://www.saint-aubin.example"},
		Contact:     Contact{Name: "Accueil", Phone: "01 00 00 00 00"},
		Color:       "#123456",
		Languages:   []string{"fr", "en"},
		Suggestions: []string{"Quand ouvre la mairie ?"},
		TimeZone:    "Indian/Reunion",
	}
	put, err := s.PutTown(ctx, want)
	if err != nil {
		t.Fatal(err)
	}
	want.ID = put.ID
	got, err := s.DefaultTown(ctx)
	if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Fatalf("got %+v, %v", got, err)
	}
	// Put again as an ordinary town, it stays the default: there must be one.
	if again, err := s.PutTown(ctx, Town{Slug: want.Slug, Name: "Autre nom"}); err != nil || again.ID != put.ID || !again.Default || again.Color != "#0b5563" {
		t.Errorf("put again: %+v, %v", again, err)
	}
	towns, err := s.Towns(ctx, 10)
	if err != nil || len(towns) != 2 || towns[0].Slug != first.Slug || towns[0].Default {
		t.Errorf("towns %+v, %v", towns, err)
	}
	if _, err := s.Town(ctx, "nulle-part"); !errors.Is(err, ErrNotFound) {
		t.Errorf("no town: %v", err)
	}
	if _, err := s.PutTown(ctx, Town{Slug: "Pas un slug", Name: "x"}); err == nil {
		t.Error("a bad slug was taken")
	}
}

func TestCollectionsThatATownReads(t *testing.T) {
	s, _, town := newStore(t)
	other, err := s.PutTown(t.Context(), Town{Slug: "autre", Name: "Autre"})
	if err != nil {
		t.Fatal(err)
	}
	newCollection(t, s, town.ID, "site")
	newCollection(t, s, other.ID, "site")
	newCollection(t, s, 0, "national")
	if a, b := newCollection(t, s, 0, "national"), newCollection(t, s, 0, "national"); a.ID != b.ID {
		t.Error("a shared collection was made twice")
	}
	collections, err := s.Collections(t.Context(), town.ID)
	if err != nil || len(collections) != 2 || collections[0].TownID != town.ID || collections[1].Name != "national" {
		t.Errorf("collections %+v, %v", collections, err)
	}
	if _, err := s.Collections(t.Context(), town.ID, "site", "rien"); !errors.Is(err, ErrNotFound) {
		t.Errorf("no such collection: %v", err)
	}
	if _, err := s.Scope(t.Context(), town.ID, "rien"); !errors.Is(err, ErrNotFound) {
		t.Errorf("no such scope: %v", err)
	}
}

// Every table is counted, so that one added later is not forgotten.
func TestDeleteTownLeavesNothingOfItsOwn(t *testing.T) {
	s, pool, _ := newStore(t)
	ctx := t.Context()
	shared := newCollection(t, s, 0, "national")
	publish(t, s, shared, func(r *Run) { put(t, r, document("f", "Fiche", "Le texte.")) })
	counts := func() []string {
		tables, err := pool.Query(ctx, `
			SELECT tablename
			FROM pg_tables
			WHERE schemaname = current_schema()
			ORDER BY tablename`)
		if err != nil {
			t.Fatal(err)
		}
		names, err := pgx.CollectRows(tables, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		var lines []string
		for _, name := range names {
			var n int
			if err := pool.QueryRow(ctx, `SELECT count(*) FROM `+pgx.Identifier{name}.Sanitize()).Scan(&n); err != nil {
				t.Fatal(err)
			}
			lines = append(lines, fmt.Sprint(name, " ", n))
		}
		return lines
	}
	before := counts()

	town, err := s.PutTown(ctx, Town{Slug: "autre", Name: "Autre"})
	if err != nil {
		t.Fatal(err)
	}
	own := newCollection(t, s, town.ID, "site")
	for _, text := range []string{"Le bassin ouvre.", "Le bassin ferme."} {
		publish(t, s, own, func(r *Run) { put(t, r, document("a", "Piscine", text)) })
	}
	_, err = pool.Exec(ctx, `
		WITH c AS (
			INSERT INTO conversations (id, town_id)
			SELECT gen_random_uuid(), id FROM towns WHERE slug = 'autre'
			RETURNING id
		), a AS (
			INSERT INTO agents (town_id, login, password_hash)
			SELECT id, 'agent', '-' FROM towns WHERE slug = 'autre'
			RETURNING id
		), s AS (
			INSERT INTO agent_sessions (token_hash, agent_id, csrf, expires_at)
			SELECT '\x00', id, '', now() FROM a
		)
		INSERT INTO turns (id, conversation_id, ordinal, question)
		SELECT gen_random_uuid(), id, 1, 'Bonjour' FROM c`)
	if err != nil {
		t.Fatal(err)
	}
	if slices.Equal(before, counts()) {
		t.Fatal("the town has nothing to delete")
	}
	if err := s.DeleteTown(ctx, "autre"); err != nil {
		t.Fatal(err)
	}
	if after := counts(); !slices.Equal(before, after) {
		t.Errorf("before %v\nafter  %v", before, after)
	}
	if err := s.DeleteTown(ctx, "autre"); !errors.Is(err, ErrNotFound) {
		t.Errorf("second delete: %v", err)
	}
}
