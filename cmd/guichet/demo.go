package main

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"guichet/corpus"
	"guichet/corpus/demo"
	"guichet/ingest"
)

// demoCollection is the name of the demo town's collection.
const demoCollection = "site"

// loadDemo puts the demo town and its documents into an empty database, and
// leaves one that holds anything alone.
func (o *session) loadDemo(cmd *cobra.Command) error {
	ctx := cmd.Context()
	town, err := demo.Town()
	if err != nil {
		return err
	}
	empty, err := o.isEmpty(ctx, town.Slug)
	if err != nil || !empty {
		return err
	}
	before, err := o.store.DefaultTown(ctx)
	if err != nil {
		return err
	}
	town.Default = true
	if town, err = o.store.PutTown(ctx, town); err != nil {
		return err
	}
	if before.Slug != town.Slug {
		if err := o.store.DeleteTown(ctx, before.Slug); err != nil {
			return err
		}
	}
	folder := filepath.Join(o.settings.get("GUICHET_DATA_DIR"), "demo")
	if err := demo.Unpack(folder); err != nil {
		return err
	}
	collection, err := o.store.EnsureCollection(ctx, town.ID, demoCollection, "fr")
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(cmd.ErrOrStderr(), "Loading the demo town, %s.\n", town.Name)
	report, err := o.load(ctx, cmd.ErrOrStderr(), ingest.Request{
		Collection: collection,
		Paths:      []string{filepath.Join(folder, "documents")},
	})
	if err != nil {
		return err
	}
	for _, f := range report.Failures {
		_, _ = fmt.Fprintf(cmd.ErrOrStderr(), "not loaded: %s: %s\n", f.Key, f.Reason)
	}
	return nil
}

// isEmpty tells whether the database holds nothing but the untouched town of a
// new one, or a demo whose first loading was interrupted.
func (o *session) isEmpty(ctx context.Context, demoSlug string) (bool, error) {
	towns, err := o.store.Towns(ctx, 2)
	if err != nil || len(towns) != 1 {
		return false, err
	}
	town := towns[0]
	untouched := town.Slug == "ma-ville" && town.Contact == corpus.Contact{} && len(town.Origins) == 0
	if !untouched && town.Slug != demoSlug {
		return false, nil
	}
	collections, err := o.store.Collections(ctx, town.ID)
	if err != nil {
		return false, err
	}
	for _, c := range collections {
		if c.Published > 0 || c.Name != demoCollection {
			return false, nil
		}
	}
	return true, nil
}
