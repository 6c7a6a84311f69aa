package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"guichet/corpus"
	"guichet/internal/english"
)

// followEvery is how often `guichet runs --follow` looks.
const followEvery = time.Second

// shownPass is a run as `guichet runs --json` prints it.
type shownPass struct {
	ID         int64  `json:"id"`
	SourceID   int64  `json:"source_id"`
	Collection string `json:"collection"`
	shownRun
	Reason   string          `json:"reason"` // why it failed, or what it asks
	Mend     string          `json:"mend"`   // the command that lets it through; "": none is needed, or any more
	Notes    []string        `json:"notes"`  // what an operator should know of it beside that
	Progress corpus.Progress `json:"progress"`
	Updated  time.Time       `json:"updated"`
	zone     *time.Location  // of the town that it is listed for
}

func (a *app) runsCommand() *cobra.Command {
	var r reading
	var asJSON, follow bool
	var last int
	c := &cobra.Command{
		Use:   "runs [ID]",
		Short: "List runs over sources: how far they are, how they ended, what they ask",
		Long: `A run asks where it needs an operator: a source lost most of its documents, or the
edition waits. The line below it tells why, and the command that lets it through.
A failed run published and retired nothing; one with a schedule is tried again.

With an ID it tells all of one run: what it notes, and each document that failed.

--follow shows the runs that are under way until none is, from any terminal; with
--json it prints a line each second.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var id int64
			if len(args) == 1 {
				var err error
				if id, err = runID(args[0]); err != nil {
					return err
				}
			}
			o, err := a.open(cmd)
			if err != nil {
				return err
			}
			defer o.close()
			if id != 0 {
				return o.oneRun(cmd, id, asJSON)
			}
			if follow {
				return r.follow(cmd, o, asJSON)
			}
			shown, held, err := r.runs(cmd.Context(), o, last)
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), shown)
			}
			return writeRuns(cmd.OutOrStdout(), shown, held)
		},
	}
	r.flags(c)
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	c.Flags().BoolVar(&follow, "follow", false, "show how far runs are, until none is under way")
	c.Flags().IntVar(&last, "last", 20, "runs of each collection that are listed")
	c.AddCommand(a.cancelRunCommand())
	return c
}

// runs lists the last runs of the collections that r reads, newest first, and
// tells which collections a rollback holds.
func (r *reading) runs(ctx context.Context, o *session, last int) (shown []shownPass, held string, err error) {
	town, err := o.town(ctx, r.town)
	if err != nil {
		return nil, "", err
	}
	collections, err := o.store.Collections(ctx, town.ID, r.collections...)
	if err != nil {
		return nil, "", err
	}
	zone := corpus.Zone(town.TimeZone)
	shown = []shownPass{}
	var holds strings.Builder
	for _, c := range collections {
		policy, err := o.store.Policy(ctx, c.ID)
		if err != nil {
			return nil, "", err
		}
		flags := collectionFlags(c, town)
		if policy.Held != nil {
			fmt.Fprintf(&holds, "%s: ", c.Name)
			writeHeld(&holds, policy, flags, zone)
		}
		runs, err := o.store.Runs(ctx, c.ID, last)
		if err != nil {
			return nil, "", err
		}
		for _, run := range runs {
			shown = append(shown, showPass(c, flags, run, zone))
		}
	}
	slices.SortStableFunc(shown, func(a, b shownPass) int { return b.Started.Compare(a.Started) })
	return shown, holds.String(), nil
}

// collectionFlags are the flags that name the collection in another command.
func collectionFlags(c corpus.Collection, town corpus.Town) string {
	n := oneCollection{name: c.Name}
	if c.TownID != 0 {
		n.town = town.Slug
	}
	return n.flagsOf()
}

func showPass(c corpus.Collection, flags string, r corpus.RunInfo, zone *time.Location) shownPass {
	p := shownPass{
		ID: r.ID, SourceID: r.SourceID, Collection: c.Name, Reason: r.Reason.Text, Notes: corpus.Texts(r.Notes), Progress: r.Progress, Updated: r.Updated,
		shownRun: showRun(r), zone: zone,
	}
	switch {
	case r.Stalled(time.Now()):
		p.State = "interrupted"
	case r.Open && r.Edition == 0:
		p.Mend = fmt.Sprintf("guichet ingest --source %d --retire", r.SourceID)
	case r.Open:
		p.Mend = fmt.Sprintf("guichet publish %d %s", r.Edition, flags)
	}
	return p
}

// runID reads the number of a run.
func runID(text string) (int64, error) {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id < 1 {
		return 0, usageError{fmt.Errorf("%q is no run: give its number, as 'guichet runs' lists it", text)}
	}
	return id, nil
}

// oneRun tells all of one run.
func (o *session) oneRun(cmd *cobra.Command, id int64, asJSON bool) error {
	ctx := cmd.Context()
	run, collection, err := o.store.Run(ctx, id)
	if errors.Is(err, corpus.ErrNotFound) {
		return fmt.Errorf("run %d: %w (guichet runs)", id, corpus.ErrNotFound)
	}
	if err != nil {
		return err
	}
	all, err := o.everyCollection(ctx)
	if err != nil {
		return err
	}
	for _, c := range all {
		if c.ID != collection {
			continue
		}
		shown := showPass(c.Collection, c.flags, run, corpus.Zone(c.TimeZone))
		if asJSON {
			return printJSON(cmd.OutOrStdout(), shown)
		}
		return writeRun(cmd.OutOrStdout(), shown)
	}
	return fmt.Errorf("run %d: its collection: %w", id, corpus.ErrNotFound)
}

// writeRun writes a run with all its notes and failures.
func writeRun(out io.Writer, r shownPass) error {
	var b strings.Builder
	r.writeText(&b)
	for _, note := range r.Notes {
		fmt.Fprintf(&b, "    note: %s\n", note)
	}
	for _, f := range r.Failures {
		fmt.Fprintf(&b, "    failed: %s: %s\n", f.Key, f.Reason)
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// failuresNamed is how many failures of a run a list names.
const failuresNamed = 3

// writeText writes the run and what it asks.
func (r shownPass) writeText(b *strings.Builder) {
	fmt.Fprintf(b, "%d  %s  %s\n", r.ID, r.Collection, r.line(r.zone))
	if r.State == "running" {
		fmt.Fprintf(b, "    %s\n", progressLine(r))
	}
	if r.Reason != "" {
		fmt.Fprintf(b, "    %s\n", r.Reason)
	}
	if r.Mend != "" {
		fmt.Fprintf(b, "    let it through:  %s\n", r.Mend)
	}
}

func writeRuns(out io.Writer, runs []shownPass, held string) error {
	var b strings.Builder
	b.WriteString(held)
	if len(runs) == 0 {
		b.WriteString("No run yet.\n")
	}
	for _, r := range runs {
		r.writeText(&b)
		for _, f := range r.Failures[:min(len(r.Failures), failuresNamed)] {
			fmt.Fprintf(&b, "    failed: %s: %s\n", f.Key, f.Reason)
		}
		more := max(0, len(r.Failures)-failuresNamed)
		if more > 0 || len(r.Notes) > 0 {
			fmt.Fprintf(&b, "    %s:  guichet runs %d\n", moreOf(more, len(r.Notes)), r.ID)
		}
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// moreOf says what a list leaves out of a run.
func moreOf(failures, notes int) string {
	var parts []string
	if failures > 0 {
		parts = append(parts, fmt.Sprintf("%d more failed", failures))
	}
	if notes > 0 {
		parts = append(parts, english.Count(notes, "note"))
	}
	return strings.Join(parts, ", ")
}

// progressLine tells how far a run is, at what rate, and how long it may take
// yet.
func progressLine(r shownPass) string {
	p := r.Progress
	took := r.Updated.Sub(p.Since)
	switch {
	case p.Seen > 0:
		return fmt.Sprintf("%s: %s, %s", p.Phase, pagesLine(p.Done, p.Seen, p.Total > 0, took), p.Current)
	case p.Total == 0 || p.Phase != "reading": // what follows the reading has no measure
		return p.Phase
	}
	line := fmt.Sprintf("%s: %d of %d", p.Phase, p.Done, p.Total)
	if rate := rateLine(p.Done, p.Total, true, took); rate != "" {
		line += rate + ", " + p.Current
	}
	return line
}

// follow shows what is under way until nothing is.
func (r *reading) follow(cmd *cobra.Command, o *session, asJSON bool) error {
	ctx, out := cmd.Context(), cmd.OutOrStdout()
	tick := time.NewTicker(followEvery)
	defer tick.Stop()
	watched := map[int64]bool{}
	for {
		shown, _, err := r.runs(ctx, o, 20)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
		under := false
		for _, one := range shown {
			running := one.State == "running"
			if !running && !watched[one.ID] {
				continue
			}
			under = under || running
			watched[one.ID] = running // one that ended is shown once more
			switch {
			case asJSON:
				err = printLine(out, one)
			case running:
				_, err = fmt.Fprintf(w, "%d\t%s\t%s\t%s\n", one.ID, one.Collection, progressLine(one), one.Source)
			default:
				_, err = fmt.Fprintf(w, "%d\t%s\t%s\t%s\n", one.ID, one.Collection, one.line(one.zone), one.Reason)
			}
			if err != nil {
				return err
			}
		}
		if err := w.Flush(); err != nil {
			return err
		}
		if !under {
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func (a *app) cancelRunCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "cancel ID",
		Short: "Stop a run, wherever it is under way; nothing of it is half done",
		Long: `The run stops within seconds. Readers see what they saw before; the next run over
the source goes on from there.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := runID(args[0])
			if err != nil {
				return err
			}
			o, err := a.open(cmd)
			if err != nil {
				return err
			}
			defer o.close()
			err = o.store.CancelRun(cmd.Context(), id)
			if errors.Is(err, corpus.ErrNotFound) {
				return fmt.Errorf("run %d is not under way: %w (guichet runs)", id, corpus.ErrNotFound)
			}
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "Run %d is told to stop.\n", id)
			return err
		},
	}
}
