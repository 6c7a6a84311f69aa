package ingest

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"

	"guichet/corpus"
	"guichet/ingest/fetch"
)

// Ways to find a website's pages.
const (
	discoverAuto    = "auto"    // the sitemap if there is one, else links
	discoverSitemap = "sitemap" // the sitemap, which must be there
	discoverLinks   = "links"   // links from the start page
	discoverBoth    = "both"
)

// WebsiteSettings say which pages of a site are read, and how. Patterns are
// those of robots.txt: a path begins with the pattern, "*" stands for anything,
// "$" at the end for the end of the path.
type WebsiteSettings struct {
	FetchSettings
	Discover   string   `json:"discover,omitempty"`    // auto, sitemap, links, both; default auto
	Sitemap    string   `json:"sitemap,omitempty"`     // its address; default: the one robots.txt names, or /sitemap.xml
	Include    []string `json:"include,omitempty"`     // paths that are read; default: all
	Exclude    []string `json:"exclude,omitempty"`     // paths that are not, even if included
	MaxPages   int      `json:"max_pages,omitempty"`   // default 5000
	MaxDepth   int      `json:"max_depth,omitempty"`   // links from the start page; default 20
	MaxSimilar int      `json:"max_similar,omitempty"` // addresses that differ in numbers alone; default 1000
	Keep       []string `json:"keep,omitempty"`        // CSS selectors of the content; default: it is found out
	Drop       []string `json:"drop,omitempty"`        // CSS selectors of what is left out
}

// Validate names the field that is wrong, and the mend.
func (s WebsiteSettings) Validate() error {
	if !slices.Contains([]string{"", discoverAuto, discoverSitemap, discoverLinks, discoverBoth}, s.Discover) {
		return fmt.Errorf("discover: %q is none: choose auto, sitemap, links or both", s.Discover)
	}
	if s.Sitemap != "" {
		if _, err := parseAddress(s.Sitemap); err != nil {
			return fmt.Errorf("sitemap: %w", err)
		}
	}
	for name, patterns := range map[string][]string{"include": s.Include, "exclude": s.Exclude} {
		for _, p := range patterns {
			if !strings.HasPrefix(p, "/") && !strings.HasPrefix(p, "*") {
				return fmt.Errorf("%s: the pattern %q can match no path: begin it with / or *", name, p)
			}
		}
	}
	for _, n := range []struct {
		name        string
		value, most int
	}{{"max_pages", s.MaxPages, 100_000}, {"max_depth", s.MaxDepth, 100}, {"max_similar", s.MaxSimilar, 100_000}} {
		if n.value < 0 || n.value > n.most {
			return fmt.Errorf("%s: %d is out of bounds: choose a number up to %d", n.name, n.value, n.most)
		}
	}
	if _, err := NewHTMLExtractor(Selectors{Include: s.Keep, Exclude: s.Drop}); err != nil {
		return fmt.Errorf("keep, drop: %w", err)
	}
	return s.FetchSettings.Validate()
}

// Website is the pages of one host. It is an io.Closer: pages that were fetched
// to find links wait on disk to be read.
type Website struct {
	start     *url.URL
	settings  WebsiteSettings
	deps      Dependencies
	client    *fetch.Client
	memory    fetch.Memory
	extractor Extractor
	spool     spool
	heard     func(Seen) // the run that lists it; nil: none does
}

// NewWebsite returns the source of a site that is entered at start.
func NewWebsite(start string, s WebsiteSettings, d Dependencies) (*Website, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	u, err := parseAddress(start)
	if err != nil {
		return nil, err
	}
	extractor, err := NewHTMLExtractor(Selectors{Include: s.Keep, Exclude: s.Drop})
	if err != nil {
		return nil, err
	}
	s.Discover = cmp.Or(s.Discover, discoverAuto)
	s.MaxPages = cmp.Or(s.MaxPages, 5000)
	s.MaxDepth = cmp.Or(s.MaxDepth, 20)
	s.MaxSimilar = cmp.Or(s.MaxSimilar, 1000)
	w := &Website{start: u, settings: s, deps: d, client: s.client(d), extractor: extractor, spool: spool{parent: d.Temp}}
	w.memory = d.memory(w.Ref())
	return w, nil
}

// Ref implements Source.
func (w *Website) Ref() corpus.SourceRef {
	return corpus.SourceRef{Kind: KindWebsite, URI: w.start.String()}
}

// tell has its walk told to heard, from one goroutine at a time.
func (w *Website) tell(heard func(Seen)) { w.heard = heard }

// Close drops what was fetched.
func (w *Website) Close() error {
	w.client.Close()
	return w.spool.close()
}

