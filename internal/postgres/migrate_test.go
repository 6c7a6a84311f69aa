package postgres_test

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
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
	if efSearch != "120" || iterative != "strict_order" {
		t.Errorf("hnsw.ef_search is %s and hnsw.iterative_scan %s", efSearch, iterative)
	}
}

func TestAnUnreachableDatabase(t *testing.T) {
	t.Parallel()
	for _, url := range []string{
		"postgres://guichet:s3cret@localhost:1/guichet?sslmode=disable",
		"postgres://guichet:s3cret@db.invalid/guichet?sslmode=disable",
		"host=localhost port=1 user=guichet password=s3cret dbname=guichet sslmode=disable",
	} {
		db, err := postgres.Open(t.Context(), postgres.Config{URL: url})
		if err == nil {
			db.Close()
			t.Fatalf("opened a database that is not there: %s", url)
		}
		if !strings.Contains(err.Error(), "localhost") && !strings.Contains(err.Error(), "db.invalid") {
			t.Errorf("the error does not name the host: %v", err)
		}
		if strings.Contains(err.Error(), "s3cret") {
			t.Errorf("the error holds the password: %v", err)
		}
	}
	// One that cannot be read is told without its password too.
	_, err := postgres.Open(t.Context(), postgres.Config{URL: "postgres://guichet:s3cret@localhost:port/guichet"})
	if err == nil || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("an address that cannot be read: %v", err)
	}
}

// The server's list of extensions is hidden behind one of the test's own, as
// on a server where pgvector, or a new enough one, is not installed.
func TestADatabaseWithoutPgvector(t *testing.T) {
	t.Parallel()
	for list, says := range map[string][]string{
		`SELECT * FROM pg_catalog.pg_available_extensions WHERE name <> 'vector'`: {
			"has no pgvector", "make setup",
		},
		`SELECT name, '0.7.4' AS default_version, NULL::text AS installed_version FROM pg_catalog.pg_available_extensions`: {
			"pgvector 0.7.4", "0.8 or later", "make setup",
		},
	} {
		url := postgrestest.EmptyURL(t)
		conn, err := pgx.Connect(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		_, err = conn.Exec(t.Context(), `
			CREATE SCHEMA hidden;
			CREATE VIEW hidden.pg_available_extensions AS `+list)
		if err := errors.Join(err, conn.Close(t.Context())); err != nil {
			t.Fatal(err)
		}
		db, err := postgres.Open(t.Context(), postgres.Config{URL: url + "&options=-c%20search_path%3Dhidden,pg_catalog,public"})
		var unfit *postgres.UnfitError
		if !errors.As(err, &unfit) {
			if err == nil {
				db.Close()
			}
			t.Errorf("got %v, want an UnfitError", err)
			continue
		}
		for _, want := range says {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%q does not say %q", err, want)
			}
		}
	}
}
