package ingest

import (
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"guichet/corpus"
	"guichet/internal/english"
)

// Bounds that no real site comes near, for links; what a sitemap names is only
// held to the number of pages.
const (
	maxSegments   = 15 // of a path
	maxRepeats    = 2  // of one name in a path
	maxParameters = 4
	maxFacets     = 100 // addresses of one page with two parameters or more
	maxViews      = 60  // of one calendar
	maxChain      = 100 // pages of one shape that lead each to the next
	maxIdle       = 3   // pages of one shape that say nothing new
	maxUseless    = 5   // pages to which a parameter changed nothing
)

// Parameters that show the same things in another order or form, search, or do
// something.
var viewParameters = []string{
	"sort", "sortby", "sort_by", "tri", "order", "orderby", "order_by", "ordre", "dir", "direction",
	"print", "imprimer", "impression", "replytocom", "share", "partage", "add-to-cart", "action",
	"q", "s", "search", "recherche", "keywords", "mots", "redirect", "redirect_to", "return", "returnurl", "destination", "next", "back",
	"ical", "outlook-ical",
}

// Parameters that turn a calendar's pages.
var calendarParameters = regexp.MustCompile(`(?i)(^|[_\[-])(mois|month|ann[eé]e|annee|year|jour|day|date|semaine|week|m|y|tribe-bar-date|debut|fin|start|end|from|to)([_\]-]|$)`)

var (
	calendarPath = regexp.MustCompile(`/(19|20|21)[0-9]{2}[/-](0?[1-9]|1[0-2])([/-](0?[1-9]|[12][0-9]|3[01]))?/?$`)
	hasDigit     = regexp.MustCompile(`[0-9]`)
	// what is never a document that is read here
	otherFile = regexp.MustCompile(`(?i)\.(jpe?g|png|gif|webp|svg|ico|bmp|tiff?|avif|heic|mp3|mp4|m4a|m4v|avi|mov|webm|ogg|ogv|wav|zip|gz|tgz|rar|7z|tar|exe|dmg|apk|css|js|mjs|json|xml|rss|atom|ics|vcf|kml|kmz|gpx|geojson|shp|csv|xlsx?|ods|pptx?|odp|doc|rtf|epub|woff2?|ttf|eot|dwg|dxf)$`)
	// what is read, and is seldom in a sitemap
	documentFile = regexp.MustCompile(`(?i)\.(pdf|docx|odt)$`)
)

// shape is what addresses have in common that differ in numbers, or in the
// values of their parameters.
func shape(u *url.URL) string {
	s := numbers.ReplaceAllString(u.EscapedPath(), "#")
	names := parameters(u)
	if len(names) > 0 {
		s += "?" + numbers.ReplaceAllString(strings.Join(names, "&"), "#")
	}
	return s
}

func parameters(u *url.URL) []string {
	var names []string
	if u.RawQuery == "" {
		return nil
	}
	for part := range strings.SplitSeq(u.RawQuery, "&") {
		name, _, _ := strings.Cut(part, "=")
		names = append(names, name)
	}
	return names
}

// isCalendarView tells the pages of a calendar, and archives by month: ways to
// events and articles, but no content of their own.
func isCalendarView(u *url.URL) bool {
	if calendarPath.MatchString(u.Path) {
		return true
	}
	for part := range strings.SplitSeq(u.RawQuery, "&") {
		name, value, _ := strings.Cut(part, "=")
		if calendarParameters.MatchString(name) && hasDigit.MatchString(value) {
			return true
		}
	}
	return false
}

// traps knows which addresses lead nowhere, by what was seen so far.
type traps struct {
	maxSimilar int
	similar    map[string]int             // addresses, by shape
	facets     map[string]int             // addresses with several parameters, by path
	idle       map[string]int             // pages that said nothing new, by shape
	folded     map[string]map[string]bool // what pages said, by shape
	texts      map[string]bool            // what pages said, anywhere
	useless    map[string]int             // pages to which a parameter changed nothing
	useful     map[string]int
	caught     map[string][]string // addresses by why they were left out, some of them
	counts     map[string]int      // all of them
}

func newTraps(maxSimilar int) *traps {
	return &traps{
		maxSimilar: maxSimilar, similar: map[string]int{}, facets: map[string]int{}, idle: map[string]int{},
		folded: map[string]map[string]bool{}, texts: map[string]bool{}, useless: map[string]int{}, useful: map[string]int{},
		caught: map[string][]string{}, counts: map[string]int{},
	}
}

// Why an address is left out. Those that begin with "too many" may be of pages
// that are real.
const (
	trapForm      = "other forms of pages: sorted, searched, printed"
	trapRepeats   = "paths that repeat themselves or are very deep"
	trapEndless   = "pages in an endless row that say the same"
	trapUseless   = "a parameter that changes nothing"
	trapSimilar   = "too many addresses that differ in numbers alone: raise max_similar if they are pages"
	trapFacets    = "too many filters of one page"
	trapCalendars = "too many pages of a calendar"
	trapChain     = "too many pages that lead each to the next"
)

