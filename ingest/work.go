package ingest

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"guichet/corpus"
)

// work is one pass over a source or a part of it. It speaks for the files in
// its region: those below at, or the one file at.
type work struct {
	source Source
	at     string // absolute path
	single bool   // at is a file
	whole  bool   // the pass is over all of the source
}

// covers tells whether the file at this absolute path is in the region.
func (w work) covers(file string) bool {
	return file == w.at || !w.single && below(w.at, file)
}

// below tells whether a path is strictly inside a folder.
func below(dir, p string) bool {
	return strings.HasPrefix(p, strings.TrimSuffix(dir, string(filepath.Separator))+string(filepath.Separator))
}

// plan makes work of the paths that an operator named. Symbolic links in a
// path are resolved, so that one folder is one source however it is reached. A
// path inside another one of them is covered by it. A path inside (or the same
// as) an existing folder source is a pass over that part of that source; of
// several, the outermost counts, since it took the others' documents over.
func plan(paths []string, existing []corpus.SourceRef) ([]work, error) {
	var targets []work
	for _, p := range paths {
		target, err := resolve(p)
		if err != nil {
			return nil, err
		}
		targets = append(targets, target)
	}
	var all []work
	for i, t := range targets {
		covered := false
		for j, other := range targets {
			inside := !other.single && below(other.at, t.at)
			covered = covered || inside || j < i && other.at == t.at
		}
		if covered {
			continue
		}
		owner := ""
		for _, src := range existing {
			if src.Kind == KindFolder && (below(src.URI, t.at) || src.URI == t.at && !t.single) && (owner == "" || len(src.URI) < len(owner)) {
				owner = src.URI
			}
		}
		key := ""
		if owner != "" && owner != t.at {
			rel, err := filepath.Rel(owner, t.at)
			if err != nil {
				return nil, fmt.Errorf("place %s in source %s: %w", t.at, owner, err)
			}
			key = filepath.ToSlash(rel)
		}
		switch {
		case t.single && owner == "":
			t.source, t.whole = file{key: t.at}, true
		case t.single:
			t.source = file{in: owner, key: key}
		case key == "":
			t.source, t.whole = folder{path: t.at}, true
		default:
			t.source = folder{path: owner, below: key}
		}
		all = append(all, t)
	}
	return all, nil
}

// Folder is the source that a folder is, by its path: one that exists now.
func Folder(path string) (Source, error) {
	w, err := resolve(path)
	if err != nil {
		return nil, err
	}
	if w.single {
		return nil, fmt.Errorf("%s: a file, not a folder", path)
	}
	return folder{path: w.at}, nil
}

// File is the source that a single file is, by its path.
func File(path string) (Source, error) {
	w, err := resolve(path)
	if err != nil {
		return nil, err
	}
	if !w.single {
		return nil, fmt.Errorf("%s: a folder, not a file", path)
	}
	return file{key: w.at}, nil
}

// workOver is a pass over all of a source.
func workOver(s Source) work {
	ref := s.Ref()
	switch ref.Kind {
	case KindFolder:
		return work{source: s, at: ref.URI, whole: true}
	case KindFile:
		return work{source: s, at: ref.URI, single: true, whole: true}
	}
	return work{source: s, at: sourceRoot(ref), whole: true}
}

// resolve finds the file or folder that a path names.
func resolve(p string) (work, error) {
	absolute, err := filepath.Abs(p)
	if err == nil {
		absolute, err = filepath.EvalSymlinks(absolute)
	}
	if err != nil {
		return work{}, failuref(placeCode(err), "%s: %s", p, fileReason(err))
	}
	info, err := os.Stat(absolute)
	if err != nil {
		return work{}, failuref(placeCode(err), "%s: %s", p, fileReason(err))
	}
	if !info.IsDir() && !info.Mode().IsRegular() {
		return work{}, fmt.Errorf("%s: neither a file nor a folder", p)
	}
	return work{at: absolute, single: !info.IsDir()}, nil
}

// filePath is the absolute path of a document's file or, where its source is of
// another kind, a name that stands for the document.
func filePath(src corpus.SourceRef, key string) string {
	switch src.Kind {
	case KindFolder:
		return filepath.Join(src.URI, filepath.FromSlash(key))
	case KindFile:
		return src.URI
	}
	return sourceRoot(src) + string(filepath.Separator) + key
}

// sourceRoot stands for the region of a source that is no folder: a name that
// no path has, and no other source.
func sourceRoot(src corpus.SourceRef) string { return "\x00" + src.Kind + "\x00" + src.URI + "\x00" }

// relativeName is a document's path below its source, the name it has when
// another document of the collection has its file name.
func relativeName(src corpus.SourceRef, key string) string {
	if src.Kind == KindFile {
		return path.Base(filepath.ToSlash(src.URI))
	}
	return key
}

// path is what an operator calls the region.
func (w work) path() string { return displayed(w.at) }

// displayed is a region's name as an operator reads it: a path, or a source's
// address.
func displayed(at string) string {
	if parts := strings.Split(at, "\x00"); len(parts) > 2 {
		return parts[2]
	}
	return at
}
