package analysis

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/kljensen/snowball/english"
)

// Version changes whenever the same text may give other terms, so that an
// index made by an older one can be told apart.
const Version = "1"

// maxTerm bounds a term's length in bytes: what is longer is no word.
const maxTerm = 64

// maxCached bounds the words whose terms an Analyzer remembers.
const maxCached = 1 << 16

// maxElided bounds an elided word in bytes: the longest is "jusqu".
const maxElided = 8

// Token is a term and the bytes of the text that it stands for: text[Start:End].
type Token struct {
	Term       string
	Start, End int
}

// Analyzer turns text of one language into terms. It is safe for concurrent
// use and remembers the terms of the words it has seen, up to a bound: keep it
// rather than making one for each text.
type Analyzer struct {
	stem    func(folded string) string
	stop    map[string]bool
	elision map[string]bool

	mu    sync.RWMutex
	terms map[string]string // word as written -> term; empty: dropped
}

// For returns the analyzer of a language, a BCP 47 tag. French and English
// have stems and function words; any other language is folded only.
func For(language string) *Analyzer {
	a := &Analyzer{
		stem:  func(folded string) string { return folded },
		terms: make(map[string]string),
	}
	base, _, _ := strings.Cut(strings.ToLower(language), "-")
	switch base {
	case "fr":
		a.stem, a.stop, a.elision = stemFrench, wordSet(frenchStop), wordSet(frenchElision)
	case "en":
		a.stem, a.stop = stemEnglish, wordSet(englishStop)
	}
	return a
}

// FunctionWords returns the language's words that carry no term, folded, in the
// order of the alphabet.
func (a *Analyzer) FunctionWords() []string { return slices.Sorted(maps.Keys(a.stop)) }

// Terms returns the text's terms in reading order.
func (a *Analyzer) Terms(text string) []string {
	tokens := a.Tokens(text)
	terms := make([]string, len(tokens))
	for i, t := range tokens {
		terms[i] = t.Term
	}
	return terms
}

// Tokens returns the text's terms in reading order with the bytes they stand
// for. A compound's term follows those of its parts and overlaps them.
func (a *Analyzer) Tokens(text string) []Token {
	tokens := make([]Token, 0, len(text)/8)
	s := scanner{text: text}
	for {
		word, ok := s.next()
		if !ok {
			return tokens
		}
		switch word.kind {
		case numeral:
			tokens = appendNumber(tokens, text, word)
		case compound:
			tokens = a.appendCompound(tokens, text, word)
		default:
			tokens = a.appendWord(tokens, text, word.start, word.end)
		}
	}
}

// appendWord adds the term of one word, which may hold apostrophes.
func (a *Analyzer) appendWord(tokens []Token, text string, start, end int) []Token {
	start = a.cutElision(text, start, end)
	if term := a.term(text[start:end]); term != "" {
		tokens = append(tokens, Token{Term: term, Start: start, End: end})
	}
	return tokens
}

// appendCompound adds the terms of the parts, and that of the whole written as
// one word, unless a part carries no meaning of its own ("dois-je") or is a
// number ("2020-2021").
func (a *Analyzer) appendCompound(tokens []Token, text string, c word) []Token {
	whole := true
	var joined strings.Builder
	first, start := -1, c.start
	for start < c.end {
		end := start
		for end < c.end && hyphenAt(text, end) == 0 {
			end++
		}
		from := a.cutElision(text, start, end)
		if first < 0 {
			first = from
		}
		term := a.term(text[from:end])
		if term == "" || term[0] <= '9' {
			whole = false
		}
		if term != "" {
			tokens = append(tokens, Token{Term: term, Start: from, End: end})
		}
		joined.WriteString(text[from:end])
		start = end
		if start < c.end {
			start += hyphenAt(text, start)
		}
	}
	if !whole {
		return tokens
	}
	if term := a.term(joined.String()); term != "" {
		tokens = append(tokens, Token{Term: term, Start: first, End: c.end})
	}
	return tokens
}

// cutElision returns where the word begins after its elided articles and
// pronouns: "jusqu'à l'école" has them at two words, "qu'd'autres" at one.
func (a *Analyzer) cutElision(text string, start, end int) int {
	for i := start; i < end; i++ {
		if i-start > maxElided {
			break
		}
		n := apostropheAt(text, i)
		if n == 0 || !a.elision[foldWord(text[start:i])] {
			continue
		}
		start = i + n
	}
	return start
}

// term returns a word's term, or "" for a word that carries none.
func (a *Analyzer) term(written string) string {
	if len(written) > 4*maxTerm {
		return ""
	}
	a.mu.RLock()
	term, ok := a.terms[written]
	a.mu.RUnlock()
	if ok {
		return term
	}
	term = a.makeTerm(written)
	a.mu.Lock()
	if len(a.terms) < maxCached {
		// The copy keeps the cache from holding the whole text in memory.
		a.terms[strings.Clone(written)] = term
	}
	a.mu.Unlock()
	return term
}

func (a *Analyzer) makeTerm(written string) string {
	folded := foldWord(written)
	if folded == "" || len(folded) > maxTerm || a.stop[folded] {
		return ""
	}
	if strings.ContainsAny(folded, "0123456789") {
		return folded
	}
	return a.stem(folded)
}

func stemEnglish(folded string) string { return english.Stem(folded, true) }

func wordSet(words string) map[string]bool {
	set := make(map[string]bool)
	for _, w := range strings.Fields(words) {
		set[w] = true
	}
	return set
}
