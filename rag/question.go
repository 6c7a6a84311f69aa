package rag

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"
)

// Normalised is a question as it is searched and stored, and how much was
// changed on the way, for the trace.
type Normalised struct {
	Text string
	// Removed counts the characters that were taken out since nobody sees
	// them: tags, bidirectional and zero-width marks, variation selectors,
	// control characters.
	Removed int
	// Replaced counts letters of another script that were put back into a
	// Latin word which they imitate.
	Replaced int
}

// Normalise returns the question as it is searched and stored: NFC, full-width
// letters and the digits of other scripts as ordinary ones, characters that nobody sees removed,
// look-alikes in Latin words replaced, runs of blanks folded, ends trimmed. It
// returns ErrEmptyQuestion, ErrLongQuestion or ErrBinaryQuestion for what
// cannot be asked; a NUL, which no keyboard makes and no database stores, is
// never text, nor is what has more control characters than others. The length
// is counted in characters, after trimming.
func Normalise(q string) (Normalised, error) {
	if !utf8.ValidString(q) || strings.ContainsRune(q, 0) {
		return Normalised{}, ErrBinaryQuestion
	}
	var n Normalised
	controls := 0
	for _, r := range q {
		if unicode.Is(unicode.Cc, r) && !unicode.IsSpace(r) {
			controls++
		}
	}
	seen, removed := Seen(q)
	n.Removed = removed
	words := strings.Fields(seen)
	for i, word := range words {
		var replaced int
		words[i], replaced = latin(word)
		n.Replaced += replaced
	}
	n.Text = norm.NFC.String(strings.Join(words, " "))
	letters := strings.IndexFunc(n.Text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
	switch length := utf8.RuneCountInString(n.Text); {
	case controls > length:
		return Normalised{}, ErrBinaryQuestion
	case letters < 0:
		return Normalised{}, ErrEmptyQuestion
	case length > MaxQuestion:
		return Normalised{}, ErrLongQuestion
	}
	return n, nil
}

// Seen returns a text as a reader sees it, its lines kept, and how many characters
// that nobody sees were taken out: they would hide a number from whoever masks it.
// Full-width letters and the digits of other scripts become ordinary ones.
func Seen(text string) (seen string, removed int) {
	var b strings.Builder
	for _, r := range text {
		switch {
		case unicode.IsSpace(r):
			b.WriteRune(r)
		case unseen(r):
			removed++
		default:
			b.WriteRune(ordinaryRune(r))
		}
	}
	// Composed last, since what is removed may part a letter from its accent.
	return norm.NFC.String(b.String()), removed
}

// ValidateQuestion returns the text of Normalise, or its error.
func ValidateQuestion(q string) (string, error) {
	n, err := Normalise(q)
	return n.Text, err
}

// unseen tells characters that carry no words: they come with pasted text, or
// hide words from the reader.
func unseen(r rune) bool {
	switch {
	case r == utf8.RuneError, unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co),
		r >= 0xfe00 && r <= 0xfe0f, r >= 0xe0000 && r <= 0xe0fff, // variation selectors, tags
		r == 0x34f, r == 0x115f, r == 0x1160, r == 0x3164, r == 0xffa0: // joiner and fillers
		return true
	}
	return false
}

// ordinaryRune returns the ordinary form of full-width letters and signs, and of any
// script's digits.
func ordinaryRune(r rune) rune {
	if p := width.LookupRune(r); p.Kind() == width.EastAsianFullwidth {
		if n := p.Narrow(); n != 0 {
			return n
		}
	}
	if r > unicode.MaxLatin1 && unicode.Is(unicode.Nd, r) {
		return '0' + digitValue(r)
	}
	return r
}

// digitValue is that of a digit of any script: Unicode has them in rows of ten,
// from zero.
func digitValue(r rune) rune {
	for _, row := range unicode.Nd.R16 {
		if rune(row.Lo) <= r && r <= rune(row.Hi) {
			return (r - rune(row.Lo)) % 10
		}
	}
	for _, row := range unicode.Nd.R32 {
		if rune(row.Lo) <= r && r <= rune(row.Hi) {
			return rune(uint32(r)-row.Lo) % 10
		}
	}
	return 0
}

// lookAlikes are Cyrillic and Greek letters, and the Latin ones that they
// cannot be told from.
var lookAlikes = strings.NewReplacer(
	"а", "a", "е", "e", "о", "o", "р", "p", "с", "c", "у", "y", "х", "x", "і", "i", "ј", "j", "ѕ", "s", "һ", "h", "ԁ", "d", "ӏ", "l",
	"А", "A", "В", "B", "Е", "E", "К", "K", "М", "M", "Н", "H", "О", "O", "Р", "P", "С", "C", "Т", "T", "У", "Y", "Х", "X", "І", "I", "Ј", "J", "Ѕ", "S",
	"ο", "o", "α", "a", "ν", "v", "ι", "i", "Α", "A", "Β", "B", "Ε", "E", "Η", "H", "Ι", "I", "Κ", "K", "Μ", "M", "Ν", "N", "Ο", "O", "Ρ", "P", "Τ", "T", "Χ", "X",
)

// latin puts Latin letters in the place of look-alikes, in a word that has
// Latin letters too: words of one other script stay.
func latin(word string) (mended string, replaced int) {
	if !strings.ContainsFunc(word, func(r rune) bool { return unicode.In(r, unicode.Cyrillic, unicode.Greek) }) ||
		!strings.ContainsFunc(word, func(r rune) bool { return unicode.Is(unicode.Latin, r) }) {
		return word, 0
	}
	mended = lookAlikes.Replace(word)
	was, is := []rune(word), []rune(mended)
	for i := range was {
		if was[i] != is[i] {
			replaced++
		}
	}
	return mended, replaced
}
