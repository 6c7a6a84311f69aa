package rag

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"guichet/internal/analysis"
)

// leakWindow is how many letters in a row of the rules a unit may not have:
// about six words.
const leakWindow = 30

// promptMark is what only a prompt holds.
var promptMark = regexp.MustCompile(`(?i)` + noAnswer + `|[<‹]\s*/?\s*(?:passages?|question|conversation|turn|resident|answer)\b[^>›]{0,20}[>›]`)

// Leaks is the check that keeps the prompt's own words from residents, in
// whatever language of it: a unit that repeats some thirty letters of the rules
// is withheld, however they are cased, spaced, hyphenated or stressed, written
// backwards or in ROT13. What a cited passage says to the letter is no leak.
type Leaks struct {
	windows map[string]bool
}

// NewLeaks reads the rules of all prompts.
func NewLeaks() (Leaks, error) {
	p, err := newPrompts()
	if err != nil {
		return Leaks{}, err
	}
	l := Leaks{windows: map[string]bool{}}
	for _, t := range p.templates.Templates() {
		if !strings.HasPrefix(t.Name(), "system.") && !strings.HasPrefix(t.Name(), "condense.") {
			continue
		}
		rules, err := p.render(t.Name(), map[string]any{"Town": "", "NoAnswer": noAnswer})
		if err != nil {
			return Leaks{}, err
		}
		for _, part := range strings.FieldsFunc(rules, func(r rune) bool { return r == ':' || r == '\n' }) {
			if citationMark.MatchString(part) {
				continue // the sample sentence is one that a town may well say
			}
			for window := range windowsOf(plainLetters(part)) {
				l.windows[window] = true
			}
		}
	}
	return l, nil
}

// Unit implements Check.
func (l Leaks) Unit(_ context.Context, u Unit, sources []Source) (Unit, *Reason) {
	text := strings.Join(append([]string{u.Text}, slices.Concat(u.Cells, u.Header)...), " ")
	if promptMark.MatchString(visible(text)) {
		return Unit{}, &Reason{ID: "leak.prompt"}
	}
	letters := plainLetters(text)
	backwards := slices.Clone(letters)
	slices.Reverse(backwards)
	for _, form := range [][]rune{letters, backwards, rot13(letters)} {
		for window := range windowsOf(form) {
			if l.windows[window] && !citedSays(u, sources, window) {
				return Unit{}, &Reason{ID: "leak.prompt"}
			}
		}
	}
	return u, nil
}

// citedSays tells whether a cited passage has these letters.
func citedSays(u Unit, sources []Source, window string) bool {
	for _, s := range sources {
		if cites(u, s.N) && strings.Contains(string(plainLetters(s.Text)), window) {
			return true
		}
	}
	return false
}

// plainLetters leaves a text's letters, plain.
func plainLetters(text string) []rune {
	var out []rune
	for _, r := range analysis.FoldText(text) {
		if unicode.IsLetter(r) {
			out = append(out, r)
		}
	}
	return out
}

// windowsOf are all runs of leakWindow letters.
func windowsOf(letters []rune) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for i := 0; i+leakWindow <= len(letters); i++ {
			if !yield(string(letters[i : i+leakWindow])) {
				return
			}
		}
	}
}

func rot13(letters []rune) []rune {
	out := slices.Clone(letters)
	for i, r := range out {
		if r >= 'a' && r <= 'z' {
			out[i] = 'a' + (r-'a'+13)%26
		}
	}
	return out
}
