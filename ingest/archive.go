package ingest

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// Bounds of an archive of parts (DOCX, ODT). Only the parts that are read are
// inflated, and no more of them than this.
const (
	archiveFiles = 5000
	archivePart  = 32 << 20 // bytes of one part, inflated
	archiveRatio = 300      // of the size of a part over a megabyte to its room in the archive
)

// errExplodes is the failure of an archive whose parts blow up.
var errExplodes = failuref(codeTooComplex, "the document's parts are larger than is read (%d MB): save it again, or as PDF", archivePart>>20)

// archive is the parts of a document.
type archive struct {
	files []*zip.File
}

// openArchive reads the list of parts.
func openArchive(b []byte) (*archive, error) {
	// Each part has an entry that begins so: no reader finds more of them.
	if bytes.Count(b, []byte("PK\x01\x02")) > archiveFiles {
		return nil, failuref(codeTooComplex, "an archive of more than %d parts: save the document again, or as PDF", archiveFiles)
	}
	r, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, failuref(codeDamaged, "the document is damaged: its archive cannot be opened (cut off?); save or download it again")
	}
	return &archive{files: r.File}, nil
}

func (a *archive) find(name string) *zip.File {
	for _, f := range a.files {
		if f.Name == name {
			return f
		}
	}
	return nil
}

// errNoPart says that the archive has no part of that name.
var errNoPart = errors.New("no such part")

// open opens a part for reading. Reading fails with errExplodes beyond the
// bounds, whatever the archive says of its sizes.
func (a *archive) open(name string) (io.ReadCloser, error) {
	f := a.find(name)
	if f == nil {
		return nil, fmt.Errorf("%w: %s", errNoPart, name)
	}
	r, err := openPart(f, archivePart, errExplodes)
	var named failure
	if err != nil && !errors.As(err, &named) {
		return nil, damagedPart(name)
	}
	return r, err
}

// openPart opens what a zip archive has under one name. It fails by name where a
// password is asked for, and with explodes where the part is, or comes to be,
// larger than most, or much larger than its room in the archive.
func openPart(f *zip.File, most int, explodes error) (io.ReadCloser, error) {
	switch size := f.UncompressedSize64; {
	case f.Flags&1 != 0:
		return nil, failuref(codeEncrypted, "it is protected by a password: save it without one")
	case size > uint64(most), size > 1<<20 && size > archiveRatio*max(f.CompressedSize64, 1): //nolint:gosec // a bound of this program's
		return nil, explodes
	}
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	return struct {
		io.Reader
		io.Closer
	}{&explosion{from: r, left: most, explodes: explodes}, r}, nil
}

func damagedPart(name string) error {
	return failuref(codeDamaged, "the document is damaged in its part %s: save it again", oneLine(name))
}

// explosion fails once a part grows beyond the bound.
type explosion struct {
	from     io.Reader
	left     int
	explodes error
}

func (e *explosion) Read(p []byte) (int, error) {
	n, err := e.from.Read(p)
	if e.left -= n; e.left < 0 {
		return 0, e.explodes
	}
	return n, err
}

// read returns the first bytes of a part.
func (a *archive) read(name string, most int64) ([]byte, error) {
	r, err := a.open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	return io.ReadAll(io.LimitReader(r, most))
}
