package fact

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"guichet/internal/analysis"
)

// token is a word, a run of digits or a sign.
type token struct {
	kind       byte   // 'w', 'n', or 's'
	text       string // folded
	start, end int
	glued      bool // nothing stands before it
	line       bool // it begins a line
	capital    bool
}

// tokenize cuts a text into its tokens.
func tokenize(text string) []token {
	out := make([]token, 0, len(text)/4)
	glued, line := false, true
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == '\n':
			line, glued = true, false
			i += size
			continue
		case unicode.IsSpace(r):
			glued = false
			i += size
			continue
		case unicode.Is(unicode.Cf, r): // zero-width signs part nothing
			i += size
			continue
		}
		t := token{start: i, glued: glued, line: line, capital: unicode.IsUpper(r)}
		switch {
		case digit(r) >= 0:
			t.kind = 'n'
			t.text, t.end = digitRun(text, i)
		case unicode.IsLetter(r):
			t.kind = 'w'
			t.end = wordEnd(text, i)
			t.text = analysis.FoldText(text[i:t.end]) // "m²" is "m2"
		default:
			t.kind, t.text, t.end = 's', sign(r), i+size
		}
		// A letter that looks like a digit, before one: "O1 41", "l2".
		if t.kind == 'w' && looksDigital(t.text) && t.end < len(text) {
			if next, _ := utf8.DecodeRuneInString(text[t.end:]); digit(next) >= 0 {
				if digits, end := digitRun(text, i); end > i {
					t.kind, t.text, t.end = 'n', digits, end
				}
			}
		}
		i = t.end
		glued, line = true, false
		out = append(out, t)
	}
	return out
}

// digitRun reads digits, and letters that look like one between or behind
// them: "1O" is 10.
func digitRun(text string, from int) (digits string, end int) {
	var b strings.Builder
	end = from
	for end < len(text) {
		r, size := utf8.DecodeRuneInString(text[end:])
		switch d := digit(r); {
		case d >= 0:
			b.WriteByte(byte('0' + d))
		case unicode.Is(unicode.Cf, r):
		case isO(r) && (end+size == len(text) || !letterAt(text, end+size) || isOAt(text, end+size)):
			b.WriteByte('0')
		case (r == 'l' || r == 'I') && digitAt(text, end+size):
			b.WriteByte('1')
		default:
			return b.String(), end
		}
		end += size
	}
	return b.String(), end
}

// digit is the value of a decimal digit of any script, or -1.
func digit(r rune) int {
	if r >= '0' && r <= '9' {
		return int(r - '0')
	}
	if r < 0x80 || !unicode.Is(unicode.Nd, r) {
		return -1
	}
	for _, ranged := range unicode.Nd.R16 {
		if r >= rune(ranged.Lo) && r <= rune(ranged.Hi) {
			return int(r-rune(ranged.Lo)) % 10
		}
	}
	for _, ranged := range unicode.Nd.R32 {
		if r >= rune(ranged.Lo) && r <= rune(ranged.Hi) {
			return int(r-rune(ranged.Lo)) % 10
		}
	}
	return -1
}

func digitAt(text string, at int) bool {
	r, size := utf8.DecodeRuneInString(text[at:])
	return size > 0 && digit(r) >= 0
}

func letterAt(text string, at int) bool {
	r, _ := utf8.DecodeRuneInString(text[at:])
	return unicode.IsLetter(r)
}

func isO(r rune) bool { return strings.ContainsRune("OoОоΟο", r) }

func isOAt(text string, at int) bool {
	r, _ := utf8.DecodeRuneInString(text[at:])
	return isO(r)
}

// looksDigital tells letters that are written for digits.
func looksDigital(word string) bool {
	switch word {
	case "o", "о", "ο", "i", "l":
		return true
	}
	return false
}

func wordEnd(text string, from int) int {
	for i, r := range text[from:] {
		if !unicode.IsLetter(r) && !unicode.Is(unicode.Mn, r) && r != '²' && r != '³' {
			return from + i
		}
	}
	return len(text)
}

// sign makes one of signs that look alike.
func sign(r rune) string {
	switch r {
	case '’', 'ʼ', '‘', '`', '´':
		return "'"
	case '–', '—', '‐', '‑', '−', '―':
		return "-"
	case '，', '٫':
		return ","
	case '．':
		return "."
	case '：':
		return ":"
	case '％', '٪':
		return "%"
	}
	return string(r)
}
