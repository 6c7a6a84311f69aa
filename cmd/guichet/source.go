package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"guichet/corpus"
	"guichet/ingest"
	"guichet/internal/english"
	"guichet/internal/jobs"
)

func (a *app) sourceCommand() *cobra.Command {
	c := group("source", "Add, list, edit and remove the sources of documents")
	c.AddCommand(a.sourceAddCommand(), a.sourceListCommand(), a.sourceEditCommand(), a.sourceRemoveCommand())
	return c
}

// declaring is what add and edit are told of a source.
type declaring struct {
	schedule string
	settings []string
	file     string
	maxLoss  float64
	paused   bool
	resumed  bool
}

func (d *declaring) flags(c *cobra.Command) {
	c.Flags().StringVar(&d.schedule, "schedule", "", "when it is run, in cron's form and the town's time zone, such as \"0 5 * * *\"; empty: when asked")
	c.Flags().StringArrayVar(&d.settings, "setting", nil, "a setting of its kind, as name=value; the value is JSON, or text (may be given again)")
	c.Flags().StringVar(&d.file, "settings", "", "file with all its settings, as a JSON object")
	c.Flags().Float64Var(&d.maxLoss, "max-loss", 0, "share of its documents that it may lose without an operator being asked, from 0 to 1 (default: less than half, or fewer than three)")
}

// apply takes what was given into the source, and checks the whole of it.
func (d *declaring) apply(cmd *cobra.Command, o *session, src *corpus.Source) error {
	if d.file != "" {
		content, err := os.ReadFile(d.file) //nolint:gosec // the operator names the file
		if err != nil {
			return usageError{fmt.Errorf("--settings: %w", err)}
		}
		src.Settings = content
	}
	settings := map[string]json.RawMessage{}
	if len(src.Settings) > 0 {
		if err := json.Unmarshal(src.Settings, &settings); err != nil {
			return usageError{fmt.Errorf("--settings: %s is no JSON object: %w", d.file, err)}
		}
	}
	for _, one := range d.settings {
		name, value, ok := strings.Cut(one, "=")
		if !ok || name == "" {
			return usageError{fmt.Errorf("--setting %q: it must be name=value", one)}
		}
		switch {
		case value == "":
			delete(settings, name)
		case json.Valid([]byte(value)):
			settings[name] = json.RawMessage(value)
		default:
			settings[name], _ = json.Marshal(value) // text is always JSON
		}
	}
	var err error
	if src.Settings, err = json.Marshal(settings); err != nil {
		return fmt.Errorf("write settings: %w", err)
	}
	if cmd.Flags().Changed("schedule") {
		src.Schedule = d.schedule
	}
	if cmd.Flags().Changed("max-loss") {
		if !(d.maxLoss >= 0 && d.maxLoss <= 1) {
			return usageError{fmt.Errorf("--max-loss is %v: it must be a share from 0 to 1", d.maxLoss)}
		}
		src.MaxLoss = &d.maxLoss
	}
	src.Paused = (src.Paused || d.paused) && !d.resumed
	src.Next = time.Time{}
	if src.Schedule != "" {
		if src.Next, err = jobs.Next(src.Schedule, src.Collection.TimeZone, time.Now()); err != nil {
			return usageError{fmt.Errorf("--%w", err)}
		}
	}
	if d.paused && !cmd.Flags().Changed("setting") && !cmd.Flags().Changed("settings") {
		return nil // a source that cannot be opened can be paused all the same
	}
	opened, err := o.openSource(src.Collection, src.Kind, src.URI, src.Settings, io.Discard)
	if err != nil {
		return usageError{plainSetting(err)}
	}
	typed := src.URI
	src.SourceRef = opened.Ref()
	if err := checkThere(cmd.Context(), opened, typed); err != nil {
		return errors.Join(usageError{err}, closeSource(opened))
	}
	return closeSource(opened)
}

// closeSource closes a source that keeps something open.
func closeSource(s ingest.Source) error {
	if c, ok := s.(io.Closer); ok {
		return c.Close()
	}
	return nil
}

