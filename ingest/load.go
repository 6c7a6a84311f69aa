package ingest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"guichet/corpus"
)

// readSource reads a source's items and puts what is new or changed into the
// edition. Reading, embedding and the writing of documents go on beside each
// other; all else is written to the edition from here alone.
func (p *pass) readSource(ctx context.Context, w work, l Listing) error {
	ref := w.source.Ref()
	s := loader{pass: p, ref: ref, report: SourceReport{Kind: ref.Kind, URI: ref.URI, Path: w.path()}}
	if !p.dry {
		var err error
		if s.run, err = p.startRun(ctx, ref); err != nil {
			return err
		}
	}
	for _, f := range l.Failures {
		s.fail(f.Key, failure{code: f.Code, text: f.Reason})
	}
	p.report.skip(l.Skipped)
	for _, note := range l.Notes {
		p.report.keep(note)
	}
	err := s.load(ctx, l.Items)
	p.report.add(s.report)
	return err
}

// loader takes documents from the readers, has their passages embedded, and
// puts them.
type loader struct {
	*pass
	ref      corpus.SourceRef
	run      Run // nil in a dry run
	report   SourceReport
	queue    []batch         // to be embedded
	filling  batch           // not full yet
	inFlight int             // batches that are being embedded
	embedded chan embedded   // what comes back
	dead     int             // failed batches in a row
	ready    []*pending      // to be put
	held     time.Time       // when the edition was last seen to be this run's alone
	writing  map[string]bool // keys of the documents that are being put
	written  chan written    // what came of it
}

// documentsAtOnce is how many documents are put at once: the database is at work on
// one while the program makes the next, and neither waits for the other.
const documentsAtOnce = 3

// pending is a document that waits for vectors.
type pending struct {
	document corpus.Document
	vectors  [][]float32
	waiting  int // vectors that are still to come
	failed   bool
}

// batch is passages, of one or more documents, that are embedded in one call.
type batch struct {
	texts []string
	slots []slot
}

// slot is where a text's vector belongs.
type slot struct {
	to *pending
	at int
}

type embedded struct {
	batch   batch
	vectors [][]float32
	err     error
}

type written struct {
	document corpus.Document
	err      error
}

// load runs until all items are put, failed or unchanged. Documents come in
// only while none waits to be embedded or put, so that few are in memory at once.
func (s *loader) load(ctx context.Context, items []Item) error {
	ctx, cancel := context.WithCancel(ctx)
	results := make(chan readItem, s.Workers) // read beside what is being written
	reading := make(chan error, 1)
	go func() { reading <- s.readAll(ctx, s.ref, items, results) }()
	s.embedded = make(chan embedded, batchesInFlight)
	s.written = make(chan written, documentsAtOnce)
	s.writing = make(map[string]bool)
	err := s.pump(ctx, results)
	cancel()
	// Nobody is left behind: readers, embedders and writers have seen the end.
	readErr := <-reading
	for ; s.inFlight > 0; s.inFlight-- {
		<-s.embedded
	}
	for range s.writing {
		<-s.written
	}
	if err != nil {
		return err
	}
	return readErr
}