// List walks the site. A start page, robots.txt or sitemap that cannot be read
// is an error, and so is a site that fails again and again. A page that fails
// keeps its old version; one that the server says is gone is not listed.
func (w *Website) List(ctx context.Context) (Listing, error) {
	c, err := w.enter(ctx)
	if err != nil {
		return Listing{}, fmt.Errorf("%s: %w", w.start, err)
	}
	if err := c.walk(ctx); err != nil {
		return Listing{}, fmt.Errorf("%s: %w", w.start, err)
	}
	if err := w.memory.Keep(ctx, c.remembered()); err != nil {
		return Listing{}, err
	}
	return c.listing(), nil
}

// enter finds the host that the start page is on, what it allows, and the
// pages to begin with.
func (w *Website) enter(ctx context.Context) (*crawl, error) {
	c := newCrawl(w)
	at := w.start
	for hops := 0; ; hops++ {
		robots, err := w.client.Robots(ctx, w.memory, at)
		if err != nil {
			return nil, err
		}
		w.client.Slow(at.Host, min(robots.Delay, maxCrawlDelay))
		c.base, c.robots = at, robots
		c.helpers = append(c.helpers, at.Scheme+"://"+at.Host+"/robots.txt")
		if !robots.Allows(at.RequestURI()) {
			return nil, failuref(codeRobots, "robots.txt does not allow %s to be read: ask the site's owner to allow the agent Guichet", at.RequestURI())
		}
		first := &page{address: at.String(), key: at.RequestURI()}
		if err := c.visit(ctx, first); err != nil {
			return nil, err
		}
		if first.state != stateMoved {
			if first.err != nil {
				return nil, fmt.Errorf("the start page cannot be read: %w", first.err)
			}
			c.pages[first.address] = first
			if err := c.readSitemap(ctx); err != nil {
				return nil, err
			}
			c.take(first)
			return c, nil
		}
		to, err := url.Parse(first.target)
		if err != nil || !fetch.SameSite(to.Host, w.start.Host) {
			return nil, failuref(codeElsewhere, "the start page leads to another site, %s: name that one as the source", first.target)
		}
		if hops == 10 || to.String() == at.String() {
			return nil, failuref(fetch.CodeRedirects, "the start page redirects without end")
		}
		at = to
	}
}

// maxCrawlDelay is the longest pause that a robots.txt is obeyed in.
const maxCrawlDelay = 30 * time.Second

// readSitemap puts the pages of the site's map in the queue.
func (c *crawl) readSitemap(ctx context.Context) error {
	s := c.site.settings
	if s.Discover == discoverLinks {
		c.follows = true
		return nil
	}
	addresses := c.robots.Sitemaps
	guessed := false
	switch {
	case s.Sitemap != "":
		addresses = []string{s.Sitemap}
	case len(addresses) == 0:
		addresses, guessed = []string{c.base.Scheme + "://" + c.base.Host + "/sitemap.xml"}, true
	}
	found := 0
	for _, at := range addresses {
		pages, fetched, err := c.site.client.Sitemap(ctx, c.site.memory, at)
		c.helpers = append(c.helpers, fetched...)
		if err != nil {
			// A page in the place of a map that nobody promised is none.
			if s.Sitemap == "" && s.Discover != discoverSitemap && (fetch.IsGone(err) || guessed && codeOf(err) == "") {
				if !guessed {
					c.note(noteSitemap, with{"Address": at}, "the sitemap that robots.txt names is gone: %s", at)
				}
				continue
			}
			return err
		}
		for _, m := range pages {
			if p := c.enqueue(m.URL, nil, true); p != nil {
				p.modified = m.Modified
				found++
			}
		}
	}
	if found == 0 && s.Discover == discoverSitemap {
		return failuref(codeNoSitemap, "there is no sitemap with pages of this site: set discover to auto or links")
	}
	c.follows = found == 0 || s.Discover == discoverBoth
	return nil
}

// open returns a page's body: the one that was fetched to find its links, or a
// fresh one where only its validators were asked for.
func (w *Website) open(ctx context.Context, p *page) (io.ReadCloser, error) {
	if p.spooled != (spooled{}) {
		return w.spool.open(p.spooled), nil
	}
	answer, err := w.client.Get(ctx, fetch.Request{URL: p.address})
	if err != nil {
		return nil, err
	}
	if answer.Location != "" {
		return nil, failuref(fetch.CodeRedirects, "the page has moved to %s since the site was walked", answer.Location)
	}
	return io.NopCloser(strings.NewReader(string(answer.Body))), nil
}
