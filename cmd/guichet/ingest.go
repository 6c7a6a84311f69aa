package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"guichet/corpus"
	"guichet/ingest"
)

// loading is what `guichet ingest` was told.
type loading struct {
	collection string
	language   string
	town       string
	dryRun     bool
	retire     bool
	quarantine bool
	asJSON     bool
	explain    bool
	web        webFlags
}

// webFlags are what is said of addresses among the paths.
type webFlags struct {
	include, exclude, private []string
	maxPages                  int
}

func (a *app) ingestCommand() *cobra.Command {
	var l loading
	c := &cobra.Command{
		Use:   "ingest PATH|URL... --collection NAME | ingest --explain FILE",
		Short: "Load documents: what is new, what changed, what is gone",
		Long: `Loads folders and files of Markdown, HTML, plain text, PDF, DOCX and ODT into a collection.
An archive of the national service-public feed is recognised by its contents.
Each PATH is a source; a document that a source no longer has is retired. A
collection that does not exist is created: owned by the town if --town is given,
else shared by all towns. Readers see the old edition until the new one is whole;
the command may be interrupted at any instant.

A folder that is empty now, or that lost more than half of its documents (where it
had more than ten), is taken for one that is not mounted: nothing is published and
the exit code is 1, unless --retire says that the documents are meant to go.

Text that a page hides enters no passage. It is flagged in the report, like runs of
invisible characters and words that give a model orders; --quarantine keeps such a
document out.

A URL is a website, whose pages on the same host are read; or, by its last part, a
feed (.rss, .atom, .xml), a calendar (.ics) or a table (.csv). What has not changed
since the last run is not sent again. See docs/sources.md.

Exit code 3 says that it is done and published, but some files could not be read.

With --explain, one file is read and nothing is written: it prints what the file
is, what was left out of it, and the sections and passages that it becomes. It
needs no database. Exit code 3 says that the file could not be read.`,
		Example: `  guichet ingest ./pages --collection site --town my-town
  guichet ingest ./pages --collection site --dry-run
  guichet ingest ./pages/pool.md --collection site       one page of that folder
  guichet ingest --explain ./pages/pool.html             why an answer lacks something
  guichet ingest https://www.my-town.example/ --collection site --exclude /agenda
  guichet ingest vosdroits-latest.zip --collection service-public   the national sheets`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case l.explain:
				return a.explain(cmd, args, l.asJSON)
			case l.collection == "":
				return usageError{fmt.Errorf("--collection is missing (see '%s --help')", cmd.CommandPath())}
			}
			return a.ingest(cmd, args, l)
		},
	}
	c.Flags().StringVar(&l.collection, "collection", "", "name of the collection")
	c.Flags().StringVar(&l.language, "language", "fr", "language of a collection that is created")
	c.Flags().StringVar(&l.town, "town", "", "slug of the town that owns the collection (default: it is shared)")
	c.Flags().BoolVar(&l.dryRun, "dry-run", false, "tell what would be done, and write nothing")
	c.Flags().BoolVar(&l.retire, "retire", false, "retire documents even where a source lost most or all of them")
	c.Flags().BoolVar(&l.quarantine, "quarantine", false, "keep out documents with hidden text or words meant for a model; their last version stays")
	c.Flags().BoolVar(&l.asJSON, "json", false, "print the report as JSON")
	c.Flags().BoolVar(&l.explain, "explain", false, "print how one file becomes sections and passages, and write nothing")
	c.Flags().StringArrayVar(&l.web.include, "include", nil, "of websites: read only paths that begin so (* is anything; may be repeated)")
	c.Flags().StringArrayVar(&l.web.exclude, "exclude", nil, "of websites: leave out paths that begin so")
	c.Flags().IntVar(&l.web.maxPages, "max-pages", 0, "of websites: the most pages that are read (default 5000)")
	c.Flags().StringArrayVar(&l.web.private, "allow-private", nil, "host that may be inside a private network")
	return c
}

