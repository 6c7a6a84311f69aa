package corpus

import (
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
	suggestions`

func scanTown(row pgx.CollectableRow) (Town, error) {
	var t Town
	err := row.Scan(&t.ID, &t.Slug, &t.Name, &t.Default, &t.Origins, &t.Contact,
		&t.Color, &t.Languages, &t.Suggestions)
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
// empty colour or list of languages takes the database's default.
func (s *Store) PutTown(ctx context.Context, t Town) (Town, error) {
	if t.Color == "" {
		t.Color = "#0b5563"
	}
	if len(t.Languages) == 0 {
		t.Languages = []string{"fr"}
	}
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
				suggestions
			) VALUES (
				@slug,
				@name,
				@is_default,
				@origins,
				@contact,
				@color,
				@languages,
				@suggestions
			)
			ON CONFLICT (slug) DO UPDATE SET
				name = excluded.name,
				is_default = towns.is_default OR excluded.is_default,
				origins = excluded.origins,
				contact = excluded.contact,
				color = excluded.color,
				languages = excluded.languages,
				suggestions = excluded.suggestions
			RETURNING `+townColumns,
			pgx.NamedArgs{
				"slug":        t.Slug,
				"name":        t.Name,
				"is_default":  t.Default,
				"origins":     orEmpty(t.Origins),
				"contact":     t.Contact,
				"color":       t.Color,
				"languages":   t.Languages,
				"suggestions": orEmpty(t.Suggestions),
			})
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

// DeleteTown removes the town and all that is its own: its collections with
// their documents, its conversations and its agents. Shared collections stay.
func (s *Store) DeleteTown(ctx context.Context, slug string) error {
	tag, err := s.pool.Exec(ctx, `DELETE FROM towns WHERE slug = @slug`, pgx.NamedArgs{"slug": slug})
	if err == nil && tag.RowsAffected() == 0 {
		err = ErrNotFound
	}
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
