package corpus

import (
	"reflect"
	"testing"
)

func TestARunKeepsItsFailuresByKey(t *testing.T) {
	s, _, town := newStore(t)
	c := newCollection(t, s, town.ID, "site")
	for _, failures := range [][]Failure{
		{{Key: "c.pdf", Reason: "encrypted"}, {Key: "a.pdf", Reason: "damaged"}, {Key: "b.md", Reason: "empty", Code: "empty"}},
		nil,
	} {
		given := append([]Failure(nil), failures...)
		e, err := s.OpenEdition(t.Context(), c, testEmbedder.Space(), []SourceRef{testSource})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(e.Close)
		r, err := e.StartRun(t.Context(), testSource)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Finish(t.Context(), Counts{Failed: len(failures)}, failures); err != nil {
			t.Fatal(err)
		}
		e.Close()
		runs, err := s.Runs(t.Context(), c.ID, 1)
		if err != nil || len(runs) != 1 {
			t.Fatalf("runs are %+v, %v", runs, err)
		}
		want := []Failure{}
		if len(given) > 0 {
			want = []Failure{given[1], given[2], given[0]}
		}
		if !reflect.DeepEqual(runs[0].Failures, want) || !reflect.DeepEqual(failures, given) {
			t.Errorf("failures %v are kept as %v, want %v", given, runs[0].Failures, want)
		}
	}
}
