package corpus

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"pgregory.net/rapid"
)

// modelEdition is an edition as the naive model has it.
type modelEdition struct {
	state    modelState
	complete bool
	held     bool            // it waits for an operator
	released bool            // it was published once
	written  modelState      // of a complete one: with what was born in it told apart
	touched  bool            // it ended a document of an earlier edition
	sources  map[string]bool // of its runs
}

// world drives a collection and the naive model of it side by side.
type world struct {
	t          *rapid.T
	ctx        context.Context
	pool       *pgxpool.Pool
	store      *Store
	collection Collection

	published int
	editions  map[int]*modelEdition

	writer  *Edition
	base    int // the edition that was published when the writer opened
	runs    map[string]*Run
	stale   []*Run // of writers that lost the lock
	dropped bool   // the writer's edition changed nothing
}

var (
	modelSources = []string{"/a", "/b"}
	modelWords   = strings.Fields("piscine cantine poubelle mairie école marché crèche stationnement")
)

func TestReadersSeeWhatTheModelSees(t *testing.T) {
	setChecks(t, "30")
	pool := newPool(t)
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		w := &world{t: rt, ctx: t.Context(), pool: pool, store: NewStore(pool), editions: map[int]*modelEdition{}}
		w.store.maxSegments = rapid.IntRange(1, 3).Draw(rt, "maxSegments")
		var err error
		w.collection, err = w.store.EnsureCollection(w.ctx, 0, fmt.Sprint("model ", n), "fr")
		w.must(err)
		defer w.stopWriter()
		rt.Repeat(map[string]func(*rapid.T){
			"":         w.check,
			"open":     w.open,
			"put":      w.put,
			"putMore":  w.put, // twice as likely as the others
			"revert":   w.revert,
			"misput":   w.misput,
			"rename":   w.rename,
			"retire":   w.retire,
			"kill":     w.kill,
			"close":    w.close,
			"complete": w.complete,
			"publish":  w.publish,
			"hold":     w.hold,
			"release":  w.release,
			"reject":   w.reject,
			"cycle":    w.cycle,
			"rollback": w.rollback,
			"prune":    w.prune,
		})
	})
}

// setChecks sets how many sequences are drawn, unless the command line did.
func setChecks(t *testing.T, n string) {
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "rapid.checks" })
	if given {
		return
	}
	before := flag.Lookup("rapid.checks").Value.String()
	if err := flag.Lookup("rapid.checks").Value.Set(n); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = flag.Lookup("rapid.checks").Value.Set(before) })
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) drawSources() []SourceRef {
	n := rapid.IntRange(1, 3).Draw(w.t, "sources") // bits: /a, /b
	var refs []SourceRef
	for i, uri := range modelSources {
		if n&(1<<i) != 0 {
			refs = append(refs, SourceRef{Kind: "folder", URI: uri})
		}
	}
	return refs
}

func (w *world) open(t *rapid.T) {
	sources := w.drawSources()
	e, err := w.store.OpenEdition(w.ctx, w.collection, testEmbedder.Space(), sources)
	if w.writer != nil {
		if !errors.Is(err, ErrBusy) {
			t.Fatalf("second writer: %v", err)
		}
		return
	}
	w.must(err)
	w.writer, w.base, w.runs, w.dropped = e, w.published, map[string]*Run{}, false
	for _, r := range w.stale {
		if err := r.Put(w.ctx, document("x", "fantôme"), [][]float32{bag("fantôme")}); !errors.Is(err, errFenced) {
			t.Fatalf("a writer that lost its lock put a document: %v", err)
		}
	}
	next := w.published + 1
	resumed := w.resumable(sources)
	if e.Number != next || e.Resumed != resumed {
		t.Fatalf("opened %d, resumed %v; want %d, %v", e.Number, e.Resumed, next, resumed)
	}
	continued := !resumed && w.waiting()
	if e.Continued != continued {
		t.Fatalf("opened %d, continued %v; want %v", e.Number, e.Continued, continued)
	}
	if continued {
		waiting := w.editions[next]
		w.editions[next] = &modelEdition{state: waiting.written, touched: waiting.touched, sources: map[string]bool{}}
	} else if !resumed {
		maps.DeleteFunc(w.editions, func(number int, _ *modelEdition) bool { return number > w.published })
		state := modelState{}
		if w.published > 0 {
			state = w.editions[w.published].state.snapshot()
		}
		w.editions[next] = &modelEdition{state: state, sources: map[string]bool{}}
	}
}

