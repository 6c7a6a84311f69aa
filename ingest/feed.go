package ingest

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/mmcdole/gofeed"

	"guichet/corpus"
	"guichet/ingest/fetch"
)

// FeedSettings say how the entries of an RSS or Atom feed become documents.
type FeedSettings struct {
	FetchSettings
	Pages    bool     `json:"pages,omitempty"`     // read the page that an entry links to, not what the feed says of it
	KeepDays int      `json:"keep_days,omitempty"` // after an entry's date, even if the feed has it no more; default 365
	Keep     []string `json:"keep,omitempty"`      // CSS selectors of the pages' content
	Drop     []string `json:"drop,omitempty"`      // CSS selectors of what is left out of them
}

// Validate names the field that is wrong, and the mend.
func (s FeedSettings) Validate() error {
	if s.KeepDays < 0 || s.KeepDays > 36_500 {
		return fmt.Errorf("keep_days: %d is out of bounds: choose a number of days up to 36500", s.KeepDays)
	}
	if _, err := NewHTMLExtractor(Selectors{Include: s.Keep, Exclude: s.Drop}); err != nil {
		return fmt.Errorf("keep, drop: %w", err)
	}
	return s.FetchSettings.Validate()
}

// Bounds of a feed.
const (
	maxEntries = 5000 // that are kept
	feedBytes  = 6 << 20
)

// feed is an RSS or Atom feed. It is a window on what a site publishes: an
// entry that left it stays until its days are over.
type feed struct {
	uri       string
	settings  FeedSettings
	deps      Dependencies
	extractor Extractor
}

// NewFeed returns the source of a feed, at a web address or on disk.
func NewFeed(uri string, s FeedSettings, d Dependencies) (Source, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	uri, err := sourceURI(uri)
	if err != nil {
		return nil, err
	}
	s.KeepDays = cmp.Or(s.KeepDays, 365)
	extractor, err := NewHTMLExtractor(Selectors{Include: s.Keep, Exclude: s.Drop})
	if err != nil {
		return nil, err
	}
	return feed{uri, s, d, extractor}, nil
}

func (f feed) Ref() corpus.SourceRef { return corpus.SourceRef{Kind: KindFeed, URI: f.uri} }

// entry is what is kept of a feed's entry.
type entry struct {
	Key       string
	Title     string
	URL       string
	HTML      string
	Theme     string
	Published time.Time // or first seen
	Changed   time.Time
}

// List returns the entries of the feed, and those that it had and whose days
// are not over.
func (f feed) List(ctx context.Context) (Listing, error) {
	file, err := readSourceFile(ctx, f.uri, f.settings.FetchSettings, f.Ref(), f.deps, feedBytes)
	if err != nil {
		return Listing{}, err
	}
	entries, err := parseFeed(file.Body, f.uri, f.deps.now())
	if err != nil {
		return Listing{}, fmt.Errorf("%s: %w", f.uri, err)
	}
	entries, err = f.withOlder(ctx, entries)
	if err != nil {
		return Listing{}, err
	}
	l := Listing{Partial: f.deps.Memory == nil}
	client := f.settings.client(f.deps)
	defer client.Close()
	robots := map[string]fetch.Robots{}
	for _, e := range entries {
		said := Extracted{Title: e.Title, URL: e.URL, Theme: e.Theme, PublishedOn: dayOf(e.Published), ModifiedOn: dayOf(e.Changed), ValidUntil: dayOf(e.Published).AddDate(0, 0, f.settings.KeepDays)}
		if !f.settings.Pages || e.URL == "" {
			l.Items = append(l.Items, madeItem(e.Key, HTML, e.page(), HTMLExtractor{}, said))
			continue
		}
		page, err := f.page(ctx, client, robots, e.URL)
		if ctx.Err() != nil {
			return Listing{}, ctx.Err()
		}
		mediaType := bodyType(page.MediaType, e.URL, page.Body)
		switch {
		case err != nil:
			l.fail(e.Key, err)
		case mediaType == HTML:
			l.Items = append(l.Items, madeItem(e.Key, HTML, page.Body, f.extractor, said))
		case mediaType == "":
			l.Skipped = append(l.Skipped, e.Key)
		default:
			item := madeItem(e.Key, mediaType, page.Body, nil, said)
			item.Extractor = nil
			l.Items = append(l.Items, item)
		}
	}
	return l, nil
}

