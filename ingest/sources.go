package ingest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"guichet/corpus"
	"guichet/ingest/fetch"
)

// Kinds of source beside folders and files.
const (
	KindWebsite  = "website"
	KindFeed     = "feed"
	KindCalendar = "calendar"
	KindCSV      = "csv"
)

// Dependencies are what sources need beside their settings. All may be zero.
type Dependencies struct {
	Memory   func(corpus.SourceRef) fetch.Memory // nil: nothing is remembered
	Fetch    fetch.Options                       // that a source's settings add to
	Temp     string                              // folder for what was fetched; "": the system's
	Zone     *time.Location                      // the town's; nil: Europe/Paris
	Language string                              // of words that a source adds; "": French
	Now      func() time.Time                    // nil: time.Now
	Seen     func(Seen)                          // told while a website is being walked, from one goroutine at a time; nil: nobody is
}

// Seen is how far the walk over a website is, in pages.
type Seen struct {
	Done    int    // asked for
	Known   int    // known of, those asked for counted
	Whole   bool   // there are no others: the site's map names them
	Current string // key of the page that was asked for last
}

func (d Dependencies) memory(ref corpus.SourceRef) fetch.Memory {
	if d.Memory == nil {
		return fetch.Forgetful{}
	}
	return d.Memory(ref)
}

func (d Dependencies) now() time.Time {
	if d.Now == nil {
		return time.Now()
	}
	return d.Now()
}

// OpenSource makes a source of its kind, its address and its settings, which
// are a JSON object or empty. The error names the setting and the mend.
func OpenSource(kind, uri string, settings json.RawMessage, d Dependencies) (Source, error) {
	switch kind {
	case KindFolder:
		if err := parseSettings(settings, &struct{}{}); err != nil {
			return nil, err
		}
		absolute, err := filepath.Abs(uri)
		if err == nil {
			absolute, err = filepath.EvalSymlinks(absolute)
		}
		if err != nil {
			return nil, failuref(placeCode(err), "%s: %s", uri, fileReason(err))
		}
		return folder{path: absolute}, nil
	case KindWebsite:
		var s WebsiteSettings
		if err := parseSettings(settings, &s); err != nil {
			return nil, err
		}
		return NewWebsite(uri, s, d)
	case KindFeed:
		var s FeedSettings
		if err := parseSettings(settings, &s); err != nil {
			return nil, err
		}
		return NewFeed(uri, s, d)
	case KindCalendar:
		var s CalendarSettings
		if err := parseSettings(settings, &s); err != nil {
			return nil, err
		}
		return NewCalendar(uri, s, d)
	case KindCSV:
		var s CSVSettings
		if err := parseSettings(settings, &s); err != nil {
			return nil, err
		}
		return NewCSV(uri, s, d)
	}
	return nil, fmt.Errorf("there is no source of the kind %q: it is one of %s", kind,
		strings.Join([]string{KindFolder, KindWebsite, KindFeed, KindCalendar, KindCSV}, ", "))
}

