package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"guichet/corpus"
	"guichet/ingest"
	"guichet/ingest/fetch"
)

// opener makes a source from its address and its settings, a JSON object. What
// it refuses it names, with the mend; it asks nothing of the source yet.
type opener func(uri string, settings json.RawMessage) (ingest.Source, error)

// openers are the kinds of source there are, for a collection.
func (o *session) openers(c corpus.Collection, progress io.Writer) map[string]opener {
	all := map[string]opener{
		ingest.KindFolder: func(path string, settings json.RawMessage) (ingest.Source, error) {
			return openPath(path, settings, ingest.Folder)
		},
		ingest.KindFile: func(path string, settings json.RawMessage) (ingest.Source, error) {
			return openPath(path, settings, ingest.File)
		},
		ingest.KindServicePublic: func(uri string, settings json.RawMessage) (ingest.Source, error) {
			var s ingest.ServicePublicSettings
			if err := readStrictly(settings, &s); err != nil {
				return nil, err
			}
			return ingest.NewServicePublic(uri, s, o.downloads().Open)
		},
		ingest.KindDirectory: func(uri string, settings json.RawMessage) (ingest.Source, error) {
			var s ingest.DirectorySettings
			if err := readStrictly(settings, &s); err != nil {
				return nil, err
			}
			return ingest.NewDirectory(uri, s, o.downloads().Open)
		},
	}
	for _, kind := range []string{ingest.KindWebsite, ingest.KindFeed, ingest.KindCalendar, ingest.KindCSV} {
		all[kind] = func(uri string, settings json.RawMessage) (ingest.Source, error) {
			return ingest.OpenSource(kind, uri, settings, o.dependencies(c, false, progress))
		}
	}
	return all
}

func openPath(path string, settings json.RawMessage, open func(string) (ingest.Source, error)) (ingest.Source, error) {
	if err := readStrictly(settings, &struct{}{}); err != nil {
		return nil, fmt.Errorf("a folder or file has no settings: %w", err)
	}
	return open(path)
}

// readStrictly reads settings and refuses those that do not exist.
func readStrictly(settings json.RawMessage, to any) error {
	if len(settings) == 0 {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(settings))
	d.DisallowUnknownFields()
	if err := d.Decode(to); err != nil {
		return fmt.Errorf("settings: %w", err)
	}
	return nil
}

// openSource makes the source that was declared for a collection.
func (o *session) openSource(c corpus.Collection, kind, uri string, settings json.RawMessage, progress io.Writer) (ingest.Source, error) {
	all := o.openers(c, progress)
	open := all[kind]
	if open == nil {
		return nil, fmt.Errorf("there is no source of the kind %q: it is one of %s", kind, strings.Join(slices.Sorted(maps.Keys(all)), ", "))
	}
	return open(uri, settings)
}

// Bounds of the national files, which are larger than a town's.
const (
	maxDownload  = 400 << 20
	downloadTime = 15 * time.Minute
)

// downloads keeps the national files in the data folder, so that one that has
// not changed is not sent again.
// Private networks are refused, but for these hosts.
func (o *session) downloads(private ...string) ingest.Downloads {
	return ingest.Downloads{
		Dir: filepath.Join(o.settings.get("GUICHET_DATA_DIR"), "downloads"),
		Get: func(ctx context.Context, address, etag, modified string, to *os.File) (ingest.Download, error) {
			client := fetch.New(fetch.Options{MaxBytes: maxDownload, Total: downloadTime, Private: private})
			defer client.Close()
			return download(ctx, client, address, etag, modified, to)
		},
	}
}

func download(ctx context.Context, client *fetch.Client, address, etag, modified string, to *os.File) (ingest.Download, error) {
	answer, err := client.Get(ctx, fetch.Request{URL: address, ETag: etag, Modified: modified, Follow: true, Into: to})
	if err != nil {
		return ingest.Download{}, err
	}
	if answer.Status == 304 {
		return ingest.Download{Unchanged: true}, nil
	}
	return ingest.Download{ETag: answer.ETag, Modified: answer.Modified}, nil
}
