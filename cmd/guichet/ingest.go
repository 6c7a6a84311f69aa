package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strconv"

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
	source     int64
	publish    string
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
		Use:   "ingest [PATH|URL...] --collection NAME | ingest --explain FILE",
		Short: "Load documents: what is new, what changed, what is gone",
		Long: `Runs the sources that are declared for a collection ('guichet source add'), or the
one that --source names; or loads folders and files of Markdown, HTML, plain text,
PDF, DOCX, ODT and CSV, each PATH being a source. An archive of the national
service-public feed is recognised by its contents. A document that a source no
longer has is retired. A collection that does not exist is created: owned by the
town if --town is given, else shared by all towns. Readers see the old edition until
the new one is whole; the command may be interrupted at any instant.

The new edition is held against the published one: the town's cases ('guichet cases
set') are asked of both. Whether it is then published, the collection says ('guichet
collections set'), or --publish for this run. After a rollback it waits, whatever
they say, until 'guichet resume'.

A source that is empty now, or that lost more than its share of documents (where none
is set: half of them or more, and at least three), is taken for one that is not mounted
or broken: nothing is published, unless --retire says that they are meant to go.

Text that a page hides enters no passage. It is flagged in the report, like runs of
invisible characters and words that give a model orders; --quarantine keeps such a
document out.

A URL is a website, whose pages on the same host are read; or, by its last part, a
feed (.rss, .atom, .xml), a calendar (.ics) or a table (.csv). What has not changed
since the last run is not sent again. See docs/sources.md.

Exit code 3 says that it is done and published, but some files could not be read; 6
that an operator is asked before anything is published ('guichet runs').

With --explain, one file is read and nothing is written: it prints what the file
is, what was left out of it, and the sections and passages that it becomes. It
needs no database. Exit code 3 says that the file could not be read.`,
		Example: `  guichet ingest ./pages --collection site --town my-town
  guichet ingest ./pages --collection site --dry-run
  guichet ingest ./pages/pool.md --collection site       one page of that folder
  guichet ingest --explain ./pages/pool.html             why an answer lacks something
  guichet ingest https://www.my-town.example/ --collection site --exclude /agenda
  guichet ingest vosdroits-latest.zip --collection service-public   the national sheets
  guichet ingest --collection site --town my-town        the sources that are declared`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if l.explain {
				return a.explain(cmd, args, l.asJSON)
			}
			return a.ingest(cmd, args, l)
		},
	}
	c.Flags().StringVar(&l.collection, "collection", "", "name of the collection")
	c.Flags().StringVar(&l.language, "language", "fr", "language of a collection that is created")
	c.Flags().StringVar(&l.town, "town", "", "slug of the town that owns the collection (default: it is shared)")
	c.Flags().Int64Var(&l.source, "source", 0, "run the source with this ID alone ('guichet source list')")
	c.Flags().StringVar(&l.publish, "publish", "", "auto, ask or never, for this run (default: as the collection is set)")
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
	switch {
	case l.collection == "" && l.source == 0:
		return usageError{errors.New("--collection is missing (see 'guichet ingest --help')")}
	case len(args) > 0 && l.source != 0:
		return usageError{errors.New("--source runs a declared source: give no PATH with it")}
	}
	if l.publish != "" {
		if _, err := readPublish(l.publish); err != nil {
			return err
		}
	}
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
	request := ingest.Request{DryRun: l.dryRun, Retire: l.retire, Quarantine: l.quarantine}
	if len(args) == 0 {
		err = o.declared(cmd, l, &request)
	} else {
		err = o.named(cmd, l, paths, addresses, &request)
	}
	if err != nil {
		return err
	}
	return o.ingestAndReport(cmd, l, request)
}

// named fills the request with the paths and addresses that were named.
func (o *session) named(cmd *cobra.Command, l loading, paths, addresses []string, r *ingest.Request) error {
	var err error
	if r.Collection, err = o.target(cmd.Context(), l); err != nil {
		return err
	}
	if r.Sources, err = o.webSources(addresses, r.Collection, l, cmd.ErrOrStderr()); err != nil {
		return err
	}
	for _, path := range paths {
		if !ingest.IsServicePublic(path) {
			r.Paths = append(r.Paths, path)
			continue
		}
		feed, err := ingest.NewServicePublic(path, ingest.ServicePublicSettings{}, ingest.OpenLocal)
		if err != nil {
			return err
		}
		r.Sources = append(r.Sources, feed)
	}
	return nil
}

