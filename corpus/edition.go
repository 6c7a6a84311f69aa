package corpus

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Edition is the writer's handle on a collection's open edition. It holds the
// collection's lock, and all that it writes goes over the connection that
// holds it, so that a writer that lost the lock can write no more; documents
// alone are put over others, until another writer has the lock (fence.go). It is
// not safe for concurrent use, but for Run.Put.
type Edition struct {
	Collection Collection
	Number     int
	Resumed    bool // rows of this edition's interrupted run were kept
	Continued  bool // it waited for an operator, and is prepared anew from its rows

	store     *Store
	conn      *pgxpool.Conn
	row       int64 // the edition's own id, once it is open
	writer    int   // which of its writers this is
	ids       ids
	space     Space
	spaces    []int64          // all that passages may have vectors in
	announced map[string]int64 // runs by their sources' URIs
}

// writerLock is the class of the advisory locks of collections' writers, so
// that they meet no other program's: "guic" in ASCII.
const writerLock = 0x67756963

// lockCollection takes the collection's writer lock, or returns ErrBusy, and shuts
// out whoever held it before. The lock lives as long as the connection's session.
func (s *Store) lockCollection(ctx context.Context, c Collection) (*pgxpool.Conn, error) {
	if c.ID > math.MaxInt32 {
		return nil, fmt.Errorf("collection id %d is too large to be locked", c.ID)
	}
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	var locked bool
	err = conn.QueryRow(ctx, `SELECT pg_try_advisory_lock($1::integer, $2::integer)`,
		int32(writerLock), int32(c.ID)).Scan(&locked)
	if err == nil && !locked {
		err = ErrBusy
	}
	if err != nil {
		conn.Release()
		return nil, err
	}
	if err := pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error { return shutOut(ctx, tx, c.ID) }); err != nil {
		s.unlockCollection(conn, c)
		return nil, err
	}
	return conn, nil
}

// unlockTimeout bounds how long giving the lock back may take.
const unlockTimeout = 5 * time.Second

// unlockCollection gives the lock back. A cancelled statement has closed the
// connection, while its session may still be at work in the database with the
// lock: then the session is ended, so that the next writer is not refused for
// a writer that is gone.
func (s *Store) unlockCollection(conn *pgxpool.Conn, c Collection) {
	// Not the caller's context: the lock is given back after a cancellation too.
	ctx, cancel := context.WithTimeout(context.Background(), unlockTimeout)
	defer cancel()
	var unlocked bool
	err := conn.QueryRow(ctx, `SELECT pg_advisory_unlock($1::integer, $2::integer)`,
		int32(writerLock), int32(c.ID)).Scan(&unlocked)
	session := conn.Conn().PgConn().PID()
	if err == nil && unlocked {
		conn.Release()
		return
	}
	_ = conn.Conn().Close(ctx) // it is of no more use, whatever closing says
	conn.Release()
	// An error here means that the database is gone, and the lock with it.
	_, _ = s.pool.Exec(ctx, `
		SELECT pg_terminate_backend(pid, @wait)
		FROM pg_locks
		WHERE pid = @session
			AND locktype = 'advisory'
			AND classid = @class
			AND objid = @collection
			AND objsubid = 2`,
		pgx.NamedArgs{
			"wait":       unlockTimeout.Milliseconds(),
			"session":    int32(session),
			"class":      writerLock,
			"collection": c.ID,
		})
}

// Claim takes the collection's writer lock, or returns ErrBusy, and changes
// nothing that readers or operators see yet: Open opens the edition.
func (s *Store) Claim(ctx context.Context, c Collection) (*Edition, error) {
	conn, err := s.lockCollection(ctx, c)
	if errors.Is(err, ErrBusy) {
		return nil, fmt.Errorf("collection %q: %w%s", c.Name, err, s.writing(ctx, c))
	}
	if err != nil {
		return nil, fmt.Errorf("open edition of collection %q: %w", c.Name, err)
	}
	e := &Edition{Collection: c, store: s, conn: conn}
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		if err := e.locate(ctx, tx); err != nil {
			return err
		}
		// Nobody else has the lock, so a run that says it is running is not.
		_, err := tx.Exec(ctx, `
			UPDATE runs
			SET
				state = 'interrupted',
				finished_at = now()
			WHERE collection_id = @collection
				AND state = 'running'`, e.args())
		return err
	})
	if err != nil {
		e.Close()
		return nil, fmt.Errorf("claim collection %q: %w", c.Name, err)
	}
	return e, nil
}

