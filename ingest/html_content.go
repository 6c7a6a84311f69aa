package ingest

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"

	"codeberg.org/readeck/go-readability/v2"
	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"
)

// Elements that are never a page's content, wherever they stand.
const neverContent = `script, style, noscript, template, svg, canvas, iframe, object, embed, audio, video,
	input, select, textarea, form label, dialog, nav, menu,
	[role=navigation], [role=search], [role=menu], [role=menubar], [role=dialog], [role=alertdialog], [role=banner], [role=contentinfo]`

// Names that sites give to what frames a page's content.
var chromeName = regexp.MustCompile(`(?i)(^|[\s_-])(cookies?|consent|rgpd|gdpr|tarteaucitron|axeptio|didomi|orejime|breadcrumbs?|fil-?d?-?ariane|ariane|skip-?links?|skiplinks?|evitement|share|sharing|partage|social-?(links|share)|newsletter|pagination|pager|site-?(header|footer|nav)|main-?menu|menu-?(principal|main|top|footer)|navbar|print-?link|sr-only-skip)($|[\s_-])`)

// removeChrome takes out of the page what is not its content: scripts, forms'
// fields, menus, the site's header and footer, cookie banners, what is hidden
// and is no panel of an accordion.
func removeChrome(doc *goquery.Document) {
	hiddenElements(doc).Remove()
	doc.Find(neverContent).Each(func(_ int, s *goquery.Selection) {
		// A site's banner may hold the only h1.
		if s.Find("h1, main").Length() == 0 {
			s.Remove()
		}
	})
	doc.Find("header, footer").Each(func(_ int, s *goquery.Selection) {
		if s.ParentsFiltered("article, main, section, [role=main]").Length() > 0 {
			return
		}
		if h1 := s.Find("h1"); h1.Length() > 0 && doc.Find("h1").Length() == h1.Length() {
			s.ReplaceWithSelection(h1)
			return
		}
		s.Remove()
	})
	doc.Find("[class], [id]").Each(func(_ int, s *goquery.Selection) {
		name := s.AttrOr("class", "") + " " + s.AttrOr("id", "")
		if s.Is("html, body, main, article") || s.Find("main, h1").Length() > 0 {
			return
		}
		if chromeName.MatchString(name) {
			s.Remove()
		}
	})
}

// isPanel tells what a click on the page unfolds, by the names that sites use.
func isPanel(s *goquery.Selection) bool {
	return containsAny(strings.ToLower(s.AttrOr("class", "")), "accord", "collapse", "panel", "toggle", "tab-content", "tabpane", "tab-pane")
}

// mainContent returns the node that holds the page's content. A page that marks
// its main part is believed. Else readability finds the article, and what it
// is known to drop (the h1, accordions, contact blocks) is kept beside it.
func mainContent(doc *goquery.Document) *html.Node {
	body := doc.Find("body").First()
	for _, mark := range []string{"main, [role=main]", "article"} {
		if found := doc.Find(mark); found.Length() == 1 && textLength(found) >= textLength(body)/3 {
			h1 := doc.Find("h1")
			if h1.Length() == 1 && found.Find("h1").Length() == 0 {
				found.PrependSelection(h1)
			}
			keepAsides(body, found)
			dropLinkLists(found)
			return found.Nodes[0]
		}
	}
	keepReadable(doc, body)
	dropLinkLists(body)
	return body.Nodes[0]
}

// keepAsides moves the contact blocks that stand beside the main part into it.
func keepAsides(body, main *goquery.Selection) {
	body.Find("aside, address, [itemtype*=PostalAddress], [class*=contact]").Each(func(_ int, s *goquery.Selection) {
		if s.Is("body, html, main") || s.Find("main").Length() > 0 || main.Contains(s.Nodes[0]) || !isContact(s) {
			return
		}
		main.AppendSelection(s)
	})
}

var (
	phoneNumber = regexp.MustCompile(`(?:\+33|\b0)[\s.\x{00a0}]?[1-9](?:[\s.\x{00a0}-]?\d{2}){4}\b`)
	mailAddress = regexp.MustCompile(`[\w.+-]+@[\w-]+\.\w+`)
)

