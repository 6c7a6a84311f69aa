package weigh

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"guichet/internal/analysis"
)

const (
	window      = 24      // words that are judged together
	step        = 12      // words from one stretch to the next
	longestWord = 30      // letters of a word; more are none
	buckets     = 1 << 18 // that features fall into
)

// What a feature counts beside a word's 1.
const (
	ofLetters      = 0.5
	ofApart        = 0.7 // two words with one between them
	ofSound        = 0.7 // a word, or two neighbours, as they sound
	ofSoundLetters = 0.4
)

// word is one of a text: as written, as compared, and as it sounds.
type word struct{ written, folded, sound string }

func wordsOf(text string) []word {
	var words []word
	for written := range strings.FieldsFuncSeq(text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r)
	}) {
		if utf8.RuneCountInString(written) > longestWord {
			continue
		}
		if folded := analysis.Fold(written); folded != "" {
			spelt := strings.ReplaceAll(strings.ReplaceAll(folded, "ph", "f"), "y", "i")
			words = append(words, word{written, single(spelt), soundOf(written)})
		}
	}
	return words
}

// single is a word without doubled letters; all numbers are one.
func single(folded string) string {
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

// feature is a stretch of a text: the bucket that it falls into, how much it
// counts, and the word that it stands in.
type feature struct {
	bucket int
	value  float64
	word   int
}

// featuresOf returns the features of words that are judged together, so scaled
// that long and short texts weigh the same.
func featuresOf(words []word) []feature {
	features := make([]feature, 0, 64*len(words))
	add := func(value float64, at int, name ...string) {
		features = append(features, feature{bucketOf(name...), value, at})
	}
	before := word{folded: "^", sound: "^"}
	for i, w := range words {
		add(1, i, w.folded)
		add(1, i, before.folded, " ", w.folded)
		add(ofSound, i, "~", w.sound)
		add(ofSound, i, "~", before.sound, " ", w.sound)
		if i == len(words)-1 {
			add(1, i, w.folded, " $")
		}
		if i > 1 {
			add(ofApart, i, words[i-2].folded, " _ ", w.folded)
		}
		eachStretch(w.folded, 3, 5, func(letters string) { add(ofLetters, i, "*", letters) })
		eachStretch(w.sound, 3, 4, func(letters string) { add(ofSoundLetters, i, "%", letters) })
		before = w
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

// eachStretch passes on every stretch of letters of these lengths, the marks <
// and > of the word's ends included.
func eachStretch(folded string, shortest, longest int, pass func(letters string)) {
	marked := "<" + folded + ">"
	starts := make([]int, 0, longestWord+3)
	for at := range marked {
		starts = append(starts, at)
	}
	starts = append(starts, len(marked))
	for n := shortest; n <= longest; n++ {
		for i := 0; i+n < len(starts); i++ {
			pass(marked[starts[i]:starts[i+n]])
		}
	}
}

// bucketOf is the bucket of a feature: the FNV-1a hash of its name.
func bucketOf(name ...string) int {
	hash := uint32(2166136261)
	for _, part := range name {
		for i := range len(part) {
			hash = (hash ^ uint32(part[i])) * 16777619
		}
	}
	return int((hash ^ hash>>15) % buckets)
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
