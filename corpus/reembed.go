package corpus

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/pgvector/pgvector-go"
)

// Reembedding tells how a collection moved to another space.
type Reembedding struct {
	From     Space
	To       Space
	Passages int // of the collection, in all its kept editions
	Embedded int // of them, by this call; the others had a vector already
}

// Reembed moves the collection to the embedder's space: it makes the vectors of
// all its passages beside those that readers use, with their index if they are
// many, and then switches in one UPDATE. Readers see the old space until then.
// It takes the collection's writer lock, or returns ErrBusy. When it ends early,
// the vectors made so far are kept, and the next call goes on from there.
//
// The old vectors stay: DropOldVectors deletes them, and until then a Reembed
// with the old embedder goes back at once. watch, which may be nil, is told the
// passages that have their vector, and all.
func (s *Store) Reembed(ctx context.Context, c Collection, embedder Embedder, watch func(done, total int)) (Reembedding, error) {
	if watch == nil {
		watch = func(int, int) {}
	}
	report, err := s.reembed(ctx, c, embedder, watch)
	if err != nil {
		return report, fmt.Errorf("reembed collection %q: %w", c.Name, err)
	}
	return report, nil
}

func (s *Store) reembed(ctx context.Context, c Collection, embedder Embedder, watch func(done, total int)) (report Reembedding, err error) {
	report.To = embedder.Space()
	if report.To == (Space{}) {
		return report, errors.New("no embedder is configured")
	}
	conn, err := s.lockCollection(ctx, c)
	if err != nil {
		return report, err
	}
	defer s.unlockCollection(conn, c)

	m := mover{collection: c.ID, embedder: embedder, conn: conn}
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		var from int64
		err := tx.QueryRow(ctx, `
			SELECT coalesce(space_id, 0)
			FROM collections
			WHERE id = @collection
			ORDER BY id
			LIMIT 1`, m.args()).Scan(&from)
		if err != nil {
			return fmt.Errorf("read collection: %w", orNotFound(err))
		}
		if report.From, err = readSpace(ctx, tx, from); err != nil {
			return err
		}
		m.space, err = ensureSpace(ctx, tx, report.To)
		return err
	})
	if err != nil {
		return report, err
	}
	var done int
	if report.Passages, done, err = m.count(ctx); err != nil {
		return report, err
	}
	watch(done, report.Passages)
	for more := true; more; {
		var made int
		if made, more, err = m.step(ctx); err != nil {
			return report, err
		}
		report.Embedded += made
		watch(done+report.Embedded, report.Passages)
	}
	if err := s.indexVectors(ctx, m.space, c.ID); err != nil {
		return report, err
	}
	return report, m.switchOver(ctx)
}

// mover makes a collection's vectors in another space, over the connection
// that holds the writer's lock.
type mover struct {
	collection int64
	space      int64
	embedder   Embedder
	conn       *pgxpool.Conn

	born int   // the edition and
	last int64 // the id of the last passage that was looked at
}

// reembedBatch is how many passages are embedded and written at a time. None is
// in the making for longer than that, so little is lost by a kill.
const reembedBatch = 128

func (m *mover) args() pgx.NamedArgs {
	return pgx.NamedArgs{
		"collection": m.collection,
		"born":       m.born,
		"last":       m.last,
		"limit":      reembedBatch,
	}
}

func (m *mover) count(ctx context.Context) (passages, done int, err error) {
	err = m.conn.QueryRow(ctx, fmt.Sprintf(`
		SELECT
			count(*),
			count(v.passage_id)
		FROM passages p
		LEFT JOIN %s v ON v.passage_id = p.id
		WHERE p.collection_id = @collection`, vectorTable(m.space)), m.args()).Scan(&passages, &done)
	if err != nil {
		return 0, 0, fmt.Errorf("count passages: %w", err)
	}
	return passages, done, nil
}

// step embeds the next passages that have no vector, and tells whether there
// may be more.
func (m *mover) step(ctx context.Context) (made int, more bool, err error) {
	ids, texts, err := m.next(ctx)
	if err != nil || len(ids) == 0 {
		return 0, false, err
	}
	vectors, err := m.embedder.EmbedPassages(ctx, texts)
	if err != nil {
		return 0, false, fmt.Errorf("embed %d passages: %w", len(texts), err)
	}
	if len(vectors) != len(texts) {
		return 0, false, fmt.Errorf("%d vectors for %d passages", len(vectors), len(texts))
	}
	coded := make([]pgvector.Vector, len(vectors))
	dimensions := m.embedder.Space().Dimensions
	for i, v := range vectors {
		if len(v) != dimensions {
			return 0, false, fmt.Errorf("a vector of %d dimensions, not %d", len(v), dimensions)
		}
		coded[i] = pgvector.NewVector(v)
	}
	// A passage that was deleted with its town meanwhile has no row to join.
	_, err = m.conn.Exec(ctx, fmt.Sprintf(`
		INSERT INTO %s (
			passage_id,
			collection_id,
			born,
			ended,
			v
		)
		SELECT
			p.id,
			p.collection_id,
			p.born,
			p.ended,
			new.v::halfvec(%d)
		FROM unnest(@passages::bigint[], @vectors::vector[]) AS new (id, v)
		JOIN passages p ON p.id = new.id`, vectorTable(m.space), dimensions),
		pgx.NamedArgs{"passages": ids, "vectors": coded})
	if err != nil {
		return 0, false, fmt.Errorf("write vectors: %w", err)
	}
	return len(ids), true, nil
}

