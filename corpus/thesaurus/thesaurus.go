package thesaurus

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"

	"guichet/internal/analysis"
)

//go:embed fr.txt
var french string

// Thesaurus holds entries and finds them in questions. It is safe for
// concurrent use.
type Thesaurus struct {
	analyzer *analysis.Analyzer
	entries  []Entry
	byKey    map[string]int // joined terms of a key -> index in entries
	longest  int            // terms of the longest key

	english, chat *Glossary       // nil: questions are read as they stand
	stop          map[string]bool // French function words
}

// Entry is one line of the file.
type Entry struct {
	Key    string // everyday words, as the file has them
	Values []Value
	Line   int // in the file, from 1
}

// String is the entry as an agent reads it in a trace.
func (e Entry) String() string {
	texts := make([]string, len(e.Values))
	for i, v := range e.Values {
		texts[i] = v.Text
	}
	return e.Key + ": " + strings.Join(texts, ", ")
}

// Value is one administrative term of an entry.
type Value struct {
	Text  string   // as the file has it
	Terms []string // as the index has it
}

// French returns the thesaurus that comes with the program. It parses the
// file: keep it. An error is a defect of the build.
func French() (*Thesaurus, error) {
	t, err := Parse(strings.NewReader(french))
	if err != nil {
		return nil, fmt.Errorf("embedded French thesaurus: %w", err)
	}
	return t, t.addGlossaries()
}

// Before returns a thesaurus of these entries and then of others': where both
// have the same everyday words, these stand.
func (t *Thesaurus) Before(others *Thesaurus) *Thesaurus {
	joined := &Thesaurus{
		analyzer: t.analyzer,
		entries:  slices.Concat(t.entries, others.entries),
		byKey:    maps.Clone(t.byKey),
		longest:  max(t.longest, others.longest),
		english:  others.english,
		chat:     others.chat,
		stop:     others.stop,
	}
	for key, entry := range others.byKey {
		if _, taken := joined.byKey[key]; !taken {
			joined.byKey[key] = len(t.entries) + entry
		}
	}
	return joined
}

// Entries returns all entries in the file's order.
func (t *Thesaurus) Entries() []Entry { return slices.Clone(t.entries) }

// Words returns the words of all entries, everyday and administrative ones, as
// they stand in the file, each with its term. A word may come more than once.
func (t *Thesaurus) Words(yield func(word, term string) bool) {
	for _, e := range t.entries {
		texts := []string{e.Key}
		for _, v := range e.Values {
			texts = append(texts, v.Text)
		}
		for _, text := range texts {
			for _, token := range t.analyzer.Tokens(text) {
				if !yield(text[token.Start:token.End], token.Term) {
					return
				}
			}
		}
	}
}

// Expansion is an entry that was found in a question.
type Expansion struct {
	Entry      Entry
	Start, End int // bytes of the question that the entry was found in
}

// Expand returns the entries whose everyday words stand, one after another, in
// a question's tokens, in reading order; function words between them make no
// difference. Of two that begin at one word the longer is taken, and a word
// that belongs to one entry is not read again for another.
func (t *Thesaurus) Expand(question []analysis.Token) []Expansion {
	tokens := words(question)
	terms := termsOf(tokens)
	var found []Expansion
	for i := 0; i < len(terms); {
		n, entry := t.longestAt(terms[i:])
		if n == 0 || tokens[i].End-tokens[i].Start > len(t.entries[entry].Key)+longestEnding && abbreviates(t.entries[entry].Key) {
			i++
			continue
		}
		found = append(found, Expansion{
			Entry: t.entries[entry],
			Start: tokens[i].Start,
			End:   tokens[i+n-1].End,
		})
		i += n
	}
	return found
}

// longestEnding is what a word may have beside an abbreviation that is a key, in bytes.
const longestEnding = 2

// abbreviates tells a key of up to three letters: "ramasse" is no "RAM", whatever the
// stemmer leaves of it.
func abbreviates(key string) bool { return len(key) <= 3 }

// longestAt returns how many of the first terms are a key, and whose; 0: none.
func (t *Thesaurus) longestAt(terms []string) (n, entry int) {
	for n := min(t.longest, len(terms)); n > 0; n-- {
		if entry, ok := t.byKey[joinTerms(terms[:n])]; ok {
			return n, entry
		}
	}
	return 0, 0
}
