package corpus

import (
	"maps"
	"sync"

	"github.com/jackc/pgx/v5/pgxpool"

	"guichet/internal/analysis"
)

// maxSegments is how many segments of the lexical index a collection may have
// before they are merged into one.
const maxSegments = 8

// Store keeps towns, collections and their editions in Postgres. It is safe
// for concurrent use.
type Store struct {
	pool        *pgxpool.Pool
	maxSegments int
	indexAbove  int // vectors of a collection that is scanned through an HNSW index
	editions    contentsCache
	published   publishedCache
	terms       *recent[termKey, *termView]
	closely     *recent[closeKey, closeText]
	texts       *recent[int64, Passage] // by id
	documents   *recent[documentKey, HitDocument]
	scratch     sync.Pool // of *scratch

	courtesies map[string]float64 // as terms of French and English

	mu        sync.Mutex
	analyzers map[string]*analysis.Analyzer // by language
	spaces    map[Space]int64               // ids of spaces that were seen in the database
	warm      map[warmKey]bool              // what Warm has read
}

// NewStore returns a Store on a migrated database.
func NewStore(pool *pgxpool.Pool) *Store {
	courtesies := courteous(analysis.For("fr"))
	maps.Copy(courtesies, courteous(analysis.For("en")))
	return &Store{
		pool:        pool,
		courtesies:  courtesies,
		maxSegments: maxSegments,
		indexAbove:  indexAbove,
		terms:       newRecent[termKey, *termView](termCacheBytes),
		closely:     newRecent[closeKey, closeText](closeCacheBytes),
		texts:       newRecent[int64, Passage](passageCacheBytes),
		documents:   newRecent[documentKey, HitDocument](documentCacheBytes),
		analyzers:   make(map[string]*analysis.Analyzer),
		spaces:      make(map[Space]int64),
		warm:        make(map[warmKey]bool),
	}
}

// analyzer returns the language's analyzer, one for all who ask.
func (s *Store) analyzer(language string) *analysis.Analyzer {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.analyzers[language]
	if a == nil {
		a = analysis.For(language)
		s.analyzers[language] = a
	}
	return a
}
