package rag

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"
)

// cutAll cuts text that comes in the given pieces.
func cutAll(pieces ...string) []rawUnit {
	c := newUnitCutter()
	var out []rawUnit
	for _, p := range pieces {
		out = append(out, c.add(p)...)
	}
	return append(out, c.flush()...)
}

func kindsAndTexts(units []rawUnit) []string {
	var out []string
	for _, u := range units {
		s := string(u.kind[0]) + ":" + u.text
		for _, n := range u.cites {
			s += "#" + string(rune('0'+n))
		}
		out = append(out, s)
	}
	return out
}

func TestCutter(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"marks before and after the stop": {
			"La mairie ouvre à 9 h 30 [1]. Elle ferme à 17 h. [2][3] Le samedi aussi [1, 3] !",
			[]string{"s:La mairie ouvre à 9 h 30.#1", "s:Elle ferme à 17 h.#2#3", "s:Le samedi aussi !#1#3"},
		},
		"abbreviations and numbers": {
			"Selon l'art. L. 123-4 du code, M. Dupont paie 3.50 € env. par an [1]. Voir www.ville.fr/aide.html pour la suite. Merci",
			[]string{"s:Selon l'art. L. 123-4 du code, M. Dupont paie 3.50 € env. par an.#1", "s:Voir www.ville.fr/aide.html pour la suite.", "s:Merci"},
		},
		"more abbreviations": {
			"Voyez M. le maire ou Mme Petit, 3 av. des Lilas, bd Foch ou n° 4, p. ex. le 1er mars à 9 h 30. C'est 1.200,50 €, etc. Merci de l'art. L. 211-1. Voir https://v.fr/a.b?c=1. Fin",
			[]string{
				"s:Voyez M. le maire ou Mme Petit, 3 av. des Lilas, bd Foch ou n° 4, p. ex. le 1er mars à 9 h 30.", "s:C'est 1.200,50 €, etc.",
				"s:Merci de l'art. L. 211-1.", "s:Voir https://v.fr/a.b?c=1.", "s:Fin",
			},
		},
		"unclosed markup": {"Le **tarif est de 4 € [1].\n`Il ouvre [1].\n**Horaires", []string{"s:Le tarif est de 4 €.#1", "s:Il ouvre.#1", "s:Horaires"}},
		"list": {
			"Apportez :\n- une photo [1] ;\n* un justificatif. Il est daté [2]\n\n1. Venez\n2) Signez [1]\nFin.",
			[]string{"s:Apportez :", "i:une photo ;#1", "i:un justificatif. Il est daté#2", "i:Venez", "i:Signez#1", "s:Fin."},
		},
		"headings and markup": {
			"## Horaires\n**Le lundi :**\nLa **mairie** est [ouverte](https://v.fr/a) [1].\n---\n",
			[]string{"h:Horaires", "h:Le lundi :", "s:La mairie est ouverte (https://v.fr/a).#1"},
		},
		"table": {
			"| Jour | Heures |\n|---|---|\n| Lundi | 9 h [1] |\n| Mardi | 10 h [2] |\nVoilà.",
			[]string{"r:Lundi — Heures\u00a0: 9 h#1", "r:Mardi — Heures\u00a0: 10 h#2", "s:Voilà."},
		},
		"table without rule": {"| a | b |\n| c | d |", []string{"r:a — b", "r:c — d"}},
		"quotes":             {"Il dit « Venez ! » puis part. « Bon. » [1] Oui.", []string{"s:Il dit « Venez ! » puis part.", "s:« Bon. »#1", "s:Oui."}},
		"thoughts":           {" <think>Je dois. Donc</think>\nOui [1].", []string{"s:Oui.#1"}},
		"ellipsis":           {"Photos, papiers... et le reste [2]. Etc.", []string{"s:Photos, papiers... et le reste.#2", "s:Etc."}},
		"range":              {"Tout [1-3].", []string{"s:Tout.#1#2#3"}},
		"only marks":         {"[1] [2]\n[3]", nil},
	} {
		got := cutAll(c.text)
		if !reflect.DeepEqual(kindsAndTexts(got), c.want) {
			t.Errorf("%s:\n got %q\nwant %q", name, kindsAndTexts(got), c.want)
		}
		if pieces := cutAll(strings.Split(c.text, "")...); !reflect.DeepEqual(pieces, got) {
			t.Errorf("%s: by characters %q, at once %q", name, kindsAndTexts(pieces), kindsAndTexts(got))
		}
	}
	rows := cutAll("| Jour | Heures |\n|---|---|\n| Lundi | 9 h |\n")
	if !reflect.DeepEqual(rows[0].header, []string{"Jour", "Heures"}) || !rows[0].brk {
		t.Errorf("row %+v", rows[0])
	}
}

