package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime/debug"

	"github.com/spf13/cobra"

	"guichet/corpus"
	"guichet/corpus/demo"
	"guichet/ingest"
)

// demoCollection is the name of the demo town's collection.
const demoCollection = "site"

func (a *app) demoCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "demo",
		Short: "Load the demo town into a new database",
		Long: `Loads the demo town and its documents, as 'guichet serve --demo' does, and ends.
A database that holds anything else is left alone.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o, err := a.open(cmd)
			if err != nil {
				return err
			}
			defer o.close()
			before, err := o.loadDemo(cmd)
			if err == nil && before == demoLoaded {
				_, err = fmt.Fprintln(cmd.ErrOrStderr(), "The demo town is there already: nothing was changed.")
			}
			return err
		},
	}
}

// loadDemo puts the demo town, its services and its documents into a new database, and
// leaves one that holds anything else alone. A loading that was interrupted is
// taken up. It returns how far the demo was loaded before.
func (o *session) loadDemo(cmd *cobra.Command) (demoState, error) {
	ctx, stderr := cmd.Context(), cmd.ErrOrStderr()
	town, err := demo.Town()
	if err != nil {
		return demoForeign, err
	}
	if _, err := o.store.ReplaceUntouchedTown(ctx, town); err != nil {
		return demoForeign, err
	}
	state, town, err := o.demoState(ctx, town)
	if err != nil {
		return demoForeign, err
	}
	switch state {
	case demoLoaded:
		return demoLoaded, nil
	case demoForeign:
		_, _ = fmt.Fprintln(stderr, "The demo town is not loaded: it goes into a new database only, and this one is in use.")
		return demoForeign, nil
	}
	services, err := demo.Services()
	if err != nil {
		return demoForeign, err
	}
	if err := o.store.PutServices(ctx, town.ID, services); err != nil {
		return demoForeign, err
	}
	folder := filepath.Join(o.settings.get("GUICHET_DATA_DIR"), "demo")
	if err := demo.Unpack(folder); err != nil {
		return demoForeign, err
	}
	collection, err := o.store.EnsureCollection(ctx, town.ID, demoCollection, "fr")
	if err != nil {
		return demoForeign, err
	}
	_, _ = fmt.Fprintf(stderr, "Loading the demo town, %s.\n", town.Name)
	report, err := o.load(ctx, stderr, ingest.Request{
		Collection: collection,
		Paths:      []string{filepath.Join(folder, "documents")},
	}, corpus.PublishAuto)
	if err != nil {
		return demoForeign, err
	}
	for _, f := range report.Failures {
		_, _ = fmt.Fprintf(stderr, "not loaded: %s: %s\n", f.Key, f.Reason)
	}
	// What the loading took is given back at once: the server that follows
	// needs little of it.
	debug.FreeOSMemory()
	return demoWaiting, nil
}

// What a database holds of the demo.
type demoState int

const (
	demoForeign demoState = iota // something else
	demoWaiting                  // the town; its documents are not published yet
	demoLoaded                   // the town with its documents
)

// demoState tells how far the demo is loaded, and returns its town as it is
// stored.
func (o *session) demoState(ctx context.Context, want corpus.Town) (demoState, corpus.Town, error) {
	town, err := o.store.Town(ctx, want.Slug)
	if errors.Is(err, corpus.ErrNotFound) {
		return demoForeign, corpus.Town{}, nil
	}
	if err != nil {
		return demoForeign, corpus.Town{}, err
	}
	collections, err := o.store.Collections(ctx, town.ID)
	if err != nil {
		return demoForeign, corpus.Town{}, err
	}
	state := demoWaiting
	for _, c := range collections {
		if c.TownID == 0 {
			continue
		}
		if c.Published > 0 || c.Name != demoCollection {
			state = demoLoaded // or filled with an operator's own
		}
	}
	return state, town, nil
}
