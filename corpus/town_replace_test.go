package corpus

import (
	"errors"
	"reflect"
	"testing"
)

func TestTheDefaultTownIsNotDeleted(t *testing.T) {
	s, _, town := newStore(t)
	if err := s.DeleteTown(t.Context(), town.Slug); !errors.Is(err, ErrDefaultTown) {
		t.Errorf("delete the default town: %v", err)
	}
	if _, err := s.DefaultTown(t.Context()); err != nil {
		t.Errorf("the default town is gone: %v", err)
	}
	// Once another town has its place, it can go.
	if _, err := s.PutTown(t.Context(), Town{Slug: "autre", Name: "Autre", Default: true}); err != nil {
		t.Fatal(err)
	}
	if err := s.DeleteTown(t.Context(), town.Slug); err != nil {
		t.Errorf("delete the town that was the default: %v", err)
	}
}

func TestTheTownOfANewDatabaseIsReplaced(t *testing.T) {
	s, _, before := newStore(t)
	want := Town{
		Slug: "demo", Name: "Démo", Contact: Contact{Phone: "01"}, Color: "#123456",
		Origins: []string{"https://demo.example"}, Languages: []string{"fr", "en"}, Suggestions: []string{"Quand ?"},
		TimeZone: "Indian/Reunion",
	}
	done, err := s.ReplaceUntouchedTown(t.Context(), want)
	if err != nil || !done {
		t.Fatalf("replaced %t, %v", done, err)
	}
	want.ID, want.Default = before.ID, true
	towns, err := s.Towns(t.Context(), 10)
	if err != nil || len(towns) != 1 || !reflect.DeepEqual(towns[0], want) {
		t.Errorf("towns are %+v, %v", towns, err)
	}
	// What stands there now is not untouched any more.
	if done, err := s.ReplaceUntouchedTown(t.Context(), Town{Slug: "encore", Name: "Encore"}); err != nil || done {
		t.Errorf("replaced again: %t, %v", done, err)
	}
}

func TestATownThatWasTouchedIsNotReplaced(t *testing.T) {
	for name, change := range map[string]string{
		"agent":        `INSERT INTO agents (town_id, login, password_hash) SELECT id, 'marie', '-' FROM towns`,
		"conversation": `INSERT INTO conversations (id, town_id) SELECT gen_random_uuid(), id FROM towns`,
		"collection":   `INSERT INTO collections (name) VALUES ('national')`,
		"another town": `INSERT INTO towns (slug, name) VALUES ('autre', 'Autre')`,
		"slug":         `UPDATE towns SET slug = 'autre'`,
		"name":         `UPDATE towns SET name = 'Ma commune'`,
		"colour":       `UPDATE towns SET color = '#000000'`,
		"contact":      `UPDATE towns SET contact = '{"phone": "01"}'`,
		"origins":      `UPDATE towns SET origins = '{https://ville.example}'`,
		"languages":    `UPDATE towns SET languages = '{fr,en}'`,
		"suggestions":  `UPDATE towns SET suggestions = '{Quand ?}'`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, pool, _ := newStore(t)
			if _, err := pool.Exec(t.Context(), change); err != nil {
				t.Fatal(err)
			}
			before, err := s.Towns(t.Context(), 10)
			if err != nil {
				t.Fatal(err)
			}
			if done, err := s.ReplaceUntouchedTown(t.Context(), Town{Slug: "demo", Name: "Démo"}); err != nil || done {
				t.Errorf("replaced %t, %v", done, err)
			}
			if after, err := s.Towns(t.Context(), 10); err != nil || !reflect.DeepEqual(before, after) {
				t.Errorf("before %+v\nafter  %+v, %v", before, after, err)
			}
		})
	}
}
