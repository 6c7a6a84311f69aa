package corpus

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// A small collection is scanned exactly: 5 000 vectors take some three
// milliseconds. A large one gets an HNSW index of its own, partial, so that a
// search in it never wades through another's vectors.

// indexAbove is how many live vectors a collection may have before it gets an
// index. It loses the index again when it has fewer than half as many, so that
// it does not swing between the two.
const indexAbove = 5_000

// indexLock is the class of the advisory locks of those who build indexes, one
// for each space: "guiv" in ASCII. Two concurrent builds on one table would
// wait for each other.
const indexLock = 0x67756976

// indexPause is how long a builder waits before it asks again for the lock. It
// must not wait in a statement, which would hold up the other's build.
const indexPause = 200 * time.Millisecond

// Index gives the collection's vectors their index where they have become
// many, and takes it away where they have become few. It is called when the
// edition is published, and blocks neither readers nor other writers. Without
// the index searches are right but slower, and the next call makes good what
// this one could not.
func (e *Edition) Index(ctx context.Context) error {
	if e.Collection.SpaceID == 0 {
		return nil
	}
	if err := e.store.indexVectors(ctx, e.Collection.SpaceID, e.Collection.ID); err != nil {
		return fmt.Errorf("index vectors of collection %q: %w", e.Collection.Name, err)
	}
	return nil
}

// vectorIndex is the name of a collection's index in a space.
func vectorIndex(spaceID, collectionID int64) string {
	return fmt.Sprintf("%s_hnsw_%d", vectorTable(spaceID), collectionID)
}

// indexVectors builds or drops the collection's index in a space, as its size
// asks. An index that a killed build left half done is built anew.
func (s *Store) indexVectors(ctx context.Context, spaceID, collectionID int64) error {
	live, index, err := s.indexState(ctx, spaceID, collectionID)
	if err != nil {
		return err
	}
	switch {
	case index == indexHalfDone, index == indexValid && live < s.indexAbove/2:
	case index == indexNone && live > s.indexAbove:
	default:
		return nil
	}
	return s.withIndexLock(ctx, spaceID, func(conn *pgxpool.Conn) error {
		// Another may have been at work while the lock was waited for.
		live, index, err := s.indexState(ctx, spaceID, collectionID)
		if err != nil {
			return err
		}
		if index == indexHalfDone || index == indexValid && live < s.indexAbove/2 {
			if err := dropIndex(ctx, conn, spaceID, collectionID); err != nil {
				return err
			}
			index = indexNone
		}
		if index == indexNone && live > s.indexAbove {
			return buildIndex(ctx, conn, spaceID, collectionID, live)
		}
		return nil
	})
}

// What there is of an index.
const (
	indexNone = iota
	indexHalfDone
	indexValid
)

func (s *Store) indexState(ctx context.Context, spaceID, collectionID int64) (live, index int, err error) {
	err = s.pool.QueryRow(ctx, fmt.Sprintf(`
		SELECT
			(
				SELECT count(*)
				FROM %s
				WHERE collection_id = %d
					AND ended IS NULL
			),
			coalesce((
				SELECT CASE WHEN indisvalid THEN %d ELSE %d END
				FROM pg_index
				WHERE indexrelid = to_regclass('%s')
			), %d)`,
		vectorTable(spaceID), collectionID, indexValid, indexHalfDone,
		vectorIndex(spaceID, collectionID), indexNone)).Scan(&live, &index)
	if err != nil {
		return 0, 0, fmt.Errorf("count vectors: %w", err)
	}
	return live, index, nil
}