// trapNotes are the codes of the notes that tell it.
var trapNotes = map[string]string{
	trapForm: noteTrapForm, trapRepeats: noteTrapRepeats, trapEndless: noteTrapEndless, trapUseless: noteTrapUseless,
	trapSimilar: noteTrapSimilar, trapFacets: noteTrapFacets, trapCalendars: noteTrapCalendars, trapChain: noteTrapChain,
}

// refuse tells why an address should not be asked for; "" when it may be. chain
// is how many pages of its shape in a row led there.
func (t *traps) refuse(u *url.URL, chain int) string {
	if why := refuseForm(u); why != "" {
		return why
	}
	names := parameters(u)
	for _, name := range names {
		if t.useless[name] >= maxUseless && t.useless[name] > 5*t.useful[name] {
			return trapUseless
		}
	}
	s := shape(u)
	varies := strings.ContainsAny(s, "#?")
	switch {
	case !varies:
		return ""
	case t.idle[s] >= maxIdle:
		return trapEndless
	case isCalendarView(u) && t.similar[s] >= maxViews:
		return trapCalendars
	case t.similar[s] >= t.maxSimilar:
		return trapSimilar
	case len(names) > 1 && t.facets[u.Path] >= maxFacets:
		return trapFacets
	case chain > maxChain:
		return trapChain
	}
	return ""
}

// refuseForm tells what can be told by an address alone.
func refuseForm(u *url.URL) string {
	segments := strings.Split(strings.Trim(u.Path, "/"), "/")
	if len(segments) > maxSegments {
		return trapRepeats
	}
	times := map[string]int{}
	for _, s := range segments {
		if s == "" || !strings.ContainsFunc(s, func(r rune) bool { return r < '0' || r > '9' }) {
			continue
		}
		if times[s]++; times[s] > maxRepeats {
			return trapRepeats
		}
	}
	names := parameters(u)
	if len(names) > maxParameters {
		return trapFacets
	}
	for i, name := range names {
		if slices.Contains(names[:i], name) && !strings.HasSuffix(name, "%5D") {
			return trapForm
		}
		if slices.Contains(viewParameters, strings.ToLower(name)) {
			return trapForm
		}
	}
	return ""
}

// admit counts an address that is going to be asked for.
func (t *traps) admit(u *url.URL) {
	t.similar[shape(u)]++
	if len(parameters(u)) > 1 {
		t.facets[u.Path]++
	}
}

// learn sees what a page says, and tells whether it only repeats: it says what
// another page says, or what another of its shape says but for dates and its
// own number.
func (t *traps) learn(u *url.URL, f pageFacts) bool {
	s := shape(u)
	same := f.Text != "" && t.texts[f.Text]
	t.texts[f.Text] = true
	if !strings.ContainsAny(s, "#?") {
		return same
	}
	if t.folded[s] == nil {
		t.folded[s] = map[string]bool{}
	}
	repeats := same || t.folded[s][f.Folded]
	t.folded[s][f.Folded] = true
	for _, name := range parameters(u) {
		if same {
			t.useless[name]++
		} else {
			t.useful[name]++
		}
	}
	if repeats {
		t.idle[s]++
	}
	return repeats
}

// catch notes an address that was left out.
func (t *traps) catch(why, key string) {
	t.counts[why]++
	if len(t.caught[why]) < 3 {
		t.caught[why] = append(t.caught[why], key)
	}
}

// notes tell what was left out.
func (t *traps) notes() []corpus.Note {
	var notes []corpus.Note
	for _, why := range sortedKeys(t.counts) {
		such := strings.Join(t.caught[why], ", ")
		notes = append(notes, notef(trapNotes[why], with{"N": strconv.Itoa(t.counts[why]), "Links": such},
			"%s left out: %s; such as %s", english.Count(t.counts[why], "link"), why, such))
	}
	return notes
}

// matchesPath tells whether a path and query match a pattern as robots.txt has
// them.
func matchesPath(pattern, key string) bool {
	whole := strings.HasSuffix(pattern, "$")
	parts := strings.Split(strings.TrimSuffix(pattern, "$"), "*")
	if !strings.HasPrefix(key, parts[0]) {
		return false
	}
	rest := key[len(parts[0]):]
	for i, part := range parts[1:] {
		if whole && i == len(parts)-2 {
			return strings.HasSuffix(rest, part)
		}
		at := strings.Index(rest, part)
		if at < 0 {
			return false
		}
		rest = rest[at+len(part):]
	}
	return !whole || rest == ""
}

// isOtherFile tells by its name what is no document.
func isOtherFile(u *url.URL) bool { return otherFile.MatchString(path.Base(u.Path)) }
