package weigh

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var kinds = []string{"none", "fire", "flood"}

var examples = []Example{
	{"fire", "la maison brûle"}, {"fire", "ça brûle chez le voisin"}, {"fire", "le toit brûle"}, {"fire", "la cuisine brule vite"},
	{"flood", "la maison est inondée"}, {"flood", "inondation chez le voisin"}, {"flood", "le toit est inondé"},
	{"none", "la maison des associations"}, {"none", "le voisin du dessus"}, {"none", "le toit de la cuisine"}, {"none", "les horaires du samedi"},
	{"none", "chez le maire"}, {"none", "les horaires de la cuisine"},
}

func TestWeighUnseen(t *testing.T) {
	w := Learn(kinds, examples)
	for text, want := range map[string]string{
		"mon jardin brule":    "fire", // spelt otherwise
		"les volets brulent":  "fire", // another form, by its letters
		"la cave est inondee": "flood",
	} {
		if got := w.Weigh(text); got.Kind != want || got.Score < 0 || len(got.Words) == 0 {
			t.Errorf("%q: %+v, want %s", text, got, want)
		}
	}
	if got := w.Weigh("les horaires du dimanche"); got.Score > 0 {
		t.Errorf("an ordinary question: %+v", got)
	}
	// What stands far down a long text is found as well.
	long := strings.Repeat("les horaires de la cuisine des associations du samedi ", 20) + "le toit brûle vite"
	if got := w.Weigh(long); got.Kind != "fire" || got.Score < w.Weigh(long[:len(long)/2]).Score {
		t.Errorf("a long text: %+v", got)
	}
	if got := w.Weigh(" ?! "); !math.IsInf(got.Score, -1) {
		t.Errorf("a text without words: %+v", got)
	}
}

// The same examples give the same file, and a file is read as it was written.
func TestWriteParse(t *testing.T) {
	var first, again, third bytes.Buffer
	for _, to := range []*bytes.Buffer{&first, &again} {
		if err := Learn(kinds, examples).Write(to); err != nil {
			t.Fatal(err)
		}
	}
	w, err := Parse(first.String())
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(&third); err != nil {
		t.Fatal(err)
	}
	if first.String() != again.String() || first.String() != third.String() {
		t.Error("not the same file")
	}
}

func TestParseRefuses(t *testing.T) {
	for _, bad := range []string{"", "kinds\ta\n", "kinds\ta\tb\n", "bias\t1\t2\n", "kinds\ta\tb\nbias\t1\n", "kinds\ta\tb\nbias\t1\tx\n", "kinds\ta\tb\nbias\t1\t2\nshort"} {
		if _, err := Parse(bad); err == nil {
			t.Errorf("%q is read", bad)
		}
	}
}

// Any text has a score, of a known kind, and names only its own words.
func TestWeighAny(t *testing.T) {
	w := Learn(kinds, examples)
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		got := w.Weigh(text)
		if math.IsNaN(got.Score) || got.Kind == "none" {
			t.Fatalf("%+v", got)
		}
		for _, word := range got.Words {
			if !strings.Contains(text, word) {
				t.Fatalf("%q is not in the text", word)
			}
		}
	})
}

// What sounds alike in French is one.
func TestSound(t *testing.T) {
	for _, alike := range [][]string{
		{"quoi", "koi"}, {"sent", "sen"}, {"fumée", "fumé", "fume"}, {"brûler", "brulé", "brule"},
		{"eau", "au", "o"}, {"pharmacie", "farmaci"}, {"chez", "ché"}, {"dans", "den"},
		{"ça", "sa"}, {"accident", "aksid"},
	} {
		for _, other := range alike[1:] {
			if soundOf(alike[0]) != soundOf(other) {
				t.Errorf("%q sounds %q, %q sounds %q", alike[0], soundOf(alike[0]), other, soundOf(other))
			}
		}
	}
	if soundOf("feu") == soundOf("fou") || soundOf("يحترق") == "" {
		t.Error("too much is alike")
	}
}
