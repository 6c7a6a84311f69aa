package postgrestest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"guichet/internal/postgres"
)

// KeeperCommand starts a keeper from within the module, compiling it if need
// be; for postgres.Config in tests that open a private cluster of their own.
func KeeperCommand() []string { return []string{"go", "run", "guichet/internal/postgrestest/keeper"} }

// Open returns a pool to an empty, migrated database that is the test's own.
// It is closed and the database dropped when the test ends.
func Open(t testing.TB) *pgxpool.Pool {
	t.Helper()
	db, err := postgres.Open(t.Context(), postgres.Config{URL: URL(t), MaxConns: 8})
	if err != nil {
		t.Fatalf("open the test's database: %v", err)
	}
	t.Cleanup(db.Close)
	return db.Pool
}

// URL returns the address of an empty, migrated database that is the test's
// own, for tests that start the program. The database is dropped when the test
// ends, whoever is still connected.
func URL(t testing.TB) string {
	t.Helper()
	return create(t, makeTemplate)
}

// EmptyURL is like URL, but the database has no schema yet; pgvector it has.
func EmptyURL(t testing.TB) string {
	t.Helper()
	return create(t, func(context.Context, *postgres.Cluster, *pgx.Conn) (string, error) {
		return "template1", nil
	})
}

// create makes a database for one test, as a copy of the one that template
// names.
func create(t testing.TB, template func(context.Context, *postgres.Cluster, *pgx.Conn) (string, error)) string {
	t.Helper()
	cluster := open(t)
	name := fmt.Sprintf("test_%d_%s", os.Getpid(), strings.ToLower(rand.Text()))
	err := administer(t.Context(), cluster, func(conn *pgx.Conn) error {
		from, err := template(t.Context(), cluster, conn)
		if err != nil {
			return fmt.Errorf("make the migrated template: %w", err)
		}
		if err := sweep(t.Context(), conn); err != nil {
			return err
		}
		_, err = conn.Exec(t.Context(), `CREATE DATABASE `+name+` TEMPLATE `+from+` STRATEGY file_copy`)
		return err
	})
	if err != nil {
		t.Fatalf("create the test's database: %v", err)
	}
	t.Cleanup(func() {
		// The test's own context has ended by now.
		err := administer(context.Background(), cluster, func(conn *pgx.Conn) error {
			return drop(context.Background(), conn, name)
		})
		if err != nil {
			t.Errorf("drop the test's database: %v", err)
		}
	})
	return cluster.URL(name)
}

// sweep drops the databases of test processes that were killed.
func sweep(ctx context.Context, conn *pgx.Conn) error {
	rows, err := conn.Query(ctx, `SELECT datname FROM pg_database WHERE datname LIKE 'test\_%'`)
	if err != nil {
		return err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, name := range names {
		owner := strings.Split(name, "_")[1]
		if _, err := os.Stat("/proc/" + owner); err == nil {
			continue
		}
		if err := drop(ctx, conn, name); err != nil {
			return err
		}
	}
	return nil
}

func drop(ctx context.Context, conn *pgx.Conn, name string) error {
	_, err := conn.Exec(ctx, `DROP DATABASE IF EXISTS `+name+` WITH (FORCE)`)
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "42501" {
		// Autovacuum is at work in it, which only a superuser may end by force; the
		// plain command asks it to leave.
		_, err = conn.Exec(ctx, `DROP DATABASE IF EXISTS `+name)
	}
	return err
}

// open holds the shared cluster until the test ends.
func open(t testing.TB) *postgres.Cluster {
	t.Helper()
	dir, err := folder()
	if err != nil {
		t.Fatalf("find a folder for the tests' database: %v", err)
	}
	cluster, err := postgres.OpenCluster(t.Context(), postgres.ClusterConfig{
		Dir:           dir,
		KeeperCommand: KeeperCommand(),
		Grace:         time.Minute,
		Throwaway:     true,
	})
	if err != nil {
		t.Fatalf("start the tests' database (is the machine set up? see `make setup`): %v", err)
	}
	t.Cleanup(cluster.Close)
	return cluster
}

// folder is where the shared cluster stands. Root's own cache is closed to the
// user that runs Postgres for root.
func folder() (string, error) {
	if os.Getuid() == 0 {
		return "/var/cache/guichet-tests", nil
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(cache, "guichet-tests"), nil
}

// makeTemplate returns the name of the migrated database that tests copy, made
// anew when the migrations have changed.
func makeTemplate(ctx context.Context, cluster *postgres.Cluster, conn *pgx.Conn) (string, error) {
	hash, err := postgres.SchemaHash()
	if err != nil {
		return "", err
	}
	name := "template_" + hash
	found, err := exists(ctx, conn, name)
	if found || err != nil {
		return name, err
	}
	// The session's end releases the lock.
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock(hashtext('guichet test template'))`); err != nil {
		return "", err
	}
	if found, err = exists(ctx, conn, name); found || err != nil {
		return name, err
	}
	// Migrated under another name, so that nobody copies a half.
	draft := name + "_draft"
	if err := drop(ctx, conn, draft); err != nil {
		return "", err
	}
	if _, err := conn.Exec(ctx, `CREATE DATABASE `+draft+` TEMPLATE template1`); err != nil {
		return "", err
	}
	db, err := postgres.Open(ctx, postgres.Config{URL: cluster.URL(draft), MaxConns: 1})
	if err != nil {
		return "", err
	}
	db.Close()
	_, err = conn.Exec(ctx, `ALTER DATABASE `+draft+` RENAME TO `+name)
	return name, err
}

func exists(ctx context.Context, conn *pgx.Conn, name string) (found bool, err error) {
	err = conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, name).Scan(&found)
	return found, err
}

// administer lends a connection outside the test's own database.
func administer(ctx context.Context, cluster *postgres.Cluster, work func(*pgx.Conn) error) (err error) {
	conn, err := pgx.Connect(ctx, cluster.URL("guichet"))
	if err != nil {
		return fmt.Errorf("connect to the tests' cluster: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	return work(conn)
}
