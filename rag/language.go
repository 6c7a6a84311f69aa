package rag

import "strings"

// Words by which a language is told, folded. Words that both languages have
// are in neither list.
var (
	wordsOfFrench = wordSet(`le la les un une des du de et est sont dans pour sur avec sans par vous votre vos nous il elle ils elles ne pas au aux ce cette
		qui que ou ont peut doit faut se son sa ses leur jusqu lors chaque d l s`)
	wordsOfEnglish = wordSet(`the of and is are in for with without by you your we it they not to at this that which who or have has can must should
		from until on be if do does when where how their its each every`)
)

func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(words) {
		set[word] = true
	}
	return set
}

// languageOf is "fr" or "en", by which has more of its small words in a text;
// otherwise where neither has ("Lundi : 9 h - 12 h"). Third languages are told
// apart before (tongue.go); one that is not known is taken for otherwise, too: few
// of its words will be found.
func languageOf(text, otherwise string) string {
	french, english := 0, 0
	for _, word := range strings.FieldsFunc(folded(text), func(r rune) bool { return (r < 'a' || r > 'z') && r < 0x80 }) {
		if wordsOfFrench[word] {
			french++
		}
		if wordsOfEnglish[word] {
			english++
		}
	}
	switch {
	case french > english:
		return "fr"
	case english > french:
		return "en"
	}
	return otherwise
}
