package phrases

import (
	"errors"
	"fmt"
	"strings"
)

// Rules are the patterns of some files. They never change and may be used
// from many places at once.
type Rules struct {
	writing  map[string][]string // short form -> words
	lexicon  *lexicon
	kinds    []string // in the files' order
	patterns map[string][]pattern
	hide     []pattern
	quiet    []pattern
}

// pattern is one line: all its sequences match within one sentence.
type pattern struct {
	line  string
	weak  bool
	parts []sequence
}

// sequence is a row of elements that follow one another.
type sequence struct {
	not        bool
	begin, end bool
	elements   []element
}

// element is one of some alternatives; each is a row of words side by side.
type element struct {
	far          bool // up to farGap words before it, else nearGap
	alternatives [][]int
	first        bits // the words that alternatives begin with
}

const (
	nearGap = 1
	farGap  = 6
)

// Parse reads files of patterns, in order; concepts of one may be used in all.
// An error names the line that is not understood.
func Parse(files ...string) (*Rules, error) {
	p := parser{
		rules:    &Rules{lexicon: newLexicon(), patterns: map[string][]pattern{}},
		concepts: map[string][]string{},
	}
	var err error
	if p.rules.writing, err = parseWriting(writingFile); err != nil {
		return nil, err
	}
	for _, file := range files {
		if err := p.eachLine(file, p.concept); err != nil {
			return nil, err
		}
	}
	for _, file := range files {
		p.section = ""
		if err := p.eachLine(file, p.pattern); err != nil {
			return nil, err
		}
	}
	return p.rules, nil
}

type parser struct {
	rules    *Rules
	concepts map[string][]string // alternatives, as they are written
	section  string
}

func (p *parser) eachLine(file string, read func(line string) error) error {
	for line := range strings.SplitSeq(file, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if err := read(line); err != nil {
			return fmt.Errorf("pattern %q: %w", line, err)
		}
	}
	return nil
}

// concept reads a line that names one, and passes over others.
func (p *parser) concept(line string) error {
	name, words, ok := strings.Cut(line, " = ")
	if !ok || !strings.HasPrefix(name, "@") {
		return nil
	}
	for word := range strings.SplitSeq(words, "|") {
		if word = strings.TrimSpace(word); word != "" {
			p.concepts[name] = append(p.concepts[name], word)
		}
	}
	return nil
}

func (p *parser) pattern(line string) error {
	if strings.HasPrefix(line, "@") && strings.Contains(line, " = ") {
		return nil
	}
	if strings.HasPrefix(line, "[") && strings.HasSuffix(line, "]") {
		p.section = strings.Trim(line, "[]")
		if _, known := p.rules.patterns[p.section]; !known && p.section != "hide" && p.section != "quiet" {
			p.rules.kinds = append(p.rules.kinds, p.section)
			p.rules.patterns[p.section] = nil
		}
		return nil
	}
	read := pattern{line: line}
	text := line
	if rest, ok := strings.CutPrefix(line, "? "); ok {
		read.weak, text = true, rest
	}
	for part := range strings.SplitSeq(text, "&") {
		s, err := p.sequence(strings.Fields(part))
		if err != nil {
			return err
		}
		read.parts = append(read.parts, s)
	}
	switch p.section {
	case "":
		return errors.New("no section stands above it")
	case "hide":
		p.rules.hide = append(p.rules.hide, read)
	case "quiet":
		p.rules.quiet = append(p.rules.quiet, read)
	default:
		p.rules.patterns[p.section] = append(p.rules.patterns[p.section], read)
	}
	return nil
}

func (p *parser) sequence(words []string) (sequence, error) {
	var s sequence
	far := false
	for i, word := range words {
		switch {
		case word == "~":
			far = true
			continue
		case word == "^" && i == 0:
			s.begin = true
			continue
		case word == "$" && i == len(words)-1:
			s.end = true
			continue
		case i == 0 && len(word) > 1 && word[0] == '!':
			s.not, word = true, word[1:]
		}
		e := element{far: far}
		far = false
		for alternative := range strings.SplitSeq(word, "|") {
			rows, err := p.rows(alternative, maxDepth)
			if err != nil {
				return s, err
			}
			for _, row := range rows {
				e.alternatives = append(e.alternatives, row)
				e.first = e.first.with(row[0])
			}
		}
		s.elements = append(s.elements, e)
	}
	if len(s.elements) == 0 {
		return s, errors.New("it has no words")
	}
	return s, nil
}

// maxDepth bounds concepts inside concepts, so that none holds itself.
const maxDepth = 4

// rows reads a concept or words that are joined by "_".
func (p *parser) rows(spelling string, depth int) ([][]int, error) {
	if !strings.HasPrefix(spelling, "@") {
		row, err := p.row(spelling)
		return [][]int{row}, err
	}
	if p.concepts[spelling] == nil || depth == 0 {
		return nil, fmt.Errorf("no concept %s", spelling)
	}
	var rows [][]int
	for _, inner := range p.concepts[spelling] {
		more, err := p.rows(inner, depth-1)
		if err != nil {
			return nil, err
		}
		rows = append(rows, more...)
	}
	return rows, nil
}

// row reads words that are joined by "_".
func (p *parser) row(spelling string) ([]int, error) {
	var ids []int
	for word := range strings.SplitSeq(spelling, "_") {
		id, err := p.rules.lexicon.add(word)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}
