package ingest

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
)

// FileOpener opens the one file that a source consists of, from a path or a web
// address. Its caller closes the file. See Downloads for addresses.
type FileOpener func(ctx context.Context, uri string) (*os.File, error)

// OpenLocal is the FileOpener of paths.
func OpenLocal(_ context.Context, uri string) (*os.File, error) {
	f, err := os.OpenFile(uri, os.O_RDONLY|nonBlocking, 0) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, failuref(placeCode(err), "%s: %s", uri, fileReason(err))
	}
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		_ = f.Close()
		return nil, fmt.Errorf("%s: no regular file", uri)
	}
	return f, nil
}

// Bounds of an archive. The national one has some 8 000 entries, 30 MB packed
// and 150 MB unpacked.
const (
	maxArchive     = 500 << 20 // bytes of the file
	maxDirectory   = 16 << 20  // bytes of its list of entries
	maxFeedEntries = 50_000
	maxFeedEntry   = 8 << 20 // bytes of an entry, unpacked
	maxUnpacked    = 2 << 30 // bytes of all entries together
)

// openFeedArchive reads the list of entries of a zip file, and refuses one that
// would explode. Entries are read through openEntry.
func openFeedArchive(f *os.File) (*zip.Reader, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, errors.New(fileReason(err))
	}
	if info.Size() > maxArchive {
		return nil, tooLarge(maxArchive)
	}
	// archive/zip keeps every entry that the list has, however many.
	list := &countedReaderAt{r: f, left: maxDirectory}
	z, err := zip.NewReader(list, info.Size())
	list.left = -1
	switch {
	case errors.Is(err, errLongDirectory), err == nil && len(z.File) > maxFeedEntries:
		return nil, failuref(codeTooLarge, "the archive has more than %d entries", maxFeedEntries)
	case err != nil:
		return nil, fmt.Errorf("this is no zip archive, or it is damaged: %w", err)
	}
	total := uint64(0)
	for _, e := range z.File {
		// Sums of what the list says: openEntry holds each entry to it.
		total += min(e.UncompressedSize64, maxUnpacked+1)
	}
	if total > maxUnpacked {
		return nil, failuref(codeTooLarge, "the archive unpacks to more than %d GB: it was refused", maxUnpacked>>30)
	}
	return z, nil
}

// errEntry is the failure of an entry that blows up.
var errEntry = failuref(codeTooLarge, "it unpacks to more than %d MB, or to more than %d times its size: it was refused", maxFeedEntry>>20, archiveRatio)

// openEntry opens an entry within the bounds.
func openEntry(e *zip.File) (io.ReadCloser, error) { return openPart(e, maxFeedEntry, errEntry) }

var errLongDirectory = errors.New("the list of entries is too long")

// countedReaderAt gives up to left bytes; any number where left is negative.
type countedReaderAt struct {
	r    io.ReaderAt
	left int64
}

// ReadAt implements io.ReaderAt. It is used by one goroutine while it counts.
func (c *countedReaderAt) ReadAt(b []byte, at int64) (int, error) {
	if c.left >= 0 {
		if c.left -= int64(len(b)); c.left < 0 {
			c.left = 0
			return 0, errLongDirectory
		}
	}
	return c.r.ReadAt(b, at)
}
