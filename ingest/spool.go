package ingest

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"sync"
)

// maxSpool bounds what waits on disk. What does not fit is fetched again.
const maxSpool = 2 << 30

// spool keeps bodies on disk between two looks at them.
type spool struct {
	parent string // "": the system's folder for temporary files
	mu     sync.Mutex
	dir    string
	files  int
	size   int64
}

// put returns the name that a body is kept under, or "" when there is no room.
func (s *spool) put(body []byte) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.size+int64(len(body)) > maxSpool {
		return "", nil
	}
	if s.dir == "" {
		dir, err := os.MkdirTemp(s.parent, "guichet-pages-")
		if err != nil {
			return "", fmt.Errorf("make a folder for pages: %w", err)
		}
		s.dir = dir
	}
	name := filepath.Join(s.dir, strconv.Itoa(s.files))
	if err := os.WriteFile(name, body, 0o600); err != nil {
		return "", fmt.Errorf("keep a page: %w", err)
	}
	s.files++
	s.size += int64(len(body))
	return name, nil
}

func (s *spool) open(name string) (io.ReadCloser, error) { return os.Open(name) }

func (s *spool) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	dir := s.dir
	s.dir, s.size = "", 0
	if dir == "" {
		return nil
	}
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("drop fetched pages: %w", err)
	}
	return nil
}
