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

// FuzzFoldText compares the quick way with the thorough one.
func FuzzFoldText(f *testing.F) {
	for _, text := range []string{"L’ÉTÉ", "a`b", "İstanbul", "e\u0301 o\u0308\u0323", "ﬁn ㎡ ２０", "\u2026\u2002\u2011\u2057", "Ĳ ŉ ſ", "한글 가", "\xff\xc3"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if got, want := FoldText(text), foldAnyText(text); got != want {
			t.Errorf("%q: %q, not %q", text, got, want)
		}
	})
}
