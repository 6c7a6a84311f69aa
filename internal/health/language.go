package health

import (
	"strings"
	"unicode"
)

// smallWords are words that come often in one of these languages and seldom in
// the others.
var smallWords = map[string]map[string]bool{
	"fr": setOf("le la les des du une est sont dans pour sur avec vous votre nous qui au aux cette ou et pas ne"),
	"en": setOf("the of and is are in for with you your we to at this that which have must from by not"),
	"es": setOf("el los las del una es son para por con usted su que y se lo como pero"),
	"de": setOf("der die das und ist sind mit für sie ihr wir ein eine nicht auf von zu den"),
	"it": setOf("il gli delle della una è sono per con che non di nel alla dei si"),
	"pt": setOf("o os as do da dos das uma é são para com você não que em no na"),
}

func setOf(words string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(words) {
		set[word] = true
	}
	return set
}

// minSmallWords is how many small words tell a language.
const minSmallWords = 12

// foreign returns the language of a text where it is clearly not the expected
// one: at least share of its small words are of another. Texts with few of
// them, tables and lists of names, are of no language.
func foreign(text, expected string, share float64) string {
	expected, _, _ = strings.Cut(expected, "-")
	counts, all := map[string]int{}, 0
	for word := range strings.FieldsFuncSeq(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) }) {
		known := false
		for language, words := range smallWords {
			if words[word] {
				counts[language]++
				known = true
			}
		}
		if known {
			all++
		}
	}
	if all < minSmallWords {
		return ""
	}
	for _, language := range []string{"fr", "en", "es", "de", "it", "pt"} {
		if language != expected && float64(counts[language]) >= share*float64(all) && counts[language] > 2*counts[expected] {
			return language
		}
	}
	return ""
}
