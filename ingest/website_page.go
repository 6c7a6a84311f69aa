package ingest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"

	"guichet/ingest/fetch"
	"guichet/internal/almanac"
)

// pageFacts is what walking the site needs of a page, kept so that a page that
// has not changed need not be read again.
type pageFacts struct {
	Links     []string `json:"links,omitempty"`     // to follow: absolute, normal, each once
	Canonical string   `json:"canonical,omitempty"` // absolute and normal; "": not said
	NoIndex   bool     `json:"noindex,omitempty"`
	Missing   bool     `json:"missing,omitempty"` // it says that there is no such page, with status 200
	Text      string   `json:"text,omitempty"`    // a digest of what the page says; "": next to nothing
	Folded    string   `json:"folded,omitempty"`  // the same, dates and the address's own numbers left out
	Changed   string   `json:"changed,omitempty"` // the day that Last-Modified says
}

const (
	maxLinks   = 2000 // that are followed from one page
	maxAddress = 1000 // bytes of an address that is followed
	minText    = 100  // characters from which on two pages that say the same are one
)

// isWanted tells the media types that are documents, or may turn out to be.
func isWanted(mediaType string) bool {
	switch mediaType {
	case HTML, "application/xhtml+xml", PDF, DOCX, ODT, Plain, Markdown, "text/x-markdown",
		"", "application/octet-stream", "binary/octet-stream", "application/x-download", "application/force-download":
		return true
	}
	return false
}

// bodyType is the media type by which a body is read: what it is, where its
// first bytes tell, else what its server or its name says; "": none is read.
func bodyType(declared, address string, body []byte) string {
	name := strings.ToLower(address)
	if u, err := url.Parse(address); err == nil {
		name = strings.ToLower(u.Path)
	}
	ext := path.Ext(name)
	switch {
	case bytes.HasPrefix(body, []byte("%PDF-")):
		return PDF
	case bytes.HasPrefix(body, []byte("PK\x03\x04")):
		if declared == ODT || ext == ".odt" || bytes.Contains(body[:min(len(body), 200)], []byte(ODT)) {
			return ODT
		}
		if declared == DOCX || ext == ".docx" {
			return DOCX
		}
		return ""
	case declared == HTML, declared == "application/xhtml+xml":
		return HTML
	case declared == PDF, declared == DOCX, declared == ODT:
		return declared // damaged, and named so when it is read
	case declared == Markdown, declared == "text/x-markdown", declared == Plain && (ext == ".md" || ext == ".markdown"):
		return Markdown
	case declared == Plain:
		return Plain
	}
	if strings.HasPrefix(http.DetectContentType(body), HTML) {
		return HTML
	}
	if t := MediaType(name); t == Markdown || t == Plain {
		return t
	}
	return ""
}

var (
	// digits and longer runs of hexadecimal digits, in addresses
	numbers  = regexp.MustCompile(`[0-9a-fA-F]{16,}|[0-9]+`)
	dateWord = regexp.MustCompile(`(?i)(?:\b(?:[0-9]{1,2}|1er)\s+)?\b(` +
		almanac.MonthWords(almanac.Languages()...) + `|` + almanac.WeekdayWords(almanac.Languages()...) + `)\b`)
	yearWord    = regexp.MustCompile(`\b(19|20|21)[0-9]{2}\b`)
	missingPage = regexp.MustCompile(`(?i)(page|document|contenu|article)s?\s+(introuvable|non trouv|inexistant|not found|n.existe (pas|plus))|\berreur 404\b|\berror 404\b|\b404\b.{0,20}(not found|introuvable)|^\s*not found`)
)

// readPage finds out what walking the site needs of a page.
func readPage(body []byte, at *url.URL, header []string) pageFacts {
	var f pageFacts
	noFollow := false
	for _, value := range header {
		f.NoIndex, noFollow = directives(value, true, f.NoIndex, noFollow)
	}
	decoded, err := decodeHTML(body)
	if err != nil {
		return f
	}
	root, err := html.Parse(strings.NewReader(decoded))
	if err != nil {
		return f // reading it will name what is wrong
	}
	p := pageReader{base: at, host: at.Host, facts: &f, seen: map[string]bool{}, noFollow: noFollow}
	p.walk(root)
	if p.noFollow {
		f.Links = nil
	}
	text := oneLine(p.text.String())
	f.Missing = utf8.RuneCountInString(text) < 1500 && missingPage.MatchString(oneLine(p.title.String()))
	if utf8.RuneCountInString(text) >= minText {
		f.Text = digestOf(text)
	}
	f.Folded = digestOf(foldText(text, at))
	return f
}

func digestOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:8])
}

// foldText leaves out of a text what an endless row of pages changes from one
// to the next: dates, what its parameters say, and the numbers of its address
// and their neighbours.
func foldText(text string, at *url.URL) string {
	own := map[string]bool{}
	for _, n := range numbers.FindAllString(at.RequestURI(), -1) {
		own[strings.TrimLeft(n, "0")] = true
		if v, err := strconv.Atoi(n); err == nil {
			for d := -2; d <= 2; d++ {
				own[strconv.Itoa(v+d)] = true
			}
		}
	}
	for part := range strings.SplitSeq(at.RawQuery, "&") {
		if _, value, _ := strings.Cut(part, "="); len(value) > 2 {
			text = strings.ReplaceAll(text, value, "#")
		}
	}
	text = yearWord.ReplaceAllString(dateWord.ReplaceAllString(text, "~"), "~")
	return numbers.ReplaceAllStringFunc(text, func(n string) string {
		if own[strings.TrimLeft(n, "0")] || len(n) > 16 {
			return "#"
		}
		return n
	})
}

// directives reads the value of a robots header or meta element. A header may
// name the agent that it is for.
func directives(value string, header, noIndex, noFollow bool) (bool, bool) {
	value = strings.ToLower(value)
	if agent, rest, ok := strings.Cut(value, ":"); ok && header && !strings.ContainsAny(agent, ", ") && agent != "unavailable_after" {
		if agent != "guichet" {
			return noIndex, noFollow
		}
		value = rest
	}
	for d := range strings.SplitSeq(value, ",") {
		switch strings.TrimSpace(d) {
		case "none":
			noIndex, noFollow = true, true
		case "noindex":
			noIndex = true
		case "nofollow":
			noFollow = true
		}
	}
	return noIndex, noFollow
}

// pageReader walks a page's tree once.
type pageReader struct {
	base        *url.URL
	host        string
	facts       *pageFacts
	seen        map[string]bool
	noFollow    bool
	based       bool
	text, title strings.Builder
	silent      int // elements around that say nothing of the page itself
	inTitle     int
}

func (p *pageReader) walk(n *html.Node) {
	switch n.Type {
	case html.TextNode:
		if p.inTitle > 0 {
			p.title.WriteString(n.Data + " ")
		}
		if p.silent == 0 {
			p.text.WriteString(n.Data + " ")
		}
	case html.ElementNode:
		p.element(n)
	}
	quiet, titled := 0, 0
	if n.Type == html.ElementNode {
		switch n.Data {
		case "script", "style", "noscript", "template", "nav", "header", "footer", "head", "select":
			quiet = 1
		}
		if n.Data == "title" && n.Namespace == "" || n.Data == "h1" {
			titled = 1
		}
	}
	p.silent += quiet
	p.inTitle += titled
	for child := n.FirstChild; child != nil; child = child.NextSibling {
		p.walk(child)
	}
	p.silent -= quiet
	p.inTitle -= titled
}

func (p *pageReader) element(n *html.Node) {
	switch n.Data {
	case "base":
		if to := p.resolve(attr(n, "href")); to != nil && !p.based {
			p.base, p.based = to, true
		}
	case "meta":
		if name := strings.ToLower(attr(n, "name")); name == "robots" || name == "guichet" {
			p.facts.NoIndex, p.noFollow = directives(attr(n, "content"), false, p.facts.NoIndex, p.noFollow)
		}
	case "link":
		if slices.Contains(strings.Fields(strings.ToLower(attr(n, "rel"))), "canonical") && p.facts.Canonical == "" {
			if to := p.resolve(attr(n, "href")); to != nil {
				p.facts.Canonical, _ = fetch.Normalize(to) // none, when it is no web address
			}
		}
	case "a", "area":
		p.link(n)
	}
}

func (p *pageReader) link(n *html.Node) {
	href := attr(n, "href")
	if href == "" || len(p.facts.Links) >= maxLinks || slices.Contains(strings.Fields(strings.ToLower(attr(n, "rel"))), "nofollow") {
		return
	}
	to := p.resolve(href)
	if to == nil || !fetch.SameSite(to.Host, p.host) {
		return
	}
	address, err := fetch.Normalize(to)
	if err != nil || len(address) > maxAddress || p.seen[address] {
		return
	}
	p.seen[address] = true
	p.facts.Links = append(p.facts.Links, address)
}

func (p *pageReader) resolve(href string) *url.URL {
	u, err := url.Parse(strings.TrimSpace(href))
	if err != nil || href == "" {
		return nil
	}
	return p.base.ResolveReference(u)
}