// explain prints how one file is read.
func (a *app) explain(cmd *cobra.Command, files []string, asJSON bool) error {
	if len(files) != 1 {
		return usageError{fmt.Errorf("%s; --explain reads one file", argumentsGiven(len(files)))}
	}
	if _, err := os.Stat(files[0]); err != nil {
		return usageError{cannotRead(files[0], err)}
	}
	s, err := a.settings(cmd)
	if err != nil {
		return err
	}
	e, err := ingest.Explain(cmd.Context(), files[0], extractors(s))
	if err != nil {
		return err
	}
	if asJSON {
		err = printJSON(cmd.OutOrStdout(), e)
	} else {
		err = e.WriteText(cmd.OutOrStdout())
	}
	if err == nil && e.Failure != "" {
		return exitError(exitPartial)
	}
	return err
}

// extractors are the readers, as the settings want them.
func extractors(s *settings) map[string]ingest.Extractor {
	all := ingest.Extractors()
	all[ingest.PDF] = ingest.PDFExtractor{NoOCR: s.get("GUICHET_OCR") == "never", Language: s.get("GUICHET_OCR_LANGUAGE")}
	return all
}

// cannotRead says in plain words that a path cannot be read.
func cannotRead(path string, err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		err = at.Err
	}
	return fmt.Errorf("cannot read %s: %w", path, err)
}

func (a *app) ingest(cmd *cobra.Command, args []string, l loading) error {
	paths, addresses := parted(args)
	for _, path := range paths {
		if _, err := os.Stat(path); err != nil {
			return usageError{cannotRead(path, err)}
		}
	}
	o, err := a.open(cmd)
	if err != nil {
		return err
	}
	defer o.close()
	collection, err := o.target(cmd.Context(), l)
	if err != nil {
		return err
	}
	sources, err := o.webSources(addresses, collection, l, cmd.ErrOrStderr())
	if err != nil {
		return err
	}
	request := ingest.Request{Collection: collection, Sources: sources, DryRun: l.dryRun, Retire: l.retire, Quarantine: l.quarantine}
	for _, path := range paths {
		if !ingest.IsServicePublic(path) {
			request.Paths = append(request.Paths, path)
			continue
		}
		feed, err := ingest.NewServicePublic(path, ingest.ServicePublicSettings{}, ingest.OpenLocal)
		if err != nil {
			return err
		}
		request.Sources = append(request.Sources, feed)
	}
	report, err := o.load(cmd.Context(), cmd.ErrOrStderr(), request)
	if err != nil && !report.Interrupted && report.Rejected == "" {
		return err
	}
	if l.asJSON {
		err = printJSON(cmd.OutOrStdout(), report)
	} else {
		err = report.WriteText(cmd.OutOrStdout())
	}
	switch {
	case err != nil:
		return err
	case report.Interrupted, report.Rejected != "": // in a dry run, too, so that scripts learn of it
		return exitError(exitFailed)
	case report.Failed > 0:
		return exitError(exitPartial)
	}
	return nil
}

// target finds the collection to load into, or creates it; a dry run creates
// nothing.
func (o *session) target(ctx context.Context, l loading) (corpus.Collection, error) {
	town, err := o.town(ctx, l.town)
	if err != nil {
		return corpus.Collection{}, err
	}
	owner := int64(0)
	if l.town != "" {
		owner = town.ID
	}
	if !l.dryRun {
		return o.store.EnsureCollection(ctx, owner, l.collection, l.language)
	}
	collections, err := o.store.Collections(ctx, town.ID, l.collection)
	if err != nil && !errors.Is(err, corpus.ErrNotFound) {
		return corpus.Collection{}, err
	}
	for _, c := range collections {
		if c.TownID == owner {
			return c, nil
		}
	}
	return corpus.Collection{TownID: owner, Name: l.collection, Language: l.language}, nil
}

// load runs the ingester; progress is a bar on a terminal, lines elsewhere.
func (o *session) load(ctx context.Context, progress io.Writer, r ingest.Request) (ingest.Report, error) {
	watcher := ingest.Lines(progress)
	if f, ok := progress.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		watcher = ingest.Bar(progress)
	}
	in := ingest.Ingester{Store: ingest.Corpus(o.store), Embedder: o.embedder, Progress: watcher, Extractors: extractors(o.settings)}
	return in.Ingest(ctx, r)
}
