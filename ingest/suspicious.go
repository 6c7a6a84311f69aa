package ingest

import (
	"cmp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"

	"guichet/corpus"
	"guichet/internal/analysis"
)

// suspicionVersion changes when the same file would be flagged differently.
const suspicionVersion = "flags/1"

// Kinds of flag.
const (
	// FlagHidden is text that a page keeps from its readers' eyes. It enters no
	// passage.
	FlagHidden = "hidden"
	// FlagInvisible is a run of Unicode characters that cannot be seen: tags,
	// zero-width and direction marks. They enter no passage.
	FlagInvisible = "invisible"
	// FlagInstructions is text that addresses a model rather than residents,
	// visible or not. Visible, it stays: a page about assistants may say so.
	FlagInstructions = "instructions"
)

const (
	maxFlags      = 10 // of one document
	maxExcerpt    = 160
	minHidden     = 5 // words; less is a label or an icon
	minInvisible  = 3 // characters in a row; fewer come with pasted text
	maxSuspicious = 1 << 20
)

// Suspicions tells what in a file might be meant for a model and not for
// residents: text that is hidden from readers, runs of invisible characters,
// and words that give a model orders, visible or not. It finds what is written
// plainly; words that are the colour of a PDF's paper, or hidden by a style
// sheet of another file, it does not see.
func Suspicions(in Input, x Extracted) []corpus.Flag {
	s := suspicions{orders: orderFinder()}
	text := strings.ToValidUTF8(string(in.Bytes[:min(len(in.Bytes), maxSuspicious)]), " ")
	kind := cmp.Or(in.MediaType, MediaType(in.Name))
	if kind != PDF && utf8.Valid(in.Bytes) {
		s.invisible(text)
	}
	if (kind == HTML || kind == Markdown) && strings.Contains(text, "<") {
		s.markup(text)
	}
	s.instructions(x.Title)
	for _, section := range x.Sections {
		s.invisible(section.Text)
		s.instructions(strings.Join(section.Headings, "\n") + "\n" + section.Text)
	}
	return s.flags
}

type suspicions struct {
	orders *orderIndex
	flags  []corpus.Flag
}

// add notes a flag once.
func (s *suspicions) add(kind, excerpt string) {
	excerpt = oneLine(excerpt)
	if runes := []rune(excerpt); len(runes) > maxExcerpt {
		excerpt = string(runes[:maxExcerpt]) + "…"
	}
	for _, f := range s.flags {
		if f == (corpus.Flag{Kind: kind, Excerpt: excerpt}) {
			return
		}
	}
	if len(s.flags) < maxFlags {
		s.flags = append(s.flags, corpus.Flag{Kind: kind, Excerpt: excerpt})
	}
}

// instructions flags what addresses a model.
func (s *suspicions) instructions(text string) {
	folded := foldForMatching(text)
	ways := s.orders.standIn(folded)
	if len(ways) == 0 {
		return
	}
	for line := range strings.Lines(folded) {
		if len(s.flags) == maxFlags {
			return
		}
		if at := findOrder(line, ways); at != nil {
			s.add(FlagInstructions, line[lineStart(line, at[0]):min(len(line), at[1]+80)])
		}
	}
}

// lineStart is where the words before a finding begin, some way back at most.
func lineStart(text string, at int) int {
	from := max(0, at-40)
	if i := strings.LastIndexAny(text[from:at], "\n.!?"); i >= 0 {
		from += i + 1
	}
	for from < at && !utf8.RuneStart(text[from]) {
		from++
	}
	return from
}

// foldForMatching is text without case, accents and what cannot be seen.
func foldForMatching(text string) string {
	text = analysis.FoldText(text)
	if !strings.ContainsFunc(text, isInvisible) {
		return text
	}
	return strings.Map(func(r rune) rune {
		if isInvisible(r) {
			return -1
		}
		return r
	}, text)
}

// isInvisible tells characters that are drawn as nothing.
func isInvisible(r rune) bool {
	if r < '\u0600' { // the first of them but one
		return r == '\u00AD'
	}
	return r == 0x115F || r == 0x1160 || r == 0x3164 || unicode.Is(unicode.Cf, r) || r >= 0xE0100 && r <= 0xE01EF
}

// invisible flags runs of characters that cannot be seen, with what they spell
// where they are Unicode tags, and characters that turn the direction of text.
func (s *suspicions) invisible(text string) {
	run, spelt, turned := 0, "", false
	end := func() {
		switch {
		case spelt != "":
			s.add(FlagInvisible, "Unicode tags: "+spelt)
			s.instructions(spelt)
		case turned:
			s.add(FlagInvisible, "direction of text turned")
		case run >= minInvisible:
			s.add(FlagInvisible, "invisible characters in a row")
		}
		run, spelt, turned = 0, "", false
	}
	for _, r := range text {
		if !isInvisible(r) {
			if run > 0 {
				end()
			}
			continue
		}
		run++
		if r >= 0xE0020 && r <= 0xE007E {
			spelt += string(r - 0xE0000)
		}
		turned = turned || r >= 0x202A && r <= 0x202E && r != 0x202C
	}
	if run > 0 {
		end()
	}
}

// markup flags what a page hides, and orders in its comments.
func (s *suspicions) markup(text string) {
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(text))
	if err != nil {
		return // what cannot be read enters no passage either
	}
	for node := range doc.Nodes[0].Descendants() {
		if node.Type == html.CommentNode {
			s.instructions(node.Data)
		}
	}
	hiddenElements(doc).Not("script, style, template, noscript").Each(func(_ int, e *goquery.Selection) {
		words := oneLine(e.Text())
		if len(strings.Fields(words)) >= minHidden && !e.Is(neverContent) && e.ParentsFiltered(neverContent).Length() == 0 {
			s.add(FlagHidden, words)
		}
		s.instructions(words)
	})
}