// isContact tells whether a block says how to reach somebody.
func isContact(s *goquery.Selection) bool {
	text := s.Text()
	return phoneNumber.MatchString(text) || mailAddress.MatchString(text) || s.Is("address") ||
		s.Find(`a[href^="tel:"], a[href^="mailto:"], address`).Length() > 0
}

// keepReadable runs readability over a copy of the page and removes from the
// page what it did not take, save what it is known to drop.
func keepReadable(doc *goquery.Document, body *goquery.Selection) {
	const mark = "data-guichet"
	n := 0
	body.Find("*").Each(func(_ int, s *goquery.Selection) {
		n++
		s.SetAttr(mark, strconv.Itoa(n))
	})
	defer body.Find("[" + mark + "]").RemoveAttr(mark)

	var page bytes.Buffer
	if err := html.Render(&page, doc.Nodes[0]); err != nil {
		return
	}
	parser := readability.NewParser()
	parser.CharThresholds = 100
	parser.KeepClasses = true
	article, err := parser.Parse(&page, nil)
	if err != nil || article.Node == nil {
		return // a short page: the clean-up alone must do
	}
	taken := map[string]bool{}
	goquery.NewDocumentFromNode(article.Node).Find("[" + mark + "]").Each(func(_ int, s *goquery.Selection) {
		taken[s.AttrOr(mark, "")] = true
	})
	wanted := body.Find("*").FilterFunction(func(_ int, s *goquery.Selection) bool {
		return taken[s.AttrOr(mark, "")]
	})
	if textLength(wanted.First()) == 0 && len(taken) == 0 {
		return
	}
	keep := map[*html.Node]bool{}
	for _, node := range wanted.Nodes {
		keepWithParents(node, keep)
	}
	dropped := body.Find(`h1, details, button[aria-expanded], button[aria-controls], address, table, dl, [class*=accord], [class*=collapse], [class*=contact], [class*=horaire], [itemtype*=PostalAddress]`).AddSelection(
		body.Find("aside, section, div").FilterFunction(func(_ int, s *goquery.Selection) bool {
			return isContact(s) && textLength(s) < 600
		}))
	dropped.Each(func(_ int, s *goquery.Selection) {
		keepWhole(s.Nodes[0], keep)
		for id := range strings.FieldsSeq(s.AttrOr("aria-controls", "")) {
			body.Find("[id]").Each(func(_ int, panel *goquery.Selection) {
				if panel.AttrOr("id", "") == id {
					keepWhole(panel.Nodes[0], keep)
				}
			})
		}
	})
	// A heading over something that stays must stay too.
	body.Find("h2, h3, h4, h5, h6").Each(func(_ int, s *goquery.Selection) {
		if next := s.Next(); next.Length() > 0 && keep[next.Nodes[0]] {
			keepWhole(s.Nodes[0], keep)
		}
	})
	body.Find("*").Each(func(_ int, s *goquery.Selection) {
		if !keep[s.Nodes[0]] {
			s.Remove()
		}
	})
}

func keepWithParents(n *html.Node, keep map[*html.Node]bool) {
	for ; n != nil && !keep[n]; n = n.Parent {
		keep[n] = true
	}
}

func keepWhole(n *html.Node, keep map[*html.Node]bool) {
	keepWithParents(n, keep)
	for child := range n.Descendants() {
		keep[child] = true
	}
}

// dropLinkLists removes the lists of links to other pages that stand inside
// the content: "read also", side menus.
func dropLinkLists(root *goquery.Selection) {
	root.Find("ul, ol, aside, section, div").Each(func(_ int, s *goquery.Selection) {
		links := s.Find("a[href]")
		if links.Length() < 4 || s.Find("p, table, h1").Length() > 0 || isContact(s) {
			return
		}
		inside := 0
		useful := false
		links.Each(func(_ int, a *goquery.Selection) {
			inside += len(oneLine(a.Text()))
			href := strings.ToLower(a.AttrOr("href", ""))
			useful = useful || strings.HasSuffix(href, ".pdf") || strings.Contains(href, "://")
		})
		if !useful && inside*10 >= textLength(s)*9 {
			s.Remove()
		}
	})
}

func textLength(s *goquery.Selection) int { return len(oneLine(s.Text())) }
