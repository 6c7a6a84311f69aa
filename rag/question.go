package rag

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// ValidateQuestion returns the question as it is searched and stored: NFC,
// invisible and control characters removed, runs of blanks folded, ends
// trimmed. It returns ErrEmptyQuestion, ErrLongQuestion or ErrBinaryQuestion
// for what cannot be asked; a NUL, which no keyboard makes and no database
// stores, is never text, nor is what has more control characters than others.
// The length is counted in characters, after trimming.
func ValidateQuestion(q string) (string, error) {
	if !utf8.ValidString(q) || strings.ContainsRune(q, 0) {
		return "", ErrBinaryQuestion
	}
	var b strings.Builder
	controls := 0
	for _, r := range q {
		if unicode.Is(unicode.Cc, r) && !unicode.IsSpace(r) {
			controls++
		}
		switch {
		case unicode.IsSpace(r):
			b.WriteRune(' ')
		case r == utf8.RuneError, unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co):
			// Zero-width joiners, soft hyphens, byte order marks and control
			// characters come with pasted text; they carry no words.
		default:
			b.WriteRune(r)
		}
	}
	// Composed last, since what is removed may part a letter from its accent.
	text := strings.Join(strings.Fields(norm.NFC.String(b.String())), " ")
	letters := strings.IndexFunc(text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
	switch n := utf8.RuneCountInString(text); {
	case controls > n:
		return "", ErrBinaryQuestion
	case letters < 0:
		return "", ErrEmptyQuestion
	case n > MaxQuestion:
		return "", ErrLongQuestion
	}
	return text, nil
}
