package ingest

import (
	"bytes"
	"strconv"
	"strings"

	"codeberg.org/readeck/go-readability/v2"
	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"
)

// readableNodes is the size of page up to which readability is asked; its time
// and memory grow with the page's size several times over.
const readableNodes = 12_000

// content returns the node that holds the page's content, clutter removed. A
// page that marks its main part is believed. Else readability finds the
// article, and what it is known to drop (the h1, accordions, contact blocks) is
// kept beside it.
func (p *pruner) content(doc *goquery.Document) *html.Node {
	hiddenElements(doc).Remove()
	body := doc.Find("body").First()
	root := body.Nodes[0]
	p.facts = survey(root)
	p.total = p.facts[root].text
	p.hasMain, p.hasH1 = p.facts[root].main, p.facts[root].h1
	p.h1s = doc.Find("h1").Length()
	p.prune(root, false)

	p.facts = survey(root)
	found := p.marked(doc, root)
	if found == nil {
		if len(p.facts) <= readableNodes {
			p.keepReadable(doc, body)
		}
		found = root
	} else {
		if h1 := doc.Find("h1"); h1.Length() == 1 && !p.facts[found].h1 {
			goquery.NewDocumentFromNode(found).PrependSelection(h1)
		}
		p.keepAsides(root, found)
	}
	p.facts = survey(found)
	p.dropRelated(found)
	p.facts = survey(found)
	p.dropLinkLists(found)
	return found
}

// marked returns the part that the page marks as its content, or nil.
func (p *pruner) marked(doc *goquery.Document, root *html.Node) *html.Node {
	for _, mark := range []string{"main, [role=main]", "article"} {
		found := doc.Find(mark)
		if found.Length() > 1 { // one inside the other
			found = found.First()
			if doc.Find(mark).Length() != found.Find(mark).Length()+1 {
				continue
			}
		}
		if found.Length() == 1 && p.facts[found.Nodes[0]] != nil && p.facts[found.Nodes[0]].text*3 >= p.facts[root].text {
			return found.Nodes[0]
		}
	}
	return nil
}

// keepAsides moves the contact blocks that stand beside the main part into it.
func (p *pruner) keepAsides(root, main *html.Node) {
	for c, next := root.FirstChild, (*html.Node)(nil); c != nil; c = next {
		next = c.NextSibling
		f := p.facts[c]
		if c == main || f == nil || !f.contact {
			continue
		}
		if contains(c, main) {
			p.keepAsides(c, main)
			continue
		}
		if f.text <= sideContact && !f.linky(6) && !manyBlocks(c, p.facts) {
			root.RemoveChild(c)
			main.AppendChild(c)
			continue
		}
		p.keepAsides(c, main)
	}
}

func contains(n, inner *html.Node) bool {
	for ; inner != nil; inner = inner.Parent {
		if inner == n {
			return true
		}
	}
	return false
}

// keepReadable runs readability over a copy of the page and removes from the
// page what it did not take, save what it is known to drop.
func (p *pruner) keepReadable(doc *goquery.Document, body *goquery.Selection) {
	const mark = "data-guichet"
	var nodes []*html.Node
	for n := range body.Nodes[0].Descendants() {
		if n.Type == html.ElementNode {
			n.Attr = append(n.Attr, html.Attribute{Key: mark, Val: strconv.Itoa(len(nodes))})
			nodes = append(nodes, n)
		}
	}
	var page bytes.Buffer
	err := html.Render(&page, doc.Nodes[0])
	for _, n := range nodes {
		n.Attr = n.Attr[:len(n.Attr)-1]
	}
	if err != nil {
		return
	}
	parser := readability.NewParser()
	parser.CharThresholds = 100
	parser.KeepClasses = true
	article, err := parser.Parse(&page, nil)
	if err != nil || article.Node == nil {
		return // a short page: the clean-up alone must do
	}
	keep := map[*html.Node]bool{}
	for n := range article.Node.Descendants() {
		if i, err := strconv.Atoi(attr(n, mark)); err == nil && i < len(nodes) {
			keepWithParents(nodes[i], keep)
		}
	}
	if len(keep) == 0 {
		return
	}
	for _, n := range nodes {
		if p.rescued(n) {
			keepWhole(n, keep)
		}
	}
	// Where one paragraph is content, those beside it are.
	for _, n := range nodes {
		if p.prose(n) && keep[n.Parent] && p.besideProse(n, keep) {
			keepWhole(n, keep)
		}
	}
	// A heading over something that stays must stay too.
	for _, n := range nodes {
		if isHeading(n) {
			if next := nextElement(n); next != nil && keep[next] {
				keepWhole(n, keep)
			}
		}
	}
	for _, n := range nodes {
		if !keep[n] && n.Parent != nil && keep[n.Parent] || !keep[n] && n.Parent == body.Nodes[0] {
			p.count(n, "beside the article")
			n.Parent.RemoveChild(n)
		}
	}
}

