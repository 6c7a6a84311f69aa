package corpus_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/pgvector/pgvector-go"

	"guichet/corpus"
	"guichet/corpus/thesaurus"
	"guichet/internal/analysis"
	"guichet/internal/embed"
	"guichet/internal/postgrestest"
)

// bench is a database with one generated collection, and what asks it.
type bench struct {
	*testing.B
	pool       *pgxpool.Pool
	store      *corpus.Store
	town       corpus.Town
	collection corpus.Collection
	embedder   corpus.Embedder
	searcher   *corpus.Searcher
	language   *language
	alone      bool // one question at a time is being measured
}

func newBench(b *testing.B) *bench {
	b.Helper()
	pool := postgrestest.Open(b)
	n := &bench{B: b, pool: pool, store: corpus.NewStore(pool)}
	embedder, err := embed.Builtin()
	n.must(err)
	n.embedder = embedder
	words, err := thesaurus.French()
	n.must(err)
	n.searcher = corpus.NewSearcher(n.store, embedder).WithThesaurus(words)
	n.town, err = n.store.DefaultTown(b.Context())
	n.must(err)
	n.language, err = learn()
	n.must(err)
	return n
}

func (n *bench) must(err error) {
	n.Helper()
	if err != nil {
		n.Fatal(err)
	}
}

// load makes a collection of documents first to first + documents.
func (n *bench) load(name string, first, documents int) corpus.Collection {
	n.Helper()
	c, err := n.store.EnsureCollection(n.Context(), 0, name, "fr")
	n.must(err)
	c, err = corpus.LoadFast(n.Context(), n.store, c, n.embedder, documents, func(i int) corpus.Document {
		return n.language.document(first + i)
	})
	n.must(err)
	return c
}

func (n *bench) questions(many int) []string {
	a := analysis.For("fr")
	questions := make([]string, many)
	for i := range questions {
		questions[i] = n.language.question(a, i)
	}
	return questions
}

// BenchmarkSearch measures whole searches, the query's embedding included, and
// in the same run what most projects on pgvector do instead. 1 000 000
// passages are measured when GUICHET_BENCH_MILLION is set.
func BenchmarkSearch(b *testing.B) {
	sizes := []int{7_000, 100_000}
	if os.Getenv("GUICHET_BENCH_MILLION") != "" {
		sizes = append(sizes, 1_000_000)
	}
	for _, size := range sizes {
		b.Run(fmt.Sprint("passages=", size), func(b *testing.B) {
			n := newBench(b)
			start := time.Now()
			n.collection = n.load("generated", 0, size/passagesPerDocument)
			b.Logf("%d passages loaded in %.0f s", size, time.Since(start).Seconds())
			start = time.Now()
			n.must(n.store.IndexNow(b.Context(), n.collection))
			b.Logf("indexed in %.0f s", time.Since(start).Seconds())
			b.Run("guichet", n.guichet)
			if size <= 100_000 {
				n.prepareBaselines()
				b.Run("baseline=vectors", func(b *testing.B) { n.measure(b, 300, n.vectorsAlone) })
				b.Run("baseline=hybrid-and", func(b *testing.B) { n.measure(b, 300, n.hybrid(" & ")) })
				b.Run("baseline=hybrid-or", func(b *testing.B) { n.measure(b, 40, n.hybrid(" | ")) })
			}
		})
	}
}

func (n *bench) guichet(b *testing.B) {
	scope, err := n.store.Scope(b.Context(), n.town.ID)
	n.must(err)
	start := time.Now()
	n.must(n.searcher.Warm(b.Context(), scope)) // as a server does after each publication
	b.Logf("warmed in %.2f s", time.Since(start).Seconds())
	var mu sync.Mutex
	var own, all []int
	phases := make([][]time.Duration, 4)
	n.measure(b, 400, func(ctx context.Context, question string) error {
		scope, err := n.store.Scope(ctx, n.town.ID)
		if err != nil {
			return err
		}
		result, err := n.searcher.Search(ctx, scope, corpus.Query{Text: question})
		if err == nil && (result.Degraded != "" || len(result.Hits) == 0) {
			err = fmt.Errorf("%d hits, degraded %q", len(result.Hits), result.Degraded)
		}
		asked := 0
		for _, t := range result.Terms {
			if t.From == "" {
				asked++
			}
		}
		mu.Lock()
		own, all = append(own, asked), append(all, len(result.Terms))
		for i, ms := range []float64{result.EmbedMS, result.LexicalMS, result.VectorMS, result.FetchMS} {
			if n.alone {
				phases[i] = append(phases[i], time.Duration(ms*float64(time.Millisecond)))
			}
		}
		mu.Unlock()
		return err
	})
	slices.Sort(own)
	slices.Sort(all)
	b.Logf("terms of a question, p50 / p95: %d / %d, with the thesaurus %d / %d",
		own[len(own)/2], own[len(own)*95/100], all[len(all)/2], all[len(all)*95/100])
	for i, name := range []string{"embed", "lexical", "vectors", "fuse and fetch"} {
		slices.Sort(phases[i])
		b.Logf("%s, p50 / p95 ms: %.2f / %.2f", name, percentile(phases[i], 50), percentile(phases[i], 95))
	}
}

