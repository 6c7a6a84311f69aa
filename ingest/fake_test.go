package ingest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"guichet/corpus"
	"guichet/ingest/fetch"
)

// memory is a Store that keeps one collection in memory: enough to see what
// the ingester writes, not how Postgres keeps it.
type memory struct {
	published map[docID]corpus.LiveDocument
	contents  map[docID]corpus.Document
	sources   []corpus.SourceRef
	number    int
	opened    int
	finished  []corpus.Counts
	refs      []corpus.SourceRef // of the last edition
	closed    []string           // states in which runs ended
}

func newMemory() *memory {
	return &memory{published: map[docID]corpus.LiveDocument{}, contents: map[docID]corpus.Document{}}
}

func (m *memory) Sources(context.Context, int64) ([]corpus.SourceRef, error) { return m.sources, nil }

func (m *memory) Live(context.Context, corpus.Collection) ([]corpus.LiveDocument, error) {
	return slices.Collect(maps.Values(m.published)), nil
}

func (m *memory) Claim(_ context.Context, c corpus.Collection) (Edition, error) {
	c.Published = m.number
	return &memoryEdition{store: m, c: c, live: maps.Clone(m.published), contents: maps.Clone(m.contents)}, nil
}

// names returns the public names that readers see, sorted.
func (m *memory) names() []string {
	var names []string
	for _, d := range m.published {
		names = append(names, d.Name)
	}
	slices.Sort(names)
	return names
}

// text returns what readers find in the document of this name.
func (m *memory) text(name string) string {
	for id, d := range m.published {
		if d.Name == name {
			var b strings.Builder
			for _, p := range m.contents[id].Passages {
				b.WriteString(p.Text + "\n")
			}
			return b.String()
		}
	}
	return ""
}

type memoryEdition struct {
	store    *memory
	c        corpus.Collection
	live     map[docID]corpus.LiveDocument
	contents map[docID]corpus.Document
	changed  bool
	closed   bool
	mu       sync.Mutex // documents are put side by side
}

func (e *memoryEdition) Open(_ context.Context, _ corpus.Space, refs []corpus.SourceRef, _ map[string]int64) error {
	e.store.opened++
	e.store.refs = refs
	return nil
}

func (m *memory) AnnounceRuns(_ context.Context, _ int64, refs []corpus.SourceRef) (map[string]int64, error) {
	announced := map[string]int64{}
	for i, ref := range refs {
		announced[ref.URI] = int64(i + 1)
	}
	return announced, nil
}

func (m *memory) TellRuns(context.Context, []int64, corpus.Progress) (bool, error) { return false, nil }

func (m *memory) CloseRuns(_ context.Context, _ []int64, state string, _ corpus.Note, _ []corpus.Note) error {
	m.closed = append(m.closed, state)
	return nil
}

func (e *memoryEdition) About() (c corpus.Collection, number int, resumed, continued bool) {
	return e.c, e.store.number + 1, false, false
}

func (e *memoryEdition) Held(context.Context) error { return nil }

func (e *memoryEdition) Hold(context.Context, string) error { return nil }

func (e *memoryEdition) Prune(context.Context) error { return nil }

func (e *memoryEdition) Live(context.Context) ([]corpus.LiveDocument, error) {
	return slices.Collect(maps.Values(e.live)), nil
}

func (e *memoryEdition) StartRun(_ context.Context, src corpus.SourceRef) (Run, error) {
	if !slices.ContainsFunc(e.store.sources, func(s corpus.SourceRef) bool { return s.URI == src.URI }) {
		e.store.sources = append(e.store.sources, src)
	}
	return &memoryRun{e, src}, nil
}

func (e *memoryEdition) Complete(context.Context) (bool, error) { return e.changed, nil }

func (e *memoryEdition) Publish(context.Context) error {
	e.store.published, e.store.contents = e.live, e.contents
	e.store.number++
	return nil
}

func (e *memoryEdition) Index(context.Context) error { return nil }

