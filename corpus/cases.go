package corpus

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// SetCases replaces the questions that the town's prepared editions are held
// against. Package eval knows their form.
func (s *Store) SetCases(ctx context.Context, townID int64, cases []json.RawMessage) error {
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `
			DELETE FROM cases
			WHERE town_id = @town`, pgx.NamedArgs{"town": townID})
		if err != nil {
			return err
		}
		_, err = tx.CopyFrom(ctx, pgx.Identifier{"cases"}, []string{"town_id", "place", "body"},
			pgx.CopyFromSlice(len(cases), func(i int) ([]any, error) { return []any{townID, i, cases[i]}, nil }))
		return err
	})
	if err != nil {
		return fmt.Errorf("set cases of town %d: %w", townID, err)
	}
	return nil
}

// Cases returns the town's cases in the order of its file, at most limit.
func (s *Store) Cases(ctx context.Context, townID int64, limit int) ([]json.RawMessage, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT body
		FROM cases
		WHERE town_id = @town
		ORDER BY place
		LIMIT @limit`, pgx.NamedArgs{"town": townID, "limit": limit})
	if err != nil {
		return nil, fmt.Errorf("read cases of town %d: %w", townID, err)
	}
	cases, err := pgx.CollectRows(rows, pgx.RowTo[json.RawMessage])
	if err != nil {
		return nil, fmt.Errorf("read cases of town %d: %w", townID, err)
	}
	return cases, nil
}
