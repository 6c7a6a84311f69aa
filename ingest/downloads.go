package ingest

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// Downloads keeps the large files of sources that have web addresses, so that
// one that has not changed is not sent again.
type Downloads struct {
	Dir string // where the files are kept; made when it is not there
	// Get asks for an address, with the validators of the file that is kept
	// (empty: none is), and writes what comes into a new file.
	Get func(ctx context.Context, address, etag, modified string, to *os.File) (Download, error)
}

// Download is what came of asking for an address.
type Download struct {
	ETag     string
	Modified string // Last-Modified, as the server writes it
	// Unchanged says that the file that is kept still holds: nothing was written.
	Unchanged bool
}

// keptFile is the note beside a file.
type keptFile struct {
	Address  string `json:"address"`
	File     string `json:"file"` // its name in the folder
	ETag     string `json:"etag,omitempty"`
	Modified string `json:"modified,omitempty"`
}

// Open is a FileOpener of addresses and paths.
func (d Downloads) Open(ctx context.Context, uri string) (*os.File, error) {
	if !isWebAddress(uri) {
		return OpenLocal(ctx, uri)
	}
	if err := os.MkdirAll(d.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("make folder for downloads: %w", err)
	}
	d.sweep()
	note := filepath.Join(d.Dir, fmt.Sprintf("%x.json", sha256.Sum256([]byte(uri))))
	kept := d.kept(note)
	to, err := os.CreateTemp(d.Dir, "download-*")
	if err != nil {
		return nil, fmt.Errorf("make a file for a download: %w", err)
	}
	got, err := d.Get(ctx, uri, kept.ETag, kept.Modified, to)
	if err != nil || got.Unchanged {
		_ = to.Close()
		_ = os.Remove(to.Name())
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", uri, err)
	}
	if got.Unchanged {
		if kept.File == "" {
			return nil, fmt.Errorf("%s: the server says that it has not changed, but it was never sent", uri)
		}
		return OpenLocal(ctx, filepath.Join(d.Dir, kept.File))
	}
	f, err := keep(to, note, keptFile{Address: uri, ETag: got.ETag, Modified: got.Modified})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", uri, err)
	}
	if kept.File != "" {
		// Whoever reads it goes on reading it; where that cannot be, it stays.
		_ = os.Remove(filepath.Join(d.Dir, kept.File))
	}
	return f, nil
}

// abandonedAfter is how long nothing was written to a download that nobody goes on
// with.
const abandonedAfter = 24 * time.Hour

// sweep removes what a program left that was killed while it downloaded: files that
// no note names. What cannot be removed stays, to be swept the next time.
func (d Downloads) sweep() {
	noted := map[string]bool{}
	notes, _ := filepath.Glob(filepath.Join(d.Dir, "*.json"))
	for _, note := range notes {
		noted[d.kept(note).File] = true
	}
	left, _ := filepath.Glob(filepath.Join(d.Dir, "*download-*"))
	for _, name := range left {
		info, err := os.Stat(name)
		if err == nil && !noted[filepath.Base(name)] && time.Since(info.ModTime()) > abandonedAfter {
			_ = os.Remove(name)
		}
	}
}

// kept is what the note says; nothing when it cannot be read or its file is
// gone.
func (d Downloads) kept(note string) keptFile {
	var k keptFile
	b, err := os.ReadFile(note) //nolint:gosec // a name made here
	if err != nil || json.Unmarshal(b, &k) != nil || k.File != filepath.Base(k.File) {
		return keptFile{}
	}
	if _, err := os.Stat(filepath.Join(d.Dir, k.File)); err != nil {
		return keptFile{}
	}
	return k
}

// keep writes the note of a file that came, which is replaced as a whole. A file
// that is not kept is removed.
func keep(to *os.File, note string, k keptFile) (f *os.File, err error) {
	f = to
	defer func() {
		if err != nil {
			_ = f.Close()
			_ = os.Remove(f.Name())
			f = nil
		}
	}()
	info, err := f.Stat()
	switch {
	case err != nil:
	case info.Size() > maxArchive:
		err = tooLarge(maxArchive)
	case info.Size() == 0:
		err = errors.New("an empty file came")
	}
	if err != nil {
		return f, err
	}
	if _, err = f.Seek(0, io.SeekStart); err != nil {
		return f, err
	}
	k.File = filepath.Base(f.Name())
	b, err := json.Marshal(k)
	if err != nil {
		return f, err
	}
	if err = os.WriteFile(note+"."+k.File, b, 0o600); err != nil {
		return f, err
	}
	return f, os.Rename(note+"."+k.File, note)
}
