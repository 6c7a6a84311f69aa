package health

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Short is not empty: "La mairie est fermée le lundi." is a whole answer. A page
// says next to nothing when it is short and has no figure, no address to write
// to or to go to, and no sentence; or when its only one says that the page is yet
// to be written.
const (
	minStopped = 4 // words of a sentence with its full stop
	minLine    = 6 // words of one without
)

// yetToBe is what stands on a page that nobody has written yet, accents aside.
var yetToBe = regexp.MustCompile(`(?i)\b(?:en cours de (?:r[ée]daction|construction|r[ée]alisation|mise [àa] jour)|en construction|en travaux|[àa] venir|[àa] compl[ée]ter|(?:prochainement|bient[ôo]t) (?:disponible|en ligne)|contenu (?:bient[ôo]t|prochainement)|aucun contenu|lorem ipsum|under construction|coming soon|to be (?:completed|written|added)|no content|page not found|page introuvable)`)

// saysNothing tells whether a text of fewer than so many characters says next to
// nothing.
func saysNothing(text string, fewer int) bool {
	if utf8.RuneCountInString(text) >= fewer {
		return false
	}
	if strings.ContainsFunc(text, unicode.IsDigit) || strings.Contains(text, "@") || strings.Contains(text, "://") {
		return false
	}
	return yetToBe.MatchString(text) || !hasSentence(text)
}

func hasSentence(text string) bool {
	for line := range strings.SplitSeq(text, "\n") {
		from := 0
		for _, at := range sentenceEnd.FindAllStringIndex(line, -1) {
			if len(words(line[from:at[1]])) >= minStopped {
				return true
			}
			from = at[1]
		}
		if len(words(line[from:])) >= minLine {
			return true
		}
	}
	return false
}
