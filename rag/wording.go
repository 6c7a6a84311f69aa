package rag

import (
	_ "embed"
	"strconv"
	"strings"
	"sync"

	"guichet/internal/analysis"
)

//go:embed wording.txt
var wordingFile string

// wording knows which terms stand for one another, and which say nothing.
type wording struct {
	analyzer *analysis.Analyzer
	generic  map[string]bool
	families map[string][]int // of a term
}

// newWording reads wording.txt.
var newWording = sync.OnceValue(func() *wording {
	w := &wording{analyzer: analysis.For("fr"), generic: map[string]bool{}, families: map[string][]int{}}
	for i, line := range strings.Split(wordingFile, "\n") {
		kind, words, _ := strings.Cut(line, ":")
		for _, term := range w.analyzer.Terms(words) {
			switch kind {
			case "generic":
				w.generic[term] = true
			case "same":
				w.families[term] = append(w.families[term], i)
			}
		}
	}
	return w
})

// vocabulary is a set of terms, and the families they are of.
type vocabulary struct {
	terms    map[string]bool
	families map[int]bool
}

func newVocabulary() vocabulary { return vocabulary{map[string]bool{}, map[int]bool{}} }

// read adds the text's terms.
func (v vocabulary) read(w *wording, text string) {
	for _, t := range w.analyzer.Terms(numbersInWords(text)) {
		v.terms[t] = true
		for _, f := range w.families[t] {
			v.families[f] = true
		}
	}
}

// has tells whether a term, or one that may stand for it, is in v.
func (v vocabulary) has(w *wording, term string) bool {
	if v.terms[term] {
		return true
	}
	for _, f := range w.families[term] {
		if v.families[f] {
			return true
		}
	}
	return false
}

// numbersInWords writes "trois mois" as "3 mois", so that both meet.
func numbersInWords(text string) string {
	words := strings.Fields(text)
	for i, word := range words {
		bare := strings.Trim(word, ".,;:()")
		if n := numberInWords(strings.ToLower(bare)); n > 1 {
			words[i] = strings.Replace(word, bare, strconv.Itoa(n), 1)
		}
	}
	return strings.Join(words, " ")
}

// numberInWords reads "trois" and "vingt-quatre"; 0: no number.
func numberInWords(word string) int {
	sum := 0
	for part := range strings.SplitSeq(word, "-") {
		n, err := strconv.Atoi(numberWords[part])
		if err != nil || (sum > 0 && (sum < 20 || n > 9)) {
			return 0
		}
		sum += n
	}
	return sum
}
