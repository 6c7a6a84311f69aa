package postgres

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// NewerError says that the database was migrated by a newer Guichet. An older
// program must not write into it.
type NewerError struct {
	Database int64 // schema version of the database
	Program  int64 // newest schema version that this program knows
}

func (e *NewerError) Error() string {
	return fmt.Sprintf("the database has schema version %d and this program knows versions up to %d: "+
		"a newer Guichet has migrated it; install that release or a later one, or restore a backup made before it",
		e.Database, e.Program)
}

// migrate brings the schema up to date. Programs that start at once take turns
// under goose's advisory lock.
func migrate(ctx context.Context, conf *pgx.ConnConfig, log *slog.Logger) error {
	files, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	return migrateWith(ctx, conf, files, log, riverTables(conf))
}

func migrateWith(ctx context.Context, conf *pgx.ConnConfig, files fs.FS, log *slog.Logger, others ...*goose.Migration) (err error) {
	// Tries every second for up to five minutes: another server may be in
	// the middle of a long migration.
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300))
	if err != nil {
		return fmt.Errorf("prepare the migration lock: %w", err)
	}
	db := stdlib.OpenDB(*conf)
	defer func() { err = errors.Join(err, db.Close()) }()
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files,
		goose.WithSessionLocker(locker), goose.WithDisableGlobalRegistry(true), goose.WithGoMigrations(others...),
		// Branches that were merged late brought versions below those that a
		// database of the time has.
		goose.WithAllowOutofOrder(true))
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	sources := provider.ListSources()
	target := sources[len(sources)-1].Version

	// Most starts find nothing to do and need no lock to see it.
	current, err := schemaVersion(ctx, conf)
	if err != nil {
		return err
	}
	if current > target {
		return &NewerError{Database: current, Program: target}
	}
	if current == target {
		return nil
	}
	results, err := provider.Up(ctx)
	if err != nil {
		return fmt.Errorf("migrate the database: %w", err)
	}
	for _, result := range results {
		log.InfoContext(ctx, "migration applied",
			"version", result.Source.Version, "duration", result.Duration)
	}
	return nil
}

// schemaVersion reads the version of the newest migration that the database
// has; 0 for a new database.
func schemaVersion(ctx context.Context, conf *pgx.ConnConfig) (version int64, err error) {
	conn, err := pgx.ConnectConfig(ctx, conf)
	if err != nil {
		return 0, fmt.Errorf("connect: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	var migrated bool
	err = conn.QueryRow(ctx, `SELECT to_regclass('goose_db_version') IS NOT NULL`).Scan(&migrated)
	if err == nil && migrated {
		err = conn.QueryRow(ctx, `
			SELECT COALESCE(max(version_id), 0)
			FROM goose_db_version
			WHERE is_applied`).Scan(&version)
	}
	if err != nil {
		return 0, fmt.Errorf("read the schema version: %w", err)
	}
	return version, nil
}

// SchemaHash names the exact content of the migrations of this program.
func SchemaHash() (string, error) {
	sum := sha256.New()
	_, _ = fmt.Fprintf(sum, "river %d\n", riverVersion) // a hash never fails
	err := fs.WalkDir(migrationFiles, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(migrationFiles, path)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(sum, "%s %d\n%s", path, len(data), data)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("read the migrations: %w", err)
	}
	return hex.EncodeToString(sum.Sum(nil))[:12], nil
}
