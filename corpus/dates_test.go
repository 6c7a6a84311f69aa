package corpus

import (
	"fmt"
	"testing"
	"time"
)

// searchOn searches as of an instant.
func searchOn(t testing.TB, s *Store, town Town, question, instant string) Result {
	t.Helper()
	now, err := time.Parse(time.RFC3339, instant)
	if err != nil {
		t.Fatal(err)
	}
	scope, err := s.Scope(t.Context(), town.ID)
	if err != nil {
		t.Fatal(err)
	}
	searcher := NewSearcher(s, testEmbedder)
	searcher.now = func() time.Time { return now }
	result, err := searcher.Search(t.Context(), scope, Query{Text: question})
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func day(t testing.TB, text string) time.Time {
	t.Helper()
	if text == "" {
		return time.Time{}
	}
	d, err := time.Parse(time.DateOnly, text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func names(result Result) []string {
	found := []string{}
	for _, h := range result.Hits {
		found = append(found, h.Document.Name)
	}
	return found
}

func leftOut(result Result) []string {
	found := []string{}
	for _, l := range result.LeftOut {
		when := ""
		if !l.Day.IsZero() {
			when = l.Day.Format(time.DateOnly)
		}
		found = append(found, fmt.Sprintf("%s: %s %s%s", l.Document.Title, l.Reason, when, l.Newer))
	}
	return found
}

func TestSearchFindsDocumentsOnlyWhileTheyHold(t *testing.T) {
	s, _, town := newStore(t)
	publish(t, s, newCollection(t, s, town.ID, "site"), func(r *Run) {
		summer := document("ete", "Horaires d'été", "La mairie ouvre à 8 heures en été.")
		summer.ValidFrom, summer.ValidUntil = day(t, "2026-07-06"), day(t, "2026-08-29")
		put(t, r, summer)
		only := document("jour", "Fête du lac", "La fête a lieu ce jour.")
		only.ValidFrom, only.ValidUntil = day(t, "2026-03-01"), day(t, "2026-03-01")
		put(t, r, only)
		from := document("apres", "Nouvelle patinoire", "La patinoire ouvre ses portes.")
		from.ValidFrom = day(t, "2026-12-01")
		put(t, r, from)
		put(t, r, document("toujours", "Mairie", "La mairie se trouve place de la Halle."))
	})
	const ended, waits = "Horaires d'été: ended 2026-08-29", "Horaires d'été: not_begun 2026-07-06"
	for _, c := range []struct {
		question, instant string
		first             string
		left              string
	}{
		// Paris is two hours before UTC in summer, one in winter.
		{"horaires été mairie", "2026-07-05T21:59:59Z", "toujours", waits},
		{"horaires été mairie", "2026-07-05T22:00:00Z", "ete", ""},
		{"horaires été mairie", "2026-07-06T12:00:00Z", "ete", ""},
		{"horaires été mairie", "2026-08-29T12:00:00Z", "ete", ""},
		{"horaires été mairie", "2026-08-29T21:59:59Z", "ete", ""},
		{"horaires été mairie", "2026-08-29T22:00:00Z", "toujours", ended},
		{"horaires été mairie", "2026-08-30T01:00:00+02:00", "toujours", ended},
		{"fête du lac", "2026-02-28T22:59:59Z", "", "Fête du lac: not_begun 2026-03-01"},
		{"fête du lac", "2026-02-28T23:00:00Z", "jour", ""},
		{"fête du lac", "2026-03-01T22:59:59Z", "jour", ""},
		{"fête du lac", "2026-03-01T23:00:00Z", "", "Fête du lac: ended 2026-03-01"},
		{"nouvelle patinoire", "2026-11-30T22:59:59Z", "", "Nouvelle patinoire: not_begun 2026-12-01"},
		{"nouvelle patinoire", "2036-12-01T00:00:00Z", "apres", ""},
	} {
		result := searchOn(t, s, town, c.question, c.instant)
		found := append(names(result), "")
		if c.first != "" && found[0] != c.first {
			t.Errorf("%s at %s: found %q, want %s first", c.question, c.instant, found, c.first)
		}
		for _, h := range result.Hits {
			if c.left != "" && h.Document.Title == result.LeftOut[0].Document.Title {
				t.Errorf("%s at %s: %s is found", c.question, c.instant, h.Document.Title)
			}
		}
		told := append(leftOut(result), "")
		if told[0] != c.left {
			t.Errorf("%s at %s: left out %q, want %q", c.question, c.instant, told, c.left)
		}
	}
}

// Whoever names the year of what is over wants that, and whoever does not, what is in
// force.
func TestNamedYearComesFirst(t *testing.T) {
	s, _, town := newStore(t)
	publish(t, s, newCollection(t, s, town.ID, "site"), func(r *Run) {
		summer := document("ete", "Horaires d'été 2026", "Tous les services : piscine, mairie.")
		summer.ValidFrom, summer.ValidUntil = day(t, "2026-07-06"), day(t, "2026-08-29")
		put(t, r, summer)
		put(t, r, document("piscine", "Horaires de la piscine, été et hiver", "Les horaires de la piscine : été, hiver."))
	})
	for question, want := range map[string]string{
		"horaires de la piscine été 2026": "ete",
		"horaires de la piscine été":      "piscine",
	} {
		if found := names(searchOn(t, s, town, question, "2026-11-27T12:00:00Z")); len(found) == 0 || found[0] != want {
			t.Errorf("%s: found %q, want %s first", question, found, want)
		}
	}
}

func TestEndedDocumentsDoNotFillTheVectorList(t *testing.T) {
	s, _, town := newStore(t)
	publish(t, s, newCollection(t, s, town.ID, "site"), func(r *Run) {
		// They are nearer to the question than what holds.
		for i := range 30 {
			d := document(fmt.Sprintf("vieux-%d", i), "Piscine", fmt.Sprintf("piscine piscine piscine %d", i))
			d.ValidUntil = day(t, "2025-01-01")
			put(t, r, d)
		}
		for i := range 12 {
			put(t, r, document(fmt.Sprintf("neuf-%d", i), "Bassin", fmt.Sprintf("piscine et bien des mots à part elle %d", i)))
		}
	})
	scope, err := s.Scope(t.Context(), town.ID)
	if err != nil {
		t.Fatal(err)
	}
	ranking := DefaultRanking()
	ranking.Depth = 8
	result, err := NewSearcher(s, testEmbedder).WithRanking(ranking).Search(t.Context(), scope, Query{Text: "piscine", Limit: 12})
	if err != nil {
		t.Fatal(err)
	}
	ranks := map[int]bool{}
	for _, h := range result.Hits {
		for _, p := range h.Passages {
			if p.VectorRank > 0 {
				ranks[p.VectorRank] = true
			}
		}
	}
	if len(ranks) != ranking.Depth {
		t.Errorf("%d places of the vector list, want %d: %v", len(ranks), ranking.Depth, ranks)
	}
	if len(result.Hits) != 12 || len(result.LeftOut) != leftOutAmong {
		t.Errorf("found %v, left out %v", names(result), leftOut(result))
	}
}
