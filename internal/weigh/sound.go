package weigh

import (
	"strings"
	"unicode/utf8"

	"guichet/internal/analysis"
)

// What follows letters that sound otherwise.
const (
	soft  = "eiy"     // "c", "g"
	vowel = "aeiounm" // "an" is no nasal before one of them
)

// soundOf is roughly how a French reader would say a word, so that "quoi" and
// "koi", "jusqu'o" and "jusqu'au", "sen" and "sent" are one. Silent endings go, and so
// do those that sound "é". Words of other languages are as good as their spelling.
func soundOf(written string) string {
	rest := analysis.Fold(strings.NewReplacer("ç", "s", "Ç", "s").Replace(written))
	rest = withoutEnding(rest)
	var b strings.Builder
	for rest != "" {
		from, to := spoken(rest)
		b.WriteString(to)
		rest = rest[len(from):]
	}
	return single(b.String())
}

// withoutEnding keeps two letters at least.
func withoutEnding(folded string) string {
	for _, ending := range []string{"aient", "ait", "ais", "ent", "ai", "er", "ez"} {
		if len(folded) > len(ending)+1 && strings.HasSuffix(folded, ending) {
			folded = folded[:len(folded)-len(ending)]
			break
		}
	}
	for len(folded) > 2 && strings.ContainsRune("esdtxp", rune(folded[len(folded)-1])) {
		folded = folded[:len(folded)-1]
	}
	return folded
}

// spoken returns the first letters of a word, and how they sound.
func spoken(rest string) (from, to string) {
	for _, rule := range [...]struct{ from, to, before, notBefore string }{
		{"eau", "o", "", ""}, {"au", "o", "", ""}, {"oeu", "e", "", ""}, {"eu", "e", "", ""},
		{"sch", "X", "", ""}, {"ch", "X", "", ""}, {"sh", "X", "", ""}, {"ph", "f", "", ""}, {"h", "", "", ""},
		{"qu", "k", "", ""}, {"q", "k", "", ""}, {"ck", "k", "", ""}, {"c", "s", soft, ""}, {"c", "k", "", ""},
		{"gn", "ni", "", ""}, {"gu", "g", soft, ""}, {"g", "j", soft, ""},
		{"ain", "I", "", vowel}, {"ein", "I", "", vowel}, {"in", "I", "", vowel}, {"im", "I", "", vowel}, {"un", "I", "", vowel},
		{"an", "A", "", vowel}, {"am", "A", "", vowel}, {"en", "A", "", vowel}, {"em", "A", "", vowel},
		{"on", "O", "", vowel}, {"om", "O", "", vowel},
		{"oi", "wa", "", ""}, {"oy", "wa", "", ""}, {"ou", "w", "", ""},
		{"ai", "e", "", ""}, {"ei", "e", "", ""}, {"ay", "e", "", ""}, {"y", "i", "", ""}, {"z", "s", "", ""},
	} {
		after, is := strings.CutPrefix(rest, rule.from)
		if is && (rule.before == "" || begins(after, rule.before)) && !begins(after, rule.notBefore) {
			return rule.from, rule.to
		}
	}
	_, size := utf8.DecodeRuneInString(rest)
	return rest[:size], rest[:size]
}

func begins(text, with string) bool {
	return text != "" && strings.IndexByte(with, text[0]) >= 0
}
