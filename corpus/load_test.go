package corpus

import (
	"context"
	"fmt"
	"maps"
	"runtime"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/pgvector/pgvector-go"
	"golang.org/x/sync/errgroup"
)

// LoadFast writes generated documents as the published first edition of an
// empty collection, by COPY, so that large ones can be measured. The term lists
// are those that the store's own builder makes.
func LoadFast(ctx context.Context, s *Store, c Collection, e Embedder, documents int, generate func(i int) Document) (Collection, error) {
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) (err error) {
		l := loader{Edition: Edition{Collection: c, Number: 1, store: s}, tx: tx, embedder: e}
		if err := l.begin(ctx); err != nil {
			return err
		}
		builder := newSegmentBuilder()
		const chunk = 500
		for first := 0; first < documents; first += chunk {
			if err := l.load(ctx, builder, first, min(chunk, documents-first), generate); err != nil {
				return err
			}
		}
		c = l.Collection
		return l.end(ctx, builder)
	})
	if err != nil {
		return c, fmt.Errorf("load generated documents: %w", err)
	}
	c.Published = 1
	_, err = s.pool.Exec(ctx, `ANALYZE`)
	return c, err
}

type loader struct {
	Edition
	tx                pgx.Tx
	embedder          Embedder
	source            int64
	document, passage int64 // last ids
}

func (l *loader) begin(ctx context.Context) (err error) {
	if l.Collection.SpaceID, err = ensureSpace(ctx, l.tx, l.embedder.Space()); err != nil {
		return err
	}
	err = l.tx.QueryRow(ctx, `
		INSERT INTO sources (collection_id, kind, uri)
		VALUES ($1, 'folder', '/generated')
		RETURNING
			id,
			(SELECT coalesce(max(id), 0) FROM documents),
			(SELECT coalesce(max(id), 0) FROM passages)`, l.Collection.ID).Scan(&l.source, &l.document, &l.passage)
	return err
}

// load writes some documents, made and embedded by all cores.
func (l *loader) load(ctx context.Context, builder *segmentBuilder, first, n int, generate func(i int) Document) error {
	documents := make([]Document, n)
	vectors := make([][][]float32, n)
	work, inner := errgroup.WithContext(ctx)
	work.SetLimit(runtime.GOMAXPROCS(0))
	for i := range documents {
		work.Go(func() (err error) {
			documents[i] = generate(first + i)
			var texts []string
			for _, p := range documents[i].Passages {
				texts = append(texts, EmbeddingText(documents[i].Title, p))
			}
			vectors[i], err = l.embedder.EmbedPassages(inner, texts)
			return err
		})
	}
	if err := work.Wait(); err != nil {
		return err
	}
	var rows, passages, sequences, coded [][]any
	for i, d := range documents {
		l.document++
		var ids []int64
		for j, p := range d.Passages {
			l.passage++
			ids = append(ids, l.passage)
			passages = append(passages, []any{l.passage, l.Collection.ID, l.document, []byte{0}, p.Headings, p.Text, p.Tokens, 1})
			x := indexed{id: l.passage, title: d.Title, headings: p.Headings, text: p.Text}
			x.analyze(l.store.analyzer(l.Collection.Language))
			terms := builder.add(x)
			sequences = append(sequences, []any{l.passage, terms})
			coded = append(coded, []any{l.passage, l.Collection.ID, 1, pgvector.NewHalfVector(vectors[i][j])})
		}
		rows = append(rows, []any{l.document, l.Collection.ID, l.source, l.document, d.Key, d.Name, d.Title, []byte{0}, "generated", ids, 1})
	}
	for _, c := range []struct {
		table   string
		columns []string
		rows    [][]any
	}{
		{"documents", []string{"id", "collection_id", "source_id", "lineage", "key", "name", "title", "content_hash", "extractor", "passages", "born"}, rows},
		{"passages", []string{"id", "collection_id", "lineage", "fingerprint", "headings", "text", "tokens", "born"}, passages},
		{"term_sequences", []string{"passage_id", "terms"}, sequences},
		{vectorTable(l.Collection.SpaceID), []string{"passage_id", "collection_id", "born", "v"}, coded},
	} {
		if _, err := l.tx.CopyFrom(ctx, pgx.Identifier{c.table}, c.columns, pgx.CopyFromRows(c.rows)); err != nil {
			return fmt.Errorf("copy %s: %w", c.table, err)
		}
	}
	return nil
}

func (l *loader) end(ctx context.Context, builder *segmentBuilder) error {
	terms := slices.Sorted(maps.Keys(builder.lists))
	err := copyTermLists(ctx, l.tx, len(terms), func(i int) ([]any, error) {
		return []any{l.Collection.ID, 1, terms[i], builder.lists[terms[i]].coded}, nil
	})
	if err != nil {
		return err
	}
	_, err = l.tx.Exec(ctx, `INSERT INTO editions (collection_id, number) VALUES ($1, 1)`, l.Collection.ID)
	if err != nil {
		return err
	}
	segments, err := readSegments(ctx, l.tx, l.Collection.ID)
	if err != nil {
		return err
	}
	if err := l.writeFigures(ctx, l.tx, segments, nil); err != nil {
		return err
	}
	_, err = l.tx.Exec(ctx, `UPDATE collections SET published = 1, space_id = $2 WHERE id = $1`, l.Collection.ID, l.Collection.SpaceID)
	return err
}

// IndexAbove sets how many vectors a collection may have before it is indexed.
func (s *Store) IndexAbove(n int) { s.indexAbove = n }

// IndexNow is what the end of a run does.
func (s *Store) IndexNow(ctx context.Context, c Collection) error {
	return s.indexVectors(ctx, c.SpaceID, c.ID)
}

// Nearest is the vectors' part of a search of one collection.
func (s *Store) Nearest(ctx context.Context, c Collection, query []float32, depth int) ([]int64, error) {
	hits, err := s.nearest(ctx, []ScopeMember{{Collection: c, Edition: 1}}, c.SpaceID, query, depth)
	var ids []int64
	for _, hit := range hits {
		ids = append(ids, hit.passage)
	}
	return ids, err
}

// VectorTable names the table of the collection's vectors.
func VectorTable(c Collection) string { return vectorTable(c.SpaceID) }
