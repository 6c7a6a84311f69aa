package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"path"
	"strings"
	"time"

	"guichet/corpus"
	"guichet/ingest"
	"guichet/ingest/fetch"
	"guichet/internal/english"
)

// parted tells paths from web addresses.
func parted(args []string) (paths, addresses []string) {
	for _, arg := range args {
		if lower := strings.ToLower(arg); strings.HasPrefix(lower, "http://") || strings.HasPrefix(lower, "https://") {
			addresses = append(addresses, arg)
		} else {
			paths = append(paths, arg)
		}
	}
	return paths, addresses
}

// webSources makes sources of addresses, of the kind that the last part of each
// tells.
func (o *session) webSources(addresses []string, c corpus.Collection, l loading, progress io.Writer) ([]ingest.Source, error) {
	var sources []ingest.Source
	for _, address := range addresses {
		kind := kindOf(address)
		settings := map[string]any{}
		for name, values := range map[string][]string{"allow_private": l.web.private, "include": l.web.include, "exclude": l.web.exclude} {
			if len(values) > 0 && (name == "allow_private" || kind == ingest.KindWebsite) {
				settings[name] = values
			}
		}
		if l.web.maxPages != 0 && kind == ingest.KindWebsite {
			settings["max_pages"] = l.web.maxPages
		}
		raw, err := json.Marshal(settings)
		if err != nil {
			return nil, fmt.Errorf("write settings: %w", err)
		}
		s, err := ingest.OpenSource(kind, address, raw, o.dependencies(c, l.dryRun, progress))
		if err != nil {
			return nil, usageError{err}
		}
		sources = append(sources, s)
	}
	return sources, nil
}

// kindOf guesses the kind of source by the last part of an address.
func kindOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ingest.KindWebsite
	}
	switch strings.ToLower(path.Ext(u.Path)) {
	case ".ics":
		return ingest.KindCalendar
	case ".rss", ".atom", ".xml":
		return ingest.KindFeed
	case ".csv":
		return ingest.KindCSV
	}
	return ingest.KindWebsite
}

// dependencies are what sources of a collection need. A dry run remembers
// nothing, but knows what was remembered.
func (o *session) dependencies(c corpus.Collection, dry bool, progress io.Writer) ingest.Dependencies {
	begun := time.Now()
	last := begun
	d := ingest.Dependencies{
		Language: c.Language,
		Zone:     corpus.Zone(c.TimeZone),
		Seen: func(s ingest.Seen) {
			if s.Done <= 1 {
				begun = time.Now() // sources that are declared may wait for each other
			}
			if time.Since(last) > 5*time.Second {
				last = time.Now()
				_, _ = fmt.Fprintln(progress, pagesLine(s.Done, s.Known, s.Whole, time.Since(begun)))
			}
		},
	}
	if c.ID != 0 {
		d.Memory = func(ref corpus.SourceRef) fetch.Memory {
			visits := o.store.Visits(c.ID, ref)
			if dry {
				return lookOnly{visits}
			}
			return visits
		}
	}
	return d
}

// lookOnly is a memory that nothing is written to.
type lookOnly struct{ corpus.Visits }

func (lookOnly) Remember(context.Context, corpus.Visit) error { return nil }

func (lookOnly) Keep(context.Context, []string) error { return nil }

// pagesLine tells how far the walk over a website is, at what rate, and, where
// all pages are known, how long it may take yet.
func pagesLine(done, known int, whole bool, took time.Duration) string {
	line := fmt.Sprintf("%s asked for, %d known to come", english.Count(done, "page"), max(known-done, 0))
	if whole {
		line = fmt.Sprintf("%d of %s asked for", done, english.Count(known, "page"))
	}
	return line + rateLine(done, known, whole, took)
}

// rateLine is a rate and, where the end is known, the time that is left; empty
// before there is any.
func rateLine(done, total int, whole bool, took time.Duration) string {
	if done == 0 || took <= 0 {
		return ""
	}
	rate := float64(done) / took.Seconds()
	line := fmt.Sprintf(", %.1f/s", rate)
	if whole {
		left := time.Duration(float64(total-done) / rate * float64(time.Second)).Round(time.Second)
		line += fmt.Sprintf(", %s left", left)
	}
	return line
}
