package ingest

import (
	"fmt"
	"io"
	"os"
	"sync"
)

// maxSpool bounds what waits on disk. What does not fit is fetched again.
const maxSpool = 2 << 30

// spool keeps bodies on disk between two looks at them, one behind the other in a
// file that has no name: the system drops it with the program, however that ends.
type spool struct {
	parent string // folder; "": the system's for temporary files
	mu     sync.Mutex
	file   *os.File // nil: nothing is kept yet
	size   int64
}

// spooled is where a body is kept; the zero spooled is nowhere.
type spooled struct{ at, size int64 }

// put keeps a body, or nothing when there is no room.
func (s *spool) put(body []byte) (spooled, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.size+int64(len(body)) > maxSpool {
		return spooled{}, nil
	}
	if s.file == nil {
		f, err := os.CreateTemp(s.parent, "guichet-pages-")
		if err != nil {
			return spooled{}, fmt.Errorf("make a file for pages: %w", err)
		}
		if err := os.Remove(f.Name()); err != nil {
			_ = f.Close()
			return spooled{}, fmt.Errorf("make a file for pages: %w", err)
		}
		s.file = f
	}
	if _, err := s.file.WriteAt(body, s.size); err != nil {
		return spooled{}, fmt.Errorf("keep a page: %w", err)
	}
	kept := spooled{s.size, int64(len(body))}
	s.size += kept.size
	return kept, nil
}

// open reads a body that is kept. Bodies may be read at once, until close.
func (s *spool) open(kept spooled) io.ReadCloser {
	s.mu.Lock()
	defer s.mu.Unlock()
	return io.NopCloser(io.NewSectionReader(s.file, kept.at, kept.size))
}

func (s *spool) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.file
	s.file, s.size = nil, 0
	if f == nil {
		return nil
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("drop fetched pages: %w", err)
	}
	return nil
}
