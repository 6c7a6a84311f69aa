package corpus

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// String names the space as operators read it: "builtin 2 (256 dimensions)".
func (s Space) String() string {
	if s == (Space{}) {
		return "no embedder"
	}
	return fmt.Sprintf("%s %s (%d dimensions)", s.Embedder, s.Version, s.Dimensions)
}

// spaceID returns the id of a space, or ErrNotFound when nothing was ever
// embedded in it. The zero Space, which has no vectors, is 0.
func (s *Store) spaceID(ctx context.Context, space Space) (int64, error) {
	if space == (Space{}) {
		return 0, nil
	}
	s.mu.Lock()
	id := s.spaces[space]
	s.mu.Unlock()
	if id != 0 {
		return id, nil
	}
	err := s.pool.QueryRow(ctx, `
		SELECT id
		FROM spaces
		WHERE embedder = @embedder
			AND version = @version
			AND dimensions = @dimensions
		ORDER BY id
		LIMIT 1`, spaceArgs(space)).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("read space %s: %w", space, orNotFound(err))
	}
	s.mu.Lock()
	s.spaces[space] = id
	s.mu.Unlock()
	return id, nil
}

func spaceArgs(space Space) pgx.NamedArgs {
	return pgx.NamedArgs{
		"embedder":   space.Embedder,
		"version":    space.Version,
		"dimensions": space.Dimensions,
	}
}

// ensureSpace returns the space's id and makes its row and its table of
// vectors if this is the first time that it is used.
func ensureSpace(ctx context.Context, tx pgx.Tx, space Space) (int64, error) {
	if space == (Space{}) {
		return 0, nil
	}
	// A second transaction that wants the same new space waits here for the
	// first to commit, and then finds the table made.
	_, err := tx.Exec(ctx, `
		INSERT INTO spaces (
			embedder,
			version,
			dimensions
		) VALUES (
			@embedder,
			@version,
			@dimensions
		)
		ON CONFLICT DO NOTHING`, spaceArgs(space))
	if err != nil {
		return 0, fmt.Errorf("create space %s: %w", space, err)
	}
	var id int64
	var made bool
	err = tx.QueryRow(ctx, `
		SELECT
			id,
			to_regclass('vectors_' || id) IS NOT NULL
		FROM spaces
		WHERE embedder = @embedder
			AND version = @version
			AND dimensions = @dimensions
		ORDER BY id
		LIMIT 1`, spaceArgs(space)).Scan(&id, &made)
	if err != nil {
		return 0, fmt.Errorf("read space %s: %w", space, err)
	}
	if made {
		return id, nil
	}
	table := vectorTable(id)
	_, err = tx.Exec(ctx, fmt.Sprintf(`
		CREATE TABLE %[1]s (
			passage_id    bigint PRIMARY KEY REFERENCES passages ON DELETE CASCADE,
			collection_id bigint NOT NULL,
			born          integer NOT NULL,
			ended         integer,
			v             halfvec(%[2]d) NOT NULL
		);
		-- A collection is scanned exactly, through this.
		CREATE INDEX %[1]s_collection ON %[1]s (collection_id)`, table, space.Dimensions))
	if err != nil {
		return 0, fmt.Errorf("create table %s: %w", table, err)
	}
	return id, nil
}

// vectorTable is the name of a space's table.
func vectorTable(spaceID int64) string { return fmt.Sprintf("vectors_%d", spaceID) }

// spaceIDs returns all spaces: a passage may have vectors in several while a
// collection moves from one to another.
func spaceIDs(ctx context.Context, tx pgx.Tx) ([]int64, error) {
	// Bounded by nature: an installation sees a few embedders in its life.
	rows, err := tx.Query(ctx, `
		SELECT id
		FROM spaces
		ORDER BY id`)
	if err != nil {
		return nil, fmt.Errorf("list spaces: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("list spaces: %w", err)
	}
	return ids, nil
}

// querier is what a pool and a transaction have in common here.
type querier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// readSpace returns the space with this id; 0 is the zero Space.
func readSpace(ctx context.Context, q querier, id int64) (Space, error) {
	if id == 0 {
		return Space{}, nil
	}
	var space Space
	err := q.QueryRow(ctx, `
		SELECT
			embedder,
			version,
			dimensions
		FROM spaces
		WHERE id = @id
		ORDER BY id
		LIMIT 1`, pgx.NamedArgs{"id": id}).Scan(&space.Embedder, &space.Version, &space.Dimensions)
	if err != nil {
		return Space{}, fmt.Errorf("read space %d: %w", id, orNotFound(err))
	}
	return space, nil
}

// spaceMismatch says which collection is in which space, and the mend.
func (s *Store) spaceMismatch(ctx context.Context, c Collection, want Space) error {
	return mismatch(ctx, s.pool, c, want)
}

// mismatch is ErrSpace, with both spaces and the command that moves the
// collection to the other one.
func mismatch(ctx context.Context, q querier, c Collection, want Space) error {
	has, err := readSpace(ctx, q, c.SpaceID)
	if err != nil {
		return err
	}
	var town string
	err = q.QueryRow(ctx, `
		SELECT coalesce((
			SELECT slug
			FROM towns
			WHERE id = @town
				AND NOT is_default
		), '')`, pgx.NamedArgs{"town": c.TownID}).Scan(&town)
	if err != nil {
		return fmt.Errorf("read town of collection %q: %w", c.Name, err)
	}
	command := fmt.Sprintf("guichet reembed --collection %q", c.Name)
	if town != "" {
		command += " --town " + town
	}
	return fmt.Errorf("%w: collection %q was embedded with %s, and the configured embedder is %s; "+
		"move it with '%s', or set GUICHET_EMBEDDER to the collection's own",
		ErrSpace, c.Name, has, want, command)
}
