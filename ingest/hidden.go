package ingest

import (
	"regexp"
	"strings"

	"github.com/PuerkitoBio/goquery"
)

var (
	// notShown are styles of what unfolds or is never shown.
	notShown = regexp.MustCompile(`(?:^|;)(?:display:none|visibility:(?:hidden|collapse))(?:!important)?(?:;|$)`)
	// unseen are styles of text that takes its place on the page and cannot be
	// read there: no honest page has need of them.
	unseen = regexp.MustCompile(`(?:^|;)(?:font-size:(?:0(?:px|pt|em|rem|%)?|0?\.\d+(?:px|pt)|1(?:px|pt))|opacity:(?:0|0?\.0\d*)|(?:left|right|top|text-indent|margin-left|margin-top):-\d{3,}(?:\.\d+)?(?:px|em|rem|pt|%|vw|vh)?|transform:scale\(0\)|color:transparent)(?:!important)?(?:;|$)`)

	styleColor  = regexp.MustCompile(`(?:^|;)color:([^;!]+)`)
	styleGround = regexp.MustCompile(`(?:^|;)background(?:-color)?:([^;!]+)`)
	styleRule   = regexp.MustCompile(`([^{}@;]+)\{([^{}]*)\}`)
	atRule      = regexp.MustCompile(`@[a-z-]+[^{};]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}`)
	cssComment  = regexp.MustCompile(`(?s)/\*.*?\*/`)
)

// hiddenElements returns what a page keeps from its readers' eyes: by
// attributes, by its own style, or by a rule of the page that makes it
// unreadable. What a click unfolds is not hidden; nor is the page as a whole.
func hiddenElements(doc *goquery.Document) *goquery.Selection {
	panels := map[string]bool{}
	doc.Find("[aria-controls]").Each(func(_ int, s *goquery.Selection) {
		for id := range strings.FieldsSeq(s.AttrOr("aria-controls", "")) {
			panels[id] = true
		}
	})
	unfolds := func(s *goquery.Selection) bool {
		return panels[s.AttrOr("id", "")] || s.Is("[role=tabpanel], details *") || isPanel(s)
	}
	hidden := doc.Find("[hidden], [aria-hidden=true], [style]").FilterFunction(func(_ int, s *goquery.Selection) bool {
		style := plainStyle(s.AttrOr("style", ""))
		switch {
		case isUnseen(style):
			return true
		case s.Is("[hidden], [aria-hidden=true]"), notShown.MatchString(style):
			return !unfolds(s)
		}
		return false
	})
	doc.Find("style").Each(func(_ int, s *goquery.Selection) {
		rules := atRule.ReplaceAllString(cssComment.ReplaceAllString(s.Text(), ""), "")
		for _, rule := range styleRule.FindAllStringSubmatch(rules, -1) {
			if isUnseen(plainStyle(rule[2])) {
				hidden = hidden.AddSelection(doc.Find(strings.TrimSpace(rule[1])))
			}
		}
	})
	return hidden.Not("html, body, main, article")
}

// struckElements are what the author struck out and left to be seen: it holds no
// more, and without its line would say the contrary.
func struckElements(doc *goquery.Document) *goquery.Selection {
	return doc.Find("s, strike, del, [style]").FilterFunction(func(_ int, s *goquery.Selection) bool {
		return !s.Is("[style]") || s.Is("s, strike, del") || struckStyle.MatchString(plainStyle(s.AttrOr("style", "")))
	}).Not("html, body, main, article")
}

// plainStyle is a style without blanks, in lower case.
func plainStyle(style string) string {
	return strings.ToLower(strings.Join(strings.Fields(style), ""))
}

// isUnseen tells a style by which words are there and cannot be read.
func isUnseen(style string) bool {
	if unseen.MatchString(style) {
		return true
	}
	color, ground := styleColor.FindStringSubmatch(style), styleGround.FindStringSubmatch(style)
	return color != nil && ground != nil && sameColor(color[1], ground[1])
}

// sameColor compares colours as they are usually written.
func sameColor(a, b string) bool {
	name := func(c string) string {
		switch c {
		case "white", "#fff", "#ffffff", "rgb(255,255,255)":
			return "white"
		case "black", "#000", "#000000", "rgb(0,0,0)":
			return "black"
		}
		return c
	}
	return name(a) == name(b)
}

// isPanel tells what a click on the page unfolds, by the names that sites use.
func isPanel(s *goquery.Selection) bool {
	return containsAny(strings.ToLower(s.AttrOr("class", "")), "accord", "collapse", "panel", "toggle", "tab-content", "tabpane", "tab-pane")
}

// neverContent are elements that are never a page's content.
const neverContent = "script, style, noscript, template, svg, canvas, iframe, object, embed, audio, video, input, select, textarea"

// unknownElements are those that HTML does not have and whose names are no
// custom element's: inside a Markdown file they are a prompt's marks, forged.
func unknownElements(doc *goquery.Document) *goquery.Selection {
	return doc.Find("*").FilterFunction(func(_ int, s *goquery.Selection) bool {
		n := s.Nodes[0]
		return n.DataAtom == 0 && !strings.Contains(n.Data, "-") && n.Namespace == ""
	})
}

var (
	styledTag   = regexp.MustCompile(`(?is)^<([a-z][a-z0-9]*)\b[^>]*\bstyle\s*=\s*["']([^"']*)["']`)
	struckTag   = regexp.MustCompile(`(?i)^<(s|strike|del)\b[^>]*>$`)
	struckStyle = regexp.MustCompile(`text-decoration(?:-line)?:[^;]*line-through`)
	// whiteInk is the colour of the paper, where a file has no ground of its own.
	whiteInk = regexp.MustCompile(`(?:^|;)color:(?:#fff|#ffffff|white|rgba?\(255,255,255(?:,1)?\))(?:!important)?(?:;|$)`)
)

// hidingTag returns the name of a tag in running text that hides what stands
// behind it, or strikes it out, or "".
func hidingTag(tag string) string {
	if m := struckTag.FindStringSubmatch(tag); m != nil {
		return strings.ToLower(m[1])
	}
	m := styledTag.FindStringSubmatch(tag)
	if m == nil {
		return ""
	}
	style := plainStyle(m[2])
	if isUnseen(style) || notShown.MatchString(style) || struckStyle.MatchString(style) || whiteInk.MatchString(style) && !styleGround.MatchString(style) {
		return strings.ToLower(m[1])
	}
	return ""
}
