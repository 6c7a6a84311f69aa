// Package layering holds the house to its plan: imports run one way.
package layering

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// mayImport lists, for each room, the other rooms of this module that its
// code may import. Any room may import internal/ packages; those may import
// corpus alone.
var mayImport = map[string][]string{
	"corpus":   {},
	"rag":      {"corpus"},
	"chat":     {"rag", "corpus"},
	"web":      {"chat", "rag", "corpus"},
	"ingest":   {"corpus"},
	"eval":     {"rag", "corpus"},
	"internal": {"corpus"},
	"cmd":      {"corpus", "rag", "chat", "web", "ingest", "eval"},
}

// programs are rooms of their own: a program that is run while building may
// import what a command may.
var programs = map[string]string{"internal/embed/train": "cmd"}

// onlyIn names the one room that may import a library, so that it can be
// replaced in one place.
var onlyIn = map[string]string{
	"github.com/tmc/langchaingo":   "internal/llm",
	"github.com/gorilla/websocket": "chat",
	"github.com/spf13/cobra":       "cmd/guichet",
	"github.com/pressly/goose/v3":  "internal/postgres",
	"github.com/robfig/cron/v3":    "internal/jobs",
}

func TestImportsRunOneWay(t *testing.T) {
	for file, imports := range sources(t) {
		dir := filepath.ToSlash(filepath.Dir(file))
		room := strings.Split(dir, "/")[0]
		if as, ok := programs[dir]; ok {
			room = as
		}
		allowed, known := mayImport[room]
		if !known {
			t.Errorf("%s: no rule for the room %q", file, room)
			continue
		}
		for _, path := range imports {
			for library, place := range onlyIn {
				if strings.HasPrefix(path, library) && dir != place {
					t.Errorf("%s imports %s: only %s may", file, path, place)
				}
			}
			target, ours := strings.CutPrefix(path, "guichet/")
			if !ours {
				continue
			}
			to := strings.Split(target, "/")[0]
			if to != room && to != "internal" && !slices.Contains(allowed, to) {
				t.Errorf("%s imports %s: %s may import only %v and internal", file, path, room, allowed)
			}
		}
	}
}

// sources returns what each Go file of the module imports, tests aside.
func sources(t *testing.T) map[string][]string {
	t.Helper()
	root := filepath.Join("..", "..")
	found := map[string][]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name := d.Name(); path != root && (strings.HasPrefix(name, ".") || name == "testdata" || name == "node_modules") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		for _, spec := range f.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			found[name] = append(found[name], imported)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) < 10 {
		t.Fatalf("only %d Go files found: the walk is wrong", len(found))
	}
	return found
}
