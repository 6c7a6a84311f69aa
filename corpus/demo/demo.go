package demo

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"guichet/corpus"
)

//go:embed town.json services.yaml documents
var files embed.FS

// FS returns the demo's files: town.json, services.yaml and the folder documents.
func FS() fs.FS { return files }

// Town returns the demo town's settings, as they are put into a Store. An
// error is a defect of the build.
func Town() (corpus.Town, error) {
	b, err := files.ReadFile("town.json")
	if err != nil {
		return corpus.Town{}, fmt.Errorf("read demo town: %w", err)
	}
	// The file's keys are the field names in lower case, which encoding/json
	// accepts.
	var t corpus.Town
	if err := json.Unmarshal(b, &t); err != nil {
		return corpus.Town{}, fmt.Errorf("parse demo town: %w", err)
	}
	return t, nil
}

// Unpack writes the demo's documents into dir/documents, which it creates.
// Files of the same names are overwritten; others are left alone.
func Unpack(dir string) error {
	names, err := fs.Glob(files, "documents/*")
	if err != nil {
		return fmt.Errorf("list demo documents: %w", err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "documents"), 0o755); err != nil {
		return fmt.Errorf("unpack demo documents: %w", err)
	}
	for _, name := range names {
		b, err := files.ReadFile(name)
		if err != nil {
			return fmt.Errorf("read demo document %s: %w", name, err)
		}
		if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(name)), b, 0o644); err != nil {
			return fmt.Errorf("unpack demo document %s: %w", name, err)
		}
	}
	return nil
}
