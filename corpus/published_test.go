package corpus

import "testing"

// What stands in the passages of the scope's edition, or in the town's
// contact, is published, in any writing; what an edition ended is no more.
func TestPublished(t *testing.T) {
	s, _, town := newStore(t)
	c := newCollection(t, s, town.ID, "site")
	publish(t, s, c, func(r *Run) {
		put(t, r, document("a", "Piscine", "Appelez le +33 (0)2 61 91 40 17 ou écrivez à Piscine@Ville.example."))
		put(t, r, document("b", "Salles", "Sans numéro."))
	})
	values := []string{"0261914017", "piscine@ville.example", "0261914000", "0639981234"}
	check := func(want map[string]bool) {
		t.Helper()
		sc, err := s.Scope(t.Context(), town.ID)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // read, then remembered
			got, err := s.Published(t.Context(), sc, Contact{Phone: "02 61 91 40 00"}, values)
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range values {
				if got[v] != want[v] {
					t.Errorf("%s: %v, want %v", v, got[v], want[v])
				}
			}
		}
	}
	check(map[string]bool{"0261914017": true, "piscine@ville.example": true, "0261914000": true})
	publish(t, s, c, func(r *Run) {
		put(t, r, document("a", "Piscine", "Le numéro a changé."))
		put(t, r, document("b", "Salles", "Sans numéro."))
	})
	check(map[string]bool{"0261914000": true})
}
