package corpus

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Run is one pass over a source inside an edition. Like its edition it is not
// safe for concurrent use.
type Run struct {
	SourceID int64

	id      int64
	edition *Edition
}

// StartRun begins a pass over the source, which is created if it is new.
func (e *Edition) StartRun(ctx context.Context, src SourceRef) (*Run, error) {
	r := &Run{edition: e}
	args := e.args()
	args["kind"] = src.Kind
	args["uri"] = src.URI
	err := e.conn.QueryRow(ctx, `
		WITH source AS (
			-- The source, made if it is new; the update makes it return its
			-- id if it is not.
			INSERT INTO sources (
				collection_id,
				kind,
				uri
			) VALUES (
				@collection,
				@kind,
				@uri
			)
			ON CONFLICT (collection_id, uri) DO UPDATE SET kind = excluded.kind
			RETURNING id
		)
		INSERT INTO runs (
			collection_id,
			source_id,
			edition
		)
		SELECT
			@collection,
			id,
			@edition
		FROM source
		RETURNING
			id,
			source_id`, args).Scan(&r.id, &r.SourceID)
	if err != nil {
		return nil, fmt.Errorf("start run over %s: %w", src.URI, err)
	}
	return r, nil
}

// args are the named arguments that the run's statements share.
func (r *Run) args() pgx.NamedArgs {
	args := r.edition.args()
	args["source"] = r.SourceID
	return args
}

// Known is what an edition holds of a document.
type Known struct {
	Name        string
	ContentHash []byte
	Extractor   string
}

// Known returns the source's live documents by key.
func (r *Run) Known(ctx context.Context) (map[string]Known, error) {
	// Bounded by nature: a few hundred bytes for each document of the source.
	rows, err := r.edition.conn.Query(ctx, `
		SELECT
			key,
			name,
			content_hash,
			extractor
		FROM documents
		WHERE collection_id = @collection
			AND source_id = @source
			AND ended IS NULL
		ORDER BY key`, r.args())
	if err != nil {
		return nil, fmt.Errorf("list known documents: %w", err)
	}
	known := make(map[string]Known)
	var key string
	var k Known
	_, err = pgx.ForEachRow(rows, []any{&key, &k.Name, &k.ContentHash, &k.Extractor}, func() error {
		known[key] = k
		k.ContentHash = nil
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list known documents: %w", err)
	}
	return known, nil
}

// Counts are a run's figures, in documents.
type Counts struct {
	Added     int `json:"added"`
	Changed   int `json:"changed"`
	Unchanged int `json:"unchanged"`
	Retired   int `json:"retired"`
	Failed    int `json:"failed"`
}

// Failure is a document that could not be read, and why.
type Failure struct {
	Key    string `json:"key"`
	Reason string `json:"reason"`         // in an operator's words
	Code   string `json:"code,omitempty"` // of a reason that comes up often; ingest names them
}

// Finish closes the run as completed, with its figures. Failures are kept in
// the order of their keys.
func (r *Run) Finish(ctx context.Context, c Counts, failures []Failure) error {
	sorted := slices.SortedStableFunc(slices.Values(failures), func(a, b Failure) int {
		return strings.Compare(a.Key, b.Key)
	})
	if sorted == nil {
		sorted = []Failure{}
	}
	_, err := r.edition.conn.Exec(ctx, `
		UPDATE runs
		SET
			state = 'completed',
			added = @added,
			changed = @changed,
			unchanged = @unchanged,
			retired = @retired,
			failed = @failed,
			failures = @failures,
			finished_at = now()
		WHERE id = @run`,
		pgx.NamedArgs{
			"run":       r.id,
			"added":     c.Added,
			"changed":   c.Changed,
			"unchanged": c.Unchanged,
			"retired":   c.Retired,
			"failed":    c.Failed,
			"failures":  sorted,
		})
	if err != nil {
		return fmt.Errorf("finish run %d: %w", r.id, err)
	}
	return nil
}
