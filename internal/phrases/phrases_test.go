package phrases

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

const file = `
# people
@partner = mari | conjoint | petit_ami
[violence]
@partner me frapp*
peur ~ de_mon @partner
? bagarre
[fire]
il_y_a|y_a le_feu! & !hier
^ au_feu $
n_arrive_plus
[hide]
feu_d_artifice
[quiet]
calendrier
`

func TestFind(t *testing.T) {
	rules, err := Parse(file)
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"mon mari me frappe":                         "violence",
		"MON CONJOIN ME FRAPE":                       "violence",
		"Mon petit ami, il me frappait":              "violence",
		"mon mari a dit hier soir que tu me frappes": "",
		"jai peur de mon mari":                       "violence",
		"J’ai très peur, le soir, de mon marri":      "violence",
		"une bagarre":                                "violence",
		"une bagarre sur le calendrier":              "",
		"le calendrier. Mon mari me frappe !":        "violence",
		"il y a le feu":                              "fire",
		"ya le feu":                                  "fire",
		"y a le feu depuis hier":                     "",
		"y a le jeu":                                 "",
		"au feu !":                                   "fire",
		"Bonjour. Au feu":                            "fire",
		"au feu rouge":                               "",
		"il y a le feu d'artifice":                   "",
		"je narrive plus":                            "fire",
		"":                                           "",
		"1.5 ?!...":                                  "",
	} {
		if found, _ := rules.Find(text); found.Kind != want {
			t.Errorf("%q: %q (%s), want %q", text, found.Kind, found.Line, want)
		}
	}
}

// What matched is told by the text's own words, and by no others.
func TestFindTellsTheWords(t *testing.T) {
	rules, err := Parse("[violence]\nmon|ma mari|copain ~ me_frappe\n[fire]\nfeu & maison|appartement & !artifice")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"Bonjour. Au secours, mon mari ivre me frappe souvent !": "mon mari ivre me frappe",
		"Dans la maison des voisins il y a le feu":               "feu … maison",
		"rien de tel": "",
	} {
		if found, _ := rules.Find(text); found.Words != want {
			t.Errorf("%q: %q, want %q", text, found.Words, want)
		}
	}
}

func TestParseNamesTheLine(t *testing.T) {
	for _, bad := range []string{"mot", "[a]\n@unknown x", "[a]\nl'eau", "[a]\n& x", "@a = @a\n[k]\n@a"} {
		if _, err := Parse(bad); err == nil || !strings.Contains(err.Error(), "pattern") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// A word of five letters or more is found with one letter wrong, lost, doubled
// or two of them exchanged, unless it is its first.
func TestOneWrongLetterIsForgiven(t *testing.T) {
	rules, err := Parse("[k]\nincendier")
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		word := []rune("incendier")
		i := rapid.IntRange(1, len(word)-2).Draw(t, "place")
		other := rapid.RuneFrom([]rune("abcdefghijklmnopqrstuvwxyz")).Draw(t, "letter")
		var wrong []rune
		switch rapid.IntRange(0, 3).Draw(t, "how") {
		case 0:
			wrong = append(append(append(wrong, word[:i]...), other), word[i+1:]...)
		case 1:
			wrong = append(append(wrong, word[:i]...), word[i+1:]...)
		case 2:
			wrong = append(append(append(wrong, word[:i]...), other), word[i:]...)
		default:
			wrong = append(wrong, word...)
			wrong[i], wrong[i+1] = wrong[i+1], wrong[i]
		}
		if _, ok := rules.Find("un " + strings.ToUpper(string(wrong)) + " ici"); !ok {
			t.Fatalf("%q is not found", string(wrong))
		}
	})
}

func FuzzFind(f *testing.F) {
	rules, err := Parse(file)
	if err != nil {
		f.Fatal(err)
	}
	for _, text := range []string{"mon mari me frappe", "\xff\u0301 a.b…", "peur de", "İ ı ﬁ"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		first, ok := rules.Find(text)
		if again, _ := rules.Find(text); again != first || ok != (first.Kind != "") {
			t.Fatalf("%q: %v, then %v", text, first, again)
		}
	})
}
