package corpus

import (
	"errors"
	"testing"
	"time"
)

func TestApprovedAnswerStandsAndFallsWithItsPassages(t *testing.T) {
	s, _, town := newStore(t)
	ctx := t.Context()
	c := newCollection(t, s, town.ID, "site")
	read := func(d Document) Scope {
		publish(t, s, c, func(r *Run) { put(t, r, d) })
		sc, err := s.Scope(ctx, town.ID)
		if err != nil {
			t.Fatal(err)
		}
		return sc
	}
	first := read(document("tri", "Le tri", "Le verre va au conteneur.", "Le papier va au bac jaune."))
	documents, passages, err := s.PassagesOf(ctx, first, "tri")
	if err != nil || len(passages) != 2 || documents[1].Title != "Le tri" || documents[0].Shared || passages[1].Text != "Le papier va au bac jaune." {
		t.Fatalf("%+v %+v %v", documents, passages, err)
	}
	review := time.Date(2027, 6, 30, 0, 0, 0, 0, time.UTC)
	answer := ApprovedAnswer{Questions: []string{"Où va le papier ?"}, Answer: "Au bac jaune.", Owner: "marie", ReviewOn: review,
		Supports: []ApprovedSupport{{PassageID: passages[1].ID, Quote: "Le papier va au bac jaune."}}}
	answer.ID, err = s.PutApproved(ctx, town.ID, answer)
	if err != nil {
		t.Fatal(err)
	}
	only := func(sc Scope) ApprovedAnswer {
		t.Helper()
		got, err := s.Approved(ctx, sc)
		if err != nil || len(got) != 1 {
			t.Fatalf("%+v, %v", got, err)
		}
		return got[0]
	}
	got := only(first)
	if !got.Holds() || got.Owner != "marie" || !got.ReviewOn.Equal(review) || got.Supports[0].PassageID != passages[1].ID {
		t.Errorf("%+v", got)
	}
	supports, err := s.ApprovedSupports(ctx, first, answer.ID)
	if err != nil || len(supports) != 1 || !supports[0].Current || supports[0].Document.Name != "tri" || supports[0].Document.Collection == "" || supports[0].Passage.Text == "" {
		t.Errorf("%+v, %v", supports, err)
	}
	// Another passage changes: the answer stands. Its own changes: it falls.
	if got := only(read(document("tri", "Le tri", "Le verre va ailleurs.", "Le papier va au bac jaune."))); !got.Holds() {
		t.Error("it fell with another passage")
	}
	changed := read(document("tri", "Le tri", "Le verre va ailleurs.", "Le papier va au bac bleu."))
	if got := only(changed); got.Holds() || got.Supports[0].Quote == "" {
		t.Errorf("it stands on what changed: %+v", got)
	}
	if supports, err := s.ApprovedSupports(ctx, changed, answer.ID); err != nil || len(supports) != 1 || supports[0].Current || supports[0].Passage.Text != "" {
		t.Errorf("%+v, %v", supports, err)
	}
	// Signed anew on the new words, it stands again; what readers of the old
	// edition see is not that.
	_, passages, err = s.PassagesOf(ctx, changed, "tri")
	if err != nil {
		t.Fatal(err)
	}
	answer.Supports = []ApprovedSupport{{PassageID: passages[1].ID, Quote: passages[1].Text}}
	if _, err := s.PutApproved(ctx, town.ID, answer); err != nil {
		t.Fatal(err)
	}
	if !only(changed).Holds() || only(first).Holds() {
		t.Error("it does not stand where it was signed")
	}

	other, err := s.PutTown(ctx, Town{Slug: "autre", Name: "Autre"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.PutApproved(ctx, other.ID, answer); !errors.Is(err, ErrNotFound) {
		t.Errorf("another town's: %v", err)
	}
	if err := s.RemoveApproved(ctx, other.ID, answer.ID); !errors.Is(err, ErrNotFound) {
		t.Errorf("another town's: %v", err)
	}
	if err := s.RemoveApproved(ctx, town.ID, answer.ID); err != nil {
		t.Error(err)
	}
	if got, err := s.Approved(ctx, changed); err != nil || len(got) != 0 {
		t.Errorf("%+v, %v", got, err)
	}
}
