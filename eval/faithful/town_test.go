package faithful

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"guichet/corpus"
	"guichet/corpus/demo"
	"guichet/corpus/thesaurus"
	"guichet/ingest"
	"guichet/internal/embed"
	"guichet/internal/llm"
	"guichet/internal/llmtest"
	"guichet/internal/messages"
	"guichet/internal/postgrestest"
	"guichet/rag"
)

// today is when the questions are asked: the demo town's documents are of
// autumn 2026.
var today = time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC)

// bench is the demo town in a database of the test's own, with an answerer
// whose model is scripted.
type bench struct {
	pool     *pgxpool.Pool
	store    *corpus.Store
	embedder corpus.Embedder
	town     corpus.Town
	scope    corpus.Scope
	answerer *rag.Answerer
	model    *scripted
	titles   map[string]string // of documents, by name
}

func newBench(t *testing.T) *bench {
	t.Helper()
	ctx := t.Context()
	embedder, err := embed.Builtin()
	must(t, err)
	words, err := thesaurus.French()
	must(t, err)
	catalogue, err := messages.Load()
	must(t, err)
	pool := postgrestest.Open(t)
	b := &bench{pool: pool, store: corpus.NewStore(pool), embedder: embedder, model: &scripted{}, titles: map[string]string{}}
	town, err := demo.Town()
	must(t, err)
	_, err = b.store.ReplaceUntouchedTown(ctx, town)
	must(t, err)
	b.town, err = b.store.DefaultTown(ctx)
	must(t, err)
	folder := t.TempDir()
	must(t, demo.Unpack(folder))
	b.load(t, "site", filepath.Join(folder, "documents"))

	server := llmtest.NewFunc(t, b.model.script)
	model, err := llm.NewModel(llm.Config{URL: server.URL, Model: "scripted"})
	must(t, err)
	t.Cleanup(model.Close)
	b.answerer, err = rag.NewAnswerer(rag.Config{
		Retriever: corpus.NewSearcher(b.store, embedder).WithThesaurus(words),
		Model:     model,
		Messages:  catalogue,
		// The gate is measured elsewhere (guichet evaluate --answers); here the
		// model is always asked.
		Gate: 0,
	})
	must(t, err)
	return b
}

// load brings a folder into a collection of the town, and reads that beside the
// town's own documents alone.
func (b *bench) load(t *testing.T, collection, folder string) {
	t.Helper()
	c, err := b.store.EnsureCollection(t.Context(), b.town.ID, collection, "fr")
	must(t, err)
	in := ingest.Ingester{Store: ingest.Corpus(b.store), Embedder: b.embedder}
	_, err = in.Ingest(t.Context(), ingest.Request{Collection: c, Paths: []string{folder}})
	must(t, err)
	b.scope, err = b.store.Scope(t.Context(), b.town.ID, "site", collection)
	must(t, err)
}

// document is a document of the town with its passages, in order.
type document struct {
	title    string
	passages []passage
}

// documents returns the town's documents by their names.
func (b *bench) documents(t *testing.T) map[string]document {
	t.Helper()
	// Bounded by the demo town's few dozen documents.
	rows, err := b.pool.Query(t.Context(), `
		SELECT
			d.name,
			d.title,
			array_to_string(p.headings, ' > '),
			p.text
		FROM documents AS d
			CROSS JOIN unnest(d.passages) WITH ORDINALITY AS place (id, n)
			JOIN passages AS p ON p.id = place.id
		WHERE d.ended IS NULL
		ORDER BY d.name, place.n`)
	must(t, err)
	found := map[string]document{}
	var name, title, headings, text string
	_, err = pgx.ForEachRow(rows, []any{&name, &title, &headings, &text}, func() error {
		d := found[name]
		d.title = title
		d.passages = append(d.passages, passage{title: strange.Replace(title + " > " + headings), text: strange.Replace(text)})
		found[name] = d
		b.titles[name] = title
		return nil
	})
	must(t, err)
	return found
}

// offered asks a question of a model that does not answer, which tells the
// passages that it was given.
func (b *bench) offered(t *testing.T, h handwritten) []passage {
	t.Helper()
	var out []passage
	for _, p := range b.ask(t, h.Question, "fr", nil, func(prompt) string { return "NO_ANSWER" }).asked.passages {
		if strings.HasPrefix(p.title, strange.Replace(b.titles[h.Document])) {
			out = append(out, p)
		}
	}
	return out
}

func (b *bench) say(t *testing.T, question string, claims []claim) given {
	t.Helper()
	var text strings.Builder
	for _, c := range claims {
		text.WriteString(c.markdown())
	}
	return b.ask(t, question, "fr", nil, func(prompt) string { return text.String() })
}

// given is what came out of one question.
type given struct {
	rag.Answer
	err   error
	asked prompt // what the model was asked; without passages: it was not
	first time.Duration
}

// ask asks a question while the model writes what write says.
func (b *bench) ask(t *testing.T, question, language string, history []rag.Exchange, write func(prompt) string) given {
	t.Helper()
	b.model.begin(write)
	sink := &stopwatch{started: time.Now()}
	answer, err := b.answerer.Answer(t.Context(), rag.Request{
		Town: b.town, Scope: b.scope, Question: question, Language: language, History: history, Now: today, Trace: *verbose,
	}, sink)
	must(t, t.Context().Err())
	return given{Answer: answer, err: err, asked: b.model.end(), first: sink.first}
}

// stopwatch tells when the first unit came.
type stopwatch struct {
	started time.Time
	first   time.Duration
}

func (s *stopwatch) Sources(context.Context, []rag.Source) error { return nil }

func (s *stopwatch) Unit(context.Context, rag.Unit) error {
	if s.first == 0 {
		s.first = time.Since(s.started)
	}
	return nil
}

func write(t *testing.T, path, text string) {
	t.Helper()
	must(t, os.WriteFile(path, []byte(text), 0o600))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
