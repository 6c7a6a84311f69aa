package ingest

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"guichet/corpus"
	"guichet/ingest/fetch"
	"guichet/internal/english"
)

// What became of a page.
const (
	stateWaiting  = iota
	stateDocument // it is one
	stateWay      // it only leads on: noindex, a calendar's page, the start page beside the included ones
	stateMoved
	stateGone   // the server, or the page, says that there is none
	stateRepeat // it says what another page says
	stateOther  // of a kind that is not read
	stateFailed
)

// page is an address of the site, and what became of it.
type page struct {
	address  string // normal; what the site's memory knows it by
	key      string // path and query
	depth    int    // links from the start page
	chain    int    // pages of its own shape in a row that led here
	hops     []string
	mapped   bool      // the sitemap names it
	modified time.Time // that the sitemap says

	state     int
	err       error
	target    string // of a page that moved: as the server wrote it
	mediaType string
	digest    []byte
	facts     pageFacts
	spooled   spooled
}

// crawl is one walk over a site. Pages are asked for several at once, and taken
// in the order in which they were found, so that two walks over the same site
// see the same.
type crawl struct {
	site     *Website
	base     *url.URL // what the start page is at: scheme and host of all pages
	robots   fetch.Robots
	follows  bool     // links to pages are followed, not only those to files
	helpers  []string // addresses of robots.txt and sitemaps
	pages    map[string]*page
	queue    []*page
	traps    *traps
	failing  int             // failures in a row
	refused  map[string]bool // addresses that were not asked for
	barred   int             // those that robots.txt does not allow
	gone     []string
	unsure   []string // keys of pages that may be real and were not asked for
	partial  bool
	homely   bool // many pages name the start page as what to show instead: a mistake
	noteList []corpus.Note

	telling sync.Mutex
	done    int // pages that were asked for
}

const (
	maxFailing = 10 // failures in a row that mean a site that is down
	maxUnsure  = 2000
	maxRefused = 100_000 // addresses that are noted, and counted
)

func newCrawl(w *Website) *crawl {
	return &crawl{site: w, pages: map[string]*page{}, refused: map[string]bool{}, traps: newTraps(w.settings.MaxSimilar)}
}

func (c *crawl) note(code string, told with, format string, args ...any) {
	c.noteList = append(c.noteList, notef(code, told, format, args...))
}

// walk asks for all pages that wait, and for those that they lead to.
func (c *crawl) walk(ctx context.Context) error {
	atOnce := cmp.Or(c.site.settings.AtOnce, c.site.deps.Fetch.AtOnce, 2)
	c.done = len(c.pages) - len(c.queue)
	c.seen(0, c.base.RequestURI())
	for len(c.queue) > 0 {
		var some []*page
		for len(c.queue) > 0 && len(some) < 4*atOnce {
			p := c.queue[0]
			c.queue = c.queue[1:]
			if !p.mapped && c.closed(p) {
				delete(c.pages, p.address)
				continue
			}
			some = append(some, p)
		}
		group, limited := errgroup.WithContext(ctx)
		group.SetLimit(atOnce)
		for _, p := range some {
			group.Go(func() error {
				err := c.visit(limited, p)
				if err == nil {
					c.seen(1, p.key)
				}
				return err
			})
		}
		if err := group.Wait(); err != nil {
			return err
		}
		for _, p := range some {
			if c.take(p); c.failing >= maxFailing {
				return fmt.Errorf("it failed %d times in a row, the last at %s: %w", c.failing, p.key, p.err)
			}
		}
	}
	return nil
}

// seen tells that n more pages were asked for, the last with this key.
func (c *crawl) seen(n int, key string) {
	c.telling.Lock()
	defer c.telling.Unlock()
	c.done += n
	// Pages are found between two visits, never beside one.
	now := Seen{Done: c.done, Known: len(c.pages), Whole: !c.follows, Current: key}
	for _, heard := range []func(Seen){c.site.heard, c.site.deps.Seen} {
		if heard != nil {
			heard(now)
		}
	}
}

// closed tells whether a page that waits turned out to be one of an endless row.
func (c *crawl) closed(p *page) bool {
	u, err := url.Parse(p.address)
	if err != nil {
		return true
	}
	s := shape(u)
	if c.traps.idle[s] >= maxIdle {
		c.traps.catch(trapEndless, p.key)
		return true
	}
	return false
}

// place returns an address as one of the site's own: normal, and with scheme
// and host of the start page. nil: it is of another site.
func (c *crawl) place(address string) *url.URL {
	u, err := c.base.Parse(address)
	if err != nil || u.User != nil || len(address) > maxAddress {
		return nil
	}
	normal, err := fetch.Normalize(u)
	if err != nil {
		return nil
	}
	if u, err = url.Parse(normal); err != nil || !fetch.SameSite(u.Host, c.base.Host) {
		return nil
	}
	u.Scheme, u.Host = c.base.Scheme, c.base.Host
	return u
}

