package ingest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"time"

	"guichet/corpus"
)

// Ingester brings sources into collections. Its zero fields take the defaults
// that are stated; it is safe for concurrent use, one collection at a time.
type Ingester struct {
	Store      Store
	Embedder   corpus.Embedder
	Gate       Gate                 // nil: every edition is published
	Progress   Progress             // nil: nobody watches
	Extractors map[string]Extractor // nil: Extractors()
	MaxBytes   int64                // of one file; 0: 50 MB
	Workers    int                  // files read at once; 0: one for each processor
}

// Request asks for a run.
type Request struct {
	Collection corpus.Collection // in a dry run, ID 0 stands for one that is still to be made
	Paths      []string          // files and folders
	Sources    []Source          // others
	DryRun     bool              // look, and write nothing
	Retire     bool              // retire however many documents are gone
	Quarantine bool              // keep out what Suspicions flags
}

const (
	defaultMaxBytes = 50 << 20
	batchSize       = 64 // passages that are embedded in one call
	batchesInFlight = 2
	deadAfter       = 3 // failed batches in a row mean a dead embedder
)

// Ingest brings the paths into the collection and publishes the result. What
// one file lacks is in the report and is no error. An error means that nothing
// was published; the report tells how far the run came. After a cancellation
// the error is that of ctx, and the next run over the same paths goes on where
// this one stopped.
func (in *Ingester) Ingest(ctx context.Context, req Request) (Report, error) {
	begun := time.Now()
	p := pass{
		Ingester: in.withDefaults(), dry: req.DryRun, mayRetire: req.Retire, quarantine: req.Quarantine, collection: req.Collection,
		runs: map[string]Run{},
		report: Report{
			Collection: req.Collection.Name, DryRun: req.DryRun, Edition: req.Collection.Published,
			Sources: []SourceReport{}, Failures: []Failure{}, Flagged: []Flagged{}, Notes: []string{},
		},
	}
	err := p.run(ctx, req)
	p.Progress.Done()
	p.report.Seconds = time.Since(begun).Seconds()
	slices.SortStableFunc(p.report.Failures, func(a, b Failure) int {
		return cmp.Or(strings.Compare(a.Source, b.Source), strings.Compare(a.Key, b.Key))
	})
	if ctx.Err() != nil && !p.report.Published {
		p.report.Interrupted = true
		err = ctx.Err()
	}
	return p.report, err
}

func (in Ingester) withDefaults() Ingester {
	if in.Progress == nil {
		in.Progress = silent{}
	}
	if in.Extractors == nil {
		in.Extractors = Extractors()
	}
	if in.MaxBytes == 0 {
		in.MaxBytes = defaultMaxBytes
	}
	if in.Workers == 0 {
		in.Workers = runtime.GOMAXPROCS(0)
	}
	return in
}

// pass is one call of Ingest. Only its own goroutine writes to the edition.
type pass struct {
	Ingester
	dry        bool
	mayRetire  bool
	quarantine bool
	collection corpus.Collection
	edition    Edition        // nil in a dry run
	runs       map[string]Run // by source URI
	report     Report

	live     map[docID]corpus.LiveDocument // before this pass
	names    map[docID]string
	failures map[string]bool // absolute paths of files that failed

	addressed, unaddressed int // documents read that have an address to show, and that have none
}

func (p *pass) run(ctx context.Context, req Request) error {
	existing, err := p.existing(ctx)
	if err != nil {
		return err
	}
	todo, err := plan(req.Paths, existing)
	if err != nil {
		return err
	}
	for _, s := range req.Sources {
		todo = append(todo, work{source: s, at: sourceRoot(s.Ref()), whole: true})
	}
	defer p.closeSources(req.Sources)
	listings, err := list(ctx, todo)
	if err != nil {
		return err
	}
	if err := p.open(ctx, todo); err != nil {
		return err
	}
	if p.edition != nil {
		defer p.edition.Close()
	}
	p.nameDocuments(todo, listings)
	if err := p.guard(todo, listings); err != nil {
		return err
	}
	total := 0
	for _, l := range listings {
		total += len(l.Items)
	}
	p.Progress.Start(total)
	for i, w := range todo {
		if err := p.readSource(ctx, w, listings[i]); err != nil {
			return err
		}
	}
	if err := p.settle(ctx, todo, listings); err != nil {
		return err
	}
	if p.unaddressed > 0 && p.addressed > 0 {
		p.report.note("no address to show residents: %d documents (others have a url)", p.unaddressed)
	}
	if p.edition == nil {
		return ctx.Err()
	}
	return p.publish(ctx)
}

func (p *pass) existing(ctx context.Context) ([]corpus.SourceRef, error) {
	if p.collection.ID == 0 {
		return nil, nil
	}
	return p.Store.Sources(ctx, p.collection.ID)
}

// list lists all sources before anything is written, since public names depend
// on all of them. A source that cannot be listed ends the run: it would be
// wrong to publish the others as if the operator had not named it.
func list(ctx context.Context, todo []work) ([]Listing, error) {
	listings := make([]Listing, len(todo))
	for i, w := range todo {
		l, err := w.source.List(ctx)
		if err != nil {
			return nil, err
		}
		slices.SortFunc(l.Items, func(a, b Item) int { return cmp.Compare(a.Key, b.Key) })
		listings[i] = l
	}
	return listings, nil
}