// buildIndex builds in two processes, as a run reads and writes in two: one would
// take twice as long, and residents' short questions come first on a busy core
// either way. Two share their memory, of which a container may have too little:
// then it is one.
func buildIndex(ctx context.Context, conn *pgxpool.Conn, spaceID, collectionID int64, live int) error {
	space, err := readSpace(ctx, conn, spaceID)
	if err != nil {
		return err
	}
	err = buildIndexWith(ctx, conn, spaceID, collectionID, buildMemory(live, space.Dimensions), 1)
	var pg *pgconn.PgError
	if errors.As(err, &pg) && strings.HasPrefix(pg.Code, insufficientResources) {
		if err := dropIndex(ctx, conn, spaceID, collectionID); err != nil {
			return err
		}
		err = buildIndexWith(ctx, conn, spaceID, collectionID, buildMemory(live, space.Dimensions), 0)
	}
	if err != nil {
		return err
	}
	// The planner should know how large the collections are.
	_, err = conn.Exec(ctx, fmt.Sprintf(`ANALYZE %s (collection_id, born, ended)`, vectorTable(spaceID)))
	if err != nil {
		return fmt.Errorf("count vectors for the planner: %w", err)
	}
	return nil
}

// insufficientResources is the class of Postgres's errors for memory and room on
// disk.
const insufficientResources = "53"

// buildIndexWith builds with so many megabytes and helping processes.
func buildIndexWith(ctx context.Context, conn *pgxpool.Conn, spaceID, collectionID int64, memory, helpers int) error {
	for _, sql := range []string{
		fmt.Sprintf(`SET maintenance_work_mem = '%dMB'`, memory),
		fmt.Sprintf(`SET max_parallel_maintenance_workers = %d`, helpers),
		// A small table, too, is a great deal of work.
		`SET min_parallel_table_scan_size = 0`,
		// Somebody's forgotten transaction must not hold up a run for ever.
		`SET lock_timeout = '5min'`,
		fmt.Sprintf(`
			CREATE INDEX CONCURRENTLY %s ON %s
			USING hnsw (v halfvec_cosine_ops) WITH (m = 16, ef_construction = 128)
			WHERE collection_id = %d`, vectorIndex(spaceID, collectionID), vectorTable(spaceID), collectionID),
	} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return fmt.Errorf("build index: %w", err)
		}
	}
	return nil
}

// buildMemory is what the graph takes while it is built, in MB: two bytes a
// dimension and some thousand of links a vector. What does not fit is built on
// disk, many times slower; more than 2 GB is asked of no machine.
func buildMemory(vectors, dimensions int) int {
	return min(max(64, vectors*(2*dimensions+1000)/1_000_000), 2000)
}

// dropVectorIndex drops the collection's index in a space, if it has one there.
func (s *Store) dropVectorIndex(ctx context.Context, spaceID, collectionID int64) error {
	_, index, err := s.indexState(ctx, spaceID, collectionID)
	if err != nil || index == indexNone {
		return err
	}
	return s.withIndexLock(ctx, spaceID, func(conn *pgxpool.Conn) error {
		return dropIndex(ctx, conn, spaceID, collectionID)
	})
}

func dropIndex(ctx context.Context, conn *pgxpool.Conn, spaceID, collectionID int64) error {
	_, err := conn.Exec(ctx, `DROP INDEX CONCURRENTLY IF EXISTS `+vectorIndex(spaceID, collectionID))
	if err != nil {
		return fmt.Errorf("drop index: %w", err)
	}
	return nil
}

// withIndexLock calls work on a connection that holds the space's index lock,
// and closes the connection, and with it the lock and the settings of the work.
func (s *Store) withIndexLock(ctx context.Context, spaceID int64, work func(conn *pgxpool.Conn) error) error {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer func() {
		// Not the caller's context: the session ends after a cancellation too.
		closing, cancel := context.WithTimeout(context.Background(), unlockTimeout)
		defer cancel()
		_ = conn.Conn().Close(closing) // of no more use, whatever closing says
		conn.Release()
	}()
	for {
		var locked bool
		err := conn.QueryRow(ctx, `SELECT pg_try_advisory_lock(@class::integer, @space::integer)`,
			pgx.NamedArgs{"class": indexLock, "space": spaceID}).Scan(&locked)
		if err != nil {
			return fmt.Errorf("lock the indexes of space %d: %w", spaceID, err)
		}
		if locked {
			return work(conn)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(indexPause):
		}
	}
}
