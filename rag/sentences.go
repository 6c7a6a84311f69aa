package rag

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// abbreviations end with a full stop that ends no sentence. They are written
// here in lower case, without the stop.
var abbreviations = map[string]bool{
	"art": true, "al": true, "av": true, "bd": true, "boul": true, "cf": true, "dr": true, "ex": true,
	"mme": true, "mmes": true, "mlle": true, "mlles": true, "drs": true, "sts": true, "stes": true,
	"env": true, "fig": true, "m": true, "mm": true, "me": true, "mgr": true, "mr": true, "mrs": true,
	"ms": true, "n": true, "no": true, "nos": true, "p": true, "pp": true, "par ex": true, "pl": true,
	"pr": true, "réf": true, "resp": true, "st": true, "ste": true, "tél": true, "tel": true, "vol": true,
	"chap": true, "sect": true, "min": true, "max": true, "approx": true, "vs": true, "dept": true,
	"dép": true, "e.g": true, "i.e": true, "c.-à-d": true, "hab": true, "ch": true, "imp": true, "rte": true,
}

// beforeFigures are short names of days and months, whose stop ends no sentence
// where a figure follows: "lun. 12 oct. 2026".
var beforeFigures = map[string]bool{
	"janv": true, "févr": true, "fevr": true, "avr": true, "juil": true, "sept": true, "oct": true, "nov": true, "déc": true, "dec": true,
	"lun": true, "mar": true, "mer": true, "jeu": true, "ven": true, "sam": true, "dim": true,
}

// sentenceEnd looks for the end of the first sentence of s and returns the
// byte offset just after its closing mark. more is true when what follows
// could still change the verdict, so that a reader of a stream waits; a reader
// at the end of its text passes final and gets len(s) where no end was found.
func sentenceEnd(s string, final bool) (end int, more bool) {
	for i, r := range s {
		if !isTerminal(r) {
			continue
		}
		after := i + utf8.RuneLen(r)
		if endsWithMark(s[:i]) {
			return after, false // "le lundi [1].": nothing that follows can change it
		}
		next, size := utf8.DecodeRuneInString(s[after:])
		if size == 0 {
			if final {
				return len(s), false
			}
			return 0, true
		}
		if isTerminal(next) {
			continue // "?!", "..."
		}
		closed := skipClosers(s, after)
		marked := skipMarks(s, closed)
		if next, size := utf8.DecodeRuneInString(s[marked:]); size > 0 && marked == closed && !unicode.IsSpace(next) {
			if next == '[' && isMarkPrefix(s[marked:]) && !final {
				return 0, true
			}
			continue // 3.50, L.123-4, www.ville.fr
		}
		after = marked
		if isMarkPrefix(strings.TrimLeftFunc(s[after:], unicode.IsSpace)) && !final {
			return 0, true
		}
		word, size := firstRune(s[after:])
		if size == 0 {
			if final {
				return len(s), false
			}
			return 0, true
		}
		if r == '.' && endsWithAbbreviation(s[:i], word) {
			continue
		}
		if unicode.IsLower(word) && (r == '.' || r == '…') {
			continue // an unknown abbreviation, or points of suspension
		}
		if (r == '?' || r == '!') && unicode.IsLower(word) {
			continue
		}
		return after, false
	}
	if final {
		return len(s), false
	}
	return 0, true
}

// isTerminal tells the marks that end a sentence.
func isTerminal(r rune) bool { return r == '.' || r == '!' || r == '?' || r == '…' }

// skipClosers returns the offset behind closing quotes and brackets at from;
// French guillemets may stand behind a space.
func skipClosers(s string, from int) int {
	for {
		r, size := utf8.DecodeRuneInString(s[from:])
		if size == 0 || !strings.ContainsRune("»\"”’)'", r) {
			break
		}
		from += size
	}
	if rest := strings.TrimLeftFunc(s[from:], unicode.IsSpace); strings.HasPrefix(rest, "»") {
		return len(s) - len(rest) + len("»")
	}
	return from
}

// firstRune returns the first rune of s that is no space.
func firstRune(s string) (rune, int) {
	for _, r := range s {
		if !unicode.IsSpace(r) {
			return r, utf8.RuneLen(r)
		}
	}
	return 0, 0
}

// endsWithAbbreviation tells whether the stop after before belongs to an
// abbreviation, an initial, or the number of a list ("1. Venez"). next is what
// begins after it.
func endsWithAbbreviation(before string, next rune) bool {
	start := strings.LastIndexFunc(before, func(r rune) bool {
		return unicode.IsSpace(r) || r == '(' || r == '[' || r == '«' || r == '\'' || r == '’'
	})
	word := before
	if start >= 0 {
		_, size := utf8.DecodeRuneInString(before[start:])
		word = before[start+size:]
	}
	lower := strings.ToLower(word)
	if abbreviations[lower] {
		// "etc." and the like may end a sentence; these do not.
		return true
	}
	if beforeFigures[lower] && unicode.IsDigit(next) {
		return true
	}
	if utf8.RuneCountInString(word) == 1 {
		r, _ := utf8.DecodeRuneInString(word)
		// "J. Dupont", "L. 123": an initial. "plan B. Ensuite" is rarer.
		return unicode.IsUpper(r) && (unicode.IsUpper(next) || unicode.IsDigit(next))
	}
	if word != "" && strings.Trim(word, "0123456789") == "" && strings.TrimSpace(before) == word {
		return true // "1. Venez": the number opens the text
	}
	return false
}

// splitSentences cuts text into its sentences, trimmed, none empty. Joined by
// blanks they are the text.
func splitSentences(text string) []string {
	var out []string
	for {
		text = strings.TrimSpace(text)
		if text == "" {
			return out
		}
		end, _ := sentenceEnd(text, true)
		out = append(out, strings.TrimSpace(text[:end]))
		text = text[end:]
	}
}

// fold makes each run of ordinary blanks and line ends one space. Non-breaking
// spaces stay: they are typography that residents read.
func fold(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return r == ' ' || r == '\n' || r == '\t' || r == '\r'
	}), " ")
}
