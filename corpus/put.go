package corpus

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/pgvector/pgvector-go"
)

// version is the row of a document that a new one takes the place of.
type version struct {
	id      int64 // 0: there is none
	lineage int64
	born    int
	live    bool // else it was ended by this very edition
}

// stored is a passage row of a document's lineage that a new version may keep.
type stored struct {
	id        int64
	born      int
	live      bool // else it was ended by this very edition
	hasVector bool
}

// plan is how a new version of a document comes about.
type plan struct {
	previous version
	kept     []*stored // per passage of the document; nil: it is new
	dropped  []stored  // live rows that the new version has no use for
}

// plan matches the document's passages with the rows of its previous version.
// A passage that stands twice is matched with two rows. lock is previous's.
func (r *Run) plan(ctx context.Context, tx pgx.Tx, d Document, lock string) (plan, error) {
	p := plan{kept: make([]*stored, len(d.Passages))}
	var err error
	if p.previous, err = r.previous(ctx, tx, d.Key, lock); err != nil || p.previous.id == 0 {
		return p, err
	}
	rows, err := r.edition.keepable(ctx, tx, p.previous.lineage)
	if err != nil {
		return p, err
	}
	for i, passage := range d.Passages {
		key := fingerprint(d.Title, passage)
		if same := rows[key]; len(same) > 0 {
			p.kept[i] = &same[0]
			rows[key] = same[1:]
		}
	}
	for _, same := range rows {
		for _, row := range same {
			if row.live {
				p.dropped = append(p.dropped, row)
			}
		}
	}
	return p, nil
}

// shareEdition keeps the edition open for this writer until the transaction ends.
const shareEdition = `FOR KEY SHARE OF e`

// previous finds the document's live row, or else the one that this edition
// ended, so that a document that was retired and comes back keeps its lineage.
// lock is shareEdition where something is written by it over another connection than
// the lock's. It returns errFenced when the edition is not open for this writer.
func (r *Run) previous(ctx context.Context, tx pgx.Tx, key, lock string) (version, error) {
	args := r.args()
	args["row"], args["writer"] = r.edition.row, r.edition.writer
	args["key"] = key
	var v version
	err := tx.QueryRow(ctx, `
		SELECT
			coalesce(previous.id, 0),
			coalesce(previous.lineage, 0),
			coalesce(previous.born, 0),
			coalesce(previous.live, false)
		FROM editions e
		LEFT JOIN LATERAL (
			SELECT
				id,
				lineage,
				born,
				ended IS NULL AS live
			FROM documents
			WHERE collection_id = @collection
				AND source_id = @source
				AND key = @key
				AND (ended IS NULL OR ended = @edition)
			ORDER BY
				ended IS NOT NULL,
				born DESC
			LIMIT 1
		) previous ON true
		WHERE e.id = @row
			AND e.writer = @writer
			AND e.state = 'open'
		`+lock, args).Scan(&v.id, &v.lineage, &v.born, &v.live)
	if errors.Is(err, pgx.ErrNoRows) {
		return v, errFenced
	}
	if err != nil {
		return v, fmt.Errorf("read previous version: %w", err)
	}
	return v, nil
}