// writing names the run that is under way in the collection; "": none is known,
// as when another command writes.
func (s *Store) writing(ctx context.Context, c Collection) string {
	var run int64
	var uri string
	err := s.pool.QueryRow(ctx, `
		SELECT
			r.id,
			s.uri
		FROM runs r
		JOIN sources s ON s.id = r.source_id
		WHERE r.collection_id = @collection
			AND r.state = 'running'
		ORDER BY r.id DESC
		LIMIT 1`, pgx.NamedArgs{"collection": c.ID}).Scan(&run, &uri)
	if err != nil {
		return ""
	}
	return fmt.Sprintf(": run %d, over %s (guichet runs --follow)", run, uri)
}

// Open discards whatever lies beyond the published edition of a collection that
// was claimed, and opens the next one. If the last open edition was interrupted
// and was writing the same sources, or some of them, its rows are kept and
// Resumed is true; so are those of an edition that waits for an operator, and
// Continued is true. It returns ErrSpace when the collection's active space is
// not space. The zero Space opens a collection without vectors.
func (e *Edition) Open(ctx context.Context, space Space, sources []SourceRef) error {
	e.space = space
	err := pgx.BeginFunc(ctx, e.conn, func(tx pgx.Tx) error { return e.open(ctx, tx, sources) })
	if err != nil {
		return fmt.Errorf("open edition of collection %q: %w", e.Collection.Name, err)
	}
	return nil
}

// locate reads the collection, and keeps its published edition from changing
// until the transaction ends.
func (e *Edition) locate(ctx context.Context, tx pgx.Tx) error {
	rows, err := tx.Query(ctx, `
		SELECT `+collectionColumns+`
		FROM collections c
		WHERE c.id = @collection
		ORDER BY c.id
		LIMIT 1
		FOR NO KEY UPDATE`, pgx.NamedArgs{"collection": e.Collection.ID})
	if err != nil {
		return fmt.Errorf("read collection: %w", err)
	}
	e.Collection, err = pgx.CollectExactlyOneRow(rows, scanCollection)
	if err != nil {
		return fmt.Errorf("read collection: %w", orNotFound(err))
	}
	e.Number = e.Collection.Published + 1
	e.spaces, err = spaceIDs(ctx, tx)
	return err
}

func (e *Edition) open(ctx context.Context, tx pgx.Tx, sources []SourceRef) error {
	if err := e.locate(ctx, tx); err != nil {
		return err
	}
	spaceID, err := ensureSpace(ctx, tx, e.space)
	if err != nil {
		return err
	}
	if e.spaces, err = spaceIDs(ctx, tx); err != nil { // with the one that is new
		return err
	}
	if spaceID == e.Collection.SpaceID {
		if e.Resumed, err = e.resumable(ctx, tx, sources); err != nil {
			return err
		}
		if e.Resumed {
			return e.resume(ctx, tx)
		}
		if e.Continued, err = e.waits(ctx, tx); err != nil {
			return err
		}
	}
	if e.Continued {
		if err := e.reopen(ctx, tx); err != nil {
			return fmt.Errorf("take up edition %d, which waits: %w", e.Number, err)
		}
	} else if err := e.discard(ctx, tx); err != nil {
		return fmt.Errorf("discard what lies beyond edition %d: %w", e.Collection.Published, err)
	}
	if err := e.enterSpace(ctx, tx, spaceID); err != nil {
		return err
	}
	err = tx.QueryRow(ctx, `
		INSERT INTO editions (
			collection_id,
			number
		) VALUES (
			@collection,
			@edition
		)
		RETURNING id`, e.args()).Scan(&e.row)
	if err != nil {
		return fmt.Errorf("write edition %d: %w", e.Number, err)
	}
	return nil
}

