package rag

import (
	"regexp"
	"slices"
	"strings"

	"guichet/internal/fact"
)

// count is a thing that a text counts: its term, and whether it has one of it
// or another number. "Un" and "une" are no facts, since they are articles too:
// they say "one" only of what the passage counts otherwise.
type count struct {
	term    string
	written string
	one     bool
	each    bool // "chaque photo": one, and no number
}

// times is the term of what is counted by "une fois", "once" and "twice".
const times = "fois"

const (
	adjectives = `(?:(?:seule?s?|uniques?|simples?|dern\w+|premi\w+|prochaine?s?|petite?s?|grande?s?|nouv\w+|belles?|meme|recente?s?|single|last|recent|new|same|identical)\s+)*`
	timesEnd   = `\s*(?:$|[.,;:)]|\b(?:par|tous|toutes|chaque|maximum|minimum|seulement|au|dans|l'an|sur|en|pour|sans|avec|gratuitement|lors|pendant|et|ou|de|du|a|an|per|every|each|in|only|for|during|without|and|or|online)\b)`
)

var (
	// countsOne have the word behind "un" as their second group, and "un" as the first.
	countsOne = map[string]*regexp.Regexp{
		"fr": regexp.MustCompile(`\b(?:(?:par )?(une?|1)|chaque|tout|toute|par) ` + adjectives + `([a-z][a-z-]+)`),
		"en": regexp.MustCompile(`\b(?:(?:per )?(one|an?|1)|each|every|per|any) ` + adjectives + `([a-z][a-z-]+)`),
	}
	counted   = regexp.MustCompile(`^[ \x{00a0}\x{202f}]` + adjectives + `([a-z][a-z-]+)`)
	onceAgain = regexp.MustCompile(`\b(?:(une? fois|once)|twice|thrice)` + timesEnd)
	timesOnly = regexp.MustCompile(`^(?:fois|times)$`)
)

// countsOf are the things that a text counts.
func (w *wording) countsOf(language, text string, facts []fact.Fact) []count {
	var out []count
	for _, f := range facts {
		if f.Kind != fact.Number || f.Implied || f.Value == "0" {
			continue
		}
		found := counted.FindStringSubmatch(folded(text[f.End:]))
		if found == nil || f.Value != "1" && !plural(found[1]) {
			continue
		}
		out = append(out, count{w.countedTerm(language, found[1]), found[1], f.Value == "1", false})
	}
	plain := oneSpelling.Replace(folded(text))
	for _, found := range onceAgain.FindAllStringSubmatch(plain, -1) {
		out = append(out, count{times, found[0], found[1] != "", false})
	}
	ones := countsOne[language]
	if ones == nil {
		return out
	}
	for _, at := range ones.FindAllStringSubmatchIndex(plain, -1) {
		word := plain[at[4]:at[5]]
		if before := strings.TrimRight(plain[:at[0]], " -"); timesOnly.MatchString(word) || strings.HasSuffix(before, " et") && strings.HasPrefix(plain[at[0]:], "un") && tens.MatchString(before) {
			continue
		}
		out = append(out, count{w.countedTerm(language, word), word, true, at[2] < 0})
	}
	return out
}

// tens are the numbers that "et un" goes on.
var tens = regexp.MustCompile(`(?:vingt|ante)[ -]et$`)

// plural tells a word that may stand behind a number.
func plural(word string) bool {
	return strings.HasSuffix(word, "s") || strings.HasSuffix(word, "x") || word == "people" || word == "children"
}

// countedTerm is what a counted word is compared by.
func (w *wording) countedTerm(language, word string) string {
	if timesOnly.MatchString(word) {
		return times
	}
	if found := w.tokens(language, word); len(found) > 0 {
		return found[0].Term
	}
	return strings.TrimSuffix(word, "s") // "personne" is a word that is passed over
}

// miscounted returns what the claim has one of, and the place only another
// number, or "".
func (c claim) miscounted(w *wording, v *passageView, place *window) string {
	for _, said := range c.counts {
		if !said.one || said.each {
			continue
		}
		otherwise, same := false, false
		for _, there := range v.countsIn(place) {
			if alike := newVocabulary(); there.term != said.term {
				if alike.add(w, there.term); !alike.has(w, said.term) {
					continue
				}
			}
			// "Tout retard" in another sentence does not make one of "trois retards".
			otherwise, same = otherwise || !there.one, same || there.one && (!there.each || len(place.segments) == 1)
		}
		if otherwise && !same {
			return said.written
		}
	}
	return ""
}

// countsIn are the counts of a place and of what it stands under.
func (v *passageView) countsIn(place *window) []count {
	out := slices.Clone(v.titled)
	for _, segments := range [][]int{place.segments, place.under} {
		for _, i := range segments {
			out = append(out, v.counts[i]...)
		}
	}
	return out
}