func (s *loader) pump(ctx context.Context, results <-chan readItem) error {
	open := true
	for open || s.busy() {
		if !open && len(s.queue) == 0 && len(s.filling.texts) > 0 {
			s.enqueue()
		}
		for s.inFlight < batchesInFlight && len(s.queue) > 0 {
			s.embed(ctx, s.queue[0])
			s.queue = s.queue[1:]
		}
		if err := s.putReady(ctx); err != nil {
			return err
		}
		in := results
		if !open || len(s.queue) > 0 || len(s.ready) > 0 {
			in = nil
		}
		select {
		case r, ok := <-in:
			if !ok {
				open = false
				continue
			}
			if err := s.take(ctx, r); err != nil {
				return err
			}
		case e := <-s.embedded:
			s.inFlight--
			if err := s.place(ctx, e); err != nil {
				return err
			}
		case w := <-s.written:
			if err := s.putDone(ctx, w); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// busy tells whether a document is on its way.
func (s *loader) busy() bool {
	return s.inFlight > 0 || len(s.queue) > 0 || len(s.filling.texts) > 0 || len(s.ready) > 0 || len(s.writing) > 0
}

// take deals with what came of reading an item.
func (s *loader) take(ctx context.Context, r readItem) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	known, isKnown := s.live[docID{s.ref.URI, r.item.Key}]
	s.flag(r)
	switch {
	case r.err != nil:
		s.fail(r.item.Key, r.err)
		s.watch.step(r.item.Key)
		if isKnown { // the old version stays, under its name of today
			return s.rename(ctx, known)
		}
		return nil
	case r.unchanged:
		s.report.Unchanged++
		s.watch.step(r.item.Key)
		return s.rename(ctx, known)
	}
	for _, note := range r.notes {
		s.pass.report.keep(ofDocument(r.item.Key, note))
	}
	s.noteAddress(r.document)
	if s.dry {
		s.count(r.document)
		return nil
	}
	kept := make([]bool, len(r.document.Passages))
	if isKnown {
		var err error
		if kept, err = s.run.Kept(ctx, r.document); err != nil {
			return s.refused(ctx, r.document.Key, err)
		}
	}
	doc := &pending{document: r.document, vectors: make([][]float32, len(r.document.Passages))}
	for i, passage := range r.document.Passages {
		if kept[i] {
			continue
		}
		doc.waiting++
		s.filling.texts = append(s.filling.texts, corpus.EmbeddingText(r.document.Title, passage))
		s.filling.slots = append(s.filling.slots, slot{doc, i})
		if len(s.filling.texts) == batchSize {
			s.enqueue()
		}
	}
	if doc.waiting == 0 {
		s.ready = append(s.ready, doc)
	}
	return nil
}

func (s *loader) enqueue() {
	s.queue = append(s.queue, s.filling)
	s.filling = batch{}
}

// embed has a batch embedded beside the writing.
func (s *loader) embed(ctx context.Context, b batch) {
	s.inFlight++
	go func() {
		e := embedded{batch: b}
		// Embedders may change the texts they are given.
		e.vectors, e.err = s.Embedder.EmbedPassages(ctx, append([]string(nil), b.texts...))
		if e.err == nil {
			e.err = checkVectors(e.vectors, len(b.texts), s.Embedder.Space().Dimensions)
		}
		s.embedded <- e
	}()
}

// checkVectors refuses what an endpoint got wrong: too few vectors, or others
// than its space has.
func checkVectors(vectors [][]float32, count, dimensions int) error {
	if len(vectors) != count {
		return fmt.Errorf("%d vectors came for %d passages", len(vectors), count)
	}
	for _, v := range vectors {
		if len(v) != dimensions {
			return fmt.Errorf("a vector of %d dimensions came, not of %d", len(v), dimensions)
		}
		for _, f := range v {
			if math.IsNaN(float64(f)) || math.IsInf(float64(f), 0) {
				return errors.New("a vector came that is not made of numbers")
			}
		}
	}
	return nil
}

// place gives a batch's vectors to their documents; those that are whole are ready. A batch that failed is tried again document by document, so that one
// text that the embedder chokes on costs one document.
func (s *loader) place(ctx context.Context, e embedded) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if e.err != nil {
		if s.dead++; s.dead >= deadAfter {
			return fmt.Errorf("%w: %d calls in a row failed, the last with: %w", ErrEmbedder, s.dead, e.err)
		}
		apart := e.batch.byDocument()
		if len(apart) > 1 {
			s.queue = append(apart, s.queue...)
			return nil
		}
		s.vectorsCame(e.batch.slots[0].to, failuref(codeEmbedding, "its passages could not be embedded: %v", e.err), len(e.batch.slots))
		return nil
	}
	s.dead = 0
	s.pass.report.Embedded += len(e.vectors)
	for i, at := range e.batch.slots {
		at.to.vectors[at.at] = e.vectors[i]
		s.vectorsCame(at.to, nil, 1)
	}
	return nil
}

// vectorsCame notes that n of a document's vectors came or failed; once none is
// waited for, the document is ready to be put.
func (s *loader) vectorsCame(doc *pending, failure error, n int) {
	doc.waiting -= n
	if failure != nil && !doc.failed {
		doc.failed = true
		s.fail(doc.document.Key, failure)
	}
	switch {
	case doc.waiting > 0:
	case doc.failed:
		s.watch.step(doc.document.Key)
	default:
		s.ready = append(s.ready, doc)
	}
}

// byDocument parts a batch into one for each document.
func (b batch) byDocument() []batch {
	var parts []batch
	for i, at := range b.slots {
		if i == 0 || at.to != b.slots[i-1].to {
			parts = append(parts, batch{})
		}
		last := &parts[len(parts)-1]
		last.texts = append(last.texts, b.texts[i])
		last.slots = append(last.slots, at)
	}
	return parts
}

// heldFor is how long a look at the lock is good for.
const heldFor = time.Second

// putReady begins to put documents that are ready, a few at once, and never two
// of one key.
func (s *loader) putReady(ctx context.Context) error {
	if len(s.ready) > 0 && time.Since(s.held) > heldFor {
		if err := s.edition.Held(ctx); err != nil {
			return err
		}
		s.held = time.Now()
	}
	s.ready = slices.DeleteFunc(s.ready, func(doc *pending) bool {
		key := doc.document.Key
		if len(s.writing) == documentsAtOnce || s.writing[key] {
			return false
		}
		s.writing[key] = true
		go func() {
			s.written <- written{doc.document, s.run.Put(ctx, doc.document, doc.vectors)}
		}()
		return true
	})
	return nil
}

// putDone notes what came of putting a document.
func (s *loader) putDone(ctx context.Context, w written) error {
	delete(s.writing, w.document.Key)
	if w.err != nil {
		return s.refused(ctx, w.document.Key, w.err)
	}
	s.count(w.document)
	return nil
}

// refused tells what is wrong with one document from what is wrong with the
// database: only the latter ends the run.
func (s *loader) refused(ctx context.Context, key string, err error) error {
	var pg *pgconn.PgError
	// Classes 22 and 54: data that a column cannot hold, or too much of it.
	if ctx.Err() == nil && errors.As(err, &pg) && (strings.HasPrefix(pg.Code, "22") || strings.HasPrefix(pg.Code, "54")) {
		s.fail(key, failuref(codeRefused, "the database refused it: %s", pg.Message))
		s.watch.step(key)
		return nil
	}
	return err
}

// count notes a document that is in the edition now.
func (s *loader) count(d corpus.Document) {
	if _, ok := s.live[docID{s.ref.URI, d.Key}]; ok {
		s.report.Changed++
	} else {
		s.report.Added++
	}
	s.pass.report.Passages += len(d.Passages)
	s.watch.step(d.Key)
}

// flag tells what looked suspicious in an item, and whether it was kept out.
func (s *loader) flag(r readItem) {
	for _, f := range r.flags {
		s.pass.report.Flagged = append(s.pass.report.Flagged, Flagged{Source: s.ref.URI, Key: r.item.Key, Kind: f.Kind, Excerpt: f.Excerpt})
	}
	if codeOf(r.err) == codeSuspicious {
		s.pass.report.Quarantined++
	}
}

func (s *loader) fail(key string, err error) {
	s.report.Failed++
	s.failures[filePath(s.ref, key)] = true
	s.pass.report.Failures = append(s.pass.report.Failures, Failure{Source: s.ref.URI, Key: key, Reason: err.Error(), Code: codeOf(err)})
}
