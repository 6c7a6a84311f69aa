package ingest

import (
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/html"
)

// htmlWalker turns a page's content into sections of plain text.
type htmlWalker struct {
	base   *url.URL // of relative links; nil: unknown
	out    outline
	title  string
	inline strings.Builder // text of the paragraph that is open
	level  int             // of the last true heading
	panels map[string]bool // ids of panels whose button was a heading
}

// walk goes through a node's children.
func (w *htmlWalker) walk(parent *html.Node) {
	for n := parent.FirstChild; n != nil; n = n.NextSibling {
		w.node(n)
	}
}

func (w *htmlWalker) node(n *html.Node) {
	if n.Type == html.TextNode {
		w.inline.WriteString(spaced(n.Data))
		return
	}
	if n.Type != html.ElementNode {
		return
	}
	switch n.Data {
	case "h1", "h2", "h3", "h4", "h5", "h6":
		w.heading(n, int(n.Data[1]-'0'))
	case "summary":
		w.fold(n)
	case "details":
		w.flush()
		depth := len(w.out.path)
		w.walk(n)
		w.flush()
		w.backTo(depth)
	case "button":
		// What unfolds a panel is its heading; other buttons do things.
		if panel := attr(n, "aria-controls"); panel != "" || attr(n, "aria-expanded") != "" {
			for id := range strings.FieldsSeq(panel) {
				w.panels[id] = true
			}
			w.fold(n)
		}
	case "aside":
		w.aside(n)
	case "ul", "ol":
		w.block(w.list(n, ""))
	case "dl":
		w.block(w.definitions(n))
	case "table":
		w.table(n)
	case "pre":
		w.flush()
		w.out.block(rawText(n))
	case "br":
		w.inline.WriteByte('\n')
	case "hr":
		w.flush()
	case "head", "title":
	case "img":
		// Alternative text of a picture inside a link or on its own.
		if alt := oneLine(attr(n, "alt")); alt != "" && n.Parent != nil && n.Parent.Data == "a" {
			w.inline.WriteString(" " + alt + " ")
		}
	case "a":
		w.inline.WriteString(w.link(n))
	default:
		if isInline(n.Data) {
			w.walk(n)
			return
		}
		w.flush()
		depth := len(w.out.path)
		w.walk(n)
		w.flush()
		if w.panels[attr(n, "id")] && attr(n, "id") != "" {
			w.backTo(depth - 1)
		}
	}
}

// flush closes the open paragraph.
func (w *htmlWalker) flush() {
	text := trimLines(w.inline.String())
	w.inline.Reset()
	w.out.block(text)
}

func (w *htmlWalker) block(text string) {
	w.flush()
	w.out.block(text)
}

// heading opens a section. Its anchor is its own id, or that of an empty
// anchor inside it.
func (w *htmlWalker) heading(n *html.Node, level int) {
	w.flush()
	text := oneLine(w.text(n))
	if text == "" {
		return
	}
	if level == 1 && w.title == "" {
		w.title = text
	}
	// A heading that unfolds a panel holds the button.
	for child := range n.Descendants() {
		if child.Type == html.ElementNode {
			for id := range strings.FieldsSeq(attr(child, "aria-controls")) {
				w.panels[id] = false
			}
		}
	}
	w.level = level
	w.out.heading(level, anchorOf(n), text)
}

// fold opens a section for an accordion's button or summary, one level below
// the last true heading.
func (w *htmlWalker) fold(n *html.Node) {
	w.flush()
	text := oneLine(w.text(n))
	if text == "" {
		return
	}
	depth := 0
	for p := n.Parent; p != nil; p = p.Parent {
		if p.Type == html.ElementNode && p.Data == "details" && n.Data == "summary" {
			depth++
		}
	}
	// Deeper than any true heading, so that folds nest among themselves.
	w.out.heading(10*(w.level+1)+max(depth, 1), anchorOf(n), text)
}

// aside is a section of its own beside the headings it stands among.
func (w *htmlWalker) aside(n *html.Node) {
	w.flush()
	w.out.close()
	path, level := w.out.path, w.level
	w.out.path = nil
	if len(path) > 0 && path[0].level == 1 {
		w.out.path = append(w.out.path, path[0])
	}
	w.level = 1
	if label := oneLine(attr(n, "aria-label")); label != "" && !holdsHeading(n) {
		w.out.heading(2, anchorOf(n), label)
	}
	w.walk(n)
	w.flush()
	w.out.close()
	w.out.popTo(2)
	w.out.path, w.level = path, level
}

func holdsHeading(n *html.Node) bool {
	for child := range n.Descendants() {
		if child.Type == html.ElementNode && len(child.Data) == 2 && child.Data[0] == 'h' && child.Data[1] >= '1' && child.Data[1] <= '6' {
			return true
		}
	}
	return false
}

// backTo closes the sections that were opened below this depth.
func (w *htmlWalker) backTo(depth int) {
	if depth < 0 || len(w.out.path) <= depth {
		return
	}
	w.out.close()
	w.out.popTo(w.out.path[depth].level)
}

