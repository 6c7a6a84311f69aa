package rag

import (
	"context"
	"os"
	"strings"
	"testing"
)

// claims are the sentences of testdata/grounded.txt about one passage.
type claims struct {
	source            Source
	question          string
	faithful, altered []string
}

// readClaims reads blocks of a passage ("# Title | Headings" and its text), a
// question ("? "), faithful sentences ("+ ") and altered ones ("- ").
func readClaims(t *testing.T, name string) []claims {
	t.Helper()
	content, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	var out []claims
	for block := range strings.SplitSeq(strings.TrimPrefix(string(content), "# "), "\n# ") {
		head, rest, _ := strings.Cut(block, "\n")
		title, headings, _ := strings.Cut(head, " | ")
		text, rest, found := strings.Cut(rest, "\n? ")
		if !found {
			t.Fatalf("%q has no question", head)
		}
		c := claims{source: Source{N: 1, Title: title, Headings: strings.TrimSpace(headings), Text: text}}
		lines := strings.Split(strings.TrimSpace(rest), "\n")
		c.question = lines[0]
		for _, line := range lines[1:] {
			switch kind, sentence, _ := strings.Cut(line, " "); kind {
			case "+":
				c.faithful = append(c.faithful, sentence)
			case "-":
				c.altered = append(c.altered, sentence)
			}
		}
		out = append(out, c)
	}
	return out
}

// judge returns how many of the sentences pass, and tells which did not come
// out as they should.
func judge(t *testing.T, c claims, sentences []string, want bool) int {
	t.Helper()
	n := 0
	for _, s := range sentences {
		_, reason := Grounded{Question: c.question}.Unit(context.Background(),
			Unit{Kind: Sentence, Text: s, Citations: []Citation{{N: 1}}}, []Source{c.source})
		if reason == nil {
			n++
		}
		if (reason == nil) != want {
			t.Logf("%v: %q %+v", reason == nil, s, reason)
		}
	}
	return n
}

func TestGroundedTellsFaithfulFromAltered(t *testing.T) {
	t.Parallel()
	for name, floor := range map[string]struct{ passed, withheld float64 }{
		"grounded.txt":        {.86, .92},
		"grounded-unseen.txt": {.80, .88},
	} {
		passed, faithful, slipped, altered := 0, 0, 0, 0
		for _, c := range readClaims(t, name) {
			passed += judge(t, c, c.faithful, true)
			faithful += len(c.faithful)
			slipped += judge(t, c, c.altered, false)
			altered += len(c.altered)
		}
		kept, held := float64(passed)/float64(faithful), 1-float64(slipped)/float64(altered)
		t.Logf("%s: %d of %d faithful pass (%.3f), %d of %d altered are withheld (%.3f)", name, passed, faithful, kept, altered-slipped, altered, held)
		if kept < floor.passed || held < floor.withheld {
			t.Errorf("%s: the floors are %.2f and %.2f", name, floor.passed, floor.withheld)
		}
	}
}

func TestGrounded(t *testing.T) {
	sources := []Source{
		{N: 1, Title: "Déchèterie", URL: "https://www.ville.fr/dechets", Text: "Ouverte de 9 h 30 à 18 h.\nTrois passages par an. Tél. 01 23 45 67 89."},
		{N: 2, Text: "Le tarif est de 12,50 € en 2026."},
	}
	cited := func(kind UnitKind, text string, numbers ...int) Unit {
		u := Unit{Kind: kind, Text: text}
		for _, n := range numbers {
			u.Citations = append(u.Citations, Citation{N: n})
		}
		return u
	}
	for _, c := range []struct {
		unit Unit
		ok   bool
	}{
		{cited(Sentence, "Elle ouvre à 9h30 et ferme à 18h.", 1), true},
		{cited(Sentence, "Elle ouvre à 9h.", 1), false},
		{cited(Sentence, "Appelez le 01.23.45.67.89.", 1), true},
		{cited(Sentence, "Appelez le 01.23.45.67.80.", 1), false},
		{cited(Sentence, "Vous avez 3 passages par an.", 1), true},
		{cited(Sentence, "Le tarif est de 12,50 €.", 2), true},
		{cited(Sentence, "Le tarif est de 12,50 €.", 1), false},
		{cited(Sentence, "Le tarif est de 12,50 €, jusqu'à 18 h.", 1, 2), false},
		{cited(Sentence, "Voir www.ville.fr.", 1), true},
		{cited(Sentence, "Voir www.autre.fr.", 1), false},
		{cited(Sentence, "La mairie est ouverte."), false},
		{cited(Item, "Une photo"), false},
		{cited(Sentence, "Voici les horaires :"), true},
		{cited(Sentence, "Voici les 7 horaires :"), false},
		{cited(Heading, "Tarifs 2026"), false}, // a figure must be cited
		{cited(Heading, "Tarifs 2027"), false},
	} {
		if _, reason := (Grounded{}).Unit(context.Background(), c.unit, sources); (reason == nil) != c.ok {
			t.Errorf("%q %v: %+v", c.unit.Text, c.unit.Citations, reason)
		}
	}
}

// The items of a list are held to what introduces them, even when they are the
// page's to the letter.
func TestGroundedHoldsItemsToTheirLead(t *testing.T) {
	source := Source{N: 1, Title: "Déchèterie", Text: "## Ce qui est accepté\n\n- les gravats\n- le bois\n\n## Ce qui est refusé\n\n- l'amiante\n- les bouteilles de gaz\n\n## Autour\n\n- un parking"}
	for answer, want := range map[string]int{ // how many items pass
		"La déchèterie accepte [1] :\n- les gravats\n- l'amiante":                           1,
		"La déchèterie accepte [1] :\n- l'amiante et les bouteilles de gaz":                 0,
		"La déchèterie refuse [1] :\n- l'amiante\n- les bouteilles de gaz":                  2,
		"La déchèterie refuse [1] :\n- les gravats":                                         0,
		"La déchèterie refuse [1] :\n- un parking":                                          0,
		"Sont acceptés [1] :\n- un parking":                                                 1,
		"## Ce qui est accepté\n\nÀ la déchèterie [1] :\n- l'amiante":                       0,
		"À la déchèterie [1] :\n- le bois est accepté\n- l'amiante est refusé":              2,
		"La déchèterie n'accepte pas [1] :\n- le bois\n- l'amiante":                         1,
		"## Ce qui est refusé\n\nÀ la déchèterie [1] :\n- l'amiante\n- le bois est accepté": 2,
	} {
		var l lead
		passed := 0
		for _, raw := range cutAll(answer) {
			raw = l.inherit(raw)
			u := raw.unit()
			for _, n := range raw.cites {
				u.Citations = append(u.Citations, Citation{N: n})
			}
			if _, reason := (Grounded{}).Unit(t.Context(), u, []Source{source}); reason == nil && u.Kind == Item {
				passed++
			}
		}
		if passed != want {
			t.Errorf("%q: %d pass, want %d", answer, passed, want)
		}
	}
}