// prose tells paragraphs and lists that are not made of links.
func (p *pruner) prose(n *html.Node) bool {
	switch n.Data {
	case "p", "ul", "ol", "blockquote", "h2", "h3", "h4", "h5", "h6":
		f := p.facts[n]
		return f != nil && f.text > 0 && !f.linky(5)
	}
	return false
}

// besideProse tells whether a paragraph that is kept stands beside n, a few
// steps away at most.
func (p *pruner) besideProse(n *html.Node, keep map[*html.Node]bool) bool {
	near := func(step func(*html.Node) *html.Node) bool {
		c := n
		for range 6 {
			if c = step(c); c == nil {
				return false
			}
			if c.Type == html.ElementNode && keep[c] && p.prose(c) {
				return true
			}
		}
		return false
	}
	return near(func(c *html.Node) *html.Node { return c.PrevSibling }) || near(func(c *html.Node) *html.Node { return c.NextSibling })
}

// rescued tells what readability drops and residents ask for.
func (p *pruner) rescued(n *html.Node) bool {
	f := p.facts[n]
	if f == nil || f.text == 0 {
		return false
	}
	switch n.Data {
	case "h1", "details", "address", "dl", "pre":
		return true
	case "table":
		return f.blocks > 0 && !f.linky(7)
	case "button":
		return attr(n, "aria-expanded") != "" || attr(n, "aria-controls") != ""
	case "ul", "ol":
		return f.useful > 0 && f.useful == f.links && f.text > 20 // files to fetch
	}
	if id := attr(n, "id"); id != "" && p.panels[id] {
		return true
	}
	if f.contact && f.text < 600 && !f.linky(7) && (n.Data == "div" || n.Data == "section" || n.Data == "aside") {
		return true
	}
	class := strings.ToLower(attr(n, "class") + " " + attr(n, "itemtype"))
	return containsAny(class, "accord", "collapse", "contact", "horaire", "postaladdress") && !f.linky(7)
}

func nextElement(n *html.Node) *html.Node {
	for n = n.NextSibling; n != nil && n.Type != html.ElementNode; n = n.NextSibling {
		continue
	}
	return n
}

func keepWithParents(n *html.Node, keep map[*html.Node]bool) {
	for ; n != nil && !keep[n]; n = n.Parent {
		keep[n] = true
	}
}

// keepWhole stops where it was before, so that nested parts are gone through
// once.
func keepWhole(n *html.Node, keep map[*html.Node]bool) {
	keepWithParents(n, keep)
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.ElementNode {
			keepWhole(c, keep)
		}
	}
}

// dropRelated removes "read also" headings with what stands under them: the
// block around both, or the link lists that follow.
func (p *pruner) dropRelated(root *html.Node) {
	var heads []*html.Node
	for n := range root.Descendants() {
		if n.Type != html.ElementNode || p.facts[n] == nil || p.facts[n].text > 60 || p.facts[n].text == 0 {
			continue
		}
		if isHeading(n) || n.Data == "strong" || n.Data == "p" || n.Data == "b" || strings.Contains(attr(n, "class"), "tit") {
			if relatedHeading.MatchString(oneLine(rawText(n))) {
				heads = append(heads, n)
			}
		}
	}
	for _, h := range heads {
		if !contains(root, h) { // gone with one before
			continue
		}
		block := h
		for block.Parent != root && block.Parent != nil && p.facts[block.Parent] != nil {
			f := p.facts[block.Parent]
			own := f.text - p.facts[h].text
			if f.h1 || f.main || f.contact || own > 0 && f.linkText*10 < own*5 && own > 200 || f.text*10 > p.facts[root].text*5 {
				break
			}
			block = block.Parent
		}
		if block != h && p.facts[block].links > 0 {
			p.drop(block, "leads elsewhere")
			continue
		}
		// Only the heading's own siblings belong to it.
		gone := false
		for n := nextElement(h); n != nil; n = nextElement(h) {
			f := p.facts[n]
			if f == nil || isHeading(n) || f.text > 0 && !f.linky(6) {
				break
			}
			p.drop(n, "leads elsewhere")
			gone = true
		}
		if gone || nextElement(h) == nil && isHeading(h) {
			p.drop(h, "leads elsewhere")
		}
	}
}

// dropLinkLists removes the lists of links to other pages that stand inside
// the content: side menus, "read also". Where they are most of what the page
// says, they are what it is for.
func (p *pruner) dropLinkLists(root *html.Node) {
	whole := p.facts[root]
	if whole.linky(6) {
		return
	}
	var visit func(*html.Node)
	visit = func(n *html.Node) {
		for c, next := n.FirstChild, (*html.Node)(nil); c != nil; c = next {
			next = c.NextSibling
			f := p.facts[c]
			if f == nil {
				continue
			}
			switch c.Data {
			case "ul", "ol", "aside", "section", "div", "td", "tr", "table", "p", "center":
				list := f.links >= 4 && f.linky(9) || f.links >= 6 && f.blocks == 0 && f.linky(6)
				if list && f.useful == 0 && !f.contact && !f.h1 {
					p.drop(c, "lists of links")
					continue
				}
			}
			visit(c)
		}
	}
	visit(root)
}
