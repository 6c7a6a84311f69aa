package weigh

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"guichet/internal/analysis"
)

const (
	window      = 24 // words that are judged together
	step        = 12 // words from one stretch to the next
	longestWord = 30 // letters of a word; more are none
	shortest    = 3  // letters in a stretch of letters, the marks < and > of a word's ends included
	longest     = 5
	ofLetters   = 0.5 // what a stretch of letters counts beside a word's 1
)

// word is one of a text, as written and as compared.
type word struct{ written, folded string }

func wordsOf(text string) []word {
	var words []word
	for written := range strings.FieldsFuncSeq(text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r)
	}) {
		if utf8.RuneCountInString(written) > longestWord {
			continue
		}
		if folded := fold(written); folded != "" {
			words = append(words, word{written, folded})
		}
	}
	return words
}

// fold is a word without accents and doubled letters; all numbers are one.
func fold(written string) string {
	folded := strings.NewReplacer("ph", "f", "y", "i").Replace(analysis.Fold(written))
	var b strings.Builder
	var last rune
	for _, r := range folded {
		if unicode.IsDigit(r) {
			r = '0'
		}
		if r != last {
			b.WriteRune(r)
		}
		last = r
	}
	return b.String()
}

// feature is a stretch of a text that may have weights, how much it counts, and
// the word that it stands in.
type feature struct {
	name  string
	value float64
	word  int
}

// featuresOf returns the features of words that are judged together, so scaled
// that long and short texts weigh the same.
func featuresOf(words []word) []feature {
	var features []feature
	for i, w := range words {
		before := "^"
		if i > 0 {
			before = words[i-1].folded
		}
		features = append(features, feature{w.folded, 1, i}, feature{before + " " + w.folded, 1, i})
		if i == len(words)-1 {
			features = append(features, feature{w.folded + " $", 1, i})
		}
		features = append(features, lettersOf(w.folded, i)...)
	}
	var square float64
	for _, f := range features {
		square += f.value * f.value
	}
	for i := range features {
		features[i].value /= math.Sqrt(square)
	}
	return features
}

func lettersOf(folded string, at int) []feature {
	marked := []rune("<" + folded + ">")
	var features []feature
	for n := shortest; n <= longest; n++ {
		for i := 0; i+n <= len(marked); i++ {
			features = append(features, feature{"*" + string(marked[i:i+n]), ofLetters, at})
		}
	}
	return features
}

// stretches are the parts of a text that are judged one by one.
func stretches(words []word) [][]word {
	if len(words) <= window {
		return [][]word{words}
	}
	var parts [][]word
	for start := 0; ; start += step {
		if start+window >= len(words) {
			return append(parts, words[len(words)-window:])
		}
		parts = append(parts, words[start:start+window])
	}
}
