package corpus

import (
	"errors"
	"reflect"
	"sync"
	"testing"

	"guichet/corpus/opening"
)

func TestServicesAreReplacedTogether(t *testing.T) {
	s, _, town := newStore(t)
	ctx := t.Context()
	if got, err := s.Services(ctx, town.ID); err != nil || len(got) != 0 {
		t.Fatalf("before: %v, %v", got, err)
	}
	services, err := opening.Parse([]byte(`
school_zone: C
alsace_moselle: true
services:
  - slug: piscine
    name: Piscine
    names: [bassin]
    phone: 01 02 03 04 05
    document: piscine.md
    quote: "Lundi : 9 h – 12 h"
    english: {la piscine: the pool}
    weeks:
      - dates: [novembre à mars, 2026-04-01..2026-04-03]
        school: [Noël]
        hours: {premier lundi: "8 h – 9 h (club)", mardi: fermé}
      - school: term
        hours: {lundi: 9 h – 12 h}
    exceptions:
      - dates: lundi de Pâques
        hours: 10 h – 12 h
      - dates: 2026-12-24
        closes: 16 h
        reason: fêtes
      - dates: août
        hours: inconnu
  - slug: accueil
    name: Accueil
`))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.PutServices(ctx, town.ID, services); err != nil {
		t.Fatal(err)
	}
	got, err := s.Services(ctx, town.ID)
	if err != nil || !reflect.DeepEqual(got, services) {
		t.Fatalf("got  %+v, %v\nwant %+v", got, err, services)
	}

	// A service that is refused leaves all as it was.
	if err := s.PutServices(ctx, town.ID, []opening.Service{{Slug: "bon", Name: "x"}, {Slug: "Pas bon"}}); err == nil {
		t.Error("a bad slug was taken")
	}
	if err := s.PutServices(ctx, -1, services); !errors.Is(err, ErrNotFound) {
		t.Errorf("no such town: %v", err)
	}
	if got, err := s.Services(ctx, town.ID); err != nil || len(got) != 2 {
		t.Errorf("after what failed: %v, %v", got, err)
	}

	// Another town's stay its own, and go with it.
	other, err := s.PutTown(ctx, Town{Slug: "autre", Name: "Autre"})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.PutServices(ctx, other.ID, services[1:]); err != nil {
		t.Fatal(err)
	}
	if err := s.PutServices(ctx, town.ID, nil); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Services(ctx, town.ID); err != nil || len(got) != 0 {
		t.Errorf("emptied: %v, %v", got, err)
	}
	if got, err := s.Services(ctx, other.ID); err != nil || len(got) != 1 {
		t.Errorf("the other town's: %v, %v", got, err)
	}
	if err := s.DeleteTown(ctx, other.Slug); err != nil {
		t.Fatal(err)
	}
}

func TestFilesPutAtOnceDoNotMix(t *testing.T) {
	s, _, town := newStore(t)
	var wg sync.WaitGroup
	for _, names := range [][]string{{"a", "b"}, {"b", "c"}, {"c", "a"}, {"a", "b"}} {
		wg.Go(func() {
			services := []opening.Service{{Slug: names[0], Name: "x"}, {Slug: names[1], Name: "x"}}
			if err := s.PutServices(t.Context(), town.ID, services); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got, err := s.Services(t.Context(), town.ID); err != nil || len(got) != 2 {
		t.Errorf("%v, %v", got, err)
	}
}

// What documents say of services goes with the published edition: through a new
// name, back in a rollback, and not to another town.
func TestServicesFollowThePublishedDocuments(t *testing.T) {
	s, _, town := newStore(t)
	c := newCollection(t, s, town.ID, "annuaire")
	other, err := s.PutTown(t.Context(), Town{Slug: "bourg", Name: "Bourg"})
	if err != nil {
		t.Fatal(err)
	}
	seen := func(town int64) (names []string) {
		t.Helper()
		err := s.FollowServices(t.Context(), town, func(existing []opening.Service, published []ServiceDocument) ([]opening.Service, error) {
			for _, d := range published {
				names = append(names, d.Name+" "+string(d.Service))
			}
			return existing, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return names
	}
	want := func(names ...string) {
		t.Helper()
		if got := seen(town.ID); !reflect.DeepEqual(got, names) {
			t.Errorf("%v, not %v", got, names)
		}
	}
	caf := document("caf", "CAF", "Lundi : 9 h")
	caf.Service = []byte(`{"a": 1}`)
	publish(t, s, c, func(r *Run) {
		put(t, r, caf)
		put(t, r, document("b", "B", "rien"))
	})
	want(`caf {"a": 1}`)
	publish(t, s, c, func(r *Run) {
		if err := r.Rename(t.Context(), "caf", "la-caf"); err != nil {
			t.Fatal(err)
		}
	})
	want(`la-caf {"a": 1}`)
	if err := s.Rollback(t.Context(), c.ID, 1, "test"); err != nil {
		t.Fatal(err)
	}
	want(`caf {"a": 1}`)
	if got := seen(other.ID); got != nil {
		t.Errorf("another town sees %v", got)
	}
}