// closeSources lets sources drop what they kept for the reading.
func (p *pass) closeSources(sources []Source) {
	for _, s := range sources {
		if c, ok := s.(io.Closer); ok {
			if err := c.Close(); err != nil {
				p.report.note("%s was not closed: %v", s.Ref().URI, err)
			}
		}
	}
}

// open opens the edition, or in a dry run only looks at what is published.
func (p *pass) open(ctx context.Context, todo []work) error {
	var live []corpus.LiveDocument
	var err error
	switch {
	case p.dry && p.collection.ID == 0:
	case p.dry:
		live, err = p.Store.Live(ctx, p.collection)
	default:
		// A pass over a part of a source must not publish what an interrupted
		// pass over all of it left half done: it names no source, so that
		// nothing is resumed.
		var refs []corpus.SourceRef
		for _, w := range todo {
			refs = append(refs, w.source.Ref())
		}
		if slices.ContainsFunc(todo, func(w work) bool { return !w.whole }) {
			refs = nil
		}
		p.edition, err = p.Store.OpenEdition(ctx, p.collection, p.Embedder.Space(), refs)
		if err != nil {
			p.edition = nil
			return err
		}
		p.collection, _, p.report.Resumed = p.edition.About()
		p.report.Edition = p.collection.Published
		if p.report.Resumed {
			p.report.note("went on with an interrupted run: what it had done counts as unchanged")
		}
		live, err = p.edition.Live(ctx)
		if err != nil {
			p.edition.Close()
			p.edition = nil
		}
	}
	p.live = make(map[docID]corpus.LiveDocument, len(live))
	for _, d := range live {
		p.live[docID{d.Source.URI, d.Key}] = d
	}
	p.failures = map[string]bool{}
	return err
}

// nameDocuments decides the public names of all documents that the collection
// will have.
func (p *pass) nameDocuments(todo []work, listings []Listing) {
	docs := map[docID]corpus.SourceRef{}
	listed := map[string]bool{}
	for i, w := range todo {
		ref := w.source.Ref()
		for _, item := range listings[i].Items {
			docs[docID{ref.URI, item.Key}] = ref
			listed[filePath(ref, item.Key)] = true
		}
	}
	for id, d := range p.live {
		if _, ok := docs[id]; ok {
			continue
		}
		if p.leaves(d, todo, listings, listed) {
			continue
		}
		docs[id] = d.Source
	}
	p.names = publicNames(docs)
	p.noteCollisions(docs)
}

// leaves tells whether a live document that no listing has under its own
// source is to be retired: its file is gone, or another source has taken it
// over.
func (p *pass) leaves(d corpus.LiveDocument, todo []work, listings []Listing, listed map[string]bool) bool {
	at := filePath(d.Source, d.Key)
	if listed[at] {
		return true
	}
	for i, w := range todo {
		l := listings[i]
		if !w.covers(at) || l.Partial || hidden(w, l, at) {
			continue
		}
		return true
	}
	return false
}

// hidden tells whether a file may be there although it was not listed.
func hidden(w work, l Listing, at string) bool {
	ref := w.source.Ref()
	for _, prefix := range l.Unlisted {
		if place := filePath(ref, strings.TrimSuffix(prefix, "/")); place == at || below(place, at) {
			return true
		}
	}
	return slices.ContainsFunc(l.Failures, func(f corpus.Failure) bool { return filePath(ref, f.Key) == at })
}

// noteCollisions tells which files share a name.
func (p *pass) noteCollisions(docs map[docID]corpus.SourceRef) {
	groups := map[string][]string{}
	for id, name := range p.names {
		if base := nameAt(docs[id], id.key, 0); base != name {
			groups[base] = append(groups[base], name)
		}
	}
	for _, base := range sortedKeys(groups) {
		names := groups[base]
		slices.Sort(names)
		shown := names
		if len(names) > 8 {
			shown = append(slices.Clone(names[:8]), "...")
		}
		p.report.note("%d documents share the name %q and go by their paths: %s", len(names), base, strings.Join(shown, ", "))
	}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// startRun returns the run over a source, begun at its first use.
func (p *pass) startRun(ctx context.Context, src corpus.SourceRef) (Run, error) {
	if r := p.runs[src.URI]; r != nil {
		return r, nil
	}
	r, err := p.edition.StartRun(ctx, src)
	if err == nil {
		p.runs[src.URI] = r
	}
	return r, err
}

// publish completes the edition, asks the gate, and shows it to readers.
func (p *pass) publish(ctx context.Context) error {
	changed, err := p.edition.Complete(ctx)
	if err != nil {
		return err
	}
	if !changed {
		p.index(ctx)
		return nil
	}
	c, number, _ := p.edition.About()
	if p.Gate != nil {
		if err := p.Gate.Admit(ctx, c, number); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			p.report.Rejected = err.Error()
			return fmt.Errorf("%w: %w", ErrRejected, err)
		}
	}
	if err := p.edition.Publish(ctx); err != nil {
		return err
	}
	p.report.Published, p.report.Edition = true, number
	p.index(ctx)
	return nil
}

// index keeps searches fast; what fails in it takes nothing from the run.
func (p *pass) index(ctx context.Context) {
	if err := p.edition.Index(ctx); err != nil {
		p.report.note("searches may be slow until the next run: %v", err)
	}
}

// Errors that end a run and that callers tell apart.
var (
	// ErrRejected says that the gate, or the loss of most of a source's
	// documents, kept the edition from being published.
	ErrRejected = errors.New("the edition was not published")
	// ErrEmbedder says that the embedder answers no more.
	ErrEmbedder = errors.New("the embedder does not work")
)
