package ingest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/PuerkitoBio/goquery"
	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
	"golang.org/x/net/html/charset"
)

// HTMLExtractor reads whole web pages: menu, footer and banners are left out.
type HTMLExtractor struct{ selectors *selectors }

// Selectors are CSS selectors of a site's pages.
type Selectors struct {
	Include []string // of what is the content; none: it is found out
	Exclude []string // of what is left out, wherever it stands
}

// selectors is Selectors, compiled. Their text is a part of the version.
type selectors struct {
	include, exclude cascadia.SelectorGroup
	text             string
}

// NewHTMLExtractor returns the extractor for a site with selectors of its own.
// A selector that is none is an error with its text.
func NewHTMLExtractor(s Selectors) (HTMLExtractor, error) {
	compiled := &selectors{text: fmt.Sprintf("%q %q", s.Include, s.Exclude)}
	for _, part := range []struct {
		from []string
		to   *cascadia.SelectorGroup
	}{{s.Include, &compiled.include}, {s.Exclude, &compiled.exclude}} {
		for _, text := range part.from {
			group, err := cascadia.ParseGroup(text)
			if err != nil {
				return HTMLExtractor{}, fmt.Errorf("CSS selector %q: %w", text, err)
			}
			*part.to = append(*part.to, group...)
		}
	}
	if len(s.Include)+len(s.Exclude) == 0 {
		return HTMLExtractor{}, nil
	}
	return HTMLExtractor{selectors: compiled}, nil
}

// Version implements Extractor.
func (e HTMLExtractor) Version() string {
	if e.selectors == nil {
		return "html/3"
	}
	return fmt.Sprintf("html/3 %x", sha256.Sum256([]byte(e.selectors.text)))[:20]
}

// Extract implements Extractor. Title, address, dates and language come from
// the page's head and marks; anchors are the ids of its headings.
func (e HTMLExtractor) Extract(ctx context.Context, in Input) (Extracted, error) {
	if isBinary(in.Bytes) && !bytes.HasPrefix(in.Bytes, []byte{0xFF, 0xFE}) && !bytes.HasPrefix(in.Bytes, []byte{0xFE, 0xFF}) {
		return Extracted{}, errBinary
	}
	decoded, err := decodeHTML(in.Bytes)
	if err != nil {
		return Extracted{}, err
	}
	tree, err := parseHTML(ctx, decoded)
	if err != nil {
		return Extracted{}, err
	}
	doc := goquery.NewDocumentFromNode(tree)
	var x Extracted
	readHead(doc, &x)
	if doc.Find("body").Length() == 0 {
		return Extracted{}, errNoText
	}
	base := pageBase(doc, firstOf(x.URL, in.URL))
	x.URL = firstOf(x.URL, webAddress(in.URL))
	labels, silent := panelLabels(tree)
	p := pruner{panels: map[string]bool{}}
	for id := range labels {
		p.panels[id] = true
	}
	for _, n := range struckElements(doc).Nodes {
		p.count(n, "struck out by its author")
	}
	struckElements(doc).Remove()
	root := e.choose(doc, &p, &x)
	if ctx.Err() != nil {
		return Extracted{}, ctx.Err()
	}
	readMarks(doc, &x)
	w := htmlWalker{base: base, labels: labels, silent: silent}
	w.walk(root)
	w.flush()
	if x.Title == "" {
		x.Title = w.title
	}
	x.Sections = w.out.finish(x.Title)
	x.Dropped = p.dropped
	if len(x.Sections) == 0 {
		return Extracted{}, failuref(codeNoText, "no text inside: the page is empty, or a script writes it")
	}
	return x, ctx.Err()
}

// choose returns the page's content, by the site's selectors where it has any.
func (e HTMLExtractor) choose(doc *goquery.Document, p *pruner, x *Extracted) *html.Node {
	if e.selectors != nil && len(e.selectors.exclude) > 0 {
		for _, n := range cascadia.QueryAll(doc.Nodes[0], e.selectors.exclude) {
			if n.Parent != nil && n.Data != "html" && n.Data != "body" {
				p.count(n, "left out by a selector")
				n.Parent.RemoveChild(n)
			}
		}
	}
	if e.selectors == nil || len(e.selectors.include) == 0 {
		return p.content(doc)
	}
	root := &html.Node{Type: html.ElementNode, Data: "main"}
	for _, n := range cascadia.QueryAll(doc.Nodes[0], e.selectors.include) {
		if n.Parent == nil || contains(root, n) || n.Data == "html" {
			continue // inside one that was taken
		}
		n.Parent.RemoveChild(n)
		root.AppendChild(n)
	}
	if root.FirstChild == nil {
		x.Notes = append(x.Notes, notef(noteSelectors, nil, "the selectors of what to keep match nothing on this page: its content was found out"))
		return p.content(doc)
	}
	doc.Find("script, style, noscript, template, iframe").Remove()
	return root
}

// pageBase is what the page's relative links start from, or nil.
func pageBase(doc *goquery.Document, address string) *url.URL {
	base, err := url.Parse(address)
	if err != nil || !base.IsAbs() {
		base = nil
	}
	href, ok := doc.Find("base[href]").Attr("href")
	if !ok {
		return base
	}
	u, err := url.Parse(strings.TrimSpace(href))
	switch {
	case err != nil:
		return base
	case u.IsAbs():
		return u
	case base != nil:
		return base.ResolveReference(u)
	}
	return nil
}

