package fetch

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/html/charset"
)

// Bounds of a site's maps.
const (
	maxMaps       = 500      // files that an index names, in all
	maxMapEntries = 100_000  // pages in all
	maxMapBytes   = 50 << 20 // of one file, decompressed: what the protocol allows
)

// Mapped is a page that a sitemap names.
type Mapped struct {
	URL      string
	Modified time.Time // zero: not said
}

// Sitemap returns the pages that the sitemap at an address names, and those of
// the sitemaps that it names. Any of them that cannot be read is an error: half
// a list would look like a site that lost its pages.
func (c *Client) Sitemap(ctx context.Context, m Memory, address string) (pages []Mapped, fetched []string, err error) {
	queue := []string{address}
	seen := map[string]bool{}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		if seen[at] {
			continue
		}
		seen[at] = true
		if len(seen) > maxMaps {
			return nil, fetched, errorf(CodeTooLarge, "the sitemap %s names more than %d others", address, maxMaps)
		}
		file, err := c.File(ctx, m, at)
		if err != nil {
			return nil, fetched, fmt.Errorf("read sitemap %s: %w", at, err)
		}
		fetched = append(fetched, at)
		some, more, err := ParseSitemap(file.Body)
		if err != nil {
			return nil, fetched, fmt.Errorf("read sitemap %s: %w", at, err)
		}
		pages = append(pages, some...)
		if len(pages) > maxMapEntries {
			return nil, fetched, errorf(CodeTooLarge, "the sitemap %s names more than %d pages", address, maxMapEntries)
		}
		for _, location := range more {
			if to, err := resolve(at, location); err == nil {
				queue = append(queue, to)
			}
		}
	}
	return pages, fetched, nil
}

func resolve(base, location string) (string, error) {
	from, err := url.Parse(base)
	if err != nil {
		return "", fmt.Errorf("parse %q: %w", base, err)
	}
	to, err := from.Parse(strings.TrimSpace(location))
	if err != nil {
		return "", fmt.Errorf("parse %q: %w", location, err)
	}
	return to.String(), nil
}

// ParseSitemap reads a sitemap, or an index of sitemaps, compressed by gzip or
// not. What is neither is an error.
func ParseSitemap(b []byte) (pages []Mapped, sitemaps []string, err error) {
	return parseSitemap(b, maxMapBytes)
}

func parseSitemap(b []byte, limit int64) (pages []Mapped, sitemaps []string, err error) {
	var r io.Reader = bytes.NewReader(b)
	if bytes.HasPrefix(b, []byte{0x1F, 0x8B}) {
		if r, err = gzip.NewReader(r); err != nil {
			return nil, nil, fmt.Errorf("decompress: %w", err)
		}
	}
	limited := &io.LimitedReader{R: r, N: limit + 1}
	d := xml.NewDecoder(limited)
	d.CharsetReader = charset.NewReaderLabel
	var entry struct {
		Loc     string `xml:"loc"`
		LastMod string `xml:"lastmod"`
	}
	root := ""
	for {
		token, err := d.Token()
		if limited.N <= 0 {
			return nil, nil, tooLarge(limit)
		}
		if errors.Is(err, io.EOF) && root != "" {
			return pages, sitemaps, nil
		}
		if err != nil {
			return nil, nil, fmt.Errorf("this is no sitemap: %w", err)
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		switch name := start.Name.Local; {
		case root == "":
			if root = name; root != "urlset" && root != "sitemapindex" {
				return nil, nil, fmt.Errorf("this is no sitemap, but a file of %q", root)
			}
		case root == "urlset" && name == "url", root == "sitemapindex" && name == "sitemap":
			entry.Loc, entry.LastMod = "", ""
			if err := d.DecodeElement(&entry, &start); err != nil {
				return nil, nil, fmt.Errorf("this is no sitemap: %w", err)
			}
			loc := strings.TrimSpace(entry.Loc)
			switch {
			case loc == "":
			case name == "sitemap":
				sitemaps = append(sitemaps, loc)
			default:
				pages = append(pages, Mapped{URL: loc, Modified: w3cTime(entry.LastMod)})
			}
			if len(pages) > maxMapEntries || len(sitemaps) > maxMaps {
				return nil, nil, errorf(CodeTooLarge, "it names more than %d pages or %d sitemaps", maxMapEntries, maxMaps)
			}
		}
	}
}

// w3cTime reads the forms that sitemaps may have; zero is none of them.
func w3cTime(s string) time.Time {
	s = strings.TrimSpace(s)
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05", time.DateOnly, "2006-01"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t
		}
	}
	return time.Time{}
}
