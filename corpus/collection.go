package corpus

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
)

const collectionColumns = `
	c.id,
	coalesce(c.town_id, 0),
	c.name,
	c.language,
	coalesce((
		SELECT t.time_zone
		FROM towns t
		WHERE t.id = c.town_id
	), '` + DefaultZone + `'),
	coalesce(c.space_id, 0),
	c.published`

func collectionFields(c *Collection) []any {
	return []any{&c.ID, &c.TownID, &c.Name, &c.Language, &c.TimeZone, &c.SpaceID, &c.Published}
}

func scanCollection(row pgx.CollectableRow) (Collection, error) {
	var c Collection
	err := row.Scan(collectionFields(&c)...)
	return c, err
}

// EnsureCollection returns the collection of this name that belongs to the
// town (0: shared), and creates it, with this language, if there is none.
func (s *Store) EnsureCollection(ctx context.Context, townID int64, name, language string) (Collection, error) {
	args := pgx.NamedArgs{"town": townID, "name": name, "language": language}
	_, err := s.pool.Exec(ctx, `
		INSERT INTO collections (
			town_id,
			name,
			language
		) VALUES (
			nullif(@town::bigint, 0),
			@name,
			@language
		)
		ON CONFLICT DO NOTHING`, args)
	if err != nil {
		return Collection{}, fmt.Errorf("create collection %q: %w", name, err)
	}
	rows, err := s.pool.Query(ctx, `
		SELECT `+collectionColumns+`
		FROM collections c
		WHERE c.town_id IS NOT DISTINCT FROM nullif(@town::bigint, 0)
			AND c.name = @name
		ORDER BY c.id
		LIMIT 1`, args)
	if err != nil {
		return Collection{}, fmt.Errorf("read collection %q: %w", name, err)
	}
	c, err := pgx.CollectExactlyOneRow(rows, scanCollection)
	if err != nil {
		return Collection{}, fmt.Errorf("read collection %q: %w", name, orNotFound(err))
	}
	return c, nil
}

// Collections returns what the town reads: its own collections, then the
// shared ones (townID 0: the shared ones alone). names, if any, narrows; a
// name that matches none is ErrNotFound.
func (s *Store) Collections(ctx context.Context, townID int64, names ...string) ([]Collection, error) {
	// Bounded by nature: a town has a handful of collections.
	rows, err := s.pool.Query(ctx, `
		SELECT `+collectionColumns+`
		FROM collections c
		WHERE (c.town_id = @town OR c.town_id IS NULL)
			AND (cardinality(@names::text[]) = 0 OR c.name = ANY(@names))
		ORDER BY
			c.town_id IS NULL,
			c.name`, pgx.NamedArgs{"town": townID, "names": orEmpty(names)})
	if err != nil {
		return nil, fmt.Errorf("list collections: %w", err)
	}
	collections, err := pgx.CollectRows(rows, scanCollection)
	if err != nil {
		return nil, fmt.Errorf("list collections: %w", err)
	}
	for _, name := range names {
		if !slices.ContainsFunc(collections, func(c Collection) bool { return c.Name == name }) {
			return nil, fmt.Errorf("collection %q: %w", name, ErrNotFound)
		}
	}
	return collections, nil
}

// Sources returns a collection's sources in the order in which they came.
func (s *Store) Sources(ctx context.Context, collectionID int64) ([]SourceRef, error) {
	// Bounded by nature: an operator names each source.
	rows, err := s.pool.Query(ctx, `
		SELECT
			kind,
			uri
		FROM sources
		WHERE collection_id = @collection
		ORDER BY id`, pgx.NamedArgs{"collection": collectionID})
	if err != nil {
		return nil, fmt.Errorf("list sources of collection %d: %w", collectionID, err)
	}
	sources, err := pgx.CollectRows(rows, pgx.RowToStructByPos[SourceRef])
	if err != nil {
		return nil, fmt.Errorf("list sources of collection %d: %w", collectionID, err)
	}
	return sources, nil
}

// Scope is what a reader sees: (collection, edition) pairs taken once, at its
// start. The zero Scope sees nothing.
type Scope struct {
	TownID  int64
	Members []ScopeMember
}

// ScopeMember is one collection at one edition.
type ScopeMember struct {
	Collection Collection
	Edition    int
	EditionID  int64 // unlike the number, never used again
}

// Scope takes the published editions of what the town reads. names narrows to
// collections of these names; a name that matches none is ErrNotFound. A
// collection that has published nothing yet is left out.
func (s *Store) Scope(ctx context.Context, townID int64, names ...string) (Scope, error) {
	if len(names) > 0 {
		if _, err := s.Collections(ctx, townID, names...); err != nil {
			return Scope{}, fmt.Errorf("take scope: %w", err)
		}
	}
	// Bounded by nature: a town has a handful of collections.
	rows, err := s.pool.Query(ctx, `
		SELECT `+collectionColumns+`,
			e.id
		FROM collections c
		JOIN editions e
			ON e.collection_id = c.id
			AND e.number = c.published
		WHERE (c.town_id = @town OR c.town_id IS NULL)
			AND (cardinality(@names::text[]) = 0 OR c.name = ANY(@names))
		ORDER BY
			c.town_id IS NULL,
			c.name`, pgx.NamedArgs{"town": townID, "names": orEmpty(names)})
	if err != nil {
		return Scope{}, fmt.Errorf("take scope: %w", err)
	}
	members, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (ScopeMember, error) {
		var m ScopeMember
		err := row.Scan(append(collectionFields(&m.Collection), &m.EditionID)...)
		m.Edition = m.Collection.Published
		return m, err
	})
	if err != nil {
		return Scope{}, fmt.Errorf("take scope: %w", err)
	}
	return Scope{TownID: townID, Members: members}, nil
}

// CheckSpace returns ErrSpace, with the collection's name and what to do, when
// a collection in the scope has its vectors in another space.
func (s *Store) CheckSpace(ctx context.Context, sc Scope, space Space) error {
	id, err := s.spaceID(ctx, space)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	for _, m := range sc.Members {
		if m.Collection.SpaceID == id {
			continue
		}
		return s.spaceMismatch(ctx, m.Collection, space)
	}
	return nil
}
