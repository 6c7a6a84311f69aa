package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

// River brings its own tables. They are a migration among ours, so that one
// version tells the state of the whole schema; a River that needs newer tables
// is another migration.
const (
	riverMigration = 11 // our version
	riverVersion   = 8  // River's
)

// riverTables is the migration that brings River's tables to riverVersion. It
// works over connections of its own, since River's steps are transactions each;
// one that was interrupted is taken up.
func riverTables(conf *pgx.ConnConfig) *goose.Migration {
	migrate := func(direction rivermigrate.Direction, target int) *goose.GoFunc {
		return &goose.GoFunc{RunDB: func(ctx context.Context, _ *sql.DB) error {
			return migrateRiver(ctx, conf, direction, target)
		}}
	}
	return goose.NewGoMigration(riverMigration,
		migrate(rivermigrate.DirectionUp, riverVersion),
		migrate(rivermigrate.DirectionDown, -1))
}

func migrateRiver(ctx context.Context, conf *pgx.ConnConfig, direction rivermigrate.Direction, target int) error {
	poolConf, err := pgxpool.ParseConfig("")
	if err != nil {
		return fmt.Errorf("open a pool for River's tables: %w", err)
	}
	poolConf.ConnConfig = conf.Copy()
	poolConf.MaxConns = 1
	pool, err := pgxpool.NewWithConfig(ctx, poolConf)
	if err != nil {
		return fmt.Errorf("open a pool for River's tables: %w", err)
	}
	defer pool.Close()
	migrator, err := rivermigrate.New(riverpgxv5.New(pool), nil)
	if err != nil {
		return fmt.Errorf("read River's migrations: %w", err)
	}
	known := migrator.AllVersions()
	if last := known[len(known)-1].Version; last < riverVersion {
		return errors.New("this River is older than its tables")
	}
	if _, err := migrator.Migrate(ctx, direction, &rivermigrate.MigrateOpts{TargetVersion: target}); err != nil {
		return fmt.Errorf("migrate River's tables: %w", err)
	}
	return nil
}
