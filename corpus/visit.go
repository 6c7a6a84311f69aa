package corpus

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/jackc/pgx/v5"
)

// Visit is what a server said of an address when it was asked last: enough to
// ask only whether that still holds. It belongs to a source and to no edition:
// a run that was not published leaves it as it is.
type Visit struct {
	Address   string // unique in its source
	ETag      string
	Modified  string // the header, as it stood
	MediaType string
	Digest    []byte // of the body
	Content   []byte // what the source needs of the body: all of it, or what was found in it
}

// Visits is what is remembered of a source's addresses.
type Visits struct {
	store      *Store
	collection int64
	source     SourceRef
	row        *sourceRow
}

// sourceRow is the source's row, made when something is first remembered.
type sourceRow struct {
	mu sync.Mutex
	id int64 // 0: not known yet
}

// Visits returns the memory of a source, which may be one that has had no run
// yet.
func (s *Store) Visits(collectionID int64, src SourceRef) Visits {
	return Visits{store: s, collection: collectionID, source: src, row: &sourceRow{}}
}

func (v Visits) args() pgx.NamedArgs {
	return pgx.NamedArgs{"collection": v.collection, "kind": v.source.Kind, "uri": v.source.URI}
}

// Recall returns the last visit of an address, or ErrNotFound.
func (v Visits) Recall(ctx context.Context, address string) (Visit, error) {
	args := v.args()
	args["address"] = address
	found := Visit{Address: address}
	err := v.store.pool.QueryRow(ctx, `
		SELECT
			m.etag,
			m.modified,
			m.media_type,
			m.digest,
			m.content
		FROM source_memory m
		JOIN sources s ON s.id = m.source_id
		WHERE s.collection_id = @collection
			AND s.uri = @uri
			AND m.address = @address`, args).Scan(&found.ETag, &found.Modified, &found.MediaType, &found.Digest, &found.Content)
	if errors.Is(err, pgx.ErrNoRows) {
		return Visit{}, ErrNotFound
	}
	if err != nil {
		return Visit{}, fmt.Errorf("recall %s: %w", address, err)
	}
	return found, nil
}

// sourceID returns the id of the source's row, which it makes if it is new.
func (v Visits) sourceID(ctx context.Context) (int64, error) {
	v.row.mu.Lock()
	defer v.row.mu.Unlock()
	if v.row.id != 0 {
		return v.row.id, nil
	}
	err := v.store.pool.QueryRow(ctx, ensureSource, v.args()).Scan(&v.row.id)
	return v.row.id, err
}

// Remember keeps a visit in the place of the last one.
func (v Visits) Remember(ctx context.Context, visit Visit) error {
	id, err := v.sourceID(ctx)
	if err != nil {
		return fmt.Errorf("remember %s: %w", visit.Address, err)
	}
	_, err = v.store.pool.Exec(ctx, `
		INSERT INTO source_memory (
			source_id,
			address,
			etag,
			modified,
			media_type,
			digest,
			content
		) VALUES (
			@source,
			@address,
			@etag,
			@modified,
			@media_type,
			@digest,
			@content
		)
		ON CONFLICT (source_id, address) DO UPDATE SET
			etag = excluded.etag,
			modified = excluded.modified,
			media_type = excluded.media_type,
			digest = excluded.digest,
			content = excluded.content,
			fetched_at = now()`,
		pgx.NamedArgs{
			"source":     id,
			"address":    visit.Address,
			"etag":       visit.ETag,
			"modified":   visit.Modified,
			"media_type": visit.MediaType,
			"digest":     visit.Digest,
			"content":    visit.Content,
		})
	if err != nil {
		return fmt.Errorf("remember %s: %w", visit.Address, err)
	}
	return nil
}

// Keep forgets all addresses of the source but these.
func (v Visits) Keep(ctx context.Context, addresses []string) error {
	args := v.args()
	args["addresses"] = addresses
	_, err := v.store.pool.Exec(ctx, `
		DELETE FROM source_memory m
		USING sources s
		WHERE s.id = m.source_id
			AND s.collection_id = @collection
			AND s.uri = @uri
			AND m.address <> ALL (@addresses)`, args)
	if err != nil {
		return fmt.Errorf("forget old addresses of %s: %w", v.source.URI, err)
	}
	return nil
}