func anchorOf(n *html.Node) string {
	if id := attr(n, "id"); id != "" {
		return id
	}
	for child := range n.Descendants() {
		if child.Type == html.ElementNode {
			if id := firstOf(attr(child, "id"), attr(child, "name")); id != "" {
				return id
			}
		}
	}
	// Many sites put the id on the section around the heading.
	if p := n.Parent; p != nil && (p.Data == "section" || p.Data == "details" || p.Data == "article") {
		return attr(p, "id")
	}
	return ""
}

// link is a link's words with its address behind them.
func (w *htmlWalker) link(n *html.Node) string {
	words := w.text(n)
	target := strings.TrimSpace(attr(n, "href"))
	if target == "" || strings.HasPrefix(target, "#") {
		return words
	}
	u, err := url.Parse(target)
	if err != nil {
		return words
	}
	if !u.IsAbs() && w.base != nil {
		target = w.base.ResolveReference(u).String()
	}
	return linkText(words, target)
}

// text is a node's text as one paragraph, links included.
func (w *htmlWalker) text(n *html.Node) string {
	inner := htmlWalker{base: w.base, panels: map[string]bool{}}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		inner.flatten(c)
	}
	return inner.inline.String()
}

// flatten writes a node and all below it into the open paragraph.
func (w *htmlWalker) flatten(n *html.Node) {
	switch {
	case n.Type == html.TextNode:
		w.inline.WriteString(spaced(n.Data))
	case n.Type != html.ElementNode:
	case n.Data == "br":
		w.inline.WriteByte('\n')
	case n.Data == "a":
		w.inline.WriteString(w.link(n))
	case n.Data == "img":
		if alt := oneLine(attr(n, "alt")); alt != "" && n.Parent != nil && n.Parent.Data == "a" {
			w.inline.WriteString(" " + alt + " ")
		}
	default:
		if !isInline(n.Data) {
			w.inline.WriteByte('\n')
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			w.flatten(c)
		}
		if !isInline(n.Data) {
			w.inline.WriteByte('\n')
		}
	}
}

// list writes one line for each item, its marker first; what an item holds
// besides its first line is indented below it.
func (w *htmlWalker) list(n *html.Node, indent string) string {
	var b strings.Builder
	number := 1
	if start, err := strconv.Atoi(attr(n, "start")); err == nil {
		number = start
	}
	for li := n.FirstChild; li != nil; li = li.NextSibling {
		if li.Type != html.ElementNode {
			continue
		}
		if li.Data == "ul" || li.Data == "ol" { // a list put straight into a list
			b.WriteString(w.list(li, deeper(indent)))
			continue
		}
		marker := "- "
		if n.Data == "ol" {
			marker = strconv.Itoa(number) + ". "
			number++
		}
		inner := htmlWalker{base: w.base, panels: map[string]bool{}}
		var nested []string
		for c := li.FirstChild; c != nil; c = c.NextSibling {
			if c.Type == html.ElementNode && (c.Data == "ul" || c.Data == "ol") {
				nested = append(nested, inner.list(c, deeper(indent)))
				continue
			}
			inner.flatten(c)
		}
		for i, line := range strings.Split(trimLines(inner.inline.String()), "\n") {
			if line == "" {
				continue
			}
			if i == 0 {
				b.WriteString(indent + marker + line + "\n")
			} else {
				b.WriteString(indent + "  " + line + "\n")
			}
		}
		for _, text := range nested {
			b.WriteString(text)
		}
	}
	return b.String()
}

// definitions writes a definition list as "term : definition" lines, the way
// that contact details and opening hours are read.
func (w *htmlWalker) definitions(n *html.Node) string {
	var lines []string
	term := ""
	var visit func(*html.Node)
	visit = func(parent *html.Node) {
		for c := parent.FirstChild; c != nil; c = c.NextSibling {
			switch {
			case c.Type != html.ElementNode:
			case c.Data == "dt":
				if term != "" { // several terms, one definition
					term += ", "
				}
				term += strings.TrimRight(oneLine(w.text(c)), " :\u00a0")
			case c.Data == "dd":
				text := strings.ReplaceAll(trimLines(w.text(c)), "\n", ", ")
				if term != "" {
					text = term + " : " + text
					term = ""
				}
				lines = append(lines, "- "+text)
			case c.Data == "div":
				visit(c)
			}
		}
	}
	visit(n)
	if term != "" {
		lines = append(lines, "- "+term)
	}
	return strings.Join(lines, "\n")
}

// spaced keeps one space where the source has white space: a line break there
// means nothing.
func spaced(s string) string {
	words := strings.FieldsFunc(s, isPlainSpace)
	if len(words) == 0 {
		if s == "" {
			return ""
		}
		return " "
	}
	text := strings.Join(words, " ")
	if isPlainSpace(rune(s[0])) {
		text = " " + text
	}
	if isPlainSpace(rune(s[len(s)-1])) {
		text += " "
	}
	return text
}

// rawText is a node's text with its line breaks.
func rawText(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}

func isInline(name string) bool {
	switch name {
	case "a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "ins", "kbd",
		"label", "mark", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr", "button":
		return true
	}
	return false
}
