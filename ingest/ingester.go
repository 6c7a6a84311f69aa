package ingest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"guichet/corpus"
	"guichet/internal/english"
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

	// MaxLoss is the share of its documents that a source may lose without
	// Retire, by its URI, however few it has; a source that is not named may lose
	// less than half, or fewer than three.
	MaxLoss map[string]float64
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
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	p := pass{
		Ingester: in.withDefaults(), begun: begun, dry: req.DryRun, mayRetire: req.Retire, quarantine: req.Quarantine, collection: req.Collection,
		maxLoss: req.MaxLoss,
		runs:    map[string]Run{}, failures: map[string]bool{},
		report: Report{
			Collection: req.Collection.Name, DryRun: req.DryRun, Edition: req.Collection.Published,
			Sources: []SourceReport{}, Failures: []Failure{}, Flagged: []Flagged{}, Notes: []string{},
		},
	}
	p.watch = &watcher{Progress: p.Progress, now: corpus.Progress{Phase: phaseListing}}
	defer func() {
		if p.edition != nil {
			p.edition.Close()
		}
	}()
	err := p.run(ctx, req, cancel)
	p.Progress.Done()
	p.report.Seconds = time.Since(begun).Seconds()
	slices.SortStableFunc(p.report.Failures, func(a, b Failure) int {
		return cmp.Or(strings.Compare(a.Source, b.Source), strings.Compare(a.Key, b.Key))
	})
	if ctx.Err() != nil && !p.report.Published {
		p.report.Interrupted = true
		err = context.Cause(ctx)
	}
	if closing := p.closeRuns(ctx, err); err == nil {
		err = closing
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

// pass is one call of Ingest. Only its own goroutine writes to the edition, but for
// documents, which are put beside it.
type pass struct {
	Ingester
	begun      time.Time
	dry        bool
	mayRetire  bool
	quarantine bool
	maxLoss    map[string]float64
	collection corpus.Collection
	watch      *watcher
	announced  map[string]int64 // runs by source URI; none in a dry run
	edition    Edition          // nil in a dry run
	runs       map[string]Run   // by source URI
	report     Report

	live     map[docID]corpus.LiveDocument // before this pass
	names    map[docID]string
	failures map[string]bool // absolute paths of files that failed

	addressed, unaddressed int // documents read that have an address to show, and that have none
}

func (p *pass) run(ctx context.Context, req Request, cancel context.CancelCauseFunc) error {
	existing, err := p.existing(ctx)
	if err != nil {
		return err
	}
	todo, err := plan(req.Paths, existing)
	if err != nil {
		return err
	}
	for _, s := range req.Sources {
		todo = append(todo, workOver(s))
	}
	defer p.closeSources(req.Sources)
	if err := p.claim(ctx); err != nil {
		return err
	}
	stop, err := p.announce(ctx, todo, cancel)
	if err != nil {
		return err
	}
	defer stop()
	listings, err := p.list(ctx, todo)
	if err != nil {
		return err
	}
	if p.collection.ID != 0 {
		live, err := p.Store.Live(ctx, p.collection)
		if err != nil {
			return err
		}
		p.know(live)
	}
	if err := p.guard(todo, listings); err != nil {
		return err
	}
	if err := p.open(ctx, todo); err != nil {
		return err
	}
	p.nameDocuments(todo, listings)
	total := 0
	for _, l := range listings {
		total += len(l.Items)
	}
	p.watch.start(total)
	for i, w := range todo {
		if err := p.readSource(ctx, w, listings[i]); err != nil {
			return err
		}
	}
	if err := p.settle(ctx, todo, listings); err != nil {
		return err
	}
	if p.unaddressed > 0 && p.addressed > 0 {
		p.report.note(noteAddress, with{"N": strconv.Itoa(p.unaddressed)}, "no address to show residents: %s (others have a url)", english.Count(p.unaddressed, "document"))
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
func (p *pass) list(ctx context.Context, todo []work) ([]Listing, error) {
	listings := make([]Listing, len(todo))
	for i, w := range todo {
		if s, ok := w.source.(interface{ tell(heard func(Seen)) }); ok {
			s.tell(p.watch.walk())
		}
		l, err := w.source.List(ctx)
		if err != nil {
			return nil, SourceError(w.source.Ref().URI, err)
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
				p.report.note("", nil, "%s was not closed: %v", s.Ref().URI, err)
			}
		}
	}
}

// claim keeps other writers out, until Ingest is done.
func (p *pass) claim(ctx context.Context) error {
	if p.dry {
		return nil
	}
	edition, err := p.Store.Claim(ctx, p.collection)
	if err != nil {
		return err
	}
	p.edition = edition
	p.collection, _, _, _ = edition.About()
	p.report.Edition = p.collection.Published
	return nil
}

// know notes what the collection holds before this pass.
func (p *pass) know(live []corpus.LiveDocument) {
	p.live = make(map[docID]corpus.LiveDocument, len(live))
	for _, d := range live {
		p.live[docID{d.Source.URI, d.Key}] = d
	}
}

// open opens the edition, which may hold more than the published one: what an
// interrupted run did, or what waits for an operator.
func (p *pass) open(ctx context.Context, todo []work) error {
	if p.dry {
		return nil
	}
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
	if err := p.edition.Open(ctx, p.Embedder.Space(), refs, p.announced); err != nil {
		return err
	}
	c, number, resumed, continued := p.edition.About()
	p.collection, p.report.Edition, p.report.Resumed = c, c.Published, resumed
	if resumed {
		p.report.note(noteResumed, nil, "went on with an interrupted run: what it had done counts as unchanged")
	}
	if continued {
		p.report.note(noteWaited, with{"Edition": strconv.Itoa(number)}, "edition %d waited for an operator: it is prepared anew, and what it had stays in it", number)
	}
	if !resumed && !continued {
		return nil
	}
	live, err := p.edition.Live(ctx)
	if err != nil {
		return err
	}
	p.know(live)
	return nil
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

// Of names that are shared, so many are told, and of the documents that share
// one so many.
const (
	toldNames   = 3
	toldSharing = 2
)

// noteCollisions tells in one note which documents share a name.
func (p *pass) noteCollisions(docs map[docID]corpus.SourceRef) {
	groups := map[string][]string{}
	sharing := 0
	for id, name := range p.names {
		if base := nameAt(docs[id], id.key, 0); base != name {
			groups[base] = append(groups[base], name)
			sharing++
		}
	}
	if sharing == 0 {
		return
	}
	bases := sortedKeys(groups)
	var examples []string
	for _, base := range bases[:min(toldNames, len(bases))] {
		names := groups[base]
		slices.Sort(names)
		told := slices.Clone(names[:min(toldSharing, len(names))])
		if len(names) > toldSharing {
			told = append(told, "...")
		}
		examples = append(examples, fmt.Sprintf("%s (%s)", base, strings.Join(told, ", ")))
	}
	if len(bases) > toldNames {
		examples = append(examples, "...")
	}
	told := strings.Join(examples, ", ")
	p.report.note(noteShared, with{"N": strconv.Itoa(sharing), "Names": strconv.Itoa(len(bases)), "Examples": told},
		"%s share %s and go by their paths: %s", english.Count(sharing, "document"), english.Count(len(bases), "name"), told)
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

// notLookedAt is why an edition waits until the gate has said otherwise, as when the
// program is killed meanwhile.
const notLookedAt = "the gate has not finished looking at it"

// publish completes the edition, asks the gate, and shows it to readers.
func (p *pass) publish(ctx context.Context) error {
	p.watch.phase(phaseCompleting)
	changed, err := p.edition.Complete(ctx)
	if err != nil {
		return err
	}
	if !changed {
		p.index(ctx)
		return nil
	}
	c, number, _, _ := p.edition.About()
	verdict, err := p.ask(ctx, c, number)
	if err != nil {
		return err
	}
	p.report.Review = verdict.Review
	if verdict.Waits != "" || verdict.Drop {
		p.report.Prepared, p.report.Waiting = number, verdict.Waits
		return p.edition.Hold(ctx, verdict.Waits)
	}
	if err := p.edition.Publish(ctx); err != nil {
		return err
	}
	p.report.Published, p.report.Edition = true, number
	p.report.PublishedIn = time.Since(p.begun).Seconds()
	p.index(ctx)
	if err := p.edition.Prune(ctx); err != nil {
		p.report.note(noteOld, nil, "old editions stay until the next run: %v", err)
	}
	return nil
}

// ask has the gate look at the completed edition.
func (p *pass) ask(ctx context.Context, c corpus.Collection, number int) (Verdict, error) {
	if p.Gate == nil {
		return Verdict{}, nil
	}
	p.watch.phase(phaseChecking)
	if err := p.edition.Hold(ctx, notLookedAt); err != nil {
		return Verdict{}, err
	}
	verdict, err := p.Gate.Admit(ctx, c, number)
	if err != nil {
		if ctx.Err() != nil {
			return Verdict{}, ctx.Err()
		}
		p.report.Rejected = err.Error()
		return Verdict{}, fmt.Errorf("%w: %w", ErrRejected, err)
	}
	return verdict, nil
}

// index keeps searches fast; what fails in it takes nothing from the run.
func (p *pass) index(ctx context.Context) {
	p.watch.phase(phaseIndexing)
	if err := p.edition.Index(ctx); err != nil {
		p.report.note(noteSlow, nil, "searches may be slow until the next run: %v", err)
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
