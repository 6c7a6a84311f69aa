package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"guichet/corpus"
	"guichet/internal/english"
)

// shownCollection is a collection as `guichet collections --json` prints it.
type shownCollection struct {
	Name     string         `json:"name"`
	Owner    string         `json:"owner"` // a town's slug, or "shared"
	Language string         `json:"language"`
	Editions []shownEdition `json:"editions"`
	Sources  []string       `json:"sources"`
	LastRun  *shownRun      `json:"last_run"` // null: there was none
	zone     *time.Location // of the town that it is listed for
}

// shownRun is one pass over a source.
type shownRun struct {
	Source   string     `json:"source"`
	Edition  int        `json:"edition"` // that it wrote into
	State    string     `json:"state"`   // running, completed, failed, interrupted, asks, cancelled
	Started  time.Time  `json:"started"`
	Finished *time.Time `json:"finished"` // null while it runs
	corpus.Counts
	Failures []corpus.Failure `json:"failures"`
}

type shownEdition struct {
	Number    int    `json:"number"`
	State     string `json:"state"`
	Published bool   `json:"published"`
	Documents int    `json:"documents"`
	Passages  int    `json:"passages"`
}

func (a *app) collectionsCommand() *cobra.Command {
	var r reading
	var asJSON bool
	c := &cobra.Command{
		Use:   "collections",
		Short: "List a town's collections: their editions, sources and last run",
		Long: `Lists the collections that answer a town's residents: its own, then those shared by
all towns. Each ingestion that changes something makes a new edition; residents
read the published one. The last run is the newest pass over a source; --json tells
which files failed in it, and why.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o, err := a.open(cmd)
			if err != nil {
				return err
			}
			defer o.close()
			shown, err := r.show(cmd, o)
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), shown)
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 4, 2, ' ', 0)
			if len(shown) == 0 {
				_, _ = fmt.Fprintln(w, "No collection yet: load one with 'guichet ingest PATH --collection NAME'.")
			}
			for _, one := range shown {
				one.writeText(w)
			}
			return w.Flush()
		},
	}
	r.flags(c)
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	c.AddCommand(a.setCollectionCommand(), a.deleteCollectionCommand())
	return c
}

// writeText writes the collection for people; w sets its tabs.
func (c shownCollection) writeText(w io.Writer) {
	_, _ = fmt.Fprintf(w, "%s\t(%s)\n", c.Name, c.Owner)
	for _, e := range c.Editions {
		state := e.State
		if e.Published {
			state = "published"
		}
		_, _ = fmt.Fprintf(w, "  edition %d\t%s\t%s\t%s\n", e.Number, state,
			english.Count(e.Documents, "document"), english.Count(e.Passages, "passage"))
	}
	for _, source := range c.Sources {
		_, _ = fmt.Fprintf(w, "  from\t%s\n", source)
	}
	if c.LastRun != nil {
		_, _ = fmt.Fprintf(w, "  last run\t%s\n", c.LastRun.line(c.zone))
	}
}

// line tells of a run in one line, in this time zone; its counts are known once
// it is completed.
func (r shownRun) line(zone *time.Location) string {
	text := fmt.Sprintf("%s, %s", minute(r.Started, zone), r.State)
	if r.State == "completed" || r.State == "asks" && r.Edition > 0 {
		text += fmt.Sprintf(": %d added, %d changed, %d unchanged, %d retired, %d failed",
			r.Added, r.Changed, r.Unchanged, r.Retired, r.Failed)
	}
	return text + " (" + r.Source + ")"
}

// show gathers the collections that r reads, with their newest editions.
func (r *reading) show(cmd *cobra.Command, o *session) ([]shownCollection, error) {
	town, err := o.town(cmd.Context(), r.town)
	if err != nil {
		return nil, err
	}
	collections, err := o.store.Collections(cmd.Context(), town.ID, r.collections...)
	if err != nil {
		return nil, err
	}
	shown := []shownCollection{}
	for _, c := range collections {
		one := shownCollection{Name: c.Name, Owner: "shared", Language: c.Language, Editions: []shownEdition{}, Sources: []string{}, zone: corpus.Zone(town.TimeZone)}
		if c.TownID != 0 {
			one.Owner = town.Slug
		}
		editions, err := o.store.Editions(cmd.Context(), c.ID, 20)
		if err != nil {
			return nil, err
		}
		for _, e := range editions {
			one.Editions = append(one.Editions, showEdition(e))
		}
		sources, err := o.store.Sources(cmd.Context(), c.ID)
		if err != nil {
			return nil, err
		}
		for _, s := range sources {
			one.Sources = append(one.Sources, s.URI)
		}
		if one.LastRun, err = lastRun(cmd.Context(), o.store, c.ID); err != nil {
			return nil, err
		}
		shown = append(shown, one)
	}
	return shown, nil
}

// lastRun is the collection's newest run, or nil.
func lastRun(ctx context.Context, store *corpus.Store, collectionID int64) (*shownRun, error) {
	runs, err := store.Runs(ctx, collectionID, 1)
	if err != nil || len(runs) == 0 {
		return nil, err
	}
	shown := showRun(runs[0])
	return &shown, nil
}

func showRun(r corpus.RunInfo) shownRun {
	shown := shownRun{
		Source: r.SourceURI, Edition: r.Edition, State: r.State, Started: r.Started,
		Counts: r.Counts, Failures: r.Failures,
	}
	if !r.Finished.IsZero() {
		shown.Finished = &r.Finished
	}
	return shown
}

func showEdition(e corpus.EditionInfo) shownEdition {
	return shownEdition{Number: e.Number, State: e.State, Published: e.Published, Documents: e.Documents, Passages: e.Passages}
}

// oneCollection names a single collection to act on: the town's own if town is
// given, else the shared one.
type oneCollection struct{ town, name string }

func (n *oneCollection) flags(c *cobra.Command) error {
	c.Flags().StringVar(&n.town, "town", "", "slug of the town that owns the collection (default: it is shared)")
	c.Flags().StringVar(&n.name, "collection", "", "name of the collection")
	return c.MarkFlagRequired("collection")
}

// flagsOf writes the flags as another command takes them.
func (n *oneCollection) flagsOf() string {
	flags := fmt.Sprintf("--collection %q", n.name)
	if n.town != "" {
		flags += " --town " + n.town
	}
	return flags
}

func (n *oneCollection) find(cmd *cobra.Command, o *session) (corpus.Collection, error) {
	return n.findIn(cmd.Context(), o)
}

func (n *oneCollection) findIn(ctx context.Context, o *session) (corpus.Collection, error) {
	town, err := o.town(ctx, n.town)
	if err != nil {
		return corpus.Collection{}, err
	}
	owner := int64(0)
	if n.town != "" {
		owner = town.ID
	}
	collections, err := o.store.Collections(ctx, town.ID, n.name)
	if err != nil {
		return corpus.Collection{}, err
	}
	for _, c := range collections {
		if c.TownID == owner {
			return c, nil
		}
	}
	if owner == 0 {
		return corpus.Collection{}, fmt.Errorf("shared collection %q: %w (if a town owns it, add --town %s)", n.name, corpus.ErrNotFound, town.Slug)
	}
	return corpus.Collection{}, fmt.Errorf("collection %q of town %s: %w", n.name, n.town, corpus.ErrNotFound)
}

func (a *app) rollbackCommand() *cobra.Command {
	var n oneCollection
	c := &cobra.Command{
		Use:   "rollback EDITION",
		Short: "Point a collection at an older edition, at once",
		Long: `Readers see the older edition from their next question on. The newer ones stay
until the next ingestion, which starts from the edition that is published. From now
on editions of the collection wait for you, so that no schedule brings back what was
rolled back, until 'guichet resume'.`,
		Example: "  guichet rollback 3 --collection service-public",
		Args:    cobra.ExactArgs(1),
	}
	c.RunE = func(cmd *cobra.Command, args []string) error {
		number, err := strconv.Atoi(args[0])
		if err != nil || number < 1 {
			return usageError{fmt.Errorf("%q is no edition: give its number, as 'guichet editions' lists it", args[0])}
		}
		o, err := a.open(cmd)
		if err != nil {
			return err
		}
		defer o.close()
		collection, err := n.find(cmd, o)
		if err != nil {
			return err
		}
		err = o.store.Rollback(cmd.Context(), collection.ID, number, operator())
		if errors.Is(err, corpus.ErrNotFound) {
			return fmt.Errorf("%s has no edition %d before the published one, %d: %w ('guichet editions' lists them)",
				collection.Name, number, collection.Published, corpus.ErrNotFound)
		}
		if err != nil {
			return err
		}
		if err := o.followPublished(cmd.Context(), collection); err != nil {
			return err
		}
		_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: readers now see edition %d (before: %d).\nNew editions wait for you until 'guichet resume %s'.\n",
			collection.Name, number, collection.Published, n.flagsOf())
		return err
	}
	must(n.flags(c))
	return c
}

func (a *app) pruneCommand() *cobra.Command {
	var n oneCollection
	var keep int
	c := &cobra.Command{
		Use:   "prune",
		Short: "Delete old editions, and the documents that only they hold",
		Long: `Keeps the published edition and those just before it, --keep of them in all, and
deletes older ones: 'guichet rollback' cannot go back to these any more. Stored
conversations keep their sources.`,
		Example: "  guichet prune --collection site --keep 3",
		Args:    cobra.NoArgs,
	}
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		if keep < 1 {
			return usageError{fmt.Errorf("--keep is %d: at least the published edition is kept", keep)}
		}
		o, err := a.open(cmd)
		if err != nil {
			return err
		}
		defer o.close()
		collection, err := n.find(cmd, o)
		if err != nil {
			return err
		}
		if err := o.store.Prune(cmd.Context(), collection.ID, keep); err != nil {
			return err
		}
		_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: the published edition and those before it are kept, %d at most; older ones are deleted.\n", collection.Name, keep)
		return err
	}
	c.Flags().IntVar(&keep, "keep", 5, "editions to keep, the published one counted")
	must(n.flags(c))
	return c
}

// must stops at an error that only a defect of the program can cause.
func must(err error) {
	if err != nil {
		panic(err)
	}
}
