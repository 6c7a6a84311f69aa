package corpus

import (
	"reflect"
	"testing"
)

func TestRunsKeepNotesWithTheirCodesAndThoseOfOld(t *testing.T) {
	s, pool, town := newStore(t)
	c := newCollection(t, s, town.ID, "site")
	announced, err := s.AnnounceRuns(t.Context(), c.ID, []SourceRef{testSource})
	if err != nil {
		t.Fatal(err)
	}
	id := announced[testSource.URI]
	reason := Note{Text: "it cannot be reached", Code: "source.fetch_network", With: map[string]string{"Source": testSource.URI}}
	notes := []Note{{Text: "went on"}, {Text: "2 links left out", Code: "robots", With: map[string]string{"N": "2"}}}
	if err := s.CloseRuns(t.Context(), []int64{id}, "failed", reason, notes); err != nil {
		t.Fatal(err)
	}
	r, _, err := s.Run(t.Context(), id)
	if err != nil || !reflect.DeepEqual(r.Reason, reason) || !reflect.DeepEqual(r.Notes, notes) {
		t.Errorf("%+v, %v", r, err)
	}
	// As rows were written before notes had codes.
	if _, err := pool.Exec(t.Context(), `UPDATE runs SET reason = to_jsonb('no <such> folder'::text), notes = '["went on", "2 links"]' WHERE id = $1`, id); err != nil {
		t.Fatal(err)
	}
	r, _, err = s.Run(t.Context(), id)
	if err != nil || !reflect.DeepEqual(r.Reason, Note{Text: "no <such> folder"}) || !reflect.DeepEqual(r.Notes, []Note{{Text: "went on"}, {Text: "2 links"}}) {
		t.Errorf("of old: %+v, %v", r, err)
	}
}
