package corpus

import (
	"errors"
	"fmt"
	"testing"
)

// What is remembered is recalled, and replaced; the source's row is written once,
// however many pages it has.
func TestVisits(t *testing.T) {
	s, pool, town := newStore(t)
	c := newCollection(t, s, town.ID, "site")
	visits := s.Visits(c.ID, SourceRef{Kind: "website", URI: "https://ville.example/"})
	if _, err := visits.Recall(t.Context(), "/a"); !errors.Is(err, ErrNotFound) {
		t.Errorf("before: %v", err)
	}
	var rows []string
	for i := range 3 {
		if err := visits.Remember(t.Context(), Visit{Address: "/a", ETag: fmt.Sprint(i), Digest: []byte{1}, Content: []byte{2}}); err != nil {
			t.Fatal(err)
		}
		var at string
		if err := pool.QueryRow(t.Context(), `SELECT ctid::text FROM sources`).Scan(&at); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, at)
	}
	if rows[0] != rows[1] || rows[1] != rows[2] {
		t.Errorf("the source's row was written anew: %q", rows)
	}
	// Another program knows the source by its address.
	again := s.Visits(c.ID, SourceRef{Kind: "website", URI: "https://ville.example/"})
	if got, err := again.Recall(t.Context(), "/a"); err != nil || got.ETag != "2" {
		t.Errorf("recalled %+v, %v", got, err)
	}
	if err := again.Remember(t.Context(), Visit{Address: "/b", Digest: []byte{1}, Content: []byte{2}}); err != nil {
		t.Fatal(err)
	}
	if err := again.Keep(t.Context(), []string{"/b"}); err != nil {
		t.Fatal(err)
	}
	if _, err := visits.Recall(t.Context(), "/a"); !errors.Is(err, ErrNotFound) {
		t.Errorf("after it was forgotten: %v", err)
	}
}