func (a *app) sourceAddCommand() *cobra.Command {
	var l loading
	var d declaring
	c := &cobra.Command{
		Use:   "add KIND URI",
		Short: "Declare a source of a collection, and when it is run",
		Long: `Declares where documents of the collection come from; nothing is read yet. A
collection that does not exist is created: owned by the town if --town is given, else
shared. A source that was loaded by its path before is the same source. One that is
declared already is not declared anew: 'guichet source edit' changes it.

KIND and URI are one of:

  folder          a path; each file in it is a document
  file            a path; the file is a document
  website         its start page; each page and file of the host
  feed            an RSS or Atom feed, as a path or an address
  calendar        an iCalendar file, as a path or an address
  csv             a table with a header, as a path or an address
  service-public  the archive of the national sheets, as a path or an address
  directory       the national directory of services, as a path or an address

Their settings stand in docs/sources.md. Schedules run inside 'guichet serve', and
'guichet work' on other machines.`,
		Example: `  guichet source add folder /srv/pages --collection site --town my-town --schedule "0 5 * * *"`,
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			o, err := a.open(cmd)
			if err != nil {
				return err
			}
			defer o.close()
			src := corpus.Source{SourceRef: corpus.SourceRef{Kind: args[0], URI: args[1]}}
			// Looked at before the collection is made, which stays.
			look := l
			look.dryRun = true
			if src.Collection, err = o.target(cmd.Context(), look); err != nil {
				return err
			}
			if err := d.apply(cmd, o, &src); err != nil {
				return err
			}
			if src.Collection, err = o.target(cmd.Context(), l); err != nil {
				return err
			}
			if err := o.checkNested(cmd.Context(), src); err != nil {
				return err
			}
			declared, err := o.declaredBefore(cmd.Context(), src)
			if err != nil {
				return err
			}
			if declared != 0 {
				_, err = fmt.Fprintf(cmd.OutOrStdout(), "Source %[1]d is declared already, just so: %[2]s %[3]s.\nRun it now:  guichet ingest --source %[1]d\n", declared, src.Kind, src.URI)
				return err
			}
			src, err = o.store.DeclareSource(cmd.Context(), src)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "Source %d is declared: %s %s.\nRun it now:  guichet ingest --source %d\n", src.ID, src.Kind, src.URI, src.ID)
			return err
		},
	}
	c.Flags().StringVar(&l.collection, "collection", "", "name of the collection")
	c.Flags().StringVar(&l.language, "language", "fr", "language of a collection that is created")
	c.Flags().StringVar(&l.town, "town", "", "slug of the town that owns the collection (default: it is shared)")
	d.flags(c)
	must(c.MarkFlagRequired("collection"))
	return c
}

// declaredBefore returns the ID of the source where it is declared already, just
// so; 0: it is not declared. One that is declared otherwise is refused: what was
// set of it would be lost.
func (o *session) declaredBefore(ctx context.Context, src corpus.Source) (int64, error) {
	all, err := o.store.SourceDefinitions(ctx, src.Collection.ID)
	if err != nil {
		return 0, err
	}
	i := slices.IndexFunc(all, func(s corpus.Source) bool { return s.Declared && s.URI == src.URI })
	if i < 0 {
		return 0, nil
	}
	old := all[i]
	if old.Kind != src.Kind {
		return 0, usageError{fmt.Errorf("%s is declared already as source %d, a %s: remove that one first (guichet source remove %d)", src.URI, old.ID, old.Kind, old.ID)}
	}
	var differs []string
	if old.Schedule != src.Schedule {
		differs = append(differs, fmt.Sprintf("schedule (it has %q)", old.Schedule))
	}
	if writtenLoss(old.MaxLoss) != writtenLoss(src.MaxLoss) {
		differs = append(differs, "max-loss (it has "+writtenLoss(old.MaxLoss)+")")
	}
	var before, now map[string]any
	if err := errors.Join(json.Unmarshal(old.Settings, &before), json.Unmarshal(src.Settings, &now)); err != nil {
		return 0, fmt.Errorf("read settings of source %d: %w", old.ID, err)
	}
	if !reflect.DeepEqual(before, now) {
		differs = append(differs, fmt.Sprintf("settings (it has %s)", old.Settings))
	}
	if len(differs) > 0 {
		return 0, usageError{fmt.Errorf("%s is declared already as source %d, with another %s: nothing was changed. Change it with 'guichet source edit %d'",
			src.URI, old.ID, strings.Join(differs, ", another "), old.ID)}
	}
	return old.ID, nil
}

