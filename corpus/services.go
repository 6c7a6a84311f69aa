package corpus

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/jackc/pgx/v5"

	"guichet/corpus/opening"
)

// Services returns the town's services in the order of its file; none is no
// error.
func (s *Store) Services(ctx context.Context, townID int64) ([]opening.Service, error) {
	services, err := readServices(ctx, s.pool, townID)
	if err != nil {
		return nil, fmt.Errorf("read services of town %d: %w", townID, err)
	}
	return services, nil
}

func readServices(ctx context.Context, db lister, townID int64) ([]opening.Service, error) {
	rows, err := db.Query(ctx, `
		SELECT definition
		FROM services
		WHERE town_id = @town
		ORDER BY place
		LIMIT @limit`, pgx.NamedArgs{"town": townID, "limit": opening.MaxServices})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (one opening.Service, err error) {
		return one, row.Scan(&one)
	})
}

// PutServices replaces the town's services by these, all or none of them.
func (s *Store) PutServices(ctx context.Context, townID int64, services []opening.Service) error {
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if err := lockTown(ctx, tx, townID); err != nil {
			return err
		}
		return putServices(ctx, tx, townID, services)
	})
	if err != nil {
		return fmt.Errorf("put services of town %d: %w", townID, err)
	}
	return nil
}

// lockTown keeps others from the town's services until the transaction ends, so
// that two files put at once do not mix.
func lockTown(ctx context.Context, tx pgx.Tx, townID int64) error {
	return orNotFound(tx.QueryRow(ctx, `
		SELECT id
		FROM towns
		WHERE id = @town
		FOR UPDATE`, pgx.NamedArgs{"town": townID}).Scan(new(int64)))
}

func putServices(ctx context.Context, tx pgx.Tx, townID int64, services []opening.Service) error {
	if len(services) > opening.MaxServices {
		return fmt.Errorf("there are %d, %d at most", len(services), opening.MaxServices)
	}
	slugs, definitions := make([]string, len(services)), make([]string, len(services))
	for i := range services {
		b, err := json.Marshal(services[i])
		if err != nil {
			return fmt.Errorf("write service %s: %w", services[i].Slug, err)
		}
		slugs[i], definitions[i] = services[i].Slug, string(b)
	}
	args := pgx.NamedArgs{"town": townID, "slugs": slugs, "definitions": definitions}
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
}

// ServiceDocument is a published document that describes a service.
type ServiceDocument struct {
	Name    string          // what it is called in citations
	Service json.RawMessage // as it was put
}

// FollowServices replaces the town's services by what merge makes of them and of
// the documents that describe services and that its residents see now: those of
// the town's own collections and, where there is one town, of the shared ones. It
// takes the published editions while it keeps others from the services, so that
// whoever comes last leaves what belongs to the editions that are published.
func (s *Store) FollowServices(ctx context.Context, townID int64, merge func(existing []opening.Service, published []ServiceDocument) ([]opening.Service, error)) error {
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if err := lockTown(ctx, tx, townID); err != nil {
			return err
		}
		existing, err := readServices(ctx, tx, townID)
		if err != nil {
			return err
		}
		published, err := serviceDocuments(ctx, tx, townID)
		if err != nil {
			return err
		}
		services, err := merge(existing, published)
		if err != nil || reflect.DeepEqual(services, existing) {
			return err
		}
		return putServices(ctx, tx, townID, services)
	})
	if err != nil {
		return fmt.Errorf("follow the services that documents of town %d describe: %w", townID, err)
	}
	return nil
}

func serviceDocuments(ctx context.Context, tx pgx.Tx, townID int64) ([]ServiceDocument, error) {
	// Bounded by nature: a source of services lists a few thousand at most.
	rows, err := tx.Query(ctx, `
		SELECT
			d.name,
			d.service
		FROM documents d
		JOIN collections c ON c.id = d.collection_id
		WHERE d.service IS NOT NULL
			AND d.born <= c.published
			AND (d.ended IS NULL OR d.ended > c.published)
			AND (
				c.town_id = @town
				OR c.town_id IS NULL
				AND (
					SELECT count(*)
					FROM towns
				) = 1
			)
		ORDER BY
			c.id,
			d.name`, pgx.NamedArgs{"town": townID})
	if err != nil {
		return nil, fmt.Errorf("read documents: %w", err)
	}
	documents, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (d ServiceDocument, err error) {
		return d, row.Scan(&d.Name, &d.Service)
	})
	if err != nil {
		return nil, fmt.Errorf("read documents: %w", err)
	}
	return documents, nil
}
