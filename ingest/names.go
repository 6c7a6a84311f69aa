package ingest

import (
	"path"
	"path/filepath"
	"strings"

	"guichet/corpus"
)

// docID tells a document from all others of its collection.
type docID struct {
	source string // URI
	key    string
}

// publicNames gives each document of a collection its public name: the file
// name without extension, or what is no file its whole key; where two would collide, the path below the source;
// where those collide, that path behind the source's own name; and at last the
// whole path. The names depend on the set alone, never on the order in which
// documents came.
func publicNames(docs map[docID]corpus.SourceRef) map[docID]string {
	level := make(map[docID]int, len(docs))
	names := make(map[docID]string, len(docs))
	for id, src := range docs {
		names[id] = nameAt(src, id.key, 0)
	}
	for range 8 { // each round pushes the colliding ones one level on
		holders := map[string][]docID{}
		for id, name := range names {
			holders[name] = append(holders[name], id)
		}
		again := false
		for _, ids := range holders {
			if len(ids) < 2 {
				continue
			}
			for _, id := range ids {
				level[id]++
				names[id] = nameAt(docs[id], id.key, level[id])
				again = true
			}
		}
		if !again {
			break
		}
	}
	return names
}

func nameAt(src corpus.SourceRef, key string, level int) string {
	relative := relativeName(src, key)
	switch level {
	case 0:
		if src.Kind == KindWebsite || src.Kind == KindFeed {
			return relative // a page's path says more than its last part
		}
		return stem(relative)
	case 1:
		return relative
	case 2:
		dir := strings.TrimSuffix(filepath.ToSlash(src.URI), "/")
		if src.Kind == KindFile {
			dir = path.Dir(dir)
		}
		return path.Base(dir) + "/" + relative
	}
	if src.Kind == KindFolder || src.Kind == KindFile {
		return filepath.ToSlash(filePath(src, key))
	}
	return src.URI + " " + key
}
