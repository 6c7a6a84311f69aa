package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"guichet/ingest"
)

// document is a text as Guichet cuts it.
type document struct {
	title    string
	passages []passageText
}

type passageText struct{ headings, text string }

// readFolder reads what Guichet can read of a folder, in the order of the
// files' names.
func readFolder(ctx context.Context, folder string) ([]document, error) {
	extractors := ingest.Extractors()
	splitter := ingest.NewSplitter()
	var documents []document
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		extractor, ok := extractors[ingest.MediaType(path)]
		if !ok {
			return nil
		}
		bytes, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		extracted, err := extractor.Extract(ctx, ingest.Input{Name: entry.Name(), Bytes: bytes})
		if err != nil {
			return fmt.Errorf("read %s: %w", path, err)
		}
		d := document{title: extracted.Title}
		for _, p := range splitter.Split(extracted.Sections) {
			d.passages = append(d.passages, passageText{strings.Join(p.Headings, "\n"), p.Text})
		}
		documents = append(documents, d)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the documents: %w", err)
	}
	return documents, nil
}
