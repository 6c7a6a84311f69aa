package analysis

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

type wordKind int

const (
	plain    wordKind = iota
	compound          // words with hyphens between
	numeral           // digits with separators between
)

// word is a stretch of the text: text[start:end].
type word struct {
	kind       wordKind
	start, end int
}

// scanner cuts a text into words.
type scanner struct {
	text string
	pos  int
}

// next returns the next word; ok is false at the end of the text.
func (s *scanner) next() (w word, ok bool) {
	for s.pos < len(s.text) {
		n := letterAt(s.text, s.pos)
		if n > 0 {
			break
		}
		_, size := utf8.DecodeRuneInString(s.text[s.pos:])
		s.pos += size
	}
	if s.pos >= len(s.text) {
		return word{}, false
	}
	w = word{start: s.pos}
	if end := numberEnd(s.text, s.pos); end > 0 {
		w.kind, w.end = numeral, end
	} else if end := initialsEnd(s.text, s.pos); end > 0 {
		w.end = end
	} else {
		w.kind, w.end = compoundEnd(s.text, s.pos)
	}
	s.pos = w.end
	return w, true
}

// compoundEnd returns where a word with its apostrophes and hyphens ends.
func compoundEnd(text string, start int) (kind wordKind, end int) {
	i := start
	for i < len(text) {
		if n := letterAt(text, i); n > 0 {
			i += n
			continue
		}
		hyphen := hyphenAt(text, i)
		n := hyphen + apostropheAt(text, i)
		if n == 0 || letterAt(text, i+n) == 0 {
			break
		}
		if hyphen > 0 {
			kind = compound
		}
		i += n
	}
	return kind, i
}

// numberEnd returns where a number that begins at start ends, or 0 if there is
// none or letters follow it: "2020", "1,60", "750 000", "12345*02".
func numberEnd(text string, start int) int {
	i := digitsEnd(text, start)
	if i == start {
		return 0
	}
	for {
		n := separatorAt(text, i)
		if n == 0 {
			break
		}
		end := digitsEnd(text, i+n)
		if end == i+n {
			break
		}
		if isSpace := text[i] == ' ' || text[i] >= utf8.RuneSelf; isSpace && (end-i-n != 3 || i-start > 3 && !groupedEnd(text, i)) {
			break
		}
		if letterAt(text, end) > 0 {
			break
		}
		i = end
	}
	if letterAt(text, i) > 0 {
		return 0
	}
	return i
}

// groupedEnd reports whether the three digits that end at i follow a
// separator of thousands.
func groupedEnd(text string, i int) bool {
	if i < 4 || digitsEnd(text, i-3) != i {
		return false
	}
	_, size := utf8.DecodeLastRuneInString(text[:i-3])
	return separatorAt(text, i-3-size) == size
}

// appendNumber adds a number's term, without separators of thousands and with
// a point for the decimal comma. A form number ("12345*02") is also found
// without its version.
func appendNumber(tokens []Token, text string, w word) []Token {
	if w.end-w.start > maxTerm {
		return tokens
	}
	written := text[w.start:w.end]
	if form, _, ok := strings.Cut(written, "*"); ok {
		tokens = append(tokens, Token{Term: plainNumber(form), Start: w.start, End: w.start + len(form)})
	}
	return append(tokens, Token{Term: plainNumber(written), Start: w.start, End: w.end})
}

func plainNumber(written string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ',':
			return '.'
		case unicode.IsSpace(r):
			return -1
		}
		return r
	}, written)
}

func digitsEnd(text string, i int) int {
	for i < len(text) && '0' <= text[i] && text[i] <= '9' {
		i++
	}
	return i
}

// separatorAt returns the size of what may stand inside a number at i.
func separatorAt(text string, i int) int {
	if i < 0 || i >= len(text) {
		return 0
	}
	switch text[i] {
	case '.', ',', '*', ' ':
		return 1
	}
	switch {
	case strings.HasPrefix(text[i:], "\u00a0"):
		return 2
	case strings.HasPrefix(text[i:], "\u202f"):
		return 3
	}
	return 0
}

// maxInitials bounds an abbreviation's letters.
const maxInitials = 8

// initialsEnd returns where initials with points ("C.A.F.") end, or 0.
func initialsEnd(text string, start int) int {
	i, letters := start, 0
	for i < len(text) && letters < maxInitials {
		n := letterAt(text, i)
		if n == 0 || i+n >= len(text) || text[i+n] != '.' {
			break
		}
		i += n + 1
		letters++
	}
	if n := letterAt(text, i); n > 0 {
		if letterAt(text, i+n) > 0 {
			return 0
		}
		i += n
		letters++
	}
	if letters < 2 {
		return 0
	}
	return i
}

// letterAt returns the size of the letter, digit or mark at i, or 0.
func letterAt(text string, i int) int {
	if i >= len(text) {
		return 0
	}
	if c := text[i]; c < utf8.RuneSelf {
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' {
			return 1
		}
		return 0
	}
	r, size := utf8.DecodeRuneInString(text[i:])
	if unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) {
		return size
	}
	return 0
}

// hyphenAt returns the size of the hyphen at i, or 0.
func hyphenAt(text string, i int) int {
	switch {
	case i >= len(text):
		return 0
	case text[i] == '-':
		return 1
	case strings.HasPrefix(text[i:], "\u2010"), strings.HasPrefix(text[i:], "\u2011"):
		return 3
	}
	return 0
}

// apostropheAt returns the size of the apostrophe at i, or 0.
func apostropheAt(text string, i int) int {
	switch {
	case i >= len(text):
		return 0
	case text[i] == '\'':
		return 1
	case strings.HasPrefix(text[i:], "\u2019"), strings.HasPrefix(text[i:], "\u2018"):
		return 3
	case strings.HasPrefix(text[i:], "\u02bc"), strings.HasPrefix(text[i:], "\u00b4"):
		return 2
	}
	return 0
}