func (w *world) resumable(sources []SourceRef) bool {
	next := w.editions[w.published+1]
	if next == nil || next.complete {
		return false
	}
	for number := range w.editions {
		if number > w.published+1 {
			return false
		}
	}
	for uri := range next.sources {
		if !slices.ContainsFunc(sources, func(s SourceRef) bool { return s.URI == uri }) {
			return false
		}
	}
	return true
}

// waiting tells whether the next edition, and nothing else, waits.
func (w *world) waiting() bool {
	next := w.editions[w.published+1]
	for number := range w.editions {
		if number > w.published+1 {
			return false
		}
	}
	return next != nil && next.complete && next.held && !next.released
}

// hold lets the completed edition wait for an operator.
func (w *world) hold(t *rapid.T) {
	if w.writer == nil || w.dropped {
		t.Skip("no edition")
	}
	e := w.editions[w.writer.Number]
	err := w.writer.Hold(w.ctx, "asks")
	if (err == nil) != e.complete {
		t.Fatalf("hold: %v; complete: %v", err, e.complete)
	}
	e.held = e.complete
	if e.complete {
		w.stopWriter()
	}
}

// release publishes what waits, or what was rolled back from.
func (w *world) release(t *rapid.T) {
	number := rapid.IntRange(1, 6).Draw(t, "number")
	e := w.editions[number]
	err := w.store.PublishPrepared(w.ctx, w.collection.ID, number)
	if e == nil || !e.complete || number <= w.published {
		if !errors.Is(err, ErrNotFound) {
			t.Fatalf("publish %d over %d: %v", number, w.published, err)
		}
		return
	}
	w.must(err)
	e.released, e.held = true, false
	w.published = number
}

// reject discards what lies beyond the published edition.
func (w *world) reject(t *rapid.T) {
	err := w.store.RejectPrepared(w.ctx, w.collection)
	beyond := slices.ContainsFunc(slices.Collect(maps.Keys(w.editions)), func(n int) bool { return n > w.published })
	switch {
	case w.writer != nil:
		if !errors.Is(err, ErrBusy) {
			t.Fatalf("reject beside a writer: %v", err)
		}
		return
	case !beyond:
		if !errors.Is(err, ErrNotFound) {
			t.Fatalf("reject of nothing: %v", err)
		}
		return
	}
	w.must(err)
	maps.DeleteFunc(w.editions, func(number int, _ *modelEdition) bool { return number > w.published })
}

// at returns the writer's edition of the model while it can be written.
func (w *world) at() *modelEdition {
	if w.writer == nil || w.dropped || w.editions[w.writer.Number].complete {
		w.t.Skip("no open edition")
	}
	return w.editions[w.writer.Number]
}

func (w *world) run() *Run {
	uri := rapid.SampledFrom(modelSources).Draw(w.t, "source")
	r := w.runs[uri]
	if r == nil {
		var err error
		r, err = w.writer.StartRun(w.ctx, SourceRef{Kind: "folder", URI: uri})
		w.must(err)
		w.runs[uri] = r
		w.editions[w.writer.Number].sources[uri] = true
	}
	for uri, other := range w.runs {
		if other == r {
			w.checkKnown(r, uri)
		}
	}
	return r
}

func (w *world) source(r *Run) string {
	for uri, other := range w.runs {
		if other == r {
			return uri
		}
	}
	return ""
}

func (w *world) checkKnown(r *Run, uri string) {
	known, err := r.Known(w.ctx)
	w.must(err)
	var want []string
	for _, d := range w.editions[w.writer.Number].state {
		if d.source == uri {
			want = append(want, d.key)
		}
	}
	slices.Sort(want)
	if got := slices.Sorted(maps.Keys(known)); !slices.Equal(got, want) {
		w.t.Fatalf("known %v, want %v", got, want)
	}
}

