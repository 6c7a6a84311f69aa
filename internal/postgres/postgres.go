package postgres

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	pgxvector "github.com/pgvector/pgvector-go/pgx"
)

// defaultMaxConns is small on purpose: a town's machine has few cores, and
// connections beyond a few per core only queue inside Postgres.
const defaultMaxConns = 16

// Config says which database to open, and how.
type Config struct {
	// URL names an existing database, as postgres://user:password@host/name.
	// When it is empty, the private cluster in DataDir is used.
	URL string
	// DataDir is Guichet's data folder; the cluster stands in its folder
	// "postgres". Only used without URL.
	DataDir string
	// MaxConns bounds the pool; 0 means 16.
	MaxConns int32
	// Log receives what an operator may want to know; nil discards it.
	Log *slog.Logger
	// KeeperCommand starts the keeper when followed by its flags. Nil means
	// this very program's hidden subcommand "keeper"; a test's program has
	// none and must name one.
	KeeperCommand []string
}

// DB is an open, migrated database. It is safe for concurrent use.
type DB struct {
	Pool *pgxpool.Pool

	cluster *Cluster // nil for a database that the operator named
}

// Open connects to the database that cfg names, starting the private cluster
// if that is the one, refuses a server or pgvector that is too old
// (*UnfitError) and a database newer than this program (*NewerError), and
// applies the migrations that are missing. Several programs may open one
// database at once. The caller closes the DB.
func Open(ctx context.Context, cfg Config) (*DB, error) {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	db := &DB{}
	url := cfg.URL
	if url == "" {
		cluster, err := OpenCluster(ctx, ClusterConfig{
			Dir:           clusterDir(cfg.DataDir),
			KeeperCommand: cfg.KeeperCommand,
			Log:           cfg.Log,
		})
		if err != nil {
			return nil, fmt.Errorf("open the private database: %w", err)
		}
		db.cluster = cluster
		url = cluster.URL(databaseName)
	}
	pool, err := openPool(ctx, url, cfg, db.cluster)
	if err != nil {
		db.Close()
		return nil, fmt.Errorf("open the database: %w", err)
	}
	db.Pool = pool
	return db, nil
}

// Close closes the pool and, for the private cluster, tells its keeper that
// this program no longer uses it.
func (db *DB) Close() {
	if db.Pool != nil {
		db.Pool.Close()
	}
	if db.cluster != nil {
		db.cluster.Close()
	}
}

// openPool checks and migrates the database at url and returns a pool to it.
func openPool(ctx context.Context, url string, cfg Config, cluster *Cluster) (*pgxpool.Pool, error) {
	conf, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("read the database URL: %w", err)
	}
	conf.MaxConns = cfg.MaxConns
	if conf.MaxConns <= 0 {
		conf.MaxConns = defaultMaxConns
	}
	conf.MaxConnIdleTime = 5 * time.Minute
	if conf.ConnConfig.RuntimeParams["application_name"] == "" {
		conf.ConnConfig.RuntimeParams["application_name"] = "guichet"
	}
	if cluster != nil {
		if err := cluster.settle(ctx, conf.ConnConfig); err != nil {
			return nil, err
		}
	}
	if err := check(ctx, conf.ConnConfig); err != nil {
		return nil, err
	}
	if err := migrate(ctx, conf.ConnConfig, cfg.Log); err != nil {
		return nil, err
	}
	conf.AfterConnect = prepareConn
	if cluster != nil {
		// A keeper that was killed is replaced when the pool next needs a
		// connection, so that a long-running server mends by itself.
		conf.BeforeConnect = func(ctx context.Context, _ *pgx.ConnConfig) error {
			return cluster.ensure(ctx)
		}
	}
	pool, err := pgxpool.NewWithConfig(ctx, conf)
	if err != nil {
		return nil, err
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, err
	}
	return pool, nil
}

// prepareConn registers the vector types and sets, once per connection, how
// vector indexes are searched, and that no statement is compiled, which would
// take longer than any search. The settings of vector indexes belong to pgvector's library, which
// the first use of one of its functions loads; LOAD is for superusers.
// Switching them later on a pooled connection would leave plans behind.
func prepareConn(ctx context.Context, conn *pgx.Conn) error {
	if err := pgxvector.RegisterTypes(ctx, conn); err != nil {
		return fmt.Errorf("register the vector types: %w", err)
	}
	// ef_search's default of 40 would return 40 rows for LIMIT 50; what 120 finds
	// stands in docs/retrieval.md. The iterative scan keeps recall where a filter
	// drops most of the rows.
	_, err := conn.Exec(ctx, `
		SELECT '[1]'::vector;
		SET jit = off;
		SET hnsw.ef_search = 120;
		SET hnsw.iterative_scan = strict_order;`, pgx.QueryExecModeSimpleProtocol)
	if err != nil {
		return fmt.Errorf("set the vector search options: %w", err)
	}
	return nil
}