// enqueue puts an address in the queue, unless it was seen or should not be
// asked for, and returns its page; nil when it is not one. from leads to it.
func (c *crawl) enqueue(address string, from *page, mapped bool) *page {
	u := c.place(address)
	if u == nil {
		return nil
	}
	if known := c.pages[u.String()]; known != nil {
		known.mapped = known.mapped || mapped
		return known
	}
	p := &page{address: u.String(), key: u.RequestURI(), mapped: mapped}
	if from != nil {
		p.depth = from.depth + 1
		if at, err := url.Parse(from.address); err == nil && shape(at) == shape(u) {
			p.chain = from.chain + 1
		}
	}
	if !c.isAsked(p, u) {
		return nil
	}
	c.traps.admit(u)
	c.pages[p.address] = p
	c.queue = append(c.queue, p)
	return p
}

// isAsked tells whether a new address is to be asked for.
func (c *crawl) isAsked(p *page, u *url.URL) bool {
	s := c.site.settings
	if isOtherFile(u) || !included(s, p.key) || p.depth > s.MaxDepth {
		return false
	}
	why := ""
	if !p.mapped {
		why = c.traps.refuse(u, p.chain)
	}
	barred := !c.robots.Allows(p.key)
	if barred || why != "" {
		if c.refused[p.key] || len(c.refused) >= maxRefused {
			return false
		}
		c.refused[p.key] = true
		switch {
		case barred:
			c.barred++
		default:
			c.traps.catch(why, p.key)
		}
		if !barred && strings.HasPrefix(why, "too many") {
			c.mayBe(p.key)
		}
		return false
	}
	if len(c.pages) >= s.MaxPages {
		if !c.partial {
			c.note(notePages, with{"N": strconv.Itoa(s.MaxPages)}, "there are more than %d pages: the rest is left out, and nothing is retired; raise max_pages, or exclude some", s.MaxPages)
		}
		c.partial = true
		return false
	}
	return true
}

// mayBe notes a page that may be real, so that it is not retired.
func (c *crawl) mayBe(key string) {
	if len(c.unsure) < maxUnsure {
		c.unsure = append(c.unsure, key)
		return
	}
	c.partial = true
}

func included(s WebsiteSettings, key string) bool {
	in := len(s.Include) == 0
	for _, p := range s.Include {
		in = in || matchesPath(p, key)
	}
	for _, p := range s.Exclude {
		in = in && !matchesPath(p, key)
	}
	return in
}