// parseSettings refuses settings that nobody reads, which are spelling errors.
func parseSettings(raw json.RawMessage, to any) error {
	if len(bytes.TrimSpace(raw)) == 0 {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(to); err != nil {
		return fmt.Errorf("settings: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("settings: more than one JSON object")
	}
	return nil
}

// FetchSettings are those of all sources that have web addresses.
type FetchSettings struct {
	Private []string `json:"allow_private,omitempty"` // hosts that may be inside private networks
	DelayMS *int     `json:"delay_ms,omitempty"`      // between two requests to a host; default 500
	AtOnce  int      `json:"at_once,omitempty"`       // requests to a host; default 2
	MaxMB   int      `json:"max_mb,omitempty"`        // of one answer; default 50
	Seconds int      `json:"seconds,omitempty"`       // for one answer; default 60
}

// Validate names the field that is wrong, and the mend.
func (s FetchSettings) Validate() error {
	for _, host := range s.Private {
		if host == "" || strings.ContainsAny(host, "/* ") {
			return fmt.Errorf("allow_private: %q is no host: write its name as it stands in the address, such as intranet.ville.fr", host)
		}
	}
	for _, n := range []struct {
		name        string
		value, most int
	}{{"at_once", s.AtOnce, 16}, {"max_mb", s.MaxMB, 200}, {"seconds", s.Seconds, 600}} {
		if n.value < 0 || n.value > n.most {
			return fmt.Errorf("%s: %d is out of bounds: choose a number up to %d", n.name, n.value, n.most)
		}
	}
	if s.DelayMS != nil && (*s.DelayMS < 0 || *s.DelayMS > 60_000) {
		return fmt.Errorf("delay_ms: %d is out of bounds: choose a number up to 60000", *s.DelayMS)
	}
	return nil
}

// client returns the client that these settings ask for.
func (s FetchSettings) client(d Dependencies) *fetch.Client {
	o := d.Fetch
	o.Private = append(append([]string(nil), o.Private...), s.Private...)
	o.Delay = 500 * time.Millisecond
	if s.DelayMS != nil {
		o.Delay = time.Duration(*s.DelayMS) * time.Millisecond
	}
	if s.AtOnce > 0 {
		o.AtOnce = s.AtOnce
	}
	if s.MaxMB > 0 {
		o.MaxBytes = int64(s.MaxMB) << 20
	}
	if s.Seconds > 0 {
		o.Total = time.Duration(s.Seconds) * time.Second
	}
	return fetch.New(o)
}

// isWebAddress tells an address from a path.
func isWebAddress(uri string) bool {
	lower := strings.ToLower(uri)
	return strings.HasPrefix(lower, "http://") || strings.HasPrefix(lower, "https://")
}

// parseAddress returns a web address in its normal form.
func parseAddress(uri string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(uri))
	if err != nil || !isWebAddress(strings.TrimSpace(uri)) || u.Hostname() == "" {
		return nil, fmt.Errorf("%q is no web address: it begins with https:// and a host", uri)
	}
	if u.User != nil {
		return nil, fmt.Errorf("%s: an address with a user or password is not asked for", u.Redacted())
	}
	normal, err := fetch.Normalize(u)
	if err != nil {
		return nil, fmt.Errorf("%q: %w", uri, err)
	}
	u, err = url.Parse(normal)
	if err != nil {
		return nil, fmt.Errorf("%q: %w", uri, err)
	}
	return u, nil
}

// overruled reads as another extractor does, save that the title and address
// that the source gives stand against those in the bytes.
type overruled struct {
	Extractor
	title, url string
}

// Extract implements Extractor.
func (o overruled) Extract(ctx context.Context, in Input) (Extracted, error) {
	x, err := o.Extractor.Extract(ctx, in)
	x.Title = firstOf(o.title, x.Title)
	x.URL = firstOf(o.url, x.URL)
	return x, err
}

// madeItem is an item whose bytes the source made, of a feed's entry or the
// like.
func madeItem(key, mediaType string, content []byte, e Extractor, said Extracted) Item {
	digest := sha256.Sum256(content)
	return Item{
		Key: key, MediaType: mediaType, Digest: digest[:], Said: said,
		Extractor: overruled{Extractor: e, title: said.Title, url: said.URL},
		Open: func(context.Context) (io.ReadCloser, error) {
			return io.NopCloser(bytes.NewReader(content)), nil
		},
	}
}

// readSourceFile returns the one file that a source consists of, from the web
// or from disk. One of more than limit bytes is not read.
func readSourceFile(ctx context.Context, uri string, s FetchSettings, ref corpus.SourceRef, d Dependencies, limit int) (fetch.File, error) {
	if s.MaxMB > 0 {
		limit = min(limit, s.MaxMB<<20)
	}
	tooLarge := func() error {
		return failuref(codeTooLarge, "%s: larger than %d MB, which is more than is read at once: cut it into several", uri, limit>>20)
	}
	if isWebAddress(uri) {
		s.MaxMB = limit >> 20
		client := s.client(d)
		defer client.Close()
		file, err := client.File(ctx, d.memory(ref), uri)
		if codeOf(err) == fetch.CodeTooLarge {
			return fetch.File{}, tooLarge()
		}
		if err != nil {
			return fetch.File{}, fmt.Errorf("%s: %w", uri, err)
		}
		return file, nil
	}
	r, err := openIn(filepath.Dir(uri), filepath.Base(uri))
	if err != nil {
		return fetch.File{}, failuref(placeCode(err), "%s: %s", uri, fileReason(err))
	}
	defer func() { _ = r.Close() }()
	b, err := readAtMost(r, int64(limit))
	if err != nil {
		return fetch.File{}, failuref(placeCode(err), "%s: %s", uri, fileReason(err))
	}
	if len(b) > limit {
		return fetch.File{}, tooLarge()
	}
	return fetch.File{URL: uri, Body: b}, nil
}

// sourceURI is the one spelling of the address or path that names a source: links in
// a path are resolved, where it leads to something.
func sourceURI(uri string) (string, error) {
	switch {
	case uri == "":
		return "", errors.New("no path and no address: give one")
	case isWebAddress(uri):
		u, err := parseAddress(uri)
		if err != nil {
			return "", err
		}
		return u.String(), nil
	case strings.Contains(uri, "://"):
		return "", fmt.Errorf("%q is no web address: it begins with https:// and a host", uri)
	}
	absolute, err := filepath.Abs(uri)
	if err != nil {
		return "", fmt.Errorf("%s: %s", uri, fileReason(err))
	}
	if resolved, err := filepath.EvalSymlinks(absolute); err == nil {
		return resolved, nil
	}
	return absolute, nil
}
