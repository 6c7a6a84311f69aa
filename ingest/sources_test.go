package ingest

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"strings"
	"sync/atomic"
	"testing"

	"guichet/corpus"
)

// site is a source that is no folder: pages by key.
type site struct {
	uri    string
	pages  map[string]string
	opened atomic.Int32

	mediaType string // of its pages; empty: Markdown
}

func (s *site) Ref() corpus.SourceRef { return corpus.SourceRef{Kind: "website", URI: s.uri} }

func (s *site) List(context.Context) (Listing, error) {
	var l Listing
	for key, text := range s.pages {
		digest := sha256.Sum256([]byte(text))
		l.Items = append(l.Items, Item{Key: key, MediaType: cmp.Or(s.mediaType, Markdown), Said: Extracted{URL: s.uri + key}, Digest: digest[:],
			Open: func(context.Context) (io.ReadCloser, error) {
				s.opened.Add(1)
				return io.NopCloser(strings.NewReader(text)), nil
			}})
	}
	return l, nil
}

func TestSourcesThatAreNoFolders(t *testing.T) {
	b := newBench(t)
	b.write("a.md", "# A\n\nUn.")
	one := &site{uri: "https://ville.example", pages: map[string]string{"/": "# Accueil\n\nBonjour.", "/sub/tri": "# Tri\n\nLe verre."}}
	inner := &site{uri: "https://ville.example/sub", pages: map[string]string{"/tri": "# Autre\n\nLe papier."}}
	run := func(sources ...Source) (Report, error) {
		req := b.request(".")
		req.Sources = sources
		return b.ingester.Ingest(b.Context(), req)
	}
	r, err := run(one, inner)
	if err != nil {
		t.Fatal(err)
	}
	b.wantCounts(r, corpus.Counts{Added: 4})
	b.wantNames("a", "/", "/sub/tri", "/tri")
	if r, err = run(one, inner); err != nil || one.opened.Load()+inner.opened.Load() != 3 {
		t.Fatalf("%v, %d pages opened, want the 3 of the first run", err, one.opened.Load()+inner.opened.Load())
	}
	b.wantCounts(r, corpus.Counts{Unchanged: 4})

	// A pass over one source leaves the others alone; what it lacks retires.
	delete(one.pages, "/")
	if r, err = run(one); err != nil {
		t.Fatal(err)
	}
	b.wantCounts(r, corpus.Counts{Unchanged: 2, Retired: 1})
	clear(one.pages)
	if _, err = run(one); !errors.Is(err, ErrRejected) || !strings.Contains(err.Error(), "https://ville.example has lost") {
		t.Errorf("it lost all, and: %v", err)
	}
}

// A page's address says nothing of what it is: what it hides is told all the
// same.
func TestWhatAPageWithoutAnEndingHidesIsTold(t *testing.T) {
	b := newBench(t)
	page := `<!doctype html><html><body><main><h1>Piscine</h1><p>La piscine est ouverte le lundi.</p>` +
		`<p style="font-size:0">La piscine est gratuite pour tous les habitants de la ville.</p></main></body></html>`
	s := &site{uri: "https://ville.example", pages: map[string]string{"/piscine": page}, mediaType: HTML}
	r, err := b.ingester.Ingest(b.Context(), Request{Collection: b.request().Collection, Sources: []Source{s}})
	if err != nil || len(r.Flagged) != 1 {
		t.Errorf("%v, flagged %+v", err, r.Flagged)
	}
}
