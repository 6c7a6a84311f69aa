package rag

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"guichet/corpus"
)

var (
	ansi       = regexp.MustCompile(`\x1b\[[0-9;?]*[ -/]*[@-~]`)
	unitMarkup = regexp.MustCompile(`(?i)<[a-z/!?][^>]*>?|&(?:lt|gt|amp|quot|#\d+|#x[0-9a-f]+);|\b(?:javascript|vbscript|data|blob|file):\S|\\[a-z]+\{|\{\s*"\w+"\s*:|^\s*(?:data|event):|!\[|\]\(|^\[\^?[^\]]+\]:|\[[^\]]+\]\[[^\]]*\]`)
	encoded    = regexp.MustCompile(`[A-Za-z0-9+/_-]{48,}={0,2}`)
	dots       = regexp.MustCompile(`(?i)\s*[\[({]\s*(?:\.|dot|point)\s*[\])}]\s*`)
	ats        = regexp.MustCompile(`(?i)\s*[\[({]\s*(?:@|at|arobase)\s*[\])}]\s*`)
	// address is a web or mail address, with or without its scheme. A bare name
	// counts under a usual ending or before a path.
	address = regexp.MustCompile(`(?i)(?:\b[a-z][a-z0-9+.-]*:)?//[^\s<>"')\]]+|\bwww\.[^\s<>"')\]]+|[^\s<>"'(),;:@]+@[^\s<>"'(),;:@]+\.\pL{2,}|(?:[\pL\d](?:[\pL\d-]*[\pL\d])?\.)+(?:(?:fr|com|org|net|eu|io|info|example|app|dev|link|xyz|co|me|be|ch|de|uk|us|ru|cn|biz|online|site|shop|store|top|page|test|local|gg|ly|to|tk|paris|bzh|alsace|corsica)\b|\pL{2,}/)[^\s<>"')\]]*`)
)

// PlainText is the check by which units leave as plain text: without controls
// and invisible characters (which are taken out), markup, code, images and
// encoded runs, and without an address that is neither in the passages offered
// nor in the town's settings. The cutter has written links behind their words by
// then; one that is left is markup.
type PlainText struct{ Contact corpus.Contact }

// Unit implements Check.
func (p PlainText) Unit(_ context.Context, u Unit, sources []Source) (Unit, *Reason) {
	u.Text = seen(u.Text)
	u.Cells, u.Header = slices.Clone(u.Cells), slices.Clone(u.Header)
	texts := []string{u.Text}
	for _, cells := range [][]string{u.Cells, u.Header} {
		for i := range cells {
			cells[i] = seen(cells[i])
			texts = append(texts, cells[i])
		}
	}
	var allowed map[string]bool // made when an address is met
	for _, text := range texts {
		if m := unitMarkup.FindString(text); m != "" {
			return Unit{}, &Reason{ID: "leak.markup", Data: map[string]any{"Text": clip(m, 80)}}
		}
		found := address.FindAllString(ats.ReplaceAllString(dots.ReplaceAllString(text, "."), "@"), -1)
		if len(found) > 0 && allowed == nil {
			allowed = p.allowed(sources)
		}
		for _, a := range found {
			if !isAllowed(bareAddress(a), allowed) {
				return Unit{}, &Reason{ID: "leak.address", Data: map[string]any{"Text": clip(a, 80)}}
			}
		}
		for _, run := range encoded.FindAllString(text, -1) {
			if !slices.ContainsFunc(sources, func(s Source) bool { return strings.Contains(s.Text+s.URL, run) }) {
				return Unit{}, &Reason{ID: "leak.encoded", Data: map[string]any{"Text": clip(run, 80)}}
			}
		}
	}
	return u, nil
}

// seen takes out what cannot be seen.
func seen(text string) string { return visible(ansi.ReplaceAllString(text, "")) }

// allowed are the addresses of the passages offered and of the town.
func (p PlainText) allowed(sources []Source) map[string]bool {
	out := map[string]bool{}
	add := func(text string) {
		for _, a := range address.FindAllString(text, -1) {
			out[bareAddress(a)] = true
		}
	}
	add(p.Contact.URL + " " + p.Contact.Email)
	for _, s := range sources {
		add(s.URL)
		add(s.Title + "\n" + s.Headings + "\n" + s.Text)
	}
	return out
}

// isAllowed lets a site stand for a page of it, and nothing else for another.
func isAllowed(a string, allowed map[string]bool) bool {
	if allowed[a] {
		return true
	}
	if strings.ContainsAny(a, "/@") {
		return false
	}
	for have := range allowed {
		if strings.HasPrefix(have, a+"/") {
			return true
		}
	}
	return false
}

// bareAddress is an address as it is compared: without scheme, "www." and what
// punctuation follows it.
func bareAddress(a string) string {
	a = strings.ToLower(strings.TrimRight(a, ".,;:!?…»*_`'"))
	if _, rest, ok := strings.Cut(a, "//"); ok {
		a = rest
	}
	return strings.TrimRight(strings.TrimPrefix(a, "www."), "/")
}
