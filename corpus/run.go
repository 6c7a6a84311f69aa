package corpus

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Run is one pass over a source inside an edition. Like its edition it is not
// safe for concurrent use, but for Put.
type Run struct {
	SourceID int64

	id        int64
	edition   *Edition
	announced bool // whoever announced it closes it
}

// StartRun begins a pass over the source, which is created if it is new. A run
// that was announced is gone on with.
func (e *Edition) StartRun(ctx context.Context, src SourceRef) (*Run, error) {
	if id := e.announced[src.URI]; id != 0 {
		return e.enter(ctx, id)
	}
	r := &Run{edition: e}
	args := e.args()
	args["kind"] = src.Kind
	args["uri"] = src.URI
	err := e.conn.QueryRow(ctx, ensureSource, args).Scan(&r.SourceID)
	if err == nil {
		args["source"] = r.SourceID
		err = e.conn.QueryRow(ctx, `
			INSERT INTO runs (
				collection_id,
				source_id,
				edition
			) VALUES (
				@collection,
				@source,
				@edition
			)
			RETURNING id`, args).Scan(&r.id)
	}
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

// Finish closes the run as completed, with its figures; one that was announced
// runs on until CloseRuns. Failures are kept in the order of their keys.
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
			state = CASE WHEN @announced THEN state ELSE 'completed' END,
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
			"announced": r.announced,
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