func (e *memoryEdition) Close() { e.closed = true }

type memoryRun struct {
	*memoryEdition
	src corpus.SourceRef
}

func (r *memoryRun) id(key string) docID { return docID{r.src.URI, key} }

func (r *memoryRun) Kept(_ context.Context, d corpus.Document) ([]bool, error) {
	r.mu.Lock()
	old := r.contents[r.id(d.Key)]
	r.mu.Unlock()
	kept := make([]bool, len(d.Passages))
	for i, p := range d.Passages {
		kept[i] = old.Title == d.Title && slices.ContainsFunc(old.Passages, func(o corpus.Passage) bool {
			return o.Text == p.Text && slices.Equal(o.Headings, p.Headings)
		})
	}
	return kept, nil
}

func (r *memoryRun) Put(ctx context.Context, d corpus.Document, vectors [][]float32) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if len(vectors) != len(d.Passages) || len(d.Passages) == 0 {
		return fmt.Errorf("%d vectors for %d passages", len(vectors), len(d.Passages))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.live[r.id(d.Key)] = corpus.LiveDocument{Source: r.src, Key: d.Key, Known: corpus.Known{Name: d.Name, ContentHash: d.ContentHash, Extractor: d.Extractor}}
	r.contents[r.id(d.Key)] = d
	r.changed = true
	return nil
}

func (r *memoryRun) Rename(_ context.Context, key, name string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	d, ok := r.live[r.id(key)]
	if !ok {
		return corpus.ErrNotFound
	}
	d.Name = name
	r.live[r.id(key)] = d
	r.changed = true
	return nil
}

func (r *memoryRun) Retire(_ context.Context, keys []string) error {
	for _, key := range keys {
		if _, ok := r.live[r.id(key)]; !ok {
			return fmt.Errorf("retire %s: %w", key, corpus.ErrNotFound)
		}
		delete(r.live, r.id(key))
		r.changed = true
	}
	return nil
}

func (r *memoryRun) Finish(_ context.Context, c corpus.Counts, _ []corpus.Failure) error {
	r.store.finished = append(r.store.finished, c)
	return nil
}

// fakeEmbedder gives every text the same vector, and fails where it is told to.
type fakeEmbedder struct {
	mu    sync.Mutex
	calls int
	texts int
	fails func(texts []string) error
}

// count is how often it was asked.
func (e *fakeEmbedder) count() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.calls
}

func (e *fakeEmbedder) Space() corpus.Space {
	return corpus.Space{Embedder: "fake", Version: "1", Dimensions: 2}
}

func (e *fakeEmbedder) EmbedPassages(ctx context.Context, texts []string) ([][]float32, error) {
	e.mu.Lock()
	e.calls++
	e.texts += len(texts)
	e.mu.Unlock()
	if e.fails != nil {
		if err := e.fails(texts); err != nil {
			return nil, err
		}
	}
	vectors := make([][]float32, len(texts))
	for i := range vectors {
		vectors[i] = []float32{1, 0}
	}
	return vectors, ctx.Err()
}

func (e *fakeEmbedder) EmbedQuery(context.Context, string) ([]float32, error) {
	return nil, errors.New("not asked for here")
}

// pageMemory is a fetch.Memory in a map, one for all sources.
type pageMemory map[string]corpus.Visit

func (m pageMemory) of(corpus.SourceRef) fetch.Memory { return m }

func (m pageMemory) Recall(_ context.Context, address string) (corpus.Visit, error) {
	v, ok := m[address]
	if !ok {
		return v, corpus.ErrNotFound
	}
	return v, nil
}

func (m pageMemory) Remember(_ context.Context, v corpus.Visit) error { m[v.Address] = v; return nil }

func (m pageMemory) Keep(_ context.Context, addresses []string) error {
	maps.DeleteFunc(m, func(a string, _ corpus.Visit) bool { return !slices.Contains(addresses, a) })
	return nil
}
