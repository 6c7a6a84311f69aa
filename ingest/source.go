package ingest

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"guichet/corpus"
)

// Kinds of source.
const (
	KindFolder = "folder"
	KindFile   = "file"
)

// Source lists the items that documents are made of. One that is an io.Closer
// is closed once its items have been read.
type Source interface {
	Ref() corpus.SourceRef
	// List returns what is there now. It returns an error only when nothing
	// can be said about the source as a whole.
	List(ctx context.Context) (Listing, error)
}

// Item is a file or page that a source has.
type Item struct {
	Key       string // unique in its source, and the same from run to run
	MediaType string
	Modified  time.Time // zero: unknown
	// Digest is the SHA-256 of the item's bytes, where the source knows it: an
	// item that was read before is then not opened again. nil: unknown.
	Digest []byte
	Open   func(ctx context.Context) (io.ReadCloser, error)
	// Extractor reads the item; nil: the one for its media type. It is for
	// sources that have settings of their own for reading.
	Extractor Extractor
	// Said is what the source itself says of the item: title, URL, theme,
	// language and dates. Where the item's bytes say otherwise, they are right.
	Said Extracted
}

// Listing is what a source has.
type Listing struct {
	Items    []Item
	Skipped  []string         // keys of files of kinds that nothing here reads
	Failures []corpus.Failure // items and folders that could not be listed
	Partial  bool             // Items is a part of the source: nothing may be retired
	Unlisted []string         // keys of items, and of folders, that may be there: nothing of theirs may be retired
	Notes    []corpus.Note    // what an operator should know of the listing
}

// folder is a folder of files, or the part of it below one of its subfolders.
// Hidden files and folders are no part of it. A symbolic link is followed only
// to a hidden file inside the folder, as mounted configuration folders have
// them: what it names is otherwise listed under its own name, or outside.
type folder struct {
	path  string // absolute, symbolic links resolved
	below string // the subfolder that is listed, slash-separated; "": all
}

func (f folder) Ref() corpus.SourceRef { return corpus.SourceRef{Kind: KindFolder, URI: f.path} }

func (f folder) List(ctx context.Context) (Listing, error) {
	root, err := os.OpenRoot(f.path)
	if err != nil {
		return Listing{}, failuref(placeCode(err), "open folder %s: %s", f.path, fileReason(err))
	}
	defer func() { _ = root.Close() }()
	start := "."
	if f.below != "" {
		start = f.below
	}
	var l Listing
	err = fs.WalkDir(root.FS(), start, func(key string, d fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		name := path.Base(key)
		if key != start && strings.HasPrefix(name, ".") {
			if d != nil && d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if err != nil {
			if key == start {
				return failuref(placeCode(err), "read folder %s: %s", filepath.Join(f.path, filepath.FromSlash(f.below)), fileReason(err))
			}
			l.fail(key, failuref(codeUnreadable, "the folder cannot be read: %s", fileReason(err)))
			l.Unlisted = append(l.Unlisted, key+"/")
			if d != nil && d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if d.IsDir() {
			return nil
		}
		f.add(root, key, d, &l)
		return nil
	})
	if err != nil {
		return Listing{}, err
	}
	if len(l.Items) == 0 && len(l.Failures) == 0 {
		place := filepath.Join(f.path, filepath.FromSlash(f.below))
		l.Notes = append(l.Notes, notef(noteEmptyFolder, with{"Folder": place},
			"the folder %s holds no document that is read: put files there (PDF, DOCX, ODT, HTML, Markdown, text, CSV), or name another folder", place))
	}
	return l, nil
}

// add puts a file into the listing, with those that are skipped, or with those
// that failed.
func (f folder) add(root *os.Root, key string, d fs.DirEntry, l *Listing) {
	mediaType := MediaType(key)
	switch {
	case mediaType == "":
		l.Skipped = append(l.Skipped, cleanText(key))
		return
	case !utf8.ValidString(key) || strings.ContainsRune(key, 0):
		l.fail(key, failuref(codeName, "the file's name is not UTF-8: rename it"))
		return
	case d.Type()&fs.ModeSymlink != 0:
		take, err := f.follow(root, key)
		if err != nil {
			l.fail(key, err)
			return
		}
		if !take {
			l.Skipped = append(l.Skipped, key)
			return
		}
	case !d.Type().IsRegular():
		l.Skipped = append(l.Skipped, key)
		return
	}
	item := Item{Key: key, MediaType: mediaType, Open: func(context.Context) (io.ReadCloser, error) {
		return openIn(f.path, key)
	}}
	if info, err := root.Stat(key); err == nil {
		item.Modified = info.ModTime()
	}
	l.Items = append(l.Items, item)
}

// follow tells whether a link leads to a file that is listed nowhere else.
func (f folder) follow(root *os.Root, key string) (bool, error) {
	info, err := root.Stat(key)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return false, failuref(codeLink, "the link leads nowhere")
		}
		return false, failuref(codeLink, "the link leads outside the folder, or cannot be followed: it was refused")
	}
	if !info.Mode().IsRegular() {
		return false, nil
	}
	target, err := filepath.EvalSymlinks(filepath.Join(f.path, filepath.FromSlash(key)))
	if err != nil {
		return false, failuref(codeUnreadable, "%s", fileReason(err))
	}
	inside, err := filepath.Rel(f.path, target)
	if err != nil {
		return false, failuref(codeUnreadable, "%s", fileReason(err))
	}
	return slices.ContainsFunc(strings.Split(filepath.ToSlash(inside), "/"), func(part string) bool {
		return strings.HasPrefix(part, ".")
	}), nil
}

// fail notes a failure under a key that the database and a terminal can show.
func (l *Listing) fail(key string, err error) {
	l.Failures = append(l.Failures, corpus.Failure{Key: oneLine(key), Reason: err.Error(), Code: codeOf(err)})
}

// openIn opens a file of a folder, whatever links were put in its way since it
// was listed: nothing outside the folder is opened.
func openIn(dir, key string) (io.ReadCloser, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer func() { _ = root.Close() }()
	f, err := root.OpenFile(key, os.O_RDONLY|nonBlocking, 0)
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		_ = f.Close()
		return nil, errors.New("this is no regular file")
	}
	return f, nil
}

// file is one file: a source of its own, or one of a folder source's.
type file struct {
	in  string // the folder source's path; "": the file is its own source
	key string // below in; the file's absolute path when it stands alone
}

func (f file) Ref() corpus.SourceRef {
	if f.in == "" {
		return corpus.SourceRef{Kind: KindFile, URI: f.key}
	}
	return corpus.SourceRef{Kind: KindFolder, URI: f.in}
}

// List returns the file. That of a folder source is a part of it, and retires
// nothing.
func (f file) List(context.Context) (Listing, error) {
	dir, key := f.in, f.key
	if dir == "" {
		dir, key = filepath.Dir(f.key), filepath.Base(f.key)
	}
	l := Listing{Partial: f.in != ""}
	mediaType := MediaType(key)
	if mediaType == "" {
		l.fail(key, unread(key))
		return l, nil
	}
	l.Items = []Item{{Key: key, MediaType: mediaType, Open: func(context.Context) (io.ReadCloser, error) {
		return openIn(dir, key)
	}}}
	return l, nil
}

// fileReason says in plain words why a file cannot be read.
func fileReason(err error) string {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return "permission denied"
	case errors.Is(err, fs.ErrNotExist):
		return "it does not exist"
	}
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err.Error()
	}
	return err.Error()
}