func (w *world) drawText() string {
	words := rapid.SliceOfN(rapid.SampledFrom(modelWords), 1, 4).Draw(w.t, "words")
	return strings.Join(words, " ")
}

func (w *world) put(t *rapid.T) {
	e := w.at()
	r := w.run()
	d := modelDoc{source: w.source(r), bornHere: true}
	d.key = rapid.SampledFrom([]string{"x", "y", "z"}).Draw(t, "key")
	d.name = d.source + d.key
	d.title = rapid.SampledFrom(modelWords[:3]).Draw(t, "title")
	id := d.source + " " + d.key
	old, had := e.state[id]
	if had && rapid.Bool().Draw(t, "change") {
		// Some of the old passages stay, in another order.
		d.title = old.title
		d.texts = rapid.Permutation(old.texts).Draw(t, "order")[:rapid.IntRange(0, len(old.texts)).Draw(t, "kept")]
	}
	for range rapid.IntRange(0, 3).Draw(t, "new") {
		d.texts = append(d.texts, w.drawText())
	}
	w.putDoc(e, r, d)
}

// putDoc puts d in the store and in the model.
func (w *world) putDoc(e *modelEdition, r *Run, d modelDoc) {
	id := d.source + " " + d.key
	old, had := e.state[id]
	doc := d.document()
	vectors, err := vectorsFor(w.ctx, r, doc)
	w.must(err)
	if had && d.title == old.title {
		w.checkKept(old, d, vectors)
	}
	if published := w.editions[w.base]; published != nil && published.state[id].title == d.title {
		w.checkKept(published.state[id], d, vectors)
	}
	w.must(r.Put(w.ctx, doc, vectors))
	e.touched = e.touched || had && !old.bornHere
	e.state[id] = d
}

// revert puts what the published edition has, or the writer's own has had
// since: passages that this edition ended live again.
func (w *world) revert(t *rapid.T) {
	e := w.at()
	r := w.run()
	published := w.editions[w.base]
	key := rapid.SampledFrom([]string{"x", "y", "z"}).Draw(t, "key")
	id := w.source(r) + " " + key
	if published == nil || published.state[id].key == "" {
		t.Skip("nothing to go back to")
	}
	if rapid.Bool().Draw(t, "retired") {
		w.must(r.Retire(w.ctx, []string{key}))
		if d, had := e.state[id]; had {
			e.touched = e.touched || !d.bornHere
			delete(e.state, id)
		}
	}
	d := published.state[id]
	d.bornHere = true
	w.putDoc(e, r, d)
}

// checkKept: a passage that the document had already needs no new vector.
func (w *world) checkKept(old, d modelDoc, vectors [][]float32) {
	left := slices.Clone(old.texts)
	for i, text := range d.texts {
		if at := slices.Index(left, text); at >= 0 {
			left = slices.Delete(left, at, at+1)
			if vectors[i] != nil {
				w.t.Fatalf("passage %q of %q was embedded again", text, d.key)
			}
		}
	}
}

// misput is a document that cannot be put: nothing of it may stay.
func (w *world) misput(t *rapid.T) {
	w.at()
	r := w.run()
	d := modelDoc{source: w.source(r), key: "x", name: "x", title: "mairie", texts: []string{w.drawText(), "nul\x00"}}
	vectors := [][]float32{bag("a"), bag("b")}
	if rapid.Bool().Draw(t, "dimension") {
		d.texts[1] = "texte"
		vectors[1] = []float32{1}
	}
	if err := r.Put(w.ctx, d.document(), vectors); err == nil {
		t.Fatal("a document that cannot be put was put")
	}
}

func (w *world) rename(t *rapid.T) {
	e := w.at()
	r := w.run()
	key := rapid.SampledFrom([]string{"x", "y", "z"}).Draw(t, "key")
	id := w.source(r) + " " + key
	d, had := e.state[id]
	name := rapid.SampledFrom([]string{"un", "deux"}).Draw(t, "name")
	err := r.Rename(w.ctx, key, name)
	if !had {
		if !errors.Is(err, ErrNotFound) {
			t.Fatalf("rename of no document: %v", err)
		}
		return
	}
	w.must(err)
	e.touched = e.touched || !d.bornHere
	d.name, d.bornHere = name, true
	e.state[id] = d
}