// next reads what the embedder is to be given. All kept versions of a document
// that have a passage have it under the same title, which is in its
// fingerprint.
func (m *mover) next(ctx context.Context) (ids []int64, texts []string, err error) {
	rows, err := m.conn.Query(ctx, fmt.Sprintf(`
		SELECT
			p.born,
			p.id,
			coalesce(d.title, ''),
			p.headings,
			p.text
		FROM passages p
		LEFT JOIN LATERAL (
			-- A version of the passage's document that has it.
			SELECT title
			FROM documents
			WHERE lineage = p.lineage
				AND p.id = ANY(passages)
			ORDER BY id
			LIMIT 1
		) d ON true
		WHERE p.collection_id = @collection
			AND (p.born, p.id) > (@born, @last)
			AND NOT EXISTS (
				SELECT
				FROM %s v
				WHERE v.passage_id = p.id
			)
		ORDER BY
			p.born,
			p.id
		LIMIT @limit`, vectorTable(m.space)), m.args())
	if err != nil {
		return nil, nil, fmt.Errorf("read passages: %w", err)
	}
	var title string
	var p Passage
	_, err = pgx.ForEachRow(rows, []any{&m.born, &m.last, &title, &p.Headings, &p.Text}, func() error {
		ids = append(ids, m.last)
		texts = append(texts, EmbeddingText(title, p))
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("read passages: %w", err)
	}
	return ids, texts, nil
}

// switchOver makes the new space the one that readers use.
func (m *mover) switchOver(ctx context.Context) error {
	args := m.args()
	args["space"] = m.space
	tag, err := m.conn.Exec(ctx, fmt.Sprintf(`
		UPDATE collections
		SET space_id = @space
		WHERE id = @collection
			AND NOT EXISTS (
				SELECT
				FROM passages p
				WHERE p.collection_id = @collection
					AND NOT EXISTS (
						SELECT
						FROM %s v
						WHERE v.passage_id = p.id
					)
			)`, vectorTable(m.space)), args)
	if err == nil && tag.RowsAffected() == 0 {
		err = errors.New("it is gone, or has passages without a vector")
	}
	if err != nil {
		return fmt.Errorf("switch to the new space: %w", err)
	}
	return nil
}

// dropBatch is how many old vectors are deleted at a time.
const dropBatch = 10_000

// DropOldVectors deletes the collection's vectors in all spaces but its active
// one. A search whose scope was taken before the collection moved would miss
// them: give those that are under way the time to end. It takes the
// collection's writer lock, or returns ErrBusy.
func (s *Store) DropOldVectors(ctx context.Context, c Collection) error {
	conn, err := s.lockCollection(ctx, c)
	if err == nil {
		defer s.unlockCollection(conn, c)
		err = s.dropVectors(ctx, conn, c.ID)
	}
	if err != nil {
		return fmt.Errorf("drop old vectors of collection %q: %w", c.Name, err)
	}
	return nil
}

func (s *Store) dropVectors(ctx context.Context, conn *pgxpool.Conn, collectionID int64) error {
	// Bounded by nature: an installation sees a few embedders in its life.
	rows, err := conn.Query(ctx, `
		SELECT s.id
		FROM spaces s
		JOIN collections c ON c.id = @collection
		WHERE s.id IS DISTINCT FROM c.space_id
		ORDER BY s.id`, pgx.NamedArgs{"collection": collectionID})
	if err != nil {
		return fmt.Errorf("list spaces: %w", err)
	}
	spaces, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return fmt.Errorf("list spaces: %w", err)
	}
	for _, space := range spaces {
		if err := s.dropVectorIndex(ctx, space, collectionID); err != nil {
			return err
		}
		if err := deleteVectors(ctx, conn, space, collectionID); err != nil {
			return err
		}
	}
	return nil
}

// deleteVectors deletes in batches, outside long transactions.
func deleteVectors(ctx context.Context, conn *pgxpool.Conn, spaceID, collectionID int64) error {
	for {
		tag, err := conn.Exec(ctx, fmt.Sprintf(`
			DELETE FROM %[1]s
			WHERE passage_id IN (
				SELECT passage_id
				FROM %[1]s
				WHERE collection_id = @collection
				ORDER BY passage_id
				LIMIT @limit
			)`, vectorTable(spaceID)), pgx.NamedArgs{"collection": collectionID, "limit": dropBatch})
		if err != nil {
			return fmt.Errorf("delete vectors of space %d: %w", spaceID, err)
		}
		if tag.RowsAffected() < dropBatch {
			return nil
		}
	}
}

// DeleteCollection removes the collection with its documents, editions and
// vectors. It takes the collection's writer lock, or returns ErrBusy; a
// collection that is gone is ErrNotFound. Stored conversations keep their
// sources.
func (s *Store) DeleteCollection(ctx context.Context, c Collection) error {
	err := s.deleteCollection(ctx, c)
	if err != nil {
		return fmt.Errorf("delete collection %q: %w", c.Name, err)
	}
	return nil
}

func (s *Store) deleteCollection(ctx context.Context, c Collection) error {
	conn, err := s.lockCollection(ctx, c)
	if err != nil {
		return err
	}
	defer s.unlockCollection(conn, c)
	var spaces []int64
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) (err error) {
		spaces, err = spaceIDs(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	// Readers lose all of it at once: what hangs on the row goes with it.
	tag, err := conn.Exec(ctx, `DELETE FROM collections WHERE id = @collection`, pgx.NamedArgs{"collection": c.ID})
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 {
		return ErrNotFound
	}
	for _, space := range spaces {
		if err := s.dropVectorIndex(ctx, space, c.ID); err != nil {
			return err
		}
	}
	return nil
}
