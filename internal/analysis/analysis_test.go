package analysis

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"
)

func TestFrenchTerms(t *testing.T) {
	a := For("fr")
	for text, want := range map[string]string{
		"":                            "",
		"l'été":                       "",
		"L’école à l'état civil":      "ecol etat civil",
		"Est-ce que je dois payer ?":  "doi pai",
		"cerfa n° 12345*02":           "cerf 12345 12345*02",
		"fiche F10007":                "fich f10007",
		"750 000 € ou 750\u202f000 €": "750000 750000",
		"1,60 m":                      "1.60",
		"01 23 45 67 89":              "01 23 45 67 89",
		"auto-entrepreneur":           "auto entrepreneur autoentrepreneur",
		"Puis-je":                     "",
		"la C.A.F. et la CAF":         "caf caf",
		"prud'hommes prudhommes":      "prudhomm prudhomm",
		"ﬁchier":                      "fichi",
		"permis B":                    "perm b",
		"le 12/05/2020":               "12 05 2020",
		"ordures \xff ménagères":      "ordur menager",
	} {
		if got := strings.Join(a.Terms(text), " "); got != want {
			t.Errorf("Terms(%q) = %q, want %q", text, got, want)
		}
	}
}

// Forms that residents and pages write differently meet in one term.
func TestFrenchFormsMeet(t *testing.T) {
	a := For("fr-FR")
	for _, forms := range []string{
		"payé payer paye payée payees payés",
		"déclarée declaree déclarer declare déclarés",
		"sécurité securite sécurités",
		"société societe sociétés",
		"première premiere premières",
		"numéro numero NUMÉROS",
		"œuvre oeuvre oeuvres",
		"inscription inscriptions",
	} {
		words := strings.Fields(forms)
		want := a.Terms(words[0])
		for _, w := range words[1:] {
			if got := a.Terms(w); !slices.Equal(got, want) {
				t.Errorf("%q is %q, %q is %q", w, got, words[0], want)
			}
		}
	}
}

func TestTokensPointAtTheirWords(t *testing.T) {
	text := "À l’école, l'auto-entrepreneur paie 12\u00a0500 €."
	var got []string
	for _, tok := range For("fr").Tokens(text) {
		got = append(got, text[tok.Start:tok.End])
	}
	want := []string{"école", "auto", "entrepreneur", "auto-entrepreneur", "paie", "12\u00a0500"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestOtherLanguages(t *testing.T) {
	if got := strings.Join(For("en").Terms("The Parking's fees and paying"), " "); got != "park fee pay" {
		t.Errorf("en: %q", got)
	}
	if got := strings.Join(For("de").Terms("Die Straße und l'Été"), " "); got != "die strasse und lete" {
		t.Errorf("de: %q", got)
	}
}

func TestConcurrentUse(t *testing.T) {
	a := For("fr")
	want := strings.Join(a.Terms("Inscrire mon enfant à la cantine scolaire"), " ")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 100 {
				if got := strings.Join(a.Terms("Inscrire mon enfant à la cantine scolaire"), " "); got != want {
					t.Errorf("got %q, want %q", got, want)
				}
			}
		})
	}
	wg.Wait()
}

func FuzzTokens(f *testing.F) {
	for _, s := range []string{"", "l'été d’hiver", "auto-entrepreneur--x-", "1 000,5*02 12 345 678", "C.A.F.", "a'b'-c", "\xff\xfe", "१२ ½ ²", "e\u0301te\u0301", "12\u00a0", "9.9.9,9*9 999"} {
		f.Add(s)
	}
	analyzers := []*Analyzer{For("fr"), For("en"), For("ar")}
	f.Fuzz(func(t *testing.T, text string) {
		for _, a := range analyzers {
			for _, tok := range a.Tokens(text) {
				if tok.Start < 0 || tok.Start >= tok.End || tok.End > len(text) {
					t.Fatalf("token %+v outside %q", tok, text)
				}
				if tok.Term == "" || strings.ContainsAny(tok.Term, " \x00") || !utf8.ValidString(tok.Term) {
					t.Fatalf("bad term %q of %q", tok.Term, text)
				}
			}
			if first, second := a.Terms(text), a.Terms(text); !slices.Equal(first, second) {
				t.Fatalf("%q then %q", first, second)
			}
		}
	})
}

func BenchmarkTokens(b *testing.B) {
	text := strings.Repeat("Pour inscrire votre enfant à la cantine, l'école vous demande un justificatif de domicile de moins de 3 mois (facture d'électricité). ", 50)
	a := For("fr")
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		a.Tokens(text)
	}
}
