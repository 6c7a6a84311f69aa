package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"guichet/internal/postgres"
	"guichet/internal/postgrestest"
)

func TestSeveralServersMigrateAtOnce(t *testing.T) {
	t.Parallel()
	url := postgrestest.EmptyURL(t)
	var servers errgroup.Group
	for range 5 {
		servers.Go(func() error {
			db, err := postgres.Open(t.Context(), postgres.Config{URL: url, MaxConns: 2})
			if err != nil {
				return err
			}
			defer db.Close()
			var towns int
			if err := db.Pool.QueryRow(t.Context(), `SELECT count(*) FROM towns`).Scan(&towns); err != nil {
				return err
			}
			if towns != 1 {
				return fmt.Errorf("the database has %d towns, want the default one", towns)
			}
			return nil
		})
	}
	if err := servers.Wait(); err != nil {
		t.Error(err)
	}
}

// Building an index concurrently while other servers wait for their turn has
// deadlocked migration tools that wait inside a transaction.
func TestSeveralServersBuildAnIndexConcurrently(t *testing.T) {
	t.Parallel()
	conf, err := pgx.ParseConfig(postgrestest.EmptyURL(t))
	if err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{
		"0001_table.sql": {Data: []byte("-- +goose Up\nCREATE TABLE t (n int);\n")},
		"0002_index.sql": {Data: []byte("-- +goose NO TRANSACTION\n-- +goose Up\nCREATE INDEX CONCURRENTLY t_n ON t (n);\n")},
	}
	var servers errgroup.Group
	for range 3 {
		servers.Go(func() error {
			return postgres.MigrateWith(t.Context(), conf, files, slog.New(slog.DiscardHandler))
		})
	}
	if err := servers.Wait(); err != nil {
		t.Error(err)
	}
}

func TestANewerDatabaseIsRefused(t *testing.T) {
	t.Parallel()
	url := postgrestest.EmptyURL(t)
	db, err := postgres.Open(t.Context(), postgres.Config{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.Pool.Exec(t.Context(), `INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, true)`)
	db.Close()
	if err != nil {
		t.Fatal(err)
	}
	db, err = postgres.Open(t.Context(), postgres.Config{URL: url})
	if err == nil {
		db.Close()
		t.Fatal("a newer database was opened")
	}
	var newer *postgres.NewerError
	if !errors.As(err, &newer) || newer.Database != 9999 {
		t.Errorf("got %v, want a NewerError about version 9999", err)
	}
}

func TestConnectionsArePrepared(t *testing.T) {
	t.Parallel()
	db, err := postgres.Open(t.Context(), postgres.Config{URL: postgrestest.EmptyURL(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if n := db.Pool.Config().MaxConns; n != 16 {
		t.Errorf("the pool takes up to %d connections, want 16", n)
	}
	var efSearch, iterative string
	err = db.Pool.QueryRow(t.Context(), `
		SELECT
			current_setting('hnsw.ef_search'),
			current_setting('hnsw.iterative_scan')`).Scan(&efSearch, &iterative)
	if err != nil {
		t.Fatal(err)
	}
	if efSearch != "100" || iterative != "strict_order" {
		t.Errorf("hnsw.ef_search is %s and hnsw.iterative_scan %s", efSearch, iterative)
	}
}

func TestAnUnreachableDatabase(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	url := "postgres://guichet:secret@localhost:1/guichet?sslmode=disable"
	_, err := postgres.Open(ctx, postgres.Config{URL: url})
	if err == nil {
		t.Fatal("opened a database that is not there")
	}
}
