package phrases

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

//go:embed writing.txt
var writingFile string

// parseWriting reads short forms and their words.
func parseWriting(file string) (map[string][]string, error) {
	writing := map[string][]string{}
	for line := range strings.SplitSeq(file, "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		short, words, ok := strings.Cut(line, " = ")
		if !ok {
			return nil, fmt.Errorf("short form %q has no words", line)
		}
		writing[short] = strings.Fields(words)
	}
	return writing, nil
}

// Found is a kind that a text tells of, and the line of the file that says so.
type Found struct {
	Kind  string
	Line  string
	Words string // of the text, that the line matches: "mon mari me frappe"
	Weak  bool   // the line is a weak pattern
}

// Find returns the first kind, in the order of the files, that the text tells
// of, or false. Weak patterns count only where nothing of [quiet] stands in
// the whole text.
func (r *Rules) Find(text string) (Found, bool) {
	sentences := r.read(text)
	quiet := slices.ContainsFunc(sentences, func(s sentence) bool { return s.first(r.quiet, false) != nil })
	for _, kind := range r.kinds {
		for _, s := range sentences {
			if p := s.first(r.patterns[kind], quiet); p != nil {
				return Found{Kind: kind, Line: p.line, Words: s.matched(p), Weak: p.weak}, true
			}
		}
	}
	return Found{}, false
}

// sentence is the words of one, each by the words of the lexicon that it may
// be.
type sentence struct {
	written []string // as they are read
	words   [][]int
	present bits // words of the lexicon
}

// read cuts a text into sentences, and takes out what [hide] names.
func (r *Rules) read(text string) []sentence {
	known := map[string][]int{}
	var sentences []sentence
	for _, words := range sentencesOf(text) {
		s := sentence{present: make(bits, len(r.lexicon.words)/64+1)}
		for _, written := range words {
			for _, word := range r.writeOut(written) {
				ids, seen := known[word]
				if !seen {
					ids = r.lexicon.match(word)
					known[word] = ids
				}
				s.words = append(s.words, ids)
				s.written = append(s.written, word)
			}
		}
		s.note()
		for _, p := range r.hide {
			s.hide(p)
		}
		sentences = append(sentences, s)
	}
	return sentences
}

func (r *Rules) writeOut(word string) []string {
	if words, ok := r.writing[word]; ok {
		return words
	}
	// An apostrophe was left out: "narrive" for "n'arrive".
	letters := []rune(word)
	if len(letters) > forgiven && strings.ContainsRune("jnmtsld", letters[0]) && strings.ContainsRune("aeiouyéèêh", letters[1]) &&
		r.lexicon.match(word) == nil && r.lexicon.match(string(letters[1:])) != nil {
		return []string{string(letters[:1]), string(letters[1:])}
	}
	return []string{word}
}

// sentencesOf cuts a text into sentences of words in lower case. A stop
// between digits ends none.
func sentencesOf(text string) [][]string {
	var sentences [][]string
	var words []string
	var word strings.Builder
	endWord := func() {
		if word.Len() > 0 {
			words = append(words, word.String())
			word.Reset()
		}
	}
	endSentence := func() {
		endWord()
		if len(words) > 0 {
			sentences = append(sentences, words)
		}
		words = nil
	}
	runes := []rune(strings.ToLower(text))
	for i, r := range runes {
		switch {
		case unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r):
			word.WriteRune(r)
		case r == '!' || r == '?' || r == ';' || r == '…' || r == '؟',
			r == '.' && (i+1 == len(runes) || !unicode.IsDigit(runes[i+1])):
			endSentence()
		default:
			endWord()
		}
	}
	endSentence()
	return sentences
}

// note writes down which words are there.
func (s *sentence) note() {
	clear(s.present)
	for _, ids := range s.words {
		for _, id := range ids {
			s.present = s.present.with(id)
		}
	}
}

// hide takes the stretches out that the pattern matches.
func (s *sentence) hide(p pattern) {
	for _, part := range p.parts {
		for {
			start, end := s.match(part)
			if start < 0 {
				break
			}
			for i := start; i < end; i++ {
				s.words[i] = nil
			}
			s.note()
		}
	}
}

// first returns the first pattern that matches, or nil.
func (s *sentence) first(patterns []pattern, sureOnly bool) *pattern {
	for i := range patterns {
		p := &patterns[i]
		if p.weak && sureOnly {
			continue
		}
		if !slices.ContainsFunc(p.parts, func(part sequence) bool {
			start, _ := s.match(part)
			return start >= 0 == part.not
		}) {
			return p
		}
	}
	return nil
}

// matched are the words that the pattern, which matches, is met by. Words of its
// parts that stand apart have " … " between them.
func (s *sentence) matched(p *pattern) string {
	var stretches []string
	for _, part := range p.parts {
		if part.not {
			continue
		}
		start, end := s.match(part)
		stretches = append(stretches, strings.Join(s.written[start:end], " "))
	}
	return strings.Join(stretches, " … ")
}

// match returns the words from start to end that the sequence matches, or -1.
func (s *sentence) match(q sequence) (start, end int) {
	for _, e := range q.elements {
		if !e.first.meets(s.present) {
			return -1, -1
		}
	}
	for start := range s.words {
		if q.begin && start > 0 {
			break
		}
		for _, row := range q.elements[0].alternatives {
			if !s.rowAt(row, start) {
				continue
			}
			if end := s.rest(q, 1, start+len(row)); end >= 0 {
				return start, end
			}
		}
	}
	return -1, -1
}

// rest returns where the sequence ends, whose elements before i end at pos, or
// -1.
func (s *sentence) rest(q sequence, i, pos int) int {
	if i == len(q.elements) {
		if q.end && pos < len(s.words) {
			return -1
		}
		return pos
	}
	e, gap := q.elements[i], nearGap
	if e.far {
		gap = farGap
	}
	for at := pos; at <= pos+gap && at < len(s.words); at++ {
		for _, row := range e.alternatives {
			if !s.rowAt(row, at) {
				continue
			}
			if end := s.rest(q, i+1, at+len(row)); end >= 0 {
				return end
			}
		}
	}
	return -1
}

func (s *sentence) rowAt(row []int, at int) bool {
	if at+len(row) > len(s.words) {
		return false
	}
	for i, id := range row {
		if !slices.Contains(s.words[at+i], id) {
			return false
		}
	}
	return true
}