// keepable returns the lineage's passages that are live or were ended by this
// edition, by fingerprint, the live ones first.
func (e *Edition) keepable(ctx context.Context, tx pgx.Tx, lineage int64) (map[[sha256.Size]byte][]stored, error) {
	hasVector := "false"
	if e.Collection.SpaceID != 0 {
		hasVector = fmt.Sprintf(`EXISTS (
				SELECT
				FROM %s
				WHERE passage_id = p.id
			)`, vectorTable(e.Collection.SpaceID))
	}
	args := e.args()
	args["lineage"] = lineage
	// Bounded by nature: the passages of one document.
	rows, err := tx.Query(ctx, `
		SELECT
			p.fingerprint,
			p.id,
			p.born,
			p.ended IS NULL,
			`+hasVector+`
		FROM passages p
		WHERE p.lineage = @lineage
			AND (p.ended IS NULL OR p.ended = @edition)
		ORDER BY
			p.ended IS NOT NULL,
			p.id`, args)
	if err != nil {
		return nil, fmt.Errorf("read passages: %w", err)
	}
	found := make(map[[sha256.Size]byte][]stored)
	var key []byte
	var s stored
	_, err = pgx.ForEachRow(rows, []any{&key, &s.id, &s.born, &s.live, &s.hasVector}, func() error {
		if len(key) != sha256.Size {
			return fmt.Errorf("passage %d has a fingerprint of %d bytes", s.id, len(key))
		}
		k := [sha256.Size]byte(key)
		found[k] = append(found[k], s)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read passages: %w", err)
	}
	return found, nil
}

// Kept returns, for each passage of d, whether the edition has that very
// passage from an earlier version of the document, with its vector, so that
// it need not be made again.
func (r *Run) Kept(ctx context.Context, d Document) ([]bool, error) {
	var p plan
	err := pgx.BeginFunc(ctx, r.edition.conn, func(tx pgx.Tx) (err error) {
		p, err = r.plan(ctx, tx, d, "")
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("compare document %s: %w", d.Key, err)
	}
	kept := make([]bool, len(d.Passages))
	for i, row := range p.kept {
		kept[i] = row != nil && (row.hasVector || r.edition.Collection.SpaceID == 0)
	}
	return kept, nil
}

// Put writes d as the document's new version in one transaction. vectors[i]
// belongs to d.Passages[i] and may be nil where Kept said true. In a
// collection without vectors, vectors is nil. Several documents may be put at
// once, each over a connection of its own, but not two of one key.
func (r *Run) Put(ctx context.Context, d Document, vectors [][]float32) error {
	e := r.edition
	// As many as all of its passages need, of which some may be kept.
	document, fresh, err := e.ids.take(ctx, e.store.pool, len(d.Passages))
	if err != nil {
		return fmt.Errorf("put document %s: %w", d.Key, err)
	}
	err = pgx.BeginFunc(ctx, e.store.pool, func(tx pgx.Tx) error {
		p, err := r.plan(ctx, tx, d, shareEdition)
		if err != nil {
			return err
		}
		if err := e.checkVectors(d, p, vectors); err != nil {
			return err
		}
		return r.put(ctx, tx, d, p, vectors, document, fresh)
	})
	if err != nil {
		return fmt.Errorf("put document %s: %w", d.Key, err)
	}
	return nil
}

// checkVectors refuses a document that would have a passage without a vector,
// or one of another space.
func (e *Edition) checkVectors(d Document, p plan, vectors [][]float32) error {
	if e.Collection.SpaceID == 0 {
		if len(vectors) > 0 {
			return errors.New("vectors for a collection that has no embedding space")
		}
		return nil
	}
	if len(vectors) != len(d.Passages) {
		return fmt.Errorf("%d vectors for %d passages", len(vectors), len(d.Passages))
	}
	for i, v := range vectors {
		has := p.kept[i] != nil && p.kept[i].hasVector
		if v == nil && has {
			continue
		}
		if len(v) != e.space.Dimensions {
			return fmt.Errorf("passage %d has a vector of %d dimensions, not %d", i, len(v), e.space.Dimensions)
		}
	}
	return nil
}

// put carries the plan out: the old version ends, rows that are not kept end
// with it, and the new version points at kept and new rows in reading order.
// document and fresh are ids for it and for its new passages.
func (r *Run) put(ctx context.Context, tx pgx.Tx, d Document, p plan, vectors [][]float32, document int64, fresh []int64) error {
	e := r.edition
	lineage := document
	if p.previous.id != 0 {
		lineage = p.previous.lineage
	}
	batch := &pgx.Batch{}
	// A crash may take the last documents of a run, each as a whole; the commit
	// of Complete makes all before it last.
	batch.Queue(`SET LOCAL synchronous_commit TO off`)
	if p.previous.live {
		e.queueEndDocument(batch, p.previous)
	}
	e.queueEndPassages(batch, p.dropped)

	ids := make([]int64, len(d.Passages))
	var revived []int64
	var added []passageRow
	var missing []vectorRow
	for i, passage := range d.Passages {
		row, born := p.kept[i], e.Number
		if row != nil {
			ids[i], born = row.id, row.born
			if !row.live {
				revived = append(revived, row.id)
			}
		} else {
			ids[i], fresh = fresh[0], fresh[1:]
			added = append(added, passageRow{ids[i], passage})
		}
		if e.Collection.SpaceID != 0 && (row == nil || !row.hasVector) {
			missing = append(missing, vectorRow{ids[i], born, vectors[i]})
		}
	}
	if err := e.queuePassages(batch, tx.Conn().TypeMap(), lineage, d.Title, added); err != nil {
		return err
	}
	e.queueRevive(batch, revived)
	e.queueVectors(batch, missing)
	r.queueDocument(batch, document, lineage, d, ids)
	return tx.SendBatch(ctx, batch).Close()
}

// queueEndDocument ends a live version, or deletes it when it was born by this
// very edition: no reader will ever see it.
func (e *Edition) queueEndDocument(batch *pgx.Batch, v version) {
	args := pgx.NamedArgs{"id": v.id, "edition": e.Number}
	if v.born == e.Number {
		batch.Queue(`DELETE FROM documents WHERE id = @id`, args)
		return
	}
	batch.Queue(`
		UPDATE documents
		SET ended = @edition
		WHERE id = @id`, args)
}

// queueEndPassages ends live passages, or deletes those born by this edition.
func (e *Edition) queueEndPassages(batch *pgx.Batch, rows []stored) {
	var ended, unborn []int64
	for _, row := range rows {
		if row.born == e.Number {
			unborn = append(unborn, row.id)
		} else {
			ended = append(ended, row.id)
		}
	}
	if len(unborn) > 0 {
		batch.Queue(`DELETE FROM passages WHERE id = ANY(@ids)`, pgx.NamedArgs{"ids": unborn})
	}
	if len(ended) > 0 {
		batch.Queue(`
			UPDATE passages
			SET ended = @edition
			WHERE id = ANY(@ids)`, pgx.NamedArgs{"ids": ended, "edition": e.Number})
		e.queueVectorsEnded(batch, ended, &e.Number)
	}
}

// queueRevive makes passages live again that this edition had ended.
func (e *Edition) queueRevive(batch *pgx.Batch, ids []int64) {
	if len(ids) == 0 {
		return
	}
	batch.Queue(`
		UPDATE passages
		SET ended = NULL
		WHERE id = ANY(@ids)`, pgx.NamedArgs{"ids": ids})
	e.queueVectorsEnded(batch, ids, nil)
}

// rowsAtOnce bounds what one statement writes.
const rowsAtOnce = 500

// passageRow is a passage that is new, and its id.
type passageRow struct {
	id int64
	Passage
}

func (e *Edition) queuePassages(batch *pgx.Batch, types *pgtype.Map, lineage int64, title string, added []passageRow) error {
	for rows := range slices.Chunk(added, rowsAtOnce) {
		n := len(rows)
		ids, pages, tokens := make([]int64, n), make([]int, n), make([]int, n)
		fingerprints := make([][]byte, n)
		headings, anchors, texts := make([]string, n), make([]string, n), make([]string, n)
		for i, p := range rows {
			sum := fingerprint(title, p.Passage)
			// Arrays of arrays are all of one length in Postgres: each stands
			// here as it is written.
			path, err := types.Encode(pgtype.TextArrayOID, pgtype.TextFormatCode, orEmpty(p.Headings), nil)
			if err != nil {
				return fmt.Errorf("code headings: %w", err)
			}
			ids[i], pages[i], tokens[i] = p.id, p.Page, p.Tokens
			fingerprints[i], headings[i], anchors[i], texts[i] = sum[:], string(path), p.Anchor, p.Text
		}
		args := e.args()
		args["lineage"] = lineage
		args["ids"] = ids
		args["fingerprints"] = fingerprints
		args["headings"] = headings
		args["anchors"] = anchors
		args["pages"] = pages
		args["texts"] = texts
		args["tokens"] = tokens
		batch.Queue(`
			INSERT INTO passages (
				id,
				collection_id,
				lineage,
				fingerprint,
				headings,
				anchor,
				page,
				text,
				tokens,
				born
			) OVERRIDING SYSTEM VALUE
			SELECT
				new.id,
				@collection,
				@lineage,
				new.fingerprint,
				new.headings::text[],
				new.anchor,
				new.page,
				new.text,
				new.tokens,
				@edition
			FROM unnest(
				@ids::bigint[],
				@fingerprints::bytea[],
				@headings::text[],
				@anchors::text[],
				@pages::integer[],
				@texts::text[],
				@tokens::integer[]
			) AS new (id, fingerprint, headings, anchor, page, text, tokens)`, args)
	}
	return nil
}

// vectorRow is a vector that a passage lacks in the active space. A kept passage
// may be older than this edition, so born is the passage's.
type vectorRow struct {
	passage int64
	born    int
	v       []float32
}

func (e *Edition) queueVectors(batch *pgx.Batch, missing []vectorRow) {
	for rows := range slices.Chunk(missing, rowsAtOnce) {
		passages, born := make([]int64, len(rows)), make([]int, len(rows))
		vectors := make([]pgvector.Vector, len(rows))
		for i, row := range rows {
			passages[i], born[i], vectors[i] = row.passage, row.born, pgvector.NewVector(row.v)
		}
		args := e.args()
		args["passages"] = passages
		args["borns"] = born
		args["vectors"] = vectors
		batch.Queue(fmt.Sprintf(`
			INSERT INTO %s (
				passage_id,
				collection_id,
				born,
				v
			)
			SELECT
				new.passage,
				@collection,
				new.born,
				new.v::halfvec(%d)
			FROM unnest(
				@passages::bigint[],
				@borns::integer[],
				@vectors::vector[]
			) AS new (passage, born, v)`,
			vectorTable(e.Collection.SpaceID), e.space.Dimensions), args)
	}
}

func (r *Run) queueDocument(batch *pgx.Batch, id, lineage int64, d Document, passages []int64) {
	args := r.args()
	args["id"] = id
	args["lineage"] = lineage
	args["key"] = d.Key
	args["name"] = d.Name
	args["url"] = d.URL
	args["title"] = d.Title
	args["theme"] = d.Theme
	args["media_type"] = d.MediaType
	args["published_on"] = orNull(d.PublishedOn)
	args["modified_on"] = orNull(d.ModifiedOn)
	args["valid_from"] = orNull(d.ValidFrom)
	args["valid_until"] = orNull(d.ValidUntil)
	args["content_hash"] = append([]byte{}, d.ContentHash...)
	args["extractor"] = d.Extractor
	args["passages"] = passages
	args["flags"] = append([]Flag{}, d.Flags...)
	args["service"] = d.Service
	batch.Queue(`
		INSERT INTO documents (
			id,
			collection_id,
			source_id,
			lineage,
			key,
			name,
			url,
			title,
			theme,
			media_type,
			published_on,
			modified_on,
			valid_from,
			valid_until,
			content_hash,
			extractor,
			passages,
			flags,
			service,
			born
		) OVERRIDING SYSTEM VALUE VALUES (
			@id,
			@collection,
			@source,
			@lineage,
			@key,
			@name,
			@url,
			@title,
			@theme,
			@media_type,
			@published_on,
			@modified_on,
			@valid_from,
			@valid_until,
			@content_hash,
			@extractor,
			@passages,
			@flags,
			@service,
			@edition
		)`, args)
}

// orNull makes the zero time, which is an unknown date, NULL.
func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