func (w *world) retire(t *rapid.T) {
	e := w.at()
	r := w.run()
	keys := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"x", "y", "z"}), 0, 3, rapid.ID).Draw(t, "keys")
	w.must(r.Retire(w.ctx, keys))
	for _, key := range keys {
		id := w.source(r) + " " + key
		if d, had := e.state[id]; had {
			e.touched = e.touched || !d.bornHere
			delete(e.state, id)
		}
	}
}

// kill ends the writer's session, as the death of its program does. What the
// program still puts once another has opened the collection is refused.
func (w *world) kill(t *rapid.T) {
	if w.writer == nil {
		t.Skip("no writer")
	}
	_, err := w.pool.Exec(w.ctx, `SELECT pg_terminate_backend($1, 5000)`, int32(w.writer.conn.Conn().PgConn().PID()))
	w.must(err)
	w.stale = append(w.stale, slices.Collect(maps.Values(w.runs))...)
	w.stopWriter()
}

func (w *world) close(t *rapid.T) {
	if w.writer == nil {
		t.Skip("no writer")
	}
	w.stopWriter()
}

func (w *world) stopWriter() {
	if w.writer != nil {
		w.writer.Close()
		w.writer = nil
	}
}

func (w *world) complete(t *rapid.T) {
	e := w.at()
	for _, r := range w.runs {
		if rapid.Bool().Draw(t, "finish") {
			w.must(r.Finish(w.ctx, Counts{Added: 1}, nil))
		}
	}
	changed, err := w.writer.Complete(w.ctx)
	w.must(err)
	want := e.touched
	for _, d := range e.state {
		want = want || d.bornHere
	}
	if changed != want {
		t.Fatalf("changed %v, want %v", changed, want)
	}
	if !changed {
		delete(w.editions, w.writer.Number)
		w.dropped = true
		return
	}
	e.complete = true
	e.written = maps.Clone(e.state)
	e.state = e.state.snapshot()
	if _, err := w.writer.Complete(w.ctx); err == nil {
		t.Fatal("an edition was completed twice")
	}
}

func (w *world) publish(t *rapid.T) {
	if w.writer == nil {
		t.Skip("no writer")
	}
	e := w.editions[w.writer.Number]
	can := !w.dropped && e.complete && w.published == w.base
	err := w.writer.Publish(w.ctx)
	if (err == nil) != can {
		t.Fatalf("publish: %v; can: %v", err, can)
	}
	if can {
		w.published = w.writer.Number
		e.released, e.held = true, false
	}
	w.stopWriter()
}

// cycle is a whole run, so that sequences reach many editions.
func (w *world) cycle(t *rapid.T) {
	if w.writer != nil {
		t.Skip("a writer is at work")
	}
	w.open(t)
	for range rapid.IntRange(1, 3).Draw(t, "puts") {
		w.put(t)
	}
	w.complete(t)
	w.publish(t)
}

func (w *world) rollback(t *rapid.T) {
	to := rapid.IntRange(0, 6).Draw(t, "to")
	err := w.store.Rollback(w.ctx, w.collection.ID, to, "test")
	e := w.editions[to]
	if e == nil || !e.complete || to >= w.published {
		if !errors.Is(err, ErrNotFound) {
			t.Fatalf("rollback to %d from %d: %v", to, w.published, err)
		}
		return
	}
	w.must(err)
	w.published = to
}

func (w *world) prune(t *rapid.T) {
	keep := rapid.IntRange(1, 4).Draw(t, "keep")
	err := w.store.Prune(w.ctx, w.collection.ID, keep)
	if w.writer != nil {
		if !errors.Is(err, ErrBusy) {
			t.Fatalf("prune beside a writer: %v", err)
		}
		return
	}
	w.must(err)
	oldest := w.published
	for kept := 0; oldest > 0; oldest-- {
		if w.editions[oldest] != nil {
			if kept++; kept == keep {
				break
			}
		}
	}
	maps.DeleteFunc(w.editions, func(number int, _ *modelEdition) bool { return number < oldest })
}

// newPool is a database of the test's own.
func newPool(t testing.TB) *pgxpool.Pool {
	_, pool, _ := newStore(t)
	return pool
}
