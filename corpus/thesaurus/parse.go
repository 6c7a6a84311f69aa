package thesaurus

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"guichet/internal/analysis"
)

// Bounds of an entry, far above what one needs: a slip of a separator should
// be told, not searched for in vain.
const (
	maxKeyTerms = 8
	maxValues   = 12
)

// Parse reads entries in French, one a line:
//
//	everyday word or phrase: administrative term, another
//
// Empty lines and lines that begin with '#' are skipped. An error names the
// line: one without a colon, with nothing that carries meaning on a side, or
// whose everyday words are those of an earlier line once analysed.
func Parse(r io.Reader) (*Thesaurus, error) {
	t := &Thesaurus{
		analyzer: analysis.For("fr"),
		byKey:    make(map[string]int),
	}
	if err := eachLine(r, t.add); err != nil {
		return nil, fmt.Errorf("thesaurus, %w", err)
	}
	return t, nil
}

// eachLine calls add for each line that is neither empty nor a comment, with
// its number from 1. An error names the line.
func eachLine(r io.Reader, add func(line string, number int) error) error {
	lines := bufio.NewScanner(r)
	number := 0
	for lines.Scan() {
		number++
		line := strings.TrimSpace(strings.TrimPrefix(lines.Text(), "\ufeff"))
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if err := add(line, number); err != nil {
			return fmt.Errorf("line %d: %w", number, err)
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("after line %d: %w", number, err)
	}
	return nil
}

func (t *Thesaurus) add(line string, number int) error {
	if !utf8.ValidString(line) {
		return fmt.Errorf("the text is not UTF-8")
	}
	key, right, ok := strings.Cut(line, ":")
	if !ok {
		return fmt.Errorf("%q has no colon between everyday words and administrative terms", line)
	}
	entry := Entry{Key: strings.TrimSpace(key), Line: number}
	for _, text := range strings.Split(right, ",") {
		text = strings.TrimSpace(text)
		terms := termsOf(t.analyzer.Tokens(text))
		if len(terms) == 0 {
			return fmt.Errorf("%q: the term %q carries no meaning", entry.Key, text)
		}
		entry.Values = append(entry.Values, Value{Text: text, Terms: terms})
	}
	if len(entry.Values) > maxValues {
		return fmt.Errorf("%q has more than %d terms", entry.Key, maxValues)
	}
	forms := keyForms(t.analyzer.Tokens(entry.Key))
	if len(forms) == 0 {
		return fmt.Errorf("the everyday words %q carry no meaning", entry.Key)
	}
	for _, form := range forms {
		if len(form) > maxKeyTerms {
			return fmt.Errorf("%q has more than %d words", entry.Key, maxKeyTerms)
		}
		joined := joinTerms(form)
		if earlier, taken := t.byKey[joined]; taken {
			return fmt.Errorf("%q repeats %q of line %d: complete that one",
				entry.Key, t.entries[earlier].Key, t.entries[earlier].Line)
		}
	}
	for _, form := range forms {
		t.byKey[joinTerms(form)] = len(t.entries)
		t.longest = max(t.longest, len(form))
	}
	t.entries = append(t.entries, entry)
	return nil
}

// keyForms returns the sequences of terms by which a key is found: its words,
// and, where it is one compound such as "baby-sitter", also that compound
// written as one word.
func keyForms(tokens []analysis.Token) [][]string {
	words := words(tokens)
	if len(words) == 0 {
		return nil
	}
	forms := [][]string{termsOf(words)}
	last := tokens[len(tokens)-1]
	if len(words) > 1 && len(tokens) == len(words)+1 && last.Start <= words[0].Start {
		forms = append(forms, []string{last.Term})
	}
	return forms
}

// words leaves out the terms of whole compounds, which follow their parts and
// overlap them, so that "baby-sitter" and "baby sitter" read the same.
func words(tokens []analysis.Token) []analysis.Token {
	kept := make([]analysis.Token, 0, len(tokens))
	for _, token := range tokens {
		if len(kept) > 0 && token.Start < kept[len(kept)-1].End {
			continue
		}
		kept = append(kept, token)
	}
	return kept
}

func termsOf(tokens []analysis.Token) []string {
	terms := make([]string, len(tokens))
	for i, token := range tokens {
		terms[i] = token.Term
	}
	return terms
}

// joinTerms makes a map key of terms, which hold no space.
func joinTerms(terms []string) string { return strings.Join(terms, " ") }