// measure asks questions one after the other, and then others four at once, so
// that nothing is remembered of these.
func (n *bench) measure(b *testing.B, many int, ask func(ctx context.Context, question string) error) {
	questions := n.questions(2 * many)
	questions, others := questions[:many], questions[many:]
	for range b.N {
		for _, q := range questions[:min(50, many/2)] {
			if err := ask(b.Context(), q); err != nil {
				b.Fatal(err)
			}
		}
		var took []time.Duration
		n.alone = true
		for _, q := range questions {
			start := time.Now()
			if err := ask(b.Context(), q); err != nil {
				b.Fatal(err)
			}
			took = append(took, time.Since(start))
		}
		n.alone = false
		slices.Sort(took)
		b.ReportMetric(percentile(took, 50), "p50-ms")
		b.ReportMetric(percentile(took, 95), "p95-ms")
		b.ReportMetric(percentile(took, 99), "p99-ms")

		var asking sync.WaitGroup
		start := time.Now()
		for worker := range 4 {
			asking.Go(func() {
				for i := worker; i < len(others); i += 4 {
					if err := ask(b.Context(), others[i]); err != nil {
						b.Error(err)
						return
					}
				}
			})
		}
		asking.Wait()
		b.ReportMetric(float64(len(others))/time.Since(start).Seconds(), "searches/s-by-4")
		b.ReportMetric(0, "ns/op")
	}
}

// percentile of sorted times, in milliseconds.
func percentile(sorted []time.Duration, p int) float64 {
	return float64(sorted[min(len(sorted)-1, len(sorted)*p/100)]) / float64(time.Millisecond)
}

// prepareBaselines gives the collection what the baselines want: an HNSW index,
// whatever its size, and a tsvector with a GIN index.
func (n *bench) prepareBaselines() {
	n.store.IndexAbove(0)
	n.must(n.store.IndexNow(n.Context(), n.collection))
	_, err := n.pool.Exec(n.Context(), `
		CREATE TABLE baseline AS
		SELECT id, to_tsvector('french', text) AS words
		FROM passages;
		ALTER TABLE baseline ADD PRIMARY KEY (id);
		CREATE INDEX ON baseline USING gin (words);
		ANALYZE baseline`)
	n.must(err)
}

// vectorsAlone is the plain cosine top-k.
func (n *bench) vectorsAlone(ctx context.Context, question string) error {
	query, err := n.embedder.EmbedQuery(ctx, question)
	if err != nil {
		return err
	}
	return n.read(ctx, fmt.Sprintf(`
		SELECT p.id, p.text
		FROM (
			SELECT passage_id, v <=> @query AS distance
			FROM %s
			WHERE collection_id = %d
			ORDER BY v <=> @query
			LIMIT 10
		) nearest
		JOIN passages p ON p.id = nearest.passage_id
		ORDER BY distance`, corpus.VectorTable(n.collection), n.collection.ID),
		pgx.NamedArgs{"query": pgvector.NewHalfVector(query)})
}

