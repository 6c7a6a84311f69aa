package ingest

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// MarkdownExtractor reads GitHub-flavoured Markdown with front matter.
type MarkdownExtractor struct{}

// Version implements Extractor.
func (MarkdownExtractor) Version() string { return "markdown/4" }

// formNumber is an asterisk inside a number, as in "11033*03": part of it, and
// no emphasis.
var formNumber = regexp.MustCompile(`(\d)\*(\d)`)

// mayHaveFormNumber spares a text that has none the expression, which reads it letter
// by letter.
func mayHaveFormNumber(s string) bool {
	for {
		at := strings.IndexByte(s, '*')
		if at < 0 {
			return false
		}
		if at > 0 && '0' <= s[at-1] && s[at-1] <= '9' {
			return true
		}
		s = s[at+1:]
	}
}

// markdown is made once: that takes as long as to parse a page.
var markdown = goldmark.New(
	goldmark.WithExtensions(extension.Table, extension.Linkify, extension.TaskList),
	goldmark.WithParserOptions(parser.WithAttribute(), parser.WithInlineParsers(util.Prioritized(twoTildes{extension.NewStrikethroughParser()}, 500))),
)

// twoTildes leaves single tildes in the text: people write "10~12 h" and "~5 €",
// and goldmark would strike out what stands between two of them.
type twoTildes struct{ parser.InlineParser }

// Parse implements parser.InlineParser.
func (p twoTildes) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	if line, _ := block.PeekLine(); !bytes.HasPrefix(line, []byte("~~")) {
		return nil
	}
	return p.InlineParser.Parse(parent, block, pc)
}

// Extract implements Extractor. A heading of the form "A > B > C" stands for
// three levels. The title is the front matter's, else the first heading's of
// level 1, else the file's name.
func (MarkdownExtractor) Extract(ctx context.Context, in Input) (Extracted, error) {
	if err := checkTextFile(in.Bytes); err != nil {
		return Extracted{}, err
	}
	decoded, err := decodeText(in.Bytes)
	if err != nil {
		return Extracted{}, err
	}
	front, body, err := cutFrontMatter(decoded)
	if err != nil {
		return Extracted{}, err
	}
	var x Extracted
	if err := readFrontMatter(front, &x); err != nil {
		return Extracted{}, err
	}
	if err := checkMarkdown(body); err != nil {
		return Extracted{}, err
	}
	if ctx.Err() != nil {
		return Extracted{}, ctx.Err()
	}
	if mayHaveFormNumber(body) {
		body = formNumber.ReplaceAllString(body, `$1\*$2`)
	}
	w := markdownWalker{source: []byte(body), slugs: map[string]int{}, width: wrapWidth(body)}
	root := markdown.Parser().Parse(text.NewReader(w.source))
	w.blocks(root)
	if x.Title == "" {
		x.Title = w.title
	}
	x.Sections = w.out.finish(x.Title)
	if w.struck {
		x.Notes = append(x.Notes, notef(noteStruck, nil, "struck-out text was left out"))
	}
	return x, nil
}

// markdownWalker turns a parsed document into sections of plain text.
type markdownWalker struct {
	source []byte
	out    outline
	title  string         // the first heading of level 1
	slugs  map[string]int // how often a slug was given
	width  int            // at which the file's lines were broken; 0: they were not
	struck bool           // some text was left out because it is struck out
}

func (w *markdownWalker) blocks(parent ast.Node) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Heading:
			w.heading(n)
		case *ast.Blockquote:
			w.blocks(n)
		default:
			w.out.block(w.block(n))
		}
	}
}

func (w *markdownWalker) heading(n *ast.Heading) {
	whole := oneLine(w.inline(n))
	if whole == "" {
		return
	}
	if n.Level == 1 && w.title == "" {
		w.title = whole
	}
	var parts []string
	for part := range strings.SplitSeq(whole, " > ") {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	// A heading that is a path has no anchor of its own on any page.
	anchor := ""
	if id, ok := n.AttributeString("id"); ok {
		if b, ok := id.([]byte); ok {
			anchor = string(b)
		}
	} else if len(parts) == 1 && n.Level > 1 {
		anchor = w.slug(whole)
	}
	if n.Level == 1 {
		parts = []string{whole}
	}
	w.out.heading(n.Level, anchor, parts...)
}

// slug is the anchor that site generators give a heading: letters and digits
// in lower case, hyphens for spaces, a number behind a slug that was given
// before.
func (w *markdownWalker) slug(heading string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(heading) {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
			b.WriteRune(r)
		case unicode.IsSpace(r):
			b.WriteByte('-')
		}
	}
	slug := b.String()
	n := w.slugs[slug]
	w.slugs[slug]++
	if n > 0 {
		return fmt.Sprintf("%s-%d", slug, n)
	}
	return slug
}