// visit asks for a page and notes on it what came. Its error is that of ctx or
// of what stands on this machine; the site's failures are noted on the page.
func (c *crawl) visit(ctx context.Context, p *page) error {
	at, err := url.Parse(p.address)
	if err != nil {
		return fmt.Errorf("parse %s: %w", p.address, err)
	}
	known, err := fetch.Recall(ctx, c.site.memory, p.address)
	if err != nil {
		return err
	}
	if len(known.Content) > 0 {
		if err := json.Unmarshal(known.Content, &p.facts); err != nil {
			known, p.facts = corpus.Visit{}, pageFacts{} // written by another version
		}
	}
	r := fetch.Request{URL: p.address, ETag: known.ETag, Modified: known.Modified, Takes: isWanted}
	answer, err := c.site.client.Get(ctx, r)
	if err == nil && answer.Location != "" {
		// A server that only adds a session to an address is given its way.
		if to := c.place(answer.Location); to != nil && to.String() == p.address && answer.Location != p.address {
			answer, err = c.site.client.Get(ctx, fetch.Request{URL: answer.Location, Takes: isWanted, Follow: true})
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	switch {
	case fetch.IsGone(err):
		p.state, p.err, p.facts = stateGone, err, pageFacts{}
	case err != nil: // it leads where it led when it was read last
		p.state, p.err = stateFailed, err
	case answer.Location != "":
		p.state, p.target, p.facts = stateMoved, answer.Location, pageFacts{}
	case answer.Unwanted:
		p.state, p.facts = stateOther, pageFacts{}
	case answer.Status == 304:
		p.mediaType, p.digest = known.MediaType, known.Digest
		p.settle(at)
	default:
		return c.read(ctx, p, at, answer)
	}
	return nil
}

// read finds out what a fresh body says and leads to, and keeps it.
func (c *crawl) read(ctx context.Context, p *page, at *url.URL, answer fetch.Response) error {
	p.facts = pageFacts{}
	p.mediaType = bodyType(answer.MediaType, p.address, answer.Body)
	if p.mediaType == "" {
		p.state = stateOther
		return nil
	}
	digest := sha256.Sum256(answer.Body)
	p.digest = digest[:]
	if p.mediaType == HTML {
		p.facts = readPage(answer.Body, at, answer.Robots)
	} else {
		for _, value := range answer.Robots {
			p.facts.NoIndex, _ = directives(value, true, p.facts.NoIndex, false)
		}
		p.facts.Text = hex.EncodeToString(p.digest)
	}
	if !answer.Changed.IsZero() {
		p.facts.Changed = answer.Changed.Format(time.DateOnly)
	}
	p.settle(at)
	if p.state == stateDocument {
		kept, err := c.site.spool.put(answer.Body)
		if err != nil {
			return err
		}
		p.spooled = kept
	}
	facts, err := json.Marshal(p.facts)
	if err != nil {
		return fmt.Errorf("note page %s: %w", p.address, err)
	}
	return c.site.memory.Remember(ctx, corpus.Visit{
		Address: p.address, ETag: answer.ETag, Modified: answer.Modified, MediaType: p.mediaType, Digest: p.digest, Content: facts,
	})
}

// settle decides what a page that was read is.
func (p *page) settle(at *url.URL) {
	switch {
	case p.facts.Missing:
		p.state = stateGone
	case p.facts.NoIndex, !p.mapped && isCalendarView(at):
		p.state = stateWay
	default:
		p.state = stateDocument
	}
}

// take follows what a page leads to.
func (c *crawl) take(p *page) {
	at, err := url.Parse(p.address)
	if err != nil {
		return
	}
	c.failing++
	if p.state != stateFailed || !fetch.IsPassing(p.err) {
		c.failing = 0
	}
	switch p.state {
	case stateMoved:
		c.move(p)
		return
	case stateGone:
		c.gone = append(c.gone, p.key)
		return
	case stateFailed:
		if c.site.deps.Memory == nil {
			c.partial = true // what it leads to is not known
		}
	case stateDocument, stateWay:
		if !included(c.site.settings, p.key) {
			p.state = stateWay
		}
		if p.mediaType != HTML {
			break
		}
		if p.facts.Canonical != "" {
			c.enqueue(p.facts.Canonical, p, false)
		}
		if c.traps.learn(at, p.facts) && !p.mapped {
			p.state = stateRepeat
			return
		}
	}
	for _, link := range p.facts.Links {
		if u := c.place(link); u != nil && (c.follows || documentFile.MatchString(u.Path)) {
			c.enqueue(link, p, false)
		}
	}
}

// move follows a redirect inside the site, as a link that leads to one page.
func (c *crawl) move(p *page) {
	to := c.place(p.target)
	if to == nil {
		return // it leads to another site, whose pages are not this one's
	}
	chain := append(slices.Clone(p.hops), p.address)
	first := c.pages[chain[0]]
	switch at := slices.Index(chain, to.String()); {
	case at >= 0:
		first.state, first.err = stateFailed, failuref(fetch.CodeRedirects, "a redirect loop: %s", strings.Join(append(c.keys(chain[at:]), to.RequestURI()), " to "))
		return
	case len(chain) > 10:
		first.state, first.err = stateFailed, failuref(fetch.CodeRedirects, "more than 10 redirects, the last to %s", to.RequestURI())
		return
	}
	seen := c.pages[to.String()] != nil
	if q := c.enqueue(to.String(), p, p.mapped); q != nil && !seen {
		q.hops, q.depth = chain, p.depth
	}
}

func (c *crawl) keys(addresses []string) []string {
	keys := make([]string, len(addresses))
	for i, a := range addresses {
		keys[i] = c.pages[a].key
	}
	return keys
}

// remembered returns the addresses whose memory is still of use.
func (c *crawl) remembered() []string {
	addresses := slices.Clone(c.helpers)
	for a := range c.pages {
		addresses = append(addresses, a)
	}
	return addresses
}

// listing tells what the walk found. One page of those that say the same, or
// that name the same as the canonical one, is the document.
func (c *crawl) listing() Listing {
	l := Listing{Partial: c.partial, Unlisted: c.unsure}
	stand := c.standFor()
	same := map[string][]string{}
	for _, address := range sortedKeys(c.pages) {
		p := c.pages[address]
		switch {
		case p.state == stateFailed:
			l.fail(p.key, p.err)
		case p.state == stateOther:
			l.Skipped = append(l.Skipped, p.key)
		case p.state == stateDocument && stand[p] != p:
			same[stand[p].key] = append(same[stand[p].key], p.key)
		case p.state == stateDocument:
			l.Items = append(l.Items, c.item(p))
		}
	}
	l.Notes = slices.Concat(c.noteList, c.traps.notes())
	if c.barred > 0 {
		l.Notes = append(l.Notes, notef(noteRobots, with{"N": strconv.Itoa(c.barred)}, "%s left out, since robots.txt does not allow it", english.Count(c.barred, "link")))
	}
	if len(c.gone) > 0 {
		slices.Sort(c.gone)
		l.Notes = append(l.Notes, notef(noteGone, with{"N": strconv.Itoa(len(c.gone)), "Links": some(c.gone)},
			"%s of the site to pages that are gone: %s", english.Count(len(c.gone), "link"), some(c.gone)))
	}
	if n := len(same); n > 0 {
		var examples []string
		for _, key := range sortedKeys(same) {
			examples = append(examples, key+" = "+some(same[key]))
		}
		l.Notes = append(l.Notes, notef(noteSame, with{"N": strconv.Itoa(n), "Links": some(examples)}, "other addresses of %s are left out: %s", english.Count(n, "page"), some(examples)))
	}
	return l
}

func some(names []string) string {
	if len(names) > 5 {
		return strings.Join(names[:5], ", ") + ", ..."
	}
	return strings.Join(names, ", ")
}

// failsNow tells a page that will be back.
func (p *page) failsNow() bool { return p.state == stateFailed && fetch.IsPassing(p.err) }

// standFor tells for each document which page stands for it: itself, or another
// document, or one that only fails today.
func (c *crawl) standFor() map[*page]*page {
	stand := map[*page]*page{}
	byText := map[string]*page{}
	claims := 0 // pages that name the start page
	for _, p := range c.pages {
		if u := c.place(p.facts.Canonical); p.facts.Canonical != "" && u != nil && u.RequestURI() == "/" && p.key != "/" {
			claims++
		}
	}
	c.homely = claims > 3
	for _, address := range sortedKeys(c.pages) {
		p := c.pages[address]
		if p.state != stateDocument && !p.failsNow() {
			continue
		}
		q := c.canonical(p)
		stand[p] = q
		if q == p && p.facts.Text != "" {
			if best := byText[p.facts.Text]; best == nil || better(p, best) {
				byText[p.facts.Text] = p
			}
		}
	}
	for p, q := range stand {
		if best := byText[q.facts.Text]; q.facts.Text != "" && best != nil {
			stand[p] = best
		}
	}
	return stand
}

// better tells which of two pages that say the same stands for both.
func better(p, q *page) bool {
	return cmp.Or(
		cmp.Compare(btoi(q.mapped), btoi(p.mapped)),
		cmp.Compare(strings.Count(p.key, "?"), strings.Count(q.key, "?")),
		cmp.Compare(len(p.key), len(q.key)),
		cmp.Compare(p.key, q.key)) < 0
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// canonical returns the page that a page says is the one to show, if it is a
// document of this site; of pages that name each other, the first by key. A
// start page that all pages name is a mistake of the site's, and not believed.
func (c *crawl) canonical(p *page) *page {
	chain := []*page{p}
	for q := p; ; {
		u := c.place(q.facts.Canonical)
		if q.facts.Canonical == "" || u == nil {
			return q
		}
		next := c.pages[u.String()]
		for hops := 0; next != nil && next.state == stateMoved && hops < 10; hops++ {
			if u = c.place(next.target); u == nil {
				return q
			}
			next = c.pages[u.String()]
		}
		if next != nil && next.failsNow() {
			return next // it will be back
		}
		if next == nil || next.state != stateDocument || next == q || c.homely && u.Path == "/" && next.facts.Text != q.facts.Text {
			return q
		}
		if at := slices.Index(chain, next); at >= 0 {
			return slices.MinFunc(chain[at:], func(a, b *page) int { return strings.Compare(a.key, b.key) })
		}
		chain = append(chain, next)
		q = next
	}
}

// item is a page as the ingester reads it.
func (c *crawl) item(p *page) Item {
	said := Extracted{URL: p.address}
	item := Item{Key: p.key, MediaType: p.mediaType, Digest: p.digest, Modified: p.modified}
	if day, err := time.Parse(time.DateOnly, p.facts.Changed); err == nil {
		said.ModifiedOn = day
	}
	if !p.modified.IsZero() {
		said.ModifiedOn = time.Date(p.modified.Year(), p.modified.Month(), p.modified.Day(), 0, 0, 0, 0, time.UTC)
	}
	if p.mediaType == HTML {
		item.Extractor = overruled{Extractor: c.site.extractor, url: p.address}
	}
	item.Said = said
	item.Open = func(ctx context.Context) (io.ReadCloser, error) { return c.site.open(ctx, p) }
	return item
}