func dayOf(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// page returns the page that an entry links to, if its host allows that.
func (f feed) page(ctx context.Context, client *fetch.Client, robots map[string]fetch.Robots, address string) (fetch.File, error) {
	u, err := parseAddress(address)
	if err != nil {
		return fetch.File{}, err
	}
	memory := f.deps.memory(f.Ref())
	host, ok := robots[u.Scheme+u.Host]
	if !ok {
		if host, err = client.Robots(ctx, memory, u); err != nil {
			return fetch.File{}, err
		}
		robots[u.Scheme+u.Host] = host
		client.Slow(u.Host, min(host.Delay, maxCrawlDelay))
	}
	if !host.Allows(u.RequestURI()) {
		return fetch.File{}, failuref(fetch.CodeForbidden, "robots.txt does not allow the page %s to be read", address)
	}
	return client.File(ctx, memory, address)
}

// page is an entry's content as a page.
func (e entry) page() []byte {
	return []byte("<!doctype html><html><head><meta charset=\"utf-8\"></head><body><main><h1>" + html.EscapeString(e.Title) + "</h1>" + e.HTML + "</main></body></html>")
}

// parseFeed returns a feed's entries, in its order.
func parseFeed(body []byte, uri string, now time.Time) (entries []entry, err error) {
	defer func() {
		if broken := recover(); broken != nil {
			entries, err = nil, fmt.Errorf("the reader broke on this feed: %v", broken)
		}
	}()
	parsed, err := gofeed.NewParser().Parse(bytes.NewReader(body))
	if err != nil {
		return nil, failuref(codeFeed, "this is no RSS or Atom feed: %v", err)
	}
	base, err := url.Parse(firstOf(webAddress(parsed.Link), uri))
	if err != nil {
		base = &url.URL{}
	}
	american := slices.ContainsFunc(parsed.Items, func(item *gofeed.Item) bool {
		return item != nil && (onlyMonthFirst(item.Published) || onlyMonthFirst(item.Updated))
	})
	taken := map[string]bool{}
	for _, item := range parsed.Items {
		if item == nil || len(entries) >= maxEntries {
			continue
		}
		e := entry{Title: oneLine(fragmentText(item.Title)), HTML: firstOf(item.Content, item.Description), Published: now}
		if to, err := base.Parse(strings.TrimSpace(item.Link)); err == nil && item.Link != "" {
			e.URL = webAddress(to.String())
		}
		published, updated := feedDate(item.Published, item.PublishedParsed, american), feedDate(item.Updated, item.UpdatedParsed, american)
		switch {
		case !published.IsZero():
			e.Published = published
		case !updated.IsZero():
			e.Published = updated
		}
		e.Changed = updated
		if len(item.Categories) > 0 {
			e.Theme = oneLine(item.Categories[0])
		}
		e.Key = oneLine(firstOf(item.GUID, e.URL, e.Title))
		if len(e.Key) > maxAddress {
			sum := sha256.Sum256([]byte(e.Key))
			e.Key = fmt.Sprintf("%x", sum[:12])
		}
		if e.Key == "" || taken[e.Key] || !isSaneYear(e.Published) {
			continue
		}
		taken[e.Key] = true
		entries = append(entries, e)
	}
	return entries, nil
}

// halfDay is an hour as those write it who write the month first.
var halfDay = regexp.MustCompile(`(?i)\d\s?[ap]\.?m\b`)

// monthFirst is a date of numbers read with the month first.
func monthFirst(said string) (time.Time, bool) {
	m := dayFirst.FindStringSubmatch(strings.TrimSpace(said))
	if m == nil {
		return time.Time{}, false
	}
	return makeDate(m[3], m[1], m[2])
}

// onlyMonthFirst tells a date that is none with the day first.
func onlyMonthFirst(said string) bool {
	_, is := monthFirst(said)
	_, other := parseDate(said)
	return is && !other
}

// feedDate is a date as French sites write it, day first, or as the feed's format
// has it; zero: it is none. American feeds write the month first.
func feedDate(said string, parsed *time.Time, american bool) time.Time {
	if american || halfDay.MatchString(said) {
		if day, ok := monthFirst(said); ok {
			if parsed != nil && parsed.Month() == day.Month() && parsed.Day() == day.Day() {
				return *parsed
			}
			return day
		}
	}
	if day, ok := parseDate(said); ok && (parsed == nil || dayFirst.MatchString(strings.TrimSpace(said))) {
		return day
	}
	if parsed == nil {
		return time.Time{}
	}
	return *parsed
}

// isSaneYear keeps dates inside what the database and people can hold.
func isSaneYear(t time.Time) bool { return t.Year() > 1900 && t.Year() < 3000 }

// withOlder adds the entries that the feed had before and that are to be kept,
// and notes them all for the next time. An entry without a date keeps the one
// on which it was first seen.
func (f feed) withOlder(ctx context.Context, entries []entry) ([]entry, error) {
	memory := f.deps.memory(f.Ref())
	name := f.uri + "#entries"
	kept, err := memory.Recall(ctx, name)
	if err != nil && !errors.Is(err, corpus.ErrNotFound) {
		return nil, err
	}
	var older []entry
	if len(kept.Content) > 0 {
		if err := json.Unmarshal(kept.Content, &older); err != nil {
			older = nil // written by another version
		}
	}
	now := f.deps.now()
	at := map[string]int{}
	for i, e := range entries {
		at[e.Key] = i
	}
	for _, o := range older {
		i, still := at[o.Key]
		switch {
		case still && entries[i].Published.Equal(now):
			entries[i].Published = o.Published
		case !still && now.Before(dayOf(o.Published).AddDate(0, 0, f.settings.KeepDays+1)) && len(entries) < maxEntries:
			entries = append(entries, o)
		}
	}
	content, err := json.Marshal(entries)
	if err != nil {
		return nil, fmt.Errorf("note entries of %s: %w", f.uri, err)
	}
	if bytes.Equal(content, kept.Content) {
		return entries, nil
	}
	digest := sha256.Sum256(content)
	err = memory.Remember(ctx, corpus.Visit{Address: name, MediaType: "application/json", Digest: digest[:], Content: content})
	return slices.Clip(entries), err
}
