package analysis

import "strings"

// lightEndings are cut by Light: infinitives, participles, feminines. The
// first that fits is taken.
var lightEndings = []string{"er", "ee", "ez", "e"}

// Light returns a French word's light form: folded, without the marks of its
// plural and the endings that most often come and go. It keeps more of a word
// than a stem does ("inscription" stays apart from "inscrit") and so tells
// words apart that share one. It is empty for what holds a digit or no letter.
func Light(written string) string {
	folded := foldWord(written)
	if folded == "" || len(folded) > maxTerm || strings.ContainsAny(folded, "0123456789") {
		return ""
	}
	word := strings.TrimRight(folded, "sx")
	for _, ending := range lightEndings {
		if base, ok := strings.CutSuffix(word, ending); ok && len(base) > 2 {
			word = strings.TrimRight(base, "e")
			break
		}
	}
	if len(word) < 2 {
		return folded
	}
	return word
}
