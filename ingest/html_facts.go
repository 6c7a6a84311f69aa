package ingest

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// facts is what is known of a part of a page: counts of all that stands in it.
type facts struct {
	text     int // characters, white space aside
	linkText int // of these, inside links
	links    int
	useful   int // links to files and to other sites
	blocks   int // paragraphs and tables with text
	h1       bool
	main     bool
	heading  bool
	contact  bool // a phone number, a mail address, an <address>
}

var (
	phoneNumber = regexp.MustCompile(`(?:\+33|\b0)[\s.\x{00a0}]?[1-9](?:[\s.\x{00a0}-]?\d{2}){4}\b`)
	mailAddress = regexp.MustCompile(`[\w.+-]+@[\w-]+\.\w+`)
	fileLink    = regexp.MustCompile(`(?i)\.(?:pdf|docx?|odt|xlsx?|ods|zip|ics|csv)(?:$|[?#])`)
)

// survey returns the facts of each element below root, root included, in one
// pass.
func survey(root *html.Node) map[*html.Node]*facts {
	all := map[*html.Node]*facts{}
	var visit func(n *html.Node, inLink bool) *facts
	visit = func(n *html.Node, inLink bool) *facts {
		f := &facts{}
		all[n] = f
		inLink = inLink || n.Data == "a" && attr(n, "href") != ""
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			switch c.Type {
			case html.TextNode:
				size := 0
				for word := range strings.FieldsSeq(c.Data) {
					size += utf8.RuneCountInString(word)
				}
				f.text += size
				if inLink {
					f.linkText += size
				}
				if size >= 6 && len(c.Data) < 4096 {
					f.contact = f.contact || phoneNumber.MatchString(c.Data) || strings.Contains(c.Data, "@") && mailAddress.MatchString(c.Data)
				}
			case html.ElementNode:
				if isSilent(c.Data) {
					continue
				}
				f.add(visit(c, inLink))
			}
		}
		f.own(n)
		return f
	}
	visit(root, false)
	return all
}

func (f *facts) add(c *facts) {
	f.text += c.text
	f.linkText += c.linkText
	f.links += c.links
	f.useful += c.useful
	f.blocks += c.blocks
	f.h1 = f.h1 || c.h1
	f.main = f.main || c.main
	f.heading = f.heading || c.heading
	f.contact = f.contact || c.contact
}

// own adds what an element says by itself.
func (f *facts) own(n *html.Node) {
	switch n.Data {
	case "a":
		href := strings.ToLower(attr(n, "href"))
		if href == "" {
			return
		}
		f.links++
		if strings.HasPrefix(href, "tel:") || strings.HasPrefix(href, "mailto:") && !strings.HasPrefix(href, "mailto:?") {
			f.contact = true
		}
		if fileLink.MatchString(href) || strings.Contains(href, "://") {
			f.useful++
		}
	case "p", "table", "dl", "blockquote", "pre":
		if f.text > f.linkText {
			f.blocks++
		}
	case "h1":
		f.h1 = f.h1 || f.text > 0
		f.heading = true
	case "h2", "h3", "h4", "h5", "h6":
		f.heading = true
	case "main":
		f.main = true
	case "address":
		f.contact = true
	}
	if attr(n, "role") == "main" {
		f.main = true
	}
}

// linky tells whether links make up at least that many tenths of the text.
func (f *facts) linky(tenths int) bool { return f.links > 0 && f.linkText*10 >= f.text*tenths }

// isSilent tells the elements whose text is never shown.
func isSilent(name string) bool {
	switch name {
	case "script", "style", "noscript", "template", "svg", "canvas", "iframe", "object", "embed", "audio", "video",
		"input", "select", "textarea", "datalist", "head", "map":
		return true
	}
	return false
}
