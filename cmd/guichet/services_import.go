package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"guichet/corpus/opening"
	"guichet/ingest"
	"guichet/internal/english"
)

// importing is what `guichet services import` was told.
type importing struct {
	town       string
	collection string
	settings   ingest.DirectorySettings
	private    []string
	dryRun     bool
}

func (a *app) servicesImportCommand() *cobra.Command {
	var i importing
	c := townFlag(&cobra.Command{
		Use:   "import FILE|URL --insee CODE",
		Short: "Add services of the national directory beside the town's own",
		Long: `Reads the directory of public services (JSON of the data.gouv.fr file or of its API,
plain or packed) and adds the services that --insee means, with their telephone,
address and opening hours. Those of the town's own file stand; those of an earlier
import are replaced. With --collection, a document for each is loaded, so that
answers about them have a source to show.`,
		Example: `  guichet services import all_latest.tar.bz2 --insee 44109 --collection annuaire
  guichet services import directory.json --insee 44109 --insee 44:prefecture,caf,cpam --dry-run`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return a.importServices(cmd, args[0], i) },
	}, &i.town)
	c.Flags().StringArrayVar(&i.settings.Areas, "insee", nil, "commune (44109), or commune or department with kinds of service (44:prefecture,caf); may be given again")
	c.Flags().StringVar(&i.collection, "collection", "", "collection of the town for their documents (default: none are loaded)")
	c.Flags().StringArrayVar(&i.private, "allow-private", nil, "host that may be inside a private network")
	c.Flags().BoolVar(&i.dryRun, "dry-run", false, "print the services in the form that 'services set' reads, and write nothing")
	return c
}

func (a *app) importServices(cmd *cobra.Command, uri string, i importing) error {
	ctx := cmd.Context()
	if err := i.settings.Validate(); err != nil {
		return usageError{fmt.Errorf("--insee: %w", err)}
	}
	o, err := a.open(cmd)
	if err != nil {
		return err
	}
	defer o.close()
	town, err := o.town(ctx, i.town)
	if err != nil {
		return err
	}
	files := o.downloads(i.private...)
	directory, err := ingest.ReadDirectory(ctx, uri, i.settings, files.Open)
	if err != nil {
		return err
	}
	existing, err := o.store.Services(ctx, town.ID)
	if err != nil {
		return err
	}
	merged, err := ingest.MergeServices(existing, directory.Services(i.collection != ""))
	if err != nil {
		return err
	}
	if len(directory.Entries) == 0 {
		_, _ = fmt.Fprintf(cmd.ErrOrStderr(), "Note: %s.\n", ingest.NothingMeant)
		if merged.Replaced > 0 && !i.dryRun {
			return fmt.Errorf("%s of an earlier import would go, and none would come: nothing was changed", english.Count(merged.Replaced, "service"))
		}
	}
	if i.dryRun {
		b, err := opening.Format(merged.Services)
		if err == nil {
			_, err = cmd.OutOrStdout().Write(b)
		}
		return err
	}
	if i.collection != "" {
		if err := o.loadDirectory(ctx, cmd.ErrOrStderr(), directory, uri, loading{collection: i.collection, language: "fr", town: town.Slug}); err != nil {
			return err
		}
	}
	if err := o.store.PutServices(ctx, town.ID, merged.Services); err != nil {
		return err
	}
	if err := o.store.FollowServices(ctx, town.ID, ingest.FollowDirectory); err != nil {
		return err
	}
	w := cmd.OutOrStdout()
	_, _ = fmt.Fprintf(w, "%s: %s of the directory of %s %s set, in place of %d.\n", town.Name, english.Count(merged.Imported, "service"),
		directory.On.Format(time.DateOnly), english.Be(merged.Imported), merged.Replaced)
	for _, name := range merged.Kept {
		_, _ = fmt.Fprintf(w, "  the town's own stands for: %s\n", name)
	}
	_, err = fmt.Fprintln(w, "'guichet services check' prints their week.")
	return err
}

// loadDirectory publishes the documents that the services rest on.
func (o *session) loadDirectory(ctx context.Context, progress io.Writer, d ingest.Directory, uri string, l loading) error {
	source, err := d.Source(uri)
	if err != nil {
		return err
	}
	collection, err := o.target(ctx, l)
	if err != nil {
		return err
	}
	report, err := o.load(ctx, progress, ingest.Request{Collection: collection, Sources: []ingest.Source{source}}, "")
	switch {
	case err != nil:
		return err
	case report.Failed > 0:
		return fmt.Errorf("%d of the services' documents failed, the first with: %s", report.Failed, report.Failures[0].Reason)
	case report.Waiting != "":
		// Hours do not run ahead of what they rest on.
		_, _ = fmt.Fprintf(progress, "The services' documents wait for an operator (guichet runs), since %s: their hours come with them.\n", report.Waiting)
		return exitError(exitWaits)
	}
	return nil
}