// writtenLoss is a source's share as an operator reads it.
func writtenLoss(share *float64) string {
	if share == nil {
		return "the usual one"
	}
	return strconv.FormatFloat(*share, 'g', -1, 64)
}

// checkNested refuses a folder inside, or around, a declared one: a run over
// one of them would take the other's documents.
func (o *session) checkNested(ctx context.Context, src corpus.Source) error {
	if src.Kind != ingest.KindFolder && src.Kind != ingest.KindFile {
		return nil
	}
	others, err := o.store.SourceDefinitions(ctx, src.Collection.ID)
	if err != nil {
		return err
	}
	inside := func(dir, path string) bool {
		return strings.HasPrefix(path, strings.TrimSuffix(dir, string(filepath.Separator))+string(filepath.Separator))
	}
	for _, other := range others {
		if other.Declared && (inside(other.URI, src.URI) || inside(src.URI, other.URI)) {
			return usageError{fmt.Errorf("URI: %s and %s (source %d) lie one inside the other: declare the outer one alone", src.URI, other.URI, other.ID)}
		}
	}
	return nil
}

func (a *app) sourceListCommand() *cobra.Command {
	var r reading
	var asJSON bool
	c := &cobra.Command{
		Use:   "list",
		Short: "List sources: what they are, when they run next, what they hold",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o, err := a.open(cmd)
			if err != nil {
				return err
			}
			defer o.close()
			town, err := o.town(cmd.Context(), r.town)
			if err != nil {
				return err
			}
			collections, err := o.store.Collections(cmd.Context(), town.ID, r.collections...)
			if err != nil {
				return err
			}
			shown := []shownSource{}
			for _, one := range collections {
				sources, err := o.store.SourceDefinitions(cmd.Context(), one.ID)
				if err != nil {
					return err
				}
				for _, src := range sources {
					shown = append(shown, showSource(src, town))
				}
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), shown)
			}
			return writeSources(cmd.OutOrStdout(), shown)
		},
	}
	r.flags(c)
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

// shownSource is a source as `guichet source list --json` prints it.
type shownSource struct {
	ID         int64           `json:"id"`
	Town       string          `json:"town"` // its slug; "": the collection is shared
	Collection string          `json:"collection"`
	Kind       string          `json:"kind"`
	URI        string          `json:"uri"`
	State      string          `json:"state"` // declared, paused, or frozen: nothing runs it
	Schedule   string          `json:"schedule"`
	TimeZone   string          `json:"time_zone"`
	Next       *time.Time      `json:"next"`      // null: when asked
	MaxLoss    *float64        `json:"max_loss"`  // null: the usual share
	Documents  int             `json:"documents"` // that readers see
	Settings   json.RawMessage `json:"settings"`
}

// showSource shows a source of the town's, or of a shared collection.
func showSource(s corpus.Source, town corpus.Town) shownSource {
	shown := shownSource{
		ID: s.ID, Collection: s.Collection.Name, Kind: s.Kind, URI: s.URI, State: "declared", Schedule: s.Schedule,
		TimeZone: s.Collection.TimeZone, MaxLoss: s.MaxLoss, Documents: s.Documents, Settings: s.Settings,
	}
	if s.Collection.TownID != 0 {
		shown.Town = town.Slug
	}
	switch {
	case !s.Declared:
		shown.State = "frozen"
	case s.Paused:
		shown.State = "paused"
	case !s.Next.IsZero():
		next := s.Next.In(corpus.Zone(s.Collection.TimeZone))
		shown.Next = &next
	}
	return shown
}