// declared fills the request with the collection's declared sources, or with
// the one that was named.
func (o *session) declared(cmd *cobra.Command, l loading, r *ingest.Request) error {
	ctx := cmd.Context()
	var sources []corpus.Source
	if l.source != 0 {
		src, err := o.sourceByID(ctx, strconv.FormatInt(l.source, 10))
		if err != nil {
			return err
		}
		sources = []corpus.Source{src}
	} else {
		n := oneCollection{town: l.town, name: l.collection}
		c, err := n.findIn(ctx, o)
		if err != nil {
			return err
		}
		if sources, err = o.store.SourceDefinitions(ctx, c.ID); err != nil {
			return err
		}
		sources = slices.DeleteFunc(sources, func(s corpus.Source) bool { return !s.Declared })
		if len(sources) == 0 {
			return usageError{fmt.Errorf("no source is declared for %s: declare one with 'guichet source add', or name a PATH", c.Name)}
		}
	}
	return o.request(ctx, sources, r, cmd.ErrOrStderr())
}

// request opens sources of one collection for a run. That one cannot be opened is
// kept as a run that failed.
func (o *session) request(ctx context.Context, sources []corpus.Source, r *ingest.Request, progress io.Writer) error {
	r.Collection = sources[0].Collection
	r.MaxLoss = map[string]float64{}
	for _, src := range sources {
		opened, err := o.openSource(src.Collection, src.Kind, src.URI, src.Settings, progress)
		if err != nil {
			err = fmt.Errorf("source %d: %w", src.ID, err)
			if r.DryRun {
				return err
			}
			return o.recordFailure(ctx, src, err)
		}
		r.Sources = append(r.Sources, opened)
		if src.MaxLoss != nil {
			r.MaxLoss[opened.Ref().URI] = *src.MaxLoss
		}
	}
	return nil
}

// ingestAndReport runs the request, prints its report, and answers with the
// exit code that it comes to.
func (o *session) ingestAndReport(cmd *cobra.Command, l loading, r ingest.Request) error {
	report, err := o.load(cmd.Context(), cmd.ErrOrStderr(), r, corpus.Publishing(l.publish))
	if err != nil && !report.Interrupted && report.Rejected == "" {
		return err
	}
	if l.asJSON {
		err = printJSON(cmd.OutOrStdout(), report)
	} else {
		err = report.WriteText(cmd.OutOrStdout())
		if err == nil && r.Collection.TownID == 0 && report.Published {
			_, err = fmt.Fprintln(cmd.OutOrStdout(), "The collection is shared: all towns read it.")
		}
		if err == nil && report.Prepared > 0 {
			err = o.writeWaits(cmd, r.Collection, report.Prepared)
		}
	}
	switch {
	case err != nil:
		return err
	case report.Asks, report.Waiting != "": // in a dry run, too, so that scripts learn of it
		return exitError(exitWaits)
	case report.Interrupted, report.Rejected != "":
		return exitError(exitFailed)
	case report.Failed > 0:
		return exitError(exitPartial)
	}
	return nil
}

// writeWaits tells how an edition that waits is looked at, and let through.
func (o *session) writeWaits(cmd *cobra.Command, c corpus.Collection, edition int) error {
	towns, err := o.store.Towns(cmd.Context(), gateTowns)
	if err != nil {
		return err
	}
	n := oneCollection{name: c.Name}
	for _, t := range towns {
		if t.ID == c.TownID {
			n.town = t.Slug
		}
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "Look at it:  guichet editions %[1]s\nPublish it:  guichet publish %[2]d %[1]s\n", n.flagsOf(), edition)
	return err
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
	c := corpus.Collection{TownID: owner, Name: l.collection, Language: l.language, TimeZone: corpus.DefaultZone}
	if owner != 0 {
		c.TimeZone = town.TimeZone
	}
	return c, nil
}

// load runs the ingester; progress is a bar on a terminal, lines elsewhere.
func (o *session) load(ctx context.Context, progress io.Writer, r ingest.Request, publish corpus.Publishing) (ingest.Report, error) {
	watcher := ingest.Lines(progress)
	if f, ok := progress.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		watcher = ingest.Bar(progress)
	}
	return o.run(ctx, watcher, r, publish)
}

// run runs the ingester, and brings the hours up to date with what is published
// then.
func (o *session) run(ctx context.Context, watcher ingest.Progress, r ingest.Request, publish corpus.Publishing) (ingest.Report, error) {
	report, err := o.ingester(watcher, r, publish).Ingest(ctx, r)
	if err != nil || r.DryRun {
		return report, err
	}
	following, cancel := context.WithTimeout(context.WithoutCancel(ctx), followTime) // it is published, whoever stops now
	defer cancel()
	note, err := o.followDirectory(following, r.Collection)
	if err != nil {
		note = fmt.Sprintf("the opening hours stay as they were until the next run: %v", err)
	}
	if note != "" {
		report.Notes = append(report.Notes, note)
	}
	return report, nil
}

// ingester is one for this request; publish says what becomes of the edition,
// empty: what the collection's policy says.
func (o *session) ingester(watcher ingest.Progress, r ingest.Request, publish corpus.Publishing) *ingest.Ingester {
	return &ingest.Ingester{
		Store: ingest.Corpus(o.store), Embedder: o.embedder, Progress: watcher, Extractors: extractors(o.settings),
		Gate: gate{session: o, publish: publish, retire: r.Retire},
	}
}