// decodeHTML follows a byte order mark, then the page's own word for its
// charset when the bytes do not gainsay it, then what the bytes look like.
func decodeHTML(b []byte) (string, error) {
	encoding, name, certain := charset.DetermineEncoding(b[:min(len(b), 1024)], "")
	if !certain || name == "utf-8" {
		return decodeText(b)
	}
	decoded, err := io.ReadAll(encoding.NewDecoder().Reader(bytes.NewReader(b)))
	if err != nil {
		return "", fmt.Errorf("decode %s: %w", name, err)
	}
	return string(decoded), nil
}

// fragmentText is the plain text of a piece of HTML inside another format.
func fragmentText(raw string) string {
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(raw))
	if err != nil {
		return ""
	}
	hiddenElements(doc).Remove()
	struckElements(doc).Remove()
	unknownElements(doc).Remove()
	doc.Find("script, style, template, noscript").Remove()
	w := htmlWalker{}
	w.walk(doc.Find("body").Nodes[0])
	w.flush()
	var parts []string
	for _, s := range w.out.finish("") {
		parts = append(parts, append(s.Headings, s.Text)...)
	}
	return strings.Join(parts, "\n")
}

// readHead reads the title, address, language and dates that the page's head
// and its marks give.
func readHead(doc *goquery.Document, x *Extracted) {
	x.Language, _ = doc.Find("html").Attr("lang")
	x.Language = oneLine(x.Language)
	meta := map[string]string{}
	doc.Find("meta[content]").Each(func(_ int, s *goquery.Selection) {
		for _, attr := range []string{"name", "property", "itemprop"} {
			name := strings.ToLower(strings.TrimSpace(s.AttrOr(attr, "")))
			if name != "" && meta[name] == "" {
				meta[name] = oneLine(s.AttrOr("content", ""))
			}
		}
	})
	x.URL = webAddress(doc.Find(`link[rel="canonical"]`).AttrOr("href", ""), meta["og:url"])
	x.Theme = firstOf(meta["article:section"], meta["theme"])
	for _, name := range []string{"article:published_time", "datepublished", "dcterms.issued", "dcterms.created", "dc.date", "dcterms.date", "date"} {
		if day, ok := parseDate(meta[name]); ok {
			x.PublishedOn = day
			break
		}
	}
	for _, name := range []string{"article:modified_time", "og:updated_time", "datemodified", "dcterms.modified", "last-modified", "revised"} {
		if day, ok := parseDate(meta[name]); ok {
			x.ModifiedOn = day
			break
		}
	}
	for _, name := range []string{"dcterms.valid", "expires", "valid_until"} {
		if day, ok := parseDate(meta[name]); ok && name != "expires" {
			x.ValidUntil = day
			break
		}
	}
	x.Title = pageTitle(doc, meta["og:title"])
}

// readMarks reads <time> elements of the page's content, which say more about
// the page than about what it tells only when they are marked so.
func readMarks(doc *goquery.Document, x *Extracted) {
	doc.Find("time[datetime]").Each(func(_ int, s *goquery.Selection) {
		day, ok := parseDate(s.AttrOr("datetime", ""))
		if !ok {
			return
		}
		near := strings.ToLower(s.AttrOr("itemprop", "") + " " + s.AttrOr("class", "") + " " + oneLine(s.Parent().Text()))
		switch {
		case !x.ModifiedOn.IsZero() && !x.PublishedOn.IsZero():
		case x.ModifiedOn.IsZero() && containsAny(near, "datemodified", "updated", "modified", "mis à jour", "mise à jour", "modifié"):
			x.ModifiedOn = day
		case x.PublishedOn.IsZero() && (containsAny(near, "datepublished", "published", "publié") || hasAttr(s, "pubdate")):
			x.PublishedOn = day
		}
	})
}

// pageTitle prefers the page's only h1, which names the page without the site.
func pageTitle(doc *goquery.Document, og string) string {
	main := doc.Find("main h1, article h1, [role=main] h1")
	if main.Length() == 0 {
		main = doc.Find("h1")
	}
	if main.Length() == 1 {
		if t := oneLine(main.Text()); t != "" {
			return t
		}
	}
	if og != "" {
		return og
	}
	whole := oneLine(doc.Find("head title").First().Text())
	// "Piscine | Ville de Saint-Aubin" and the like: the page comes first.
	for _, sep := range []string{" | ", " — ", " – ", " - "} {
		if page, _, ok := strings.Cut(whole, sep); ok && len(page) > 3 {
			return page
		}
	}
	return firstOf(whole, oneLine(doc.Find("h1").First().Text()))
}

// webAddress returns the first that is an absolute web address.
func webAddress(candidates ...string) string {
	for _, c := range candidates {
		if u, err := url.Parse(strings.TrimSpace(c)); err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https") {
			return u.String()
		}
	}
	return ""
}

func firstOf(candidates ...string) string {
	for _, c := range candidates {
		if c != "" {
			return c
		}
	}
	return ""
}

func containsAny(s string, words ...string) bool {
	for _, w := range words {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}

func hasAttr(s *goquery.Selection, name string) bool {
	_, ok := s.Attr(name)
	return ok
}

// attr returns a node's attribute, or "".
func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}
