package corpus

import (
	"context"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Store keeps towns, collections and their editions in Postgres. It is safe
// for concurrent use.
type Store struct{ pool *pgxpool.Pool }

// NewStore returns a Store on a migrated database.
func NewStore(pool *pgxpool.Pool) *Store { return &Store{pool: pool} }

// DefaultTown returns the town that is meant when none is named.
func (s *Store) DefaultTown(ctx context.Context) (Town, error) { return Town{}, errTodo }

// Town returns the town with this slug, or ErrNotFound.
func (s *Store) Town(ctx context.Context, slug string) (Town, error) { return Town{}, errTodo }

// Towns returns all towns by slug, at most limit.
func (s *Store) Towns(ctx context.Context, limit int) ([]Town, error) { return nil, errTodo }

// PutTown creates the town, or replaces the settings of the one with its slug,
// and returns it with its ID. A town that is put as the default takes that
// place from the one that had it.
func (s *Store) PutTown(ctx context.Context, t Town) (Town, error) { return Town{}, errTodo }

// DeleteTown removes the town and all that is its own.
func (s *Store) DeleteTown(ctx context.Context, slug string) error { return errTodo }

// EnsureCollection returns the collection of this name that belongs to the
// town (0: shared), and creates it if there is none.
func (s *Store) EnsureCollection(ctx context.Context, townID int64, name, language string) (Collection, error) {
	return Collection{}, errTodo
}

// Collections returns what the town reads: its own collections, then the
// shared ones. names, if any, narrows; a name that matches none is ErrNotFound.
func (s *Store) Collections(ctx context.Context, townID int64, names ...string) ([]Collection, error) {
	return nil, errTodo
}

// Sources returns a collection's sources.
func (s *Store) Sources(ctx context.Context, collectionID int64) ([]SourceRef, error) {
	return nil, errTodo
}

// EditionInfo tells of an edition in a list.
type EditionInfo struct {
	Number    int
	State     string // open, complete
	Published bool   // it is the one that readers see
	Documents int
	Passages  int
}

// Editions returns the collection's editions, newest first, at most limit.
func (s *Store) Editions(ctx context.Context, collectionID int64, limit int) ([]EditionInfo, error) {
	return nil, errTodo
}

// Rollback points the collection at an older complete edition: one UPDATE.
func (s *Store) Rollback(ctx context.Context, collectionID int64, to int) error { return errTodo }

// Prune deletes what none of the newest keep editions (the published one
// counts as newest) sees, under the collection's writer lock.
func (s *Store) Prune(ctx context.Context, collectionID int64, keep int) error { return errTodo }
