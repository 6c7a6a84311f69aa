package ingest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"strings"

	"github.com/PuerkitoBio/goquery"
	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
)

// newPageExtractor returns the reader of a site's pages, with the site's
// selectors of what to keep and to drop. A selector that is none is an error.
func newPageExtractor(keep, drop []string) (Extractor, error) {
	if len(keep)+len(drop) == 0 {
		return HTMLExtractor{}, nil
	}
	e := selectingExtractor{text: fmt.Sprintf("%q %q", keep, drop)}
	for _, part := range []struct {
		from []string
		to   *cascadia.SelectorGroup
	}{{keep, &e.keep}, {drop, &e.drop}} {
		for _, text := range part.from {
			group, err := cascadia.ParseGroup(text)
			if err != nil {
				return nil, fmt.Errorf("%q is no CSS selector: %w", text, err)
			}
			*part.to = append(*part.to, group...)
		}
	}
	return e, nil
}

// selectingExtractor cuts a page down by selectors before it is read.
type selectingExtractor struct {
	HTMLExtractor
	keep, drop cascadia.SelectorGroup
	text       string
}

// Version implements Extractor.
func (e selectingExtractor) Version() string {
	sum := sha256.Sum256([]byte(e.text))
	return fmt.Sprintf("%s %x", e.HTMLExtractor.Version(), sum[:6])
}

// Extract implements Extractor. A page on which nothing is to be kept is read
// as if there were no such selector.
func (e selectingExtractor) Extract(ctx context.Context, in Input) (Extracted, error) {
	decoded, err := decodeHTML(in.Bytes)
	if err != nil {
		return Extracted{}, err
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(decoded))
	if err != nil {
		return Extracted{}, fmt.Errorf("parse HTML: %w", err)
	}
	doc.FindNodes(cascadia.QueryAll(doc.Nodes[0], e.drop)...).Not("html, body").Remove()
	kept := doc.FindNodes(cascadia.QueryAll(doc.Nodes[0], e.keep)...).Not("html, body")
	if kept.Length() > 0 {
		main := &html.Node{Type: html.ElementNode, Data: "main"}
		for _, n := range kept.Nodes {
			if n.Parent != nil && !isInside(main, n) {
				n.Parent.RemoveChild(n)
				main.AppendChild(n)
			}
		}
		body := doc.Find("body").Empty()
		body.AppendNodes(main)
	}
	var b bytes.Buffer
	if err := html.Render(&b, doc.Nodes[0]); err != nil {
		return Extracted{}, fmt.Errorf("write HTML: %w", err)
	}
	in.Bytes = b.Bytes()
	x, err := e.HTMLExtractor.Extract(ctx, in)
	if len(e.keep) > 0 && kept.Length() == 0 {
		x.Notes = append(x.Notes, "the selectors of what to keep match nothing on this page: its content was found out")
	}
	return x, err
}

func isInside(root, n *html.Node) bool {
	for ; n != nil; n = n.Parent {
		if n == root {
			return true
		}
	}
	return false
}
