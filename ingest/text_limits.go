package ingest

import (
	"bytes"
	"io"
	"io/fs"
	"strings"
)

// Bounds of files that are text, checked before the work. What a town publishes so
// is some hundred kilobytes; reading takes some ten times a file's size.
const (
	textBytes   = 6 << 20 // of plain text, Markdown, or a table
	textLines   = 100_000
	maxSections = 20_000 // of a document, whatever it is
)

// checkTextFile refuses a file that is too large to be one document.
func checkTextFile(b []byte) error {
	if len(b) > textBytes {
		return failuref(codeTooLong, "a text or table of more than %d MB: cut it into several files", textBytes>>20)
	}
	return nil
}

// checkText refuses a decoded text that is too long to be one document.
func checkText(text string) error {
	if len(text) > maxText {
		return errTooMuchText
	}
	if strings.Count(text, "\n") > textLines {
		return failuref(codeTooLong, "more than %d lines of text inside: cut the file into several", textLines)
	}
	return nil
}

// errTooMuchText is the failure of a document that says more than one may.
var errTooMuchText = failuref(codeTooLong, "more than %d MB of text inside: cut the file into several", maxText>>20)

// readAtMost reads all, and one byte more than the limit where there is more. It
// makes room once, where the size is known.
func readAtMost(r io.Reader, limit int64) ([]byte, error) {
	var b bytes.Buffer
	if f, ok := r.(interface{ Stat() (fs.FileInfo, error) }); ok {
		if info, err := f.Stat(); err == nil && info.Size() <= limit {
			b.Grow(int(info.Size()) + bytes.MinRead)
		}
	}
	_, err := b.ReadFrom(io.LimitReader(r, limit+1))
	return b.Bytes(), err
}
