package ingest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"guichet/corpus"
	"guichet/internal/postgrestest"
)

// stuckEmbedder works until it is stopped.
type stuckEmbedder struct{ fakeEmbedder }

func (e *stuckEmbedder) EmbedPassages(ctx context.Context, _ []string) ([][]float32, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func TestARunIsWatchedAndCancelledFromElsewhere(t *testing.T) {
	w := newTown(t, postgrestest.Open(t))
	w.write("a.md", sheet("Cantine", "Les tarifs", 1))
	if _, err := w.ingest(&fakeEmbedder{}); err != nil {
		t.Fatal(err)
	}
	before := w.seen()
	w.write("b.md", sheet("Piscine", "Les horaires", 1))
	ended := make(chan error, 1)
	go func() {
		r, err := w.ingest(&stuckEmbedder{})
		if !r.Interrupted || r.Published {
			err = errors.New("the report does not tell that it was interrupted")
		}
		ended <- err
	}()
	last := func() corpus.RunInfo {
		t.Helper()
		runs, err := w.store.Runs(t.Context(), w.collection.ID, 1)
		if err != nil || len(runs) != 1 {
			t.Fatal(runs, err)
		}
		return runs[0]
	}
	// Another terminal sees it within seconds.
	var run corpus.RunInfo
	for deadline := time.Now().Add(30 * time.Second); run.State != "running" || run.Progress.Done != 1; run = last() {
		if time.Now().After(deadline) {
			t.Fatalf("the run is not seen at work: %+v", run)
		}
		time.Sleep(20 * time.Millisecond)
	}
	if run.Progress.Phase != "reading" || run.Progress.Total != 2 || run.Progress.Current != "a.md" || run.Stalled(time.Now()) {
		t.Errorf("it tells %+v", run.Progress)
	}
	if _, err := w.ingest(&fakeEmbedder{}); !errors.Is(err, corpus.ErrBusy) {
		t.Errorf("a second run: %v", err)
	}
	if err := w.store.CancelRun(t.Context(), run.ID); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; !errors.Is(err, ErrCancelled) {
		t.Errorf("it ended with %v", err)
	}
	if got := last(); got.State != "cancelled" || got.ID != run.ID {
		t.Errorf("it is recorded as %+v", got)
	}
	if after := w.seen(); len(after) != len(before) {
		t.Errorf("readers see %v", after)
	}
	if err := w.store.CancelRun(t.Context(), run.ID); !errors.Is(err, corpus.ErrNotFound) {
		t.Errorf("a run that has ended is cancelled: %v", err)
	}
	r, err := w.ingest(&fakeEmbedder{})
	if err != nil || !r.Resumed || !r.Published || r.Added != 1 {
		t.Errorf("the next run: %+v, %v", r, err)
	}
}

// While a website is walked, others see how many pages were asked for, of how many.
func TestAWalkIsWatchedFromElsewhere(t *testing.T) {
	for _, mapped := range []bool{true, false} {
		t.Run(fmt.Sprintf("sitemap %v", mapped), func(t *testing.T) {
			w := newTown(t, postgrestest.Open(t))
			site := newTownSite(t, mapped, 100)
			const slow = "/rubrique-1/article-7"
			held, begun := make(chan struct{}), time.Now()
			site.extra[slow] = func(rw http.ResponseWriter, r *http.Request) { <-held; site.page(rw, r, slow) }
			in := Ingester{Store: Corpus(w.store), Embedder: &fakeEmbedder{}}
			ended := make(chan error, 1)
			go func() {
				_, err := in.Ingest(t.Context(), Request{Collection: w.collection, Sources: []Source{site.source(nil)}})
				ended <- err
			}()
			var p corpus.Progress
			for p.Done < 10 {
				if time.Since(begun) > 4*time.Second { // the client waits for five
					close(held)
					t.Fatalf("the walk is not seen: %+v, %v", p, <-ended)
				}
				time.Sleep(20 * time.Millisecond)
				if runs, err := w.store.Runs(t.Context(), w.collection.ID, 1); err == nil && len(runs) == 1 {
					p = runs[0].Progress
				}
			}
			close(held)
			total := 0
			if mapped {
				total = len(site.pages)
			}
			if p.Phase != "listing" || p.Done >= p.Seen || p.Total != total || mapped && p.Seen != total || p.Current == "" || p.Since.IsZero() {
				t.Errorf("it tells %+v, of %d pages", p, len(site.pages))
			}
			if err := <-ended; err != nil {
				t.Error(err)
			}
		})
	}
}

// A source that cannot be listed leaves a run that tells why.
func TestAFailedListingIsRecorded(t *testing.T) {
	w := newTown(t, postgrestest.Open(t))
	in := Ingester{Store: Corpus(w.store), Embedder: &fakeEmbedder{}}
	for _, broken := range []brokenSource{
		{errors.New("the site answers with nonsense"), corpus.Note{Text: "the site answers with nonsense"}},
		{
			fmt.Errorf("the start page: %w", failuref(codeRobots, "robots.txt does not allow it")),
			corpus.Note{Text: "the start page: robots.txt does not allow it", Code: "source.robots", With: map[string]string{"Source": "https://ville.example"}},
		},
		{&pgconn.PgError{Severity: "ERROR", Code: "53100", Message: "disk full"}, corpus.Note{Text: "ERROR: disk full (SQLSTATE 53100)", Code: "database"}},
		{fmt.Errorf("%w: three calls failed", ErrEmbedder), corpus.Note{Text: "the embedder does not work: three calls failed", Code: "embedder"}},
	} {
		if _, err := in.Ingest(t.Context(), Request{Collection: w.collection, Sources: []Source{broken}}); err == nil {
			t.Fatal("a source that cannot be listed was run")
		}
		runs, err := w.store.Runs(t.Context(), w.collection.ID, 1)
		if err != nil || len(runs) != 1 || runs[0].State != "failed" || !reflect.DeepEqual(runs[0].Reason, broken.told) {
			t.Errorf("runs %+v, %v, want the reason %+v", runs, err, broken.told)
		}
	}
}

// brokenSource cannot be listed.
type brokenSource struct {
	err  error
	told corpus.Note // with the run
}

func (brokenSource) Ref() corpus.SourceRef {
	return corpus.SourceRef{Kind: "website", URI: "https://ville.example"}
}

func (b brokenSource) List(context.Context) (Listing, error) {
	return Listing{}, b.err
}
