package analysis

import (
	"strings"

	"github.com/kljensen/snowball/french"
)

// accented gives back to folded endings the accent without which Snowball's
// rules do not see them. The first that fits is taken.
var accented = []struct{ folded, written string }{
	{"ites", "ités"},
	{"ite", "ité"},
	{"ees", "ées"},
	{"ee", "ée"},
	{"ieres", "ières"},
	{"iere", "ière"},
}

// stemFrench returns the stem of a folded word. What Snowball leaves of a
// participle, a plural ("numéros") or a verb in -yer is brought to the form of
// the others: "payé", "payée", "payer" and "paye" are one term.
func stemFrench(folded string) string {
	word := folded
	for _, a := range accented {
		if base, ok := strings.CutSuffix(folded, a.folded); ok && len(base) > 2 {
			word = base + a.written
			break
		}
	}
	stem := foldWord(french.Stem(word, true))
	if len(stem) > 3 {
		stem = strings.TrimSuffix(stem, "s")
	}
	for len(stem) > 3 && strings.HasSuffix(stem, "e") {
		stem = stem[:len(stem)-1]
	}
	if base, ok := strings.CutSuffix(stem, "y"); ok && len(base) > 1 {
		stem = base + "i"
	}
	return stem
}
