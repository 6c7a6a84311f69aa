package analysis

import "testing"

func TestFoldText(t *testing.T) {
	for text, want := range map[string]string{
		"":                                  "",
		"Mairie":                            "mairie",
		"L’ÉTÉ à Œuvre-d’Æther":             "l'ete a oeuvre-d'aether",
		"Déchèterie\u00a0:\u202f20\u2009m²": "decheterie : 20 m2",
		"rendez\u2011vous 1\u2013 2":        "rendez-vous 1\u2013 2",
		"chô\u00admage\u200b":               "chomage",
		"l´eau l`eau lʼeau":                 "l'eau l'eau l'eau",
		"a\nb\tc":                           "a\nb\tc",
		"E\u0301cole, straße, ﬁn":           "ecole, strasse, fin",
	} {
		got := FoldText(text)
		if got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
		if again := FoldText(got); again != got {
			t.Errorf("%q folded again: %q", got, again)
		}
	}
	if got := FoldLine("  De 9 h\u00a0– 12 h\n et — le  soir "); got != "de 9 h - 12 h et - le soir" {
		t.Errorf("a line: %q", got)
	}
}
