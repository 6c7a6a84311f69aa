package corpus

import (
	"strings"
	"testing"
)

func TestSearchFindsWhatIsPublished(t *testing.T) {
	s, _, town := newStore(t)
	own := newCollection(t, s, town.ID, "site")
	shared := newCollection(t, s, 0, "national")
	publish(t, s, own, func(r *Run) {
		put(t, r, document("dechets", "Ramassage des déchets", "Le ramassage a lieu le mardi.", "Les encombrants sur rendez-vous."))
		put(t, r, document("piscine", "La piscine", "Le bassin ouvre à 9 h."))
	})
	publish(t, s, shared, func(r *Run) {
		put(t, r, document("F1", "Carte d'identité", "Demander une carte d'identité en mairie."))
	})

	result := search(t, s, town, "rendez-vous pour mes encombrants")
	if len(result.Hits) == 0 || result.Degraded != "" {
		t.Fatalf("result %+v", result)
	}
	hit := result.Hits[0]
	if hit.Document.Name != "dechets" || hit.Document.Shared || hit.Document.Collection != "site" || hit.Document.Edition != 1 {
		t.Errorf("first hit is %+v", hit.Document)
	}
	p := hit.Passages[0]
	if p.Text != "Les encombrants sur rendez-vous." || p.LexicalRank != 1 || p.VectorRank == 0 || p.Lexical <= 0 || p.Cosine <= 0 {
		t.Errorf("first passage is %+v", p)
	}
	if result.Evidence <= 0 || result.Evidence > 1 {
		t.Errorf("evidence %v", result.Evidence)
	}
	if got := search(t, s, town, "carte identité").Hits[0].Document; got.Name != "F1" || !got.Shared {
		t.Errorf("shared document is %+v", got)
	}
	for _, empty := range []string{"", "   ", "?!", strings.Repeat("é", 3000)} {
		if got := search(t, s, town, empty); got.Evidence != 0 || len(got.Terms) > 1 {
			t.Errorf("%.10q: %+v", empty, got)
		}
	}
}
