package jobs

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Working tells whether any program runs sources by their schedules now. Of those
// that do, River has one lead, which says every few seconds that it still does: one
// that was killed counts for at most a quarter of a minute more.
func Working(ctx context.Context, pool *pgxpool.Pool) (bool, error) {
	var working bool
	err := pool.QueryRow(ctx, `
		SELECT EXISTS (
			SELECT
			FROM river_leader
			WHERE expires_at > now()
		)`).Scan(&working)
	if err != nil {
		return false, fmt.Errorf("look for a program that runs sources: %w", err)
	}
	return working, nil
}
