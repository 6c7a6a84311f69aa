package rag

import (
	_ "embed"
	"strings"
	"sync"

	"guichet/internal/analysis"
)

//go:embed wording.txt
var wordingFile string

//go:embed glossary.txt
var glossaryFile string

// wording knows which terms stand for one another, in French and between
// French and English, and which say nothing.
type wording struct {
	french, english *analysis.Analyzer
	generic         map[string]bool
	announcing      map[string]bool // of headings and lead-ins, which say nothing there
	exact           map[string]bool // for which no other word may stand
	class           map[string]int  // of those, the line that names it
	opposites       map[string][]string
	families        map[string][]int // of a term
	bridges         map[string][]int // of an English term and of the French ones that it may stand for
}

// newWording reads wording.txt and glossary.txt.
var newWording = sync.OnceValue(func() *wording {
	w := &wording{
		french: analysis.For("fr"), english: analysis.For("en"),
		generic: map[string]bool{}, announcing: map[string]bool{}, exact: map[string]bool{}, class: map[string]int{}, opposites: map[string][]string{}, families: map[string][]int{}, bridges: map[string][]int{},
	}
	family := 0
	for line := range strings.SplitSeq(wordingFile, "\n") {
		family++
		kind, words, _ := strings.Cut(line, ":")
		terms := w.french.Terms(words)
		if kind == "opposite" && len(terms) == 2 {
			w.opposites[terms[0]] = append(w.opposites[terms[0]], terms[1])
			w.opposites[terms[1]] = append(w.opposites[terms[1]], terms[0])
		}
		for _, term := range terms {
			switch kind {
			case "generic":
				w.generic[term] = true
			case "announcing":
				w.announcing[term] = true
			case "exact":
				w.exact[term], w.class[term] = true, family
			case "same":
				w.families[term] = append(w.families[term], family)
			}
		}
	}
	for line := range strings.SplitSeq(wordingFile, "\n") {
		if words, ok := strings.CutPrefix(line, "announcing en:"); ok {
			for _, term := range w.english.Terms(words) {
				w.announcing[fromEnglish(term)] = true
			}
		}
	}
	for line := range strings.SplitSeq(glossaryFile, "\n") {
		family++
		english, french, found := strings.Cut(line, " = ")
		if !found || strings.HasPrefix(line, "#") {
			continue
		}
		for _, term := range w.english.Terms(english) {
			w.bridges[fromEnglish(term)] = append(w.bridges[fromEnglish(term)], family)
			if french == "-" {
				w.generic[fromEnglish(term)] = true
			}
		}
		for _, term := range w.french.Terms(french) {
			w.bridges[term] = append(w.bridges[term], family)
		}
	}
	return w
})

// fromEnglish keeps an English term apart from a French one that is written alike
// ("pays").
func fromEnglish(term string) string { return "en:" + term }

// standIns are the families in which another term may be found for this one.
// The French words of a bridge do not stand for one another.
func (w *wording) standIns(term string) []int {
	if strings.HasPrefix(term, fromEnglish("")) {
		return w.bridges[term]
	}
	return w.families[term]
}

// tokens are a text's terms and where they stand, by its language.
func (w *wording) tokens(language, text string) []analysis.Token {
	if language != "en" {
		return w.french.Tokens(text)
	}
	tokens := w.english.Tokens(text)
	for i := range tokens {
		tokens[i].Term = fromEnglish(tokens[i].Term)
	}
	return tokens
}

// vocabulary is a set of terms, and the families they are of.
type vocabulary struct {
	terms    map[string]bool
	families map[int]bool
}

func newVocabulary() vocabulary { return vocabulary{map[string]bool{}, map[int]bool{}} }

// read adds the text's terms.
func (v vocabulary) read(w *wording, language, text string) {
	for _, t := range w.tokens(language, text) {
		v.add(w, t.Term)
	}
}

func (v vocabulary) add(w *wording, term string) {
	v.terms[term] = true
	for _, f := range w.families[term] {
		v.families[f] = true
	}
	for _, f := range w.bridges[term] {
		v.families[f] = true
	}
}

func (v vocabulary) merge(other vocabulary) {
	for t := range other.terms {
		v.terms[t] = true
	}
	for f := range other.families {
		v.families[f] = true
	}
}

// has tells whether a term, or one that may stand for it, is in v.
func (v vocabulary) has(w *wording, term string) bool {
	if v.terms[term] {
		return true
	}
	for _, f := range w.standIns(term) {
		if v.families[f] {
			return true
		}
	}
	return false
}