// hybrid is ts_rank_cd and cosine, 40 of each, joined by reciprocal rank
// fusion, as in pgvector's own example. That one joins the question's words by
// AND, which for a resident's question finds next to nothing; OR finds.
func (n *bench) hybrid(operator string) func(ctx context.Context, question string) error {
	sql := fmt.Sprintf(`
		WITH semantic AS (
			SELECT passage_id AS id, row_number() OVER (ORDER BY v <=> @query) AS rank
			FROM %s
			WHERE collection_id = %d
			ORDER BY v <=> @query
			LIMIT 40
		), keyword AS (
			SELECT id, row_number() OVER (ORDER BY ts_rank_cd(words, asked) DESC) AS rank
			FROM baseline, to_tsquery('french', @words) asked
			WHERE words @@ asked
			ORDER BY ts_rank_cd(words, asked) DESC
			LIMIT 40
		), fused AS (
			SELECT
				coalesce(semantic.id, keyword.id) AS id,
				coalesce(1.0 / (60 + semantic.rank), 0) + coalesce(1.0 / (60 + keyword.rank), 0) AS score
			FROM semantic
			FULL OUTER JOIN keyword ON keyword.id = semantic.id
			ORDER BY score DESC
			LIMIT 10
		)
		SELECT p.id, p.text
		FROM fused
		JOIN passages p ON p.id = fused.id
		ORDER BY score DESC`, corpus.VectorTable(n.collection), n.collection.ID)
	return func(ctx context.Context, question string) error {
		query, err := n.embedder.EmbedQuery(ctx, question)
		if err != nil {
			return err
		}
		words := strings.FieldsFunc(question, func(r rune) bool { return strings.ContainsRune(" '’()|&!:*<>,.?;\"\\-/«»[]", r) })
		return n.read(ctx, sql, pgx.NamedArgs{
			"query": pgvector.NewHalfVector(query),
			"words": "'" + strings.Join(words, "'"+operator+"'") + "'",
		})
	}
}

func (n *bench) read(ctx context.Context, sql string, args pgx.NamedArgs) error {
	rows, err := n.pool.Query(ctx, sql, args)
	if err != nil {
		return err
	}
	var id int64
	var text string
	_, err = pgx.ForEachRow(rows, []any{&id, &text}, func() error { return nil })
	return err
}

// BenchmarkRecall compares what the vectors' part of a search finds with an
// exact scan: for one town of fifty in a table of 100 000 passages, scanned
// exactly and through an index of its own, and for a large collection of which
// the edition sees all, half, and one in twenty.
func BenchmarkRecall(b *testing.B) {
	n := newBench(b)
	var one corpus.Collection
	for i := range 50 {
		c := n.load(fmt.Sprint("town", i), 300*i, 286)
		if i == 20 {
			one = c
		}
	}
	report := func(name string, c corpus.Collection) {
		b.Run(name, func(b *testing.B) {
			for range b.N {
				recall, p50 := n.recall(c)
				b.ReportMetric(recall, "recall@10")
				b.ReportMetric(p50, "p50-ms")
				b.ReportMetric(0, "ns/op")
			}
		})
	}
	report("town-of-fifty/exact", one)
	n.store.IndexAbove(0)
	n.must(n.store.IndexNow(b.Context(), one))
	report("town-of-fifty/own-index", one)

	large := n.load("large", 20_000, 60_000/passagesPerDocument)
	n.must(n.store.IndexNow(b.Context(), large))
	report("large/all-seen", large)
	for _, seen := range []int{2, 20} {
		_, err := n.pool.Exec(b.Context(), fmt.Sprintf(`UPDATE %s SET ended = 1 WHERE collection_id = %d AND passage_id %% %d <> 0`,
			corpus.VectorTable(large), large.ID, seen))
		n.must(err)
		_, err = n.pool.Exec(b.Context(), `ANALYZE `+corpus.VectorTable(large))
		n.must(err)
		report(fmt.Sprintf("large/one-in-%d-seen", seen), large)
	}
}

func (n *bench) recall(c corpus.Collection) (recall, p50 float64) {
	var took []time.Duration
	questions := n.questions(200)
	for _, q := range questions {
		query, err := n.embedder.EmbedQuery(n.Context(), q)
		n.must(err)
		start := time.Now()
		got, err := n.store.Nearest(n.Context(), c, query, 100)
		n.must(err)
		took = append(took, time.Since(start))
		want := n.exact(c, query)
		for _, id := range want {
			if slices.Contains(got[:min(10, len(got))], id) {
				recall += 1 / float64(len(want)*len(questions))
			}
		}
	}
	slices.Sort(took)
	return recall, percentile(took, 50)
}

// exact scans without an index on vectors: an expression that none has.
func (n *bench) exact(c corpus.Collection, query []float32) []int64 {
	rows, err := n.pool.Query(n.Context(), fmt.Sprintf(`
		SELECT passage_id
		FROM %s
		WHERE collection_id = %d
			AND born <= 1
			AND (ended IS NULL OR ended > 1)
		ORDER BY 0 + (v <=> @query)
		LIMIT 10`, corpus.VectorTable(c), c.ID), pgx.NamedArgs{"query": pgvector.NewHalfVector(query)})
	n.must(err)
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	n.must(err)
	return ids
}
