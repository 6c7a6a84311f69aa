package corpus

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"guichet/internal/analysis"
)

func spellings(words ...string) []spelling {
	var out []spelling
	for _, w := range words {
		out = append(out, spelling{folded: w, sound: soundOf(w), written: w, term: w, passages: 3})
	}
	return out
}

func TestChoose(t *testing.T) {
	vocabulary := spellings("piscine", "cantine", "pharmacie", "ecole", "inscription", "dechetterie",
		"encombrants", "poubelle", "acte", "carte", "quotient", "horaires", "demenager", "bateau", "achat", "payer", "rendez", "restauration", "scolaire")
	for word, want := range map[string]string{
		"pisine":        "piscine",
		"cantinne":      "cantine",
		"farmacie":      "pharmacie",
		"lecole":        "ecole",
		"dinscription":  "inscription",
		"inscripsion":   "inscription",
		"inscritpion":   "inscription",
		"incsriptoin":   "inscription",
		"dechetterrie":  "dechetterie",
		"encombran":     "encombrants",
		"poubele":       "poubelle",
		"crate":         "carte",
		"quosient":      "quotient",
		"pharmacologie": "",
		"inscrivions":   "", // another form, or word
		"oraires":       "horaires",
		"ancombran":     "encombrants", // by ear
		"restorassion":  "restauration",
		"scolere":       "scolaire",
		"demenagez":     "demenager",
		"gateau":        "", // another first letter
		"chat":          "",
		"tarte":         "",
		"ecolo":         "", // short: one letter for another
		"bibliotheque":  "",
		"footballistes": "",
	} {
		got, _ := choose(word, vocabulary)
		if got.folded != want {
			t.Errorf("%s is read as %q, want %q", word, got.folded, want)
		}
	}
}

func TestChooseNeedsAClearWinner(t *testing.T) {
	near := spellings("marche", "marcher")
	near[0].folded, near[0].sound = "manche", soundOf("manche")
	near[1].folded, near[1].sound = "masche", soundOf("masche")
	if got, ok := choose("malche", near); ok {
		t.Errorf("of two as near, %q was taken", got.folded)
	}
	near[0].passages = 12
	if got, ok := choose("malche", near); !ok || got.folded != "manche" {
		t.Errorf("the one that is met four times as often was not taken: %+v", got)
	}
	function := append(spellings("ciment"), spelling{folded: "comment", sound: soundOf("comment"), function: true})
	if got, ok := choose("coment", function); ok {
		t.Errorf("a misspelt function word was read as %q", got.folded)
	}
}

// Words that differ by the edits that are forgiven share a key.
func TestKeysMeet(t *testing.T) {
	letters := rapid.SampledFrom([]rune("abcdefghijklmnopqrstuvwxyz"))
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.SliceOfN(letters, minWord, 14).Draw(t, "word")
		other := slices.Clone(word)
		for range rapid.IntRange(1, editsAllowed(len(word))).Draw(t, "edits") {
			i := rapid.IntRange(0, len(other)-2).Draw(t, "at")
			switch rapid.IntRange(0, 3).Draw(t, "kind") {
			case 0:
				other[i] = letters.Draw(t, "letter")
			case 1:
				other = slices.Insert(other, i, letters.Draw(t, "letter"))
			case 2:
				other = slices.Delete(other, i, i+1)
			case 3:
				other[i], other[i+1] = other[i+1], other[i]
			}
		}
		if d := analysis.EditDistance(word, other); d > editsAllowed(len(word)) {
			t.Skip("more edits than are forgiven")
		}
		a, b := spellingKeys(7, string(word)), spellingKeys(7, string(other))
		if !slices.ContainsFunc(a, func(k int32) bool { return slices.Contains(b, k) }) {
			t.Errorf("%s and %s share no key", string(word), string(other))
		}
		if slices.ContainsFunc(a, func(k int32) bool { return slices.Contains(spellingKeys(8, string(other)), k) }) {
			t.Logf("%s and %s share a key by chance", string(word), string(other))
		}
	})
}

func TestDistance(t *testing.T) {
	for pair, want := range map[string]int{"a a": 0, "ab ba": 1, "chat chats": 1, "piscine pisine": 1, "abc": 3, "ecole eocle": 1} {
		a, b, _ := strings.Cut(pair, " ")
		if got := analysis.EditDistance([]rune(a), []rune(b)); got != want {
			t.Errorf("%s: %d, want %d", pair, got, want)
		}
	}
}
