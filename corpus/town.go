package corpus

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

const townColumns = `
	id,
	slug,
	name,
	is_default,
	origins,
	contact,
	color,
	languages,
	suggestions,
	time_zone`

func scanTown(row pgx.CollectableRow) (Town, error) {
	var t Town
	err := row.Scan(&t.ID, &t.Slug, &t.Name, &t.Default, &t.Origins, &t.Contact,
		&t.Color, &t.Languages, &t.Suggestions, &t.TimeZone)
	return t, err
}

// DefaultTown returns the town that is meant when none is named, or
// ErrNotFound.
func (s *Store) DefaultTown(ctx context.Context) (Town, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT `+townColumns+`
		FROM towns
		WHERE is_default
		ORDER BY id
		LIMIT 1`)
	if err != nil {
		return Town{}, fmt.Errorf("read default town: %w", err)
	}
	t, err := pgx.CollectExactlyOneRow(rows, scanTown)
	if err != nil {
		return Town{}, fmt.Errorf("read default town: %w", orNotFound(err))
	}
	return t, nil
}

// Town returns the town with this slug, or ErrNotFound.
func (s *Store) Town(ctx context.Context, slug string) (Town, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT `+townColumns+`
		FROM towns
		WHERE slug = @slug
		ORDER BY id
		LIMIT 1`, pgx.NamedArgs{"slug": slug})
	if err != nil {
		return Town{}, fmt.Errorf("read town %q: %w", slug, err)
	}
	t, err := pgx.CollectExactlyOneRow(rows, scanTown)
	if err != nil {
		return Town{}, fmt.Errorf("read town %q: %w", slug, orNotFound(err))
	}
	return t, nil
}

// Towns returns all towns by slug, at most limit.
func (s *Store) Towns(ctx context.Context, limit int) ([]Town, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT `+townColumns+`
		FROM towns
		ORDER BY slug
		LIMIT @limit`, pgx.NamedArgs{"limit": limit})
	if err != nil {
		return nil, fmt.Errorf("list towns: %w", err)
	}
	towns, err := pgx.CollectRows(rows, scanTown)
	if err != nil {
		return nil, fmt.Errorf("list towns: %w", err)
	}
	return towns, nil
}

// PutTown creates the town, or replaces the settings of the one with its slug,
// and returns it with its ID. A town that is put as the default takes that
// place from the one that had it; the default town stays it until then. An
// empty colour, list of languages or time zone takes the database's default.
func (s *Store) PutTown(ctx context.Context, t Town) (Town, error) {
	var put Town
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if t.Default {
			_, err := tx.Exec(ctx, `
				UPDATE towns
				SET is_default = false
				WHERE is_default
					AND slug <> @slug`, pgx.NamedArgs{"slug": t.Slug})
			if err != nil {
				return err
			}
		}
		rows, err := tx.Query(ctx, `
			INSERT INTO towns (
				slug,
				name,
				is_default,
				origins,
				contact,
				color,
				languages,
				suggestions,
				time_zone
			) VALUES (
				@slug,
				@name,
				@is_default,
				@origins,
				@contact,
				@color,
				@languages,
				@suggestions,
				@time_zone
			)
			ON CONFLICT (slug) DO UPDATE SET
				name = excluded.name,
				is_default = towns.is_default OR excluded.is_default,
				origins = excluded.origins,
				contact = excluded.contact,
				color = excluded.color,
				languages = excluded.languages,
				suggestions = excluded.suggestions,
				time_zone = excluded.time_zone
			RETURNING `+townColumns, townArgs(t))
		if err != nil {
			return err
		}
		put, err = pgx.CollectExactlyOneRow(rows, scanTown)
		return err
	})
	if err != nil {
		return Town{}, fmt.Errorf("put town %q: %w", t.Slug, err)
	}
	return put, nil
}

// ReplaceUntouchedTown turns the town of a new database into t, the default
// town, and tells whether it did. It leaves a database alone that holds
// anything else: another town, a collection, an agent, a conversation, or a
// setting of the town that is not as the database was made with. It is one
// statement, so that whoever is killed meanwhile leaves one town or the other.
func (s *Store) ReplaceUntouchedTown(ctx context.Context, t Town) (bool, error) {
	args := townArgs(t)
	args["default_zone"] = DefaultZone
	tag, err := s.pool.Exec(ctx, `
		UPDATE towns
		SET
			slug = @slug,
			name = @name,
			origins = @origins,
			contact = @contact,
			color = @color,
			languages = @languages,
			suggestions = @suggestions,
			time_zone = @time_zone
		WHERE is_default
			AND slug = 'ma-ville'
			AND name = 'Ma ville'
			AND color = '#0b5563'
			AND contact = '{}'
			AND origins = '{}'
			AND languages = '{fr}'
			AND suggestions = '{}'
			AND time_zone = @default_zone
			AND NOT EXISTS (SELECT FROM towns WHERE NOT is_default)
			AND NOT EXISTS (SELECT FROM collections)
			AND NOT EXISTS (SELECT FROM agents)
			AND NOT EXISTS (SELECT FROM conversations)`, args)
	if err != nil {
		return false, fmt.Errorf("replace the untouched town by %q: %w", t.Slug, err)
	}
	return tag.RowsAffected() == 1, nil
}

// townArgs are the named arguments of a statement that writes a town's
// settings. An empty colour, list of languages or time zone takes the database's
// default.
func townArgs(t Town) pgx.NamedArgs {
	if t.Color == "" {
		t.Color = "#0b5563"
	}
	if len(t.Languages) == 0 {
		t.Languages = []string{"fr"}
	}
	return pgx.NamedArgs{
		"slug":        t.Slug,
		"name":        t.Name,
		"is_default":  t.Default,
		"origins":     orEmpty(t.Origins),
		"contact":     t.Contact,
		"color":       t.Color,
		"languages":   t.Languages,
		"suggestions": orEmpty(t.Suggestions),
		"time_zone":   cmp.Or(t.TimeZone, DefaultZone),
	}
}

// ErrDefaultTown says that the default town was to be deleted.
var ErrDefaultTown = errors.New("it is the default town")

// DeleteTown removes the town and all that is its own: its collections with
// their documents, its conversations and its agents. Shared collections stay.
// It returns ErrNotFound, or ErrDefaultTown for the town that nothing works
// without.
func (s *Store) DeleteTown(ctx context.Context, slug string) error {
	var isDefault bool
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		// The lock keeps the town from becoming the default one meanwhile.
		err := tx.QueryRow(ctx, `
			SELECT is_default
			FROM towns
			WHERE slug = @slug
			FOR UPDATE`, pgx.NamedArgs{"slug": slug}).Scan(&isDefault)
		if err != nil {
			return orNotFound(err)
		}
		if isDefault {
			return ErrDefaultTown
		}
		// A put shares its edition before it looks for its collection, which the
		// deletion takes first: it is waited for here, or would wait for this.
		_, err = tx.Exec(ctx, `
			SELECT
			FROM editions e
			JOIN collections c ON c.id = e.collection_id
			JOIN towns t ON t.id = c.town_id
			WHERE t.slug = @slug
			ORDER BY e.id
			FOR UPDATE OF e`, pgx.NamedArgs{"slug": slug})
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `DELETE FROM towns WHERE slug = @slug`, pgx.NamedArgs{"slug": slug})
		return err
	})
	if err != nil {
		return fmt.Errorf("delete town %q: %w", slug, err)
	}
	return nil
}

// orNotFound turns the driver's error for no row into the package's.
func orNotFound(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return ErrNotFound
	}
	return err
}

// orEmpty keeps a nil list from becoming NULL.
func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
