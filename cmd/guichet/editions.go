package main

import (
	"errors"
	"fmt"
	"io"
	"os/user"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"guichet/corpus"
	"guichet/internal/english"
)

// shownDetail is an edition as `guichet editions --json` prints it.
type shownDetail struct {
	shownEdition
	Waits     string         `json:"waits"` // why it waits for an operator; "": it does not
	Completed *time.Time     `json:"completed"`
	Released  *time.Time     `json:"released"`
	Review    *corpus.Review `json:"review"` // null: the gate had nothing to look at
}

// withCollection finds the collection and hands it to act.
func (a *app) withCollection(n *oneCollection, act func(cmd *cobra.Command, o *session, c corpus.Collection, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		o, err := a.open(cmd)
		if err != nil {
			return err
		}
		defer o.close()
		c, err := n.find(cmd, o)
		if err != nil {
			return err
		}
		return act(cmd, o, c, args)
	}
}

func (a *app) editionsCommand() *cobra.Command {
	var n oneCollection
	var asJSON bool
	c := &cobra.Command{
		Use:   "editions",
		Short: "List a collection's editions, and what changes in one that waits",
		Args:  cobra.NoArgs,
	}
	c.RunE = a.withCollection(&n, func(cmd *cobra.Command, o *session, c corpus.Collection, _ []string) error {
		editions, err := o.store.Editions(cmd.Context(), c.ID, 50)
		if err != nil {
			return err
		}
		policy, err := o.store.Policy(cmd.Context(), c.ID)
		if err != nil {
			return err
		}
		if asJSON {
			shown := []shownDetail{}
			for _, e := range editions {
				shown = append(shown, showDetail(e))
			}
			return printJSON(cmd.OutOrStdout(), shown)
		}
		return writeEditions(cmd.OutOrStdout(), c, n.flagsOf(), policy, editions)
	})
	must(n.flags(c))
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

// minute writes a moment to the minute, in a town's time zone.
func minute(t time.Time, zone *time.Location) string { return t.In(zone).Format("2006-01-02 15:04") }

func showDetail(e corpus.EditionInfo) shownDetail {
	d := shownDetail{shownEdition: showEdition(e), Waits: e.Waits, Review: e.Review}
	if !e.Completed.IsZero() {
		d.Completed = &e.Completed
	}
	if !e.Released.IsZero() {
		d.Released = &e.Released
	}
	return d
}

func writeEditions(out io.Writer, c corpus.Collection, flags string, policy corpus.Policy, editions []corpus.EditionInfo) error {
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	for _, e := range editions {
		state := e.State
		switch {
		case e.Published:
			state = "published"
		case e.Waits != "":
			state = "waits: " + e.Waits
		case e.Number > c.Published && e.State == "complete" && !e.Released.IsZero():
			state = "rolled back"
		case e.Number > c.Published && e.State == "complete":
			state = "prepared"
		}
		_, _ = fmt.Fprintf(w, "edition %d\t%s\t%s\t%s\n", e.Number,
			english.Count(e.Documents, "document"), english.Count(e.Passages, "passage"), state)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	var b strings.Builder
	writeHeld(&b, policy, flags, corpus.Zone(c.TimeZone))
	for _, e := range editions {
		if e.Number > c.Published && e.State == "complete" && e.Released.IsZero() {
			fmt.Fprintf(&b, "\nEdition %d against %d:\n", e.Number, c.Published)
			writeReview(&b, e.Review)
			fmt.Fprintf(&b, "Publish it:  guichet publish %d %s\nDiscard it:  guichet reject %s\n", e.Number, flags, flags)
		}
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// writeHeld tells that a rollback holds the collection.
func writeHeld(b *strings.Builder, policy corpus.Policy, flags string, zone *time.Location) {
	if h := policy.Held; h != nil {
		fmt.Fprintf(b, "Edition %d was rolled back by %s on %s: nothing is published by itself until 'guichet resume %s'.\n",
			h.From, h.By, minute(h.At, zone), flags)
	}
}

func writeReview(b *strings.Builder, r *corpus.Review) {
	if r == nil {
		b.WriteString("  the gate has not looked at it\n")
		return
	}
	sort := func(name string, n int, titles []string) {
		if n == 0 {
			return
		}
		fmt.Fprintf(b, "  %s %s:\n", english.Count(n, "document"), name)
		for _, title := range titles {
			fmt.Fprintf(b, "    %s\n", title)
		}
		if more := n - len(titles); more > 0 {
			fmt.Fprintf(b, "    and %d more\n", more)
		}
	}
	sort("added", r.Documents.Added, r.Documents.AddedTitles)
	sort("changed", r.Documents.Changed, r.Documents.ChangedTitles)
	sort("retired", r.Documents.Retired, r.Documents.RetiredTitles)
	fmt.Fprintf(b, "  %s added, %d retired\n", english.Count(r.Passages.Added, "passage"), r.Passages.Retired)
	fmt.Fprintf(b, "  %s asked, %d better, %d worse\n", english.Count(r.Cases, "case"), len(r.Better), len(r.Worse))
	for _, c := range r.Worse {
		fmt.Fprintf(b, "    worse: %s (%s)\n", c.Question, c.Why)
	}
	for _, c := range r.Better {
		fmt.Fprintf(b, "    better: %s\n", c.Question)
	}
}

func (a *app) publishCommand() *cobra.Command {
	var n oneCollection
	c := &cobra.Command{
		Use:   "publish [EDITION]",
		Short: "Let readers see an edition that waits, at once",
		Long: `Readers see the edition from their next question on. After a rollback this resumes,
too: the collection goes by its policy again.`,
		Example: "  guichet publish --collection site --town my-town",
		Args:    cobra.MaximumNArgs(1),
	}
	c.RunE = a.withCollection(&n, func(cmd *cobra.Command, o *session, c corpus.Collection, args []string) error {
		number := c.Published + 1
		if len(args) == 1 {
			var err error
			if number, err = strconv.Atoi(args[0]); err != nil || number < 1 {
				return usageError{fmt.Errorf("%q is no edition: give its number, as 'guichet editions' lists it", args[0])}
			}
		}
		policy, err := o.store.Policy(cmd.Context(), c.ID)
		if err != nil {
			return err
		}
		err = o.store.PublishPrepared(cmd.Context(), c.ID, number)
		if errors.Is(err, corpus.ErrNotFound) && len(args) == 0 {
			if _, err := fmt.Fprintf(cmd.ErrOrStderr(), "%s: nothing waits to be published; %s.\n", c.Name, readersSee(c)); err != nil {
				return err
			}
			return exitError(exitNotFound)
		}
		if errors.Is(err, corpus.ErrNotFound) {
			return fmt.Errorf("%s has no complete edition %d beyond the published one, %d: %w (guichet editions %s)",
				c.Name, number, c.Published, corpus.ErrNotFound, n.flagsOf())
		}
		if err != nil {
			return err
		}
		if err := o.followPublished(cmd.Context(), c); err != nil {
			return err
		}
		told := fmt.Sprintf("%s: readers now see edition %d (before: %d).\n", c.Name, number, c.Published)
		if policy.Held != nil {
			told += fmt.Sprintf("The rollback of edition %d holds it no longer: its next run publishes %s.\n", policy.Held.From, policy.Publish)
		}
		_, err = io.WriteString(cmd.OutOrStdout(), told)
		return err
	})
	must(n.flags(c))
	return c
}

// readersSee says which edition readers see.
func readersSee(c corpus.Collection) string {
	if c.Published == 0 {
		return "readers see no edition yet"
	}
	return fmt.Sprintf("readers see edition %d", c.Published)
}

func (a *app) rejectCommand() *cobra.Command {
	var n oneCollection
	c := &cobra.Command{
		Use:   "reject",
		Short: "Discard the edition that waits",
		Long: `Discards what was prepared beyond the published edition. The next run over a source
prepares its changes anew: mend the source first, or set the collection to ask.`,
		Args: cobra.NoArgs,
	}
	c.RunE = a.withCollection(&n, func(cmd *cobra.Command, o *session, c corpus.Collection, _ []string) error {
		err := o.store.RejectPrepared(cmd.Context(), c)
		if errors.Is(err, corpus.ErrNotFound) {
			return fmt.Errorf("%s has no edition beyond the published one, %d: %w", c.Name, c.Published, corpus.ErrNotFound)
		}
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: discarded. Readers see edition %d, as before.\n", c.Name, c.Published)
		return err
	})
	must(n.flags(c))
	return c
}

func (a *app) resumeCommand() *cobra.Command {
	var n oneCollection
	c := &cobra.Command{
		Use:   "resume",
		Short: "Let a collection that was rolled back be published by its policy again",
		Args:  cobra.NoArgs,
	}
	c.RunE = a.withCollection(&n, func(cmd *cobra.Command, o *session, c corpus.Collection, _ []string) error {
		err := o.store.Resume(cmd.Context(), c.ID)
		if errors.Is(err, corpus.ErrNotFound) {
			return fmt.Errorf("%s was not rolled back: %w", c.Name, corpus.ErrNotFound)
		}
		if err != nil {
			return err
		}
		policy, err := o.store.Policy(cmd.Context(), c.ID)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: its next run publishes %s.\n", c.Name, policy.Publish)
		return err
	})
	must(n.flags(c))
	return c
}

// operator is who rolls back, as the machine knows them.
func operator() string {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return u.Username
	}
	return "an operator"
}

func (a *app) setCollectionCommand() *cobra.Command {
	var n oneCollection
	var want corpus.Policy
	var publish string
	c := &cobra.Command{
		Use:   "set NAME",
		Short: "Say how a collection's editions are published and kept",
		Long: `auto publishes an edition unless more cases got worse than --max-worse allows, or more
documents are gone than --max-loss: then it waits, as under ask. never prepares it,
tells what would change, and lets the next run replace it. Without a flag it tells
how the collection is set.`,
		Example: "  guichet collections set site --town my-town --publish ask",
		Args:    cobra.ExactArgs(1),
	}
	act := a.withCollection(&n, func(cmd *cobra.Command, o *session, c corpus.Collection, _ []string) error {
		policy, err := o.store.Policy(cmd.Context(), c.ID)
		if err != nil {
			return err
		}
		flags := cmd.Flags()
		if flags.Changed("publish") {
			if policy.Publish, err = readPublish(publish); err != nil {
				return err
			}
		}
		if flags.Changed("gate") {
			policy.Gate = want.Gate
		}
		if flags.Changed("max-worse") {
			policy.MaxWorse = want.MaxWorse
		}
		if flags.Changed("max-loss") {
			policy.MaxLoss = want.MaxLoss
		}
		if flags.Changed("keep-editions") {
			policy.KeepEditions = want.KeepEditions
		}
		if flags.Changed("keep-days") {
			policy.KeepDays = want.KeepDays
		}
		if err := checkPolicy(policy); err != nil {
			return err
		}
		if err := o.store.SetPolicy(cmd.Context(), c.ID, policy); err != nil {
			return err
		}
		_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: publish %s; gate %s; at most %s worse, %.0f %% of the documents gone; keeps %s, and %s.\n",
			c.Name, policy.Publish, policy.Gate, english.Count(policy.MaxWorse, "answer"), 100*policy.MaxLoss,
			english.Count(policy.KeepEditions, "edition"), english.Count(policy.KeepDays, "day"))
		return err
	})
	c.RunE = func(cmd *cobra.Command, args []string) error {
		n.name = args[0]
		return act(cmd, args)
	}
	c.Flags().StringVar(&n.town, "town", "", "slug of the town that owns the collection (default: it is shared)")
	c.Flags().StringVar(&publish, "publish", "", "auto, ask or never")
	c.Flags().StringVar(&want.Gate, "gate", "", "how cases are answered: quoting, or model")
	c.Flags().IntVar(&want.MaxWorse, "max-worse", 0, "answers that may get worse under auto")
	c.Flags().Float64Var(&want.MaxLoss, "max-loss", 0.5, "share of the documents that may go under auto")
	c.Flags().IntVar(&want.KeepEditions, "keep-editions", 10, "editions that are kept, the published one counted")
	c.Flags().IntVar(&want.KeepDays, "keep-days", 30, "days for which an edition is kept whatever their number")
	return c
}

func readPublish(text string) (corpus.Publishing, error) {
	switch p := corpus.Publishing(text); p {
	case corpus.PublishAuto, corpus.PublishAsk, corpus.PublishNever:
		return p, nil
	}
	return "", usageError{fmt.Errorf("--publish is %q: it must be auto, ask or never", text)}
}

func checkPolicy(p corpus.Policy) error {
	switch {
	case p.Gate != "quoting" && p.Gate != "model":
		return usageError{fmt.Errorf("--gate is %q: it must be quoting or model", p.Gate)}
	case p.MaxWorse < 0:
		return usageError{fmt.Errorf("--max-worse is %d: it must be 0 or more", p.MaxWorse)}
	case p.MaxLoss < 0 || p.MaxLoss > 1:
		return usageError{fmt.Errorf("--max-loss is %v: it must be a share from 0 to 1", p.MaxLoss)}
	case p.KeepEditions < 1:
		return usageError{fmt.Errorf("--keep-editions is %d: at least the published edition is kept", p.KeepEditions)}
	case p.KeepDays < 0:
		return usageError{fmt.Errorf("--keep-days is %d: it must be 0 or more", p.KeepDays)}
	}
	return nil
}