// TestCutterIsEager holds the latency: a sentence with its mark before the
// stop waits for nothing that follows.
func TestCutterIsEager(t *testing.T) {
	c := newUnitCutter()
	if got := c.add("La mairie est ouverte [1]"); len(got) != 0 {
		t.Fatalf("too soon: %v", got)
	}
	if got := c.add("."); len(got) != 1 {
		t.Fatalf("too late: %v", got)
	}
	if got := c.add("\n- un [2]\n"); len(got) != 1 {
		t.Fatalf("item too late: %v", got)
	}
}

// checkCutter holds the two properties of the cutter on any text.
func checkCutter(t interface{ Errorf(string, ...any) }, text string, cuts []int) {
	whole := cutAll(text)
	var pieces []string
	rest := text
	for _, n := range cuts {
		n = min(max(n, 0), len(rest))
		pieces = append(pieces, rest[:n])
		rest = rest[n:]
	}
	if got := cutAll(append(pieces, rest)...); !reflect.DeepEqual(got, whole) {
		t.Errorf("%q in pieces %q:\n got %q\nwant %q", text, pieces, kindsAndTexts(got), kindsAndTexts(whole))
	}
	var out strings.Builder
	for _, u := range whole {
		if u.kind == Row && u.brk {
			out.WriteString(strings.Join(u.header, " "))
		}
		out.WriteString(u.text)
	}
	if want := lettersOf(text); !strings.HasPrefix(strings.TrimSpace(text), "<think") && lettersOf(out.String()) != want && !strings.ContainsAny(text, "|`") && !lettered.MatchString(text) {
		t.Errorf("%q: letters %q became %q", text, want, lettersOf(out.String()))
	}
}

// lettered is what may mark an item by a letter, which is taken away as figures are.
var lettered = regexp.MustCompile(`[a-z]\)\s`)

// lettersOf is the text's letters alone: digits may stand in marks.
func lettersOf(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return r
		}
		return -1
	}, s)
}

func TestCutterProperties(t *testing.T) {
	parts := []string{
		"La mairie", " ouvre", " à 9 h 30", " art. ", "L. 123", ".", ". ", " ?", "...", "\n", "\n\n", "- ", "* ", "1. ", "12",
		"| a | b |\n", "|---|---|\n", "[1]", " [1, 3]", "[", "]", " [2", "## ", "**", "« ", " »", ")", "(", " Elle", " etc.", ":",
		"<think>", "</think>", "3,50 €", "www.v.fr", "\u00a0!", "é", "—", "\r\n", ">", "_", "`", "a)", "M. ", "\t",
	}
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(parts), 0, 25).Draw(t, "parts"), "")
		checkCutter(t, text, rapid.SliceOfN(rapid.IntRange(0, 9), 0, 40).Draw(t, "cuts"))
	})
}

func FuzzCutter(f *testing.F) {
	f.Add("La mairie ouvre [1]. Oui.\n- a\n|b|c|\n", uint8(3))
	f.Add("## T\n**b** é « x. » [1,2]", uint8(1))
	f.Fuzz(func(t *testing.T, text string, size uint8) {
		cuts := make([]int, len(text))
		for i := range cuts {
			cuts[i] = int(size%7) + 1
		}
		checkCutter(t, strings.ToValidUTF8(text, "?"), cuts)
	})
}

func FuzzParseMarks(f *testing.F) {
	f.Add("a [1] b [2, 3] c [4-6] d [x] [")
	f.Fuzz(func(t *testing.T, text string) {
		clean, numbers := parseMarks(text)
		seen := map[int]bool{}
		for _, n := range numbers {
			if n < 0 || n > 999 || seen[n] {
				t.Errorf("%q: numbers %v", text, numbers)
			}
			seen[n] = true
		}
		if len(clean) > len(text) {
			t.Errorf("%q grew to %q", text, clean)
		}
	})
}

// What a translation brings of its passage may be several sentences.
func TestCutterKeepsQuotesTogether(t *testing.T) {
	answer := "El badge es gratuito « Le badge est gratuit. Il se demande en ligne. » [1]. Otra frase [2]. « Une phrase. Et la suite"
	var texts []string
	for _, u := range cutAll(strings.SplitAfter(answer, " ")...) {
		texts = append(texts, u.text)
	}
	want := []string{"El badge es gratuito « Le badge est gratuit. Il se demande en ligne. »", "Otra frase.", "« Une phrase. Et la suite"}
	if !slices.Equal(texts, want) {
		t.Errorf("%q", texts)
	}
}
