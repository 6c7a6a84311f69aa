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
	inline strings.Builder     // text of the paragraph that is open
	level  int                 // of the last true heading
	labels map[string]string   // of panels that a click unfolds, by their ids
	silent map[*html.Node]bool // what says such a label: it stands over the panel
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
	if n.Type != html.ElementNode || w.silent[n] {
		return
	}
	if label := w.labels[attr(n, "id")]; label != "" && attr(n, "id") != "" {
		w.panel(n, label)
		return
	}
	w.element(n)
}

// element writes what an element says.
func (w *htmlWalker) element(n *html.Node) {
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
		if attr(n, "aria-controls") != "" || attr(n, "aria-expanded") != "" {
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
		if attr(n, "role") == "button" && attr(n, "aria-expanded") != "" {
			w.fold(n)
			return
		}
		w.flush()
		w.walk(n)
		w.flush()
	}
}

// panel writes what a click unfolds, under the words that are clicked.
func (w *htmlWalker) panel(n *html.Node, label string) {
	w.flush()
	depth := len(w.out.path)
	if last := depth - 1; last < 0 || !sameText(w.out.path[last].texts[0], label) {
		w.openFold(n, label, attr(n, "id"))
	}
	w.element(n)
	w.flush()
	w.backTo(depth)
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
	w.level = level
	w.out.heading(level, anchorOf(n), text)
}

// fold opens a section for an accordion's button or summary.
func (w *htmlWalker) fold(n *html.Node) {
	w.flush()
	if text := oneLine(w.text(n)); text != "" {
		w.openFold(n, text, anchorOf(n))
	}
}

// openFold opens a section below the last true heading, whatever its level, so
// that folds nest among themselves.
func (w *htmlWalker) openFold(n *html.Node, text, anchor string) {
	depth := 1
	for p := n.Parent; p != nil; p = p.Parent {
		own := n.Data == "summary" && p == n.Parent
		if p.Data == "details" && !own || attr(p, "id") != "" && w.labels[attr(p, "id")] != "" {
			depth++
		}
	}
	w.out.heading(10*(w.level+1)+depth, anchor, text)
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

// panelLabels finds the words over what a click unfolds, by the panels' ids, and
// the elements that say them. Those inside a heading are left out: the heading
// opens the section by itself.
func panelLabels(tree *html.Node) (labels map[string]string, silent map[*html.Node]bool) {
	byID := map[string]*html.Node{}
	for n := range tree.Descendants() {
		if id := attr(n, "id"); id != "" && byID[id] == nil {
			byID[id] = n
		}
	}
	labels, silent = map[string]string{}, map[*html.Node]bool{}
	for n := range tree.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		target := attr(n, "aria-controls")
		if target == "" && (attr(n, "role") == "tab" || attr(n, "data-toggle") != "" || attr(n, "data-bs-toggle") != "" || attr(n, "aria-expanded") != "") {
			target = firstOf(attr(n, "data-bs-target"), attr(n, "data-target"), attr(n, "href"))
			if !strings.HasPrefix(target, "#") {
				continue
			}
		}
		for id := range strings.FieldsSeq(target) {
			panel := byID[strings.TrimPrefix(id, "#")]
			if panel == nil || contains(panel, n) || contains(n, panel) || panel.Data == "nav" {
				continue
			}
			id = attr(panel, "id")
			if insideHeading(n) || holdsHeading(n) {
				labels[id] = ""
				continue
			}
			text := oneLine(rawText(n))
			if known, ok := labels[id]; text != "" && (!ok || known == text) {
				labels[id] = text
				silent[n] = true
			}
		}
	}
	return labels, silent
}

func insideHeading(n *html.Node) bool {
	for p := n.Parent; p != nil; p = p.Parent {
		if isHeading(p) {
			return true
		}
	}
	return false
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
	inner := htmlWalker{base: w.base, silent: w.silent}
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
	case n.Type != html.ElementNode, w.silent[n]:
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
			marker = counterText(attr(n, "type"), number) + ". "
			number++
		}
		inner := htmlWalker{base: w.base, silent: w.silent}
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
	term, defined := "", false
	var visit func(*html.Node)
	visit = func(parent *html.Node) {
		for c := parent.FirstChild; c != nil; c = c.NextSibling {
			switch {
			case c.Type != html.ElementNode:
			case c.Data == "dt":
				defined = false // what follows is never of the term before this one
				own := strings.TrimRight(firstOf(oneLine(w.text(c)), pictured(c)), " :\u00a0")
				if term != "" && own != "" { // several terms, one definition
					term += ", "
				}
				term += own
			case c.Data == "dd":
				text := besides(w.text(c))
				switch {
				case term != "":
					lines = append(lines, "- "+term+" : "+text)
					term, defined = "", true
				case defined && text != "": // the term above, once more
					lines = append(lines, "  "+text)
				default:
					lines = append(lines, "- "+text)
				}
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

// pictured is what the first picture in n that says it shows.
func pictured(n *html.Node) string {
	for c := range n.Descendants() {
		if c.Type == html.ElementNode && c.Data == "img" {
			if alt := oneLine(attr(c, "alt")); alt != "" {
				return alt
			}
		}
	}
	return ""
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
