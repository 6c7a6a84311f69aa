package corpus

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"guichet/corpus/opening"
)

// Services returns the town's services in the order of its file; none is no
// error.
func (s *Store) Services(ctx context.Context, townID int64) ([]opening.Service, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT definition
		FROM services
		WHERE town_id = @town
		ORDER BY place
		LIMIT @limit`, pgx.NamedArgs{"town": townID, "limit": opening.MaxServices})
	if err != nil {
		return nil, fmt.Errorf("read services of town %d: %w", townID, err)
	}
	services, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (opening.Service, error) {
		var one opening.Service
		err := row.Scan(&one)
		return one, err
	})
	if err != nil {
		return nil, fmt.Errorf("read services of town %d: %w", townID, err)
	}
	return services, nil
}

// PutServices replaces the town's services by these, all or none of them.
func (s *Store) PutServices(ctx context.Context, townID int64, services []opening.Service) error {
	if len(services) > opening.MaxServices {
		return fmt.Errorf("put services of town %d: there are %d, %d at most", townID, len(services), opening.MaxServices)
	}
	slugs, definitions := make([]string, len(services)), make([]string, len(services))
	for i := range services {
		b, err := json.Marshal(services[i])
		if err != nil {
			return fmt.Errorf("put service %s: %w", services[i].Slug, err)
		}
		slugs[i], definitions[i] = services[i].Slug, string(b)
	}
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		// The town's row is locked, so that two files put at once do not mix.
		args := pgx.NamedArgs{"town": townID, "slugs": slugs, "definitions": definitions}
		if err := tx.QueryRow(ctx, `
			SELECT id
			FROM towns
			WHERE id = @town
			FOR UPDATE`, args).Scan(new(int64)); err != nil {
			return orNotFound(err)
		}
		if _, err := tx.Exec(ctx, `DELETE FROM services WHERE town_id = @town`, args); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `
			INSERT INTO services (
				town_id,
				slug,
				place,
				definition
			)
			SELECT
				@town,
				put.slug,
				put.place,
				put.definition::jsonb
			FROM unnest(@slugs::text[], @definitions::text[]) WITH ORDINALITY AS put (slug, definition, place)`, args)
		return err
	})
	if err != nil {
		return fmt.Errorf("put services of town %d: %w", townID, err)
	}
	return nil
}