// args are the named arguments that most of the writer's statements share.
func (e *Edition) args() pgx.NamedArgs {
	return pgx.NamedArgs{
		"collection": e.Collection.ID,
		"edition":    e.Number,
		"published":  e.Collection.Published,
	}
}

// resumable tells whether nothing but the next edition lies beyond the
// published one, interrupted while it was written, and by runs over no other
// sources than these: rows of another source would be published unfinished.
func (e *Edition) resumable(ctx context.Context, tx pgx.Tx, sources []SourceRef) (bool, error) {
	uris := make([]string, len(sources))
	for i, src := range sources {
		uris[i] = src.URI
	}
	args := e.args()
	args["uris"] = uris
	var resumable bool
	err := tx.QueryRow(ctx, `
		WITH beyond AS (
			-- What lies beyond the published edition: one row when all that
			-- happened is an interruption.
			SELECT
				number,
				state,
				opened_at
			FROM editions
			WHERE collection_id = @collection
				AND number > @published
		)
		SELECT count(*) = 1 AND coalesce(bool_and(
			state = 'open'
			AND number = @edition
			AND NOT EXISTS (
				-- Runs are history: those of an earlier edition with this
				-- number began before this one was opened.
				SELECT
				FROM runs r
				JOIN sources s ON s.id = r.source_id
				WHERE r.collection_id = @collection
					AND r.edition = @edition
					AND coalesce(r.entered_at, r.started_at) >= beyond.opened_at
					AND s.uri <> ALL(@uris)
			)
		), false)
		FROM beyond`, args).Scan(&resumable)
	if err != nil {
		return false, fmt.Errorf("look for an interrupted edition: %w", err)
	}
	return resumable, nil
}

// enterSpace makes the writer's space the collection's active one, which is
// possible only while the collection is empty.
func (e *Edition) enterSpace(ctx context.Context, tx pgx.Tx, spaceID int64) error {
	if spaceID == e.Collection.SpaceID {
		return nil
	}
	args := e.args()
	args["space"] = spaceID
	tag, err := tx.Exec(ctx, `
		UPDATE collections
		SET space_id = nullif(@space::bigint, 0)
		WHERE id = @collection
			AND NOT EXISTS (
				SELECT
				FROM passages
				WHERE collection_id = @collection
			)`, args)
	if err != nil {
		return fmt.Errorf("set space: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return mismatch(ctx, tx, e.Collection, e.space)
	}
	e.Collection.SpaceID = spaceID
	return nil
}

// Publish makes the completed edition the one that readers see: one UPDATE. It
// fails when the collection was rolled back since the edition was opened.
func (e *Edition) Publish(ctx context.Context) error {
	tag, err := e.conn.Exec(ctx, `
		WITH completed AS (
			-- Only an edition that Complete finished can be published.
			UPDATE editions
			SET
				published_at = now(),
				waits = ''
			WHERE collection_id = @collection
				AND number = @edition
				AND state = 'complete'
			RETURNING collection_id
		)
		UPDATE collections
		SET published = @edition
		FROM completed
		WHERE id = completed.collection_id
			AND published = @published`, e.args())
	if err == nil && tag.RowsAffected() == 0 {
		err = errors.New("it is not complete, or the collection was rolled back meanwhile")
	}
	if err != nil {
		return fmt.Errorf("publish edition %d of collection %q: %w", e.Number, e.Collection.Name, err)
	}
	e.Collection.Published = e.Number
	return nil
}

// Close gives the lock back. An edition that was not published stays beyond
// the published one and is resumed or discarded by the next Open. Only
// the first call does anything.
func (e *Edition) Close() {
	if e.conn == nil {
		return
	}
	e.store.unlockCollection(e.conn, e.Collection)
	e.conn = nil
}
