package thesaurus

import (
	_ "embed"
	"fmt"
	"io"
	"strings"
	"unicode"

	"guichet/internal/analysis"
)

//go:embed en-fr.txt
var english string

//go:embed chat.txt
var chat string

// Reading is a stretch of a question, and the French words that it was read as.
type Reading struct {
	Start, End int // bytes of the question
	Read       string
}

// Glossary reads words of a question as others, word for word: those of
// another language, or of hurried spelling. Unlike a thesaurus, which adds, it
// replaces. It is safe for concurrent use.
type Glossary struct {
	stem    func(word string) string // of a folded word
	drop    map[string]bool          // function words of its language
	read    map[string]string        // joined stems -> French
	longest int                      // words of the longest key
}

// parseGlossary reads lines "words: French words", as Parse does. What stands
// on the right may be a function word, or nothing.
func parseGlossary(r io.Reader, stem func(string) string, drop map[string]bool) (*Glossary, error) {
	g := &Glossary{stem: stem, drop: drop, read: make(map[string]string)}
	err := eachLine(r, func(line string, _ int) error {
		key, value, ok := strings.Cut(line, ":")
		if !ok {
			return fmt.Errorf("%q has no colon", line)
		}
		words := g.words(key)
		if len(words) == 0 {
			return fmt.Errorf("%q has no word", key)
		}
		joined := joinWords(words)
		if _, taken := g.read[joined]; taken {
			return fmt.Errorf("%q stands there already", strings.TrimSpace(key))
		}
		g.read[joined] = strings.TrimSpace(value)
		g.longest = max(g.longest, len(words))
		return nil
	})
	return g, err
}

// glossed is a word of a text: letters and digits, as the glossary compares it.
type glossed struct {
	folded, stem string
	start, end   int
}

func (g *Glossary) words(text string) []glossed {
	var out []glossed
	start := -1
	flush := func(end int) {
		if start >= 0 {
			folded := analysis.Fold(text[start:end])
			word := glossed{folded: folded, stem: folded, start: start, end: end}
			if !g.drop[folded] {
				word.stem = g.stem(folded)
			}
			out = append(out, word)
		}
		start = -1
	}
	for i, r := range text {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			if start < 0 {
				start = i
			}
		default:
			flush(i)
		}
	}
	flush(len(text))
	return out
}

func joinWords(words []glossed) string {
	stems := make([]string, len(words))
	for i, w := range words {
		stems[i] = w.stem
	}
	return strings.Join(stems, " ")
}

// readings returns what the glossary reads otherwise, in reading order, the
// longest keys first. Function words of its language are read as nothing, and
// what stands behind a French one ("place de la Halle") is a name.
func (g *Glossary) readings(text string, french map[string]bool) []Reading {
	words := g.words(text)
	var out []Reading
	for i := 0; i < len(words); {
		n := g.longestAt(words[i:])
		if beforeApostrophe(text, words[i]) && len(words[i].folded) == 1 {
			n = 0 // "c'est" is written as it should be
		}
		if i > 0 && french[words[i-1].folded] && !g.drop[words[i-1].folded] && g.drop != nil {
			n = 0
		}
		if n > 0 {
			out = append(out, Reading{Start: words[i].start, End: words[i+n-1].end, Read: g.read[joinWords(words[i:i+n])]})
			i += n
			continue
		}
		if g.drop[words[i].folded] {
			out = append(out, Reading{Start: words[i].start, End: words[i].end})
		}
		i++
	}
	return out
}

func beforeApostrophe(text string, w glossed) bool {
	return strings.HasPrefix(text[w.end:], "'") || strings.HasPrefix(text[w.end:], "’")
}

func (g *Glossary) longestAt(words []glossed) int {
	for n := min(g.longest, len(words)); n > 0; n-- {
		if _, ok := g.read[joinWords(words[:n])]; ok {
			return n
		}
	}
	return 0
}

// ambiguous are English function words that hurried French has too.
const ambiguous = " an as so no me but pour has "

// speaks tells whether a text is in the glossary's language: by two of its
// function words at least that French has not, or by one and two words that it
// reads; and by more of its own than of French ones.
func (g *Glossary) speaks(text string, french map[string]bool) bool {
	own, others, known := 0, 0, 0
	for _, w := range g.words(text) {
		_, reads := g.read[w.stem]
		switch {
		case g.drop[w.folded] && !french[w.folded]:
			if !strings.Contains(ambiguous, " "+w.folded+" ") {
				own++
			}
		case french[w.folded] && !g.drop[w.folded]:
			others++
		case reads:
			known++
		}
	}
	return own > others && (own >= 2 || own == 1 && known >= 2 && others == 0)
}

// Read tells how a question's words are to be read before it is searched:
// those of a question in English as their French, word for word, and those of
// hurried French as what they stand for. English function words are read as
// nothing. It returns nil for a question that is read as it stands.
func (t *Thesaurus) Read(question string) []Reading {
	if t.english == nil {
		return nil
	}
	if t.english.speaks(question, t.stop) {
		return t.english.readings(question, t.stop)
	}
	return t.chat.readings(question, nil)
}

// IsEnglish tells whether Read reads a question as English.
func (t *Thesaurus) IsEnglish(question string) bool {
	return t.english != nil && t.english.speaks(question, t.stop)
}

// Apply writes a question as it was read.
func Apply(question string, readings []Reading) string {
	var read strings.Builder
	at := 0
	for _, r := range readings {
		read.WriteString(question[at:r.Start] + r.Read)
		at = r.End
	}
	return read.String() + question[at:]
}

// addGlossaries gives a thesaurus the glossaries that come with the program.
func (t *Thesaurus) addGlossaries() error {
	en := analysis.For("en")
	drop := wordSet(en.FunctionWords())
	var err error
	if t.english, err = parseGlossary(strings.NewReader(english), func(word string) string {
		if terms := en.Terms(word); len(terms) == 1 {
			return terms[0]
		}
		return word
	}, drop); err != nil {
		return fmt.Errorf("embedded English glossary: %w", err)
	}
	if t.chat, err = parseGlossary(strings.NewReader(chat), func(word string) string { return word }, nil); err != nil {
		return fmt.Errorf("embedded hurried spellings: %w", err)
	}
	t.stop = wordSet(t.analyzer.FunctionWords())
	return nil
}

func wordSet(words []string) map[string]bool {
	set := make(map[string]bool, len(words))
	for _, word := range words {
		set[word] = true
	}
	return set
}
