package ingest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"
	"golang.org/x/net/html/charset"
)

// HTMLExtractor reads whole web pages: menu, footer and banners are left out.
type HTMLExtractor struct{}

// Version implements Extractor.
func (HTMLExtractor) Version() string { return "html/2" }

// Extract implements Extractor. Title, address, dates and language come from
// the page's head and marks; anchors are the ids of its headings.
func (HTMLExtractor) Extract(_ context.Context, in Input) (Extracted, error) {
	if isBinary(in.Bytes) && !bytes.HasPrefix(in.Bytes, []byte{0xFF, 0xFE}) && !bytes.HasPrefix(in.Bytes, []byte{0xFE, 0xFF}) {
		return Extracted{}, errBinary
	}
	decoded, err := decodeHTML(in.Bytes)
	if err != nil {
		return Extracted{}, err
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(decoded))
	if err != nil {
		return Extracted{}, fmt.Errorf("parse HTML: %w", err)
	}
	var x Extracted
	readHead(doc, &x)
	body := doc.Find("body").First()
	if body.Length() == 0 {
		return Extracted{}, errNoText
	}
	removeChrome(doc)
	readMarks(doc, &x)
	root := mainContent(doc)
	base, err := url.Parse(x.URL)
	if err != nil || !base.IsAbs() {
		base = nil
	}
	w := htmlWalker{base: base, panels: map[string]bool{}}
	w.walk(root)
	w.flush()
	if x.Title == "" {
		x.Title = w.title
	}
	x.Sections = w.out.finish(x.Title)
	if len(x.Sections) == 0 {
		return Extracted{}, failuref(codeNoText, "no text inside: the page is empty, or a script writes it")
	}
	return x, nil
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
	doc.Find("script, style, template, noscript").Remove()
	w := htmlWalker{panels: map[string]bool{}}
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