// block returns the text of a block that is no heading.
func (w *markdownWalker) block(n ast.Node) string {
	switch n := n.(type) {
	case *ast.List:
		return w.list(n, "")
	case *extast.Table:
		return w.table(n)
	case *ast.CodeBlock, *ast.FencedCodeBlock:
		return w.lines(n)
	case *ast.HTMLBlock:
		raw := w.lines(n)
		if n.HasClosure() {
			raw += string(n.ClosureLine.Value(w.source))
		}
		return fragmentText(raw)
	case *ast.ThematicBreak, *ast.LinkReferenceDefinition:
		return ""
	case *ast.Blockquote:
		var parts []string
		for c := n.FirstChild(); c != nil; c = c.NextSibling() {
			parts = append(parts, w.block(c))
		}
		return strings.Join(parts, "\n")
	}
	return trimLines(w.inline(n))
}

func (w *markdownWalker) lines(n ast.Node) string {
	var b strings.Builder
	for i := range n.Lines().Len() {
		line := n.Lines().At(i)
		b.Write(line.Value(w.source))
	}
	return b.String()
}

// list writes one line for each item, its marker kept; what an item holds
// besides its first paragraph is indented below it.
func (w *markdownWalker) list(n *ast.List, indent string) string {
	var b strings.Builder
	number := n.Start
	for item := n.FirstChild(); item != nil; item = item.NextSibling() {
		marker := "- "
		if n.IsOrdered() {
			marker = fmt.Sprintf("%d. ", number)
			number++
		}
		first := true
		for c := item.FirstChild(); c != nil; c = c.NextSibling() {
			if nested, ok := c.(*ast.List); ok {
				b.WriteString(w.list(nested, deeper(indent)))
				first = false
				continue
			}
			for line := range strings.SplitSeq(w.block(c), "\n") {
				if strings.TrimSpace(line) == "" {
					continue
				}
				if first {
					b.WriteString(indent + marker + line + "\n")
					first = false
				} else {
					b.WriteString(indent + "  " + line + "\n")
				}
			}
		}
	}
	return b.String()
}

func (w *markdownWalker) table(n *extast.Table) string {
	var rows [][]string
	for row := n.FirstChild(); row != nil; row = row.NextSibling() {
		var cells []string
		for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
			cells = append(cells, w.inline(cell))
		}
		rows = append(rows, cells)
	}
	return pipeTable(rows, true)
}

// inline returns the text of a node's inline children; line breaks are kept.
func (w *markdownWalker) inline(parent ast.Node) string {
	var b strings.Builder
	hidden := "" // the tag that hides what stands here
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		if raw, ok := n.(*ast.RawHTML); ok {
			tag := strings.ToLower(string(raw.Segments.Value(w.source)))
			switch {
			case hidden == "":
				hidden = hidingTag(tag)
				w.struck = w.struck || struckTag.MatchString(tag)
			case strings.TrimRight(tag, "> \t\r\n") == "</"+hidden:
				hidden = ""
			}
		}
		if hidden != "" {
			continue
		}
		switch n := n.(type) {
		case *ast.Text:
			value := n.Value(w.source)
			if !n.IsRaw() {
				value = util.UnescapePunctuations(value)
				value = util.ResolveNumericReferences(value)
				value = util.ResolveEntityNames(value)
			}
			b.Write(value)
			switch {
			case n.SoftLineBreak() && w.wrapped(n.Segment.Stop):
				b.WriteByte(' ')
			case n.SoftLineBreak() || n.HardLineBreak():
				b.WriteByte('\n')
			}
		case *ast.String:
			b.Write(n.Value)
		case *ast.Link:
			b.WriteString(linkText(w.inline(n), string(n.Destination)))
		case *ast.AutoLink:
			b.Write(n.Label(w.source))
		case *ast.RawHTML:
			for i := range n.Segments.Len() {
				segment := n.Segments.At(i)
				if tag := strings.ToLower(string(segment.Value(w.source))); strings.HasPrefix(tag, "<br") {
					b.WriteByte('\n')
				}
			}
		case *extast.TaskCheckBox:
		case *extast.Strikethrough: // it holds no more
			w.struck = true
		default:
			b.WriteString(w.inline(n))
		}
	}
	return b.String()
}

// wrapWidth is the width that an editor broke the file's lines at, or 0 when it
// did not. Line breaks of a file with longer lines were put there by its
// author and part what it lists.
func wrapWidth(body string) int {
	width := 0
	for line := range strings.SplitSeq(body, "\n") {
		if strings.HasPrefix(line, "|") || strings.HasPrefix(line, "#") || strings.Contains(line, "](") {
			continue // these cannot be broken
		}
		width = max(width, utf8.RuneCountInString(strings.TrimRight(line, " \r")))
	}
	if width < 60 || width > 120 {
		return 0
	}
	return width
}

// wrapped tells whether the line break at this offset is there only because
// the next word did not fit.
func (w *markdownWalker) wrapped(at int) bool {
	if w.width == 0 {
		return false
	}
	start := bytes.LastIndexByte(w.source[:at], '\n') + 1
	_, rest, _ := bytes.Cut(w.source[at:], []byte("\n"))
	next, _, _ := bytes.Cut(rest, []byte("\n"))
	words := bytes.Fields(next)
	if len(words) == 0 {
		return false
	}
	return utf8.RuneCount(w.source[start:at])+1+utf8.RuneCount(words[0]) > w.width
}
