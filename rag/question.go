package rag

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// ValidateQuestion returns the question as it is searched and stored: NFC,
// invisible characters removed, runs of blanks folded, ends trimmed. It
// returns ErrEmptyQuestion, ErrLongQuestion or ErrBinaryQuestion for what
// cannot be asked. The length is counted in characters, after trimming.
func ValidateQuestion(q string) (string, error) {
	if !utf8.ValidString(q) {
		return "", ErrBinaryQuestion
	}
	var b strings.Builder
	controls := 0
	for _, r := range norm.NFC.String(q) {
		switch {
		case r == '\n' || r == '\t' || r == '\r' || r == '\v' || r == '\f' || unicode.IsSpace(r):
			b.WriteRune(' ')
		case r == utf8.RuneError, unicode.Is(unicode.Co, r):
			controls++
		case unicode.Is(unicode.Cf, r):
			// Zero-width joiners, soft hyphens and byte order marks come with
			// pasted text; they carry no words.
		case unicode.IsControl(r):
			controls++
		default:
			b.WriteRune(r)
		}
	}
	text := strings.Join(strings.Fields(b.String()), " ")
	letters := strings.IndexFunc(text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
	switch n := utf8.RuneCountInString(text); {
	case controls > 2 && controls*10 > n:
		return "", ErrBinaryQuestion
	case letters < 0:
		return "", ErrEmptyQuestion
	case n > MaxQuestion:
		return "", ErrLongQuestion
	}
	return text, nil
}
