package phrases

import (
	_ "embed"
	"fmt"
	"strings"
	"unicode/utf8"

	"guichet/internal/analysis"
)

//go:embed everyday.txt
var everydayFile string

// forgiven is the length in letters from which a word may have one wrong.
const forgiven = 5

// lexicon holds the words of all patterns, and finds those that a written word
// may be.
type lexicon struct {
	words    []lexeme
	ids      map[string]int
	byFirst  map[rune][]int
	everyday map[string]bool // skeletons of words that are no slip of the pen
}

type lexeme struct {
	letters []rune // see skeleton
	prefix  bool   // longer words that begin so are meant too
	exact   bool   // no letter may be wrong
}

func newLexicon() *lexicon {
	l := &lexicon{ids: map[string]int{}, byFirst: map[rune][]int{}, everyday: map[string]bool{}}
	for line := range strings.Lines(everydayFile) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		for word := range strings.FieldsSeq(line) {
			l.everyday[string(skeleton(word))] = true
		}
	}
	// Nor is a function word: "pour" is not "pourri".
	for _, language := range []string{"fr", "en"} {
		for _, word := range analysis.For(language).FunctionWords() {
			l.everyday[string(skeleton(word))] = true
		}
	}
	return l
}

// add returns the number of a pattern's word.
func (l *lexicon) add(written string) (int, error) {
	if id, known := l.ids[written]; known {
		return id, nil
	}
	text, exact := strings.CutSuffix(written, "!")
	text, prefix := strings.CutSuffix(text, "*")
	w := lexeme{prefix: prefix, exact: exact}
	w.letters = skeleton(text)
	if len(w.letters) == 0 || strings.ContainsAny(text, "@~^$*!?'’- ") {
		return 0, fmt.Errorf("%q is no word", written)
	}
	id := len(l.words)
	l.words = append(l.words, w)
	l.ids[written] = id
	l.byFirst[w.letters[0]] = append(l.byFirst[w.letters[0]], id)
	return id, nil
}

// match returns the words that this one may be.
func (l *lexicon) match(written string) []int {
	letters := skeleton(written)
	if len(letters) == 0 {
		return nil
	}
	asWritten := l.everyday[string(letters)]
	var ids []int
	for _, id := range l.byFirst[letters[0]] {
		if l.words[id].is(letters, asWritten) {
			ids = append(ids, id)
		}
	}
	return ids
}

// is tells whether these letters may be the word, spelt exactly or nearly so.
func (w lexeme) is(letters []rune, asWritten bool) bool {
	exact := w.exact || asWritten
	if w.prefix && len(letters) > len(w.letters) {
		if startsWith(letters, w.letters) {
			return true
		}
		// One wrong letter in the beginning may lengthen or shorten it.
		for n := len(w.letters) - 1; n <= len(w.letters)+1; n++ {
			if !exact && len(w.letters) >= forgiven && n <= len(letters) && oneOff(letters[:n], w.letters) {
				return true
			}
		}
		return false
	}
	if len(letters) == len(w.letters) && startsWith(letters, w.letters) {
		return true
	}
	return !exact && len(w.letters) >= forgiven && len(letters) >= forgiven-1 && oneOff(letters, w.letters)
}

func startsWith(letters, beginning []rune) bool {
	for i, r := range beginning {
		if letters[i] != r {
			return false
		}
	}
	return true
}

// oneOff tells whether one letter more, less or other, or two neighbours
// exchanged, makes b of a. Both begin with the same letter.
func oneOff(a, b []rune) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) < len(b) {
		return equal(a[i:], b[i+1:])
	}
	if i >= len(a)-1 {
		return true
	}
	return equal(a[i+1:], b[i+1:]) || a[i] == b[i+1] && a[i+1] == b[i] && equal(a[i+2:], b[i+2:])
}

func equal(a, b []rune) bool { return len(a) == len(b) && startsWith(a, b) }

// skeleton is a word as it is compared: folded, runs of one letter as one,
// letters that are often exchanged as one of them.
func skeleton(written string) []rune {
	folded := strings.ReplaceAll(analysis.Fold(written), "ph", "f")
	letters := make([]rune, 0, utf8.RuneCountInString(folded))
	for _, r := range folded {
		switch r {
		case 'y':
			r = 'i'
		case 'ى':
			r = 'ي'
		case 'ة':
			r = 'ه'
		}
		isDigit := '0' <= r && r <= '9'
		if n := len(letters); n > 0 && letters[n-1] == r && !isDigit {
			continue
		}
		letters = append(letters, r)
	}
	return letters
}

// bits is a set of small numbers.
type bits []uint64

func (b bits) with(i int) bits {
	for len(b) <= i/64 {
		b = append(b, 0)
	}
	b[i/64] |= 1 << (i % 64)
	return b
}

func (b bits) meets(other bits) bool {
	for i := range min(len(b), len(other)) {
		if b[i]&other[i] != 0 {
			return true
		}
	}
	return false
}