func writeSources(out io.Writer, sources []shownSource) error {
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "ID\tTOWN\tCOLLECTION\tKIND\tSTATE\tNEXT RUN\tDOCUMENTS\tURI")
	for _, s := range sources {
		next := "when asked"
		switch {
		case s.Next != nil:
			next = minute(*s.Next, s.Next.Location())
		case s.State == "declared" && s.Schedule != "":
			next = "never: set its schedule anew"
		}
		_, _ = fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\t%d\t%s\n", s.ID, cmp.Or(s.Town, "(shared)"), s.Collection, s.Kind, s.State, next, s.Documents, s.URI)
	}
	return w.Flush()
}

// sourceByID reads the source that an argument names.
func (o *session) sourceByID(ctx context.Context, text string) (corpus.Source, error) {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id < 1 {
		return corpus.Source{}, usageError{fmt.Errorf("%q is no source: give its ID, as 'guichet source list' prints it", text)}
	}
	src, err := o.store.Source(ctx, id)
	if errors.Is(err, corpus.ErrNotFound) {
		err = fmt.Errorf("source %d: %w (guichet source list)", id, corpus.ErrNotFound)
	}
	return src, err
}

func (a *app) sourceEditCommand() *cobra.Command {
	var d declaring
	c := &cobra.Command{
		Use:   "edit ID",
		Short: "Change a source's schedule and settings, pause it, or resume it",
		Long: `Changes what is given. --setting name= takes a setting out; --settings replaces all.
A source that is frozen is declared again.`,
		Example: `  guichet source edit 3 --schedule "30 4 * * 1-5"
  guichet source edit 3 --pause`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if d.paused && d.resumed {
				return usageError{errors.New("--pause and --resume: give one of them")}
			}
			o, err := a.open(cmd)
			if err != nil {
				return err
			}
			defer o.close()
			src, err := o.sourceByID(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if err := d.apply(cmd, o, &src); err != nil {
				return err
			}
			if _, err := o.store.DeclareSource(cmd.Context(), src); err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "Source %d is set.\n", src.ID)
			return err
		},
	}
	d.flags(c)
	c.Flags().BoolVar(&d.paused, "pause", false, "no schedule runs it until it is resumed")
	c.Flags().BoolVar(&d.resumed, "resume", false, "its schedule runs it again")
	return c
}

func (a *app) sourceRemoveCommand() *cobra.Command {
	var retire bool
	c := &cobra.Command{
		Use:   "remove ID",
		Short: "Remove a source: nothing runs it any more",
		Long: `Removes what was declared of the source. Its documents stay as they are, frozen:
residents are still answered from them. A source that never had any is gone. With --retire they are retired in a new
edition, which the collection's policy publishes, or lets wait.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o, err := a.open(cmd)
			if err != nil {
				return err
			}
			defer o.close()
			src, err := o.sourceByID(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if !src.Declared && !retire {
				return fmt.Errorf("source %d was loaded by its path and not declared (%w): nothing runs it; to take its %s out: guichet source remove %d --retire",
					src.ID, corpus.ErrNotFound, english.Count(src.Documents, "document"), src.ID)
			}
			gone := false
			if src.Declared {
				if gone, err = o.store.WithdrawSource(cmd.Context(), src.ID); err != nil {
					return err
				}
			}
			switch {
			case gone:
				_, err = fmt.Fprintf(cmd.OutOrStdout(), "Source %d is removed. It had no documents.\n", src.ID)
				return err
			case !retire:
				stay := english.Count(src.Documents, "document") + " that residents are answered from"
				_, err = fmt.Fprintf(cmd.OutOrStdout(), "Source %d is removed. It stays frozen, with %s; retire them with 'guichet source remove %d --retire'.\n",
					src.ID, stay, src.ID)
				return err
			}
			return o.ingestAndReport(cmd, loading{retire: true}, ingest.Request{
				Collection: src.Collection, Sources: []ingest.Source{emptied{src.SourceRef}}, Retire: true,
			})
		},
	}
	c.Flags().BoolVar(&retire, "retire", false, "retire its documents, too")
	return c
}

// emptied is a source that has nothing any more.
type emptied struct{ ref corpus.SourceRef }

func (e emptied) Ref() corpus.SourceRef { return e.ref }

func (e emptied) List(context.Context) (ingest.Listing, error) { return ingest.Listing{}, nil }
