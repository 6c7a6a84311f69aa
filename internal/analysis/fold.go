package analysis

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold lower-cases a word and drops its accents and whatever is neither letter
// nor digit: the form in which words are compared.
func Fold(written string) string { return foldWord(written) }

// foldWord lower-cases a word, takes compatibility forms apart, and drops
// accents and whatever is neither letter nor digit.
func foldWord(written string) string {
	if isFolded(written) {
		return written
	}
	var b strings.Builder
	b.Grow(len(written))
	for _, r := range norm.NFKD.String(written) {
		foldRune(&b, r)
	}
	return b.String()
}

func isFolded(s string) bool {
	for i := range len(s) {
		if c := s[i]; c >= utf8.RuneSelf || (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

func foldRune(b *strings.Builder, r rune) {
	r = unicode.ToLower(r)
	if letters := plainLetters(r); letters != "" {
		b.WriteString(letters)
	} else if unicode.IsLetter(r) || unicode.IsNumber(r) {
		b.WriteRune(r)
	}
}

// plainLetters are those of a letter that is no accented one, but is written with
// others where a keyboard lacks it; empty: it is none.
func plainLetters(r rune) string {
	switch r {
	case 'œ':
		return "oe"
	case 'æ':
		return "ae"
	case 'ß':
		return "ss"
	case 'ø':
		return "o"
	case 'đ', 'ð':
		return "d"
	case 'ł':
		return "l"
	case 'ı':
		return "i"
	}
	return ""
}

// apostrophes are written in many ways; some would come apart with their accents.
var apostrophes = strings.NewReplacer("’", "'", "‘", "'", "ʼ", "'", "´", "'", "`", "'")

// FoldText is a text as texts are compared with patterns: in lower case, without
// accents and what cannot be seen, ligatures and other compatibility forms taken
// apart, apostrophes, hyphens and blanks as a keyboard has them.
func FoldText(text string) string {
	if isPlain(text) {
		return text
	}
	var b strings.Builder
	b.Grow(len(text))
	for i, r := range text {
		switch {
		case 'A' <= r && r <= 'Z':
			b.WriteByte(byte(r) + 'a' - 'A')
		case r < utf8.RuneSelf && r != '`':
			b.WriteByte(byte(r))
		case r < rune(len(commonFolds)):
			b.WriteString(commonFolds[r])
		case firstSymbol <= r && r < firstSymbol+rune(len(symbolFolds)):
			b.WriteString(symbolFolds[r-firstSymbol])
		default: // what is rare is looked up
			b.WriteString(foldAnyText(text[i:]))
			return b.String()
		}
	}
	return b.String()
}

// foldAnyText is FoldText of texts in any script.
func foldAnyText(text string) string {
	text = apostrophes.Replace(strings.ToLower(text))
	if isASCII(text) {
		return text
	}
	var b strings.Builder
	b.Grow(len(text))
	for _, r := range norm.NFKD.String(text) {
		letters := plainLetters(r)
		switch {
		case r < utf8.RuneSelf:
			b.WriteRune(r)
		case letters != "":
			b.WriteString(letters)
		case unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Cf, r):
		case unicode.Is(unicode.Zs, r):
			b.WriteByte(' ')
		case r == '\u2010': // hyphens that do not break came apart to it
			b.WriteByte('-')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

const firstSymbol = 0x2000 // where Unicode's punctuation, currencies, arrows and signs begin

// What FoldText makes of the letters and signs of Western languages, each by itself:
// nearly all texts hold no others.
var (
	commonFolds = foldsFrom(0, 0x180)
	symbolFolds = foldsFrom(firstSymbol, 0x300)
)

func foldsFrom(first rune, n int) []string {
	folds := make([]string, n)
	for i := range folds {
		folds[i] = foldAnyText(string(first + rune(i)))
	}
	return folds
}

// isPlain tells whether FoldText leaves a text as it is.
func isPlain(text string) bool {
	for i := range len(text) {
		if c := text[i]; c >= utf8.RuneSelf || 'A' <= c && c <= 'Z' || c == '`' {
			return false
		}
	}
	return true
}

// dashes are written for hyphens, and the other way round.
var dashes = strings.NewReplacer("–", "-", "—", "-", "―", "-", "‒", "-", "−", "-")

// FoldLine is FoldText on one line, with one blank between words and hyphens for
// dashes.
func FoldLine(text string) string {
	return strings.Join(strings.Fields(dashes.Replace(FoldText(text))), " ")
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
