package health

import (
	"regexp"
	"strings"
	"unicode"
)

// A page mixes languages when enough of its sentences are in another one than
// the rest. Sentences, and not words, are counted: the name of a street, of an
// association or of a film makes no sentence.
const (
	minMixed     = 3 // sentences in the other language
	minSentence  = 5 // words; fewer are a name, an address, a cell
	minUnstopped = 8 // words of a sentence that no full stop ends: shorter ones are headings and names
)

// tellingWords are words that come often in one of these languages and in no
// other of them: what two of the lists have tells nothing.
var tellingWords = telling(map[string]string{
	"fr": "le la les des du de un une est sont dans pour sur avec vous votre vos nous nos qui que au aux cette ce ces ou où et pas ne en il elle ils par plus peut être chez sans sous leur leurs son ses se si non",
	"en": "the of and is are in for with you your we our to at this that which have has must from by not be will can may on or an a it as do no if they their there all any please",
	"es": "el la los las del de un una es son para por con usted su sus que y en se lo como pero si no más está puede",
	"de": "der die das und ist sind mit für sie ihr wir ein eine einen einem nicht auf von zu den dem des im in bei oder wird werden kann können",
	"it": "il la gli le delle della del di un una è sono per con che non nel nella alla al dei si più può in o e",
	"pt": "o a os as do da dos das de um uma é são para com você não que em no na por ou e se mais pode",
})

func telling(lists map[string]string) map[string]string {
	of := map[string]string{}
	for language, list := range lists {
		for word := range setOf(list) {
			if _, shared := of[word]; shared {
				of[word] = ""
				continue
			}
			of[word] = language
		}
	}
	return of
}

// mixture is a text in two languages.
type mixture struct {
	main, other string
	others, all int    // sentences in the other language, and of which the language is known
	first       string // sentence in the other language
}

// share is how much of the text is in the other language.
func (m mixture) share() float64 { return float64(m.others) / float64(m.all) }

// mixes tells when at least share of a text's sentences, and minMixed of them,
// are in another language than most.
func mixes(text string, share float64) (mixture, bool) {
	var m mixture
	known, firsts := map[string]int{}, map[string]string{} // by language
	for paragraph := range strings.SplitSeq(text, "\n") {
		// A sentence too plain to tell is in the language of its paragraph.
		around := languageOf(words(paragraph))
		for _, sentence := range sentences(paragraph) {
			language := languageOf(words(sentence))
			if language == "" {
				language = around
			}
			if language == "" {
				continue
			}
			m.all++
			known[language]++
			if firsts[language] == "" {
				firsts[language] = sentence
			}
		}
	}
	for _, language := range []string{"fr", "en", "es", "de", "it", "pt"} {
		switch n := known[language]; {
		case n > known[m.main]:
			m.main, m.other = language, m.main
		case n > known[m.other]:
			m.other = language
		}
	}
	m.others, m.first = known[m.other], firsts[m.other]
	return m, m.others >= minMixed && m.share() >= share
}

// languageOf returns the language of these words, or "": it has two telling
// ones, and twice as many as all other languages.
func languageOf(words []string) string {
	counts, all, most := map[string]int{}, 0, ""
	for _, word := range words {
		if language := tellingWords[word]; language != "" {
			counts[language]++
			all++
			if counts[language] > counts[most] {
				most = language
			}
		}
	}
	if n := counts[most]; n < 2 || n < 2*(all-n) {
		return ""
	}
	return most
}

func words(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) })
}

var sentenceEnd = regexp.MustCompile(`[.!?…][»")\]\x{a0} ]*(?:\s|$)`)

// sentences returns a line's sentences; a line of a table has none, nor has
// what is too short for one.
func sentences(line string) []string {
	if strings.Contains(line, " | ") || strings.HasPrefix(line, "|") {
		return nil
	}
	var found []string
	add := func(sentence string, least int) {
		if len(words(sentence)) >= least {
			found = append(found, strings.TrimSpace(sentence))
		}
	}
	from := 0
	for _, at := range sentenceEnd.FindAllStringIndex(line, -1) {
		add(line[from:at[1]], minSentence)
		from = at[1]
	}
	add(line[from:], minUnstopped)
	return found
}
