package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"guichet/corpus"
	"guichet/internal/english"
)

// moving is what `guichet reembed` was told.
type moving struct {
	reading
	keepOld bool
	grace   time.Duration
}

func (a *app) reembedCommand() *cobra.Command {
	var m moving
	c := &cobra.Command{
		Use:   "reembed",
		Short: "Move collections to the embedder that is set, residents being served throughout",
		Long: `Makes the vectors of the configured embedder beside those in use, for every passage
of the collections that the town reads, and then switches each collection at once.
It may be interrupted at any instant: the next call goes on from there.

A running server with the old embedder searches by vectors until the switch, and by
words alone from then on: restart it with the new one. A server with the new embedder
may be started at any time: it searches by words alone until the switch.

The old vectors are deleted once running searches have ended. With --keep-old they
stay, and 'guichet reembed --keep-old' with the old embedder goes back at once.`,
		Example: `  GUICHET_EMBEDDER=openai GUICHET_EMBEDDER_URL=http://localhost:11434/v1 \
    GUICHET_EMBEDDER_MODEL=bge-m3 guichet reembed
  guichet reembed --collection site --town my-town`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.reembed(cmd, m) },
	}
	c.Flags().StringVar(&m.town, "town", "", "slug of the town whose collections are moved (default: the default town)")
	c.Flags().StringArrayVar(&m.collections, "collection", nil, "move only collections of this name (may be given again)")
	c.Flags().BoolVar(&m.keepOld, "keep-old", false, "keep the old vectors")
	c.Flags().DurationVar(&m.grace, "grace", 10*time.Second, "how long running searches may take before the old vectors go")
	return c
}

func (a *app) reembed(cmd *cobra.Command, m moving) error {
	ctx := cmd.Context()
	o, err := a.open(cmd)
	if err != nil {
		return err
	}
	defer o.close()
	town, err := o.town(ctx, m.town)
	if err != nil {
		return err
	}
	collections, err := o.store.Collections(ctx, town.ID, m.collections...)
	if err != nil {
		return err
	}
	out := cmd.OutOrStdout()
	if len(collections) == 0 {
		_, err := fmt.Fprintln(out, "No collection yet: there is nothing to move.")
		return err
	}
	moved := false
	for _, c := range collections {
		watch, end := watchPassages(cmd.ErrOrStderr(), c.Name)
		report, err := o.store.Reembed(ctx, c, o.embedder, watch)
		end()
		if err != nil {
			return err
		}
		if report.From == report.To {
			_, err = fmt.Fprintf(out, "%s: is in the space of %s already.\n", c.Name, report.To)
		} else {
			moved = true
			_, err = fmt.Fprintf(out, "%s: moved from %s to %s: %s, %d embedded now.\n",
				c.Name, report.From, report.To, english.Count(report.Passages, "passage"), report.Embedded)
		}
		if err != nil {
			return err
		}
	}
	if m.keepOld {
		return nil
	}
	if moved {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(m.grace):
		}
	}
	return dropOld(ctx, o.store, collections)
}

func dropOld(ctx context.Context, store *corpus.Store, collections []corpus.Collection) error {
	for _, c := range collections {
		if err := store.DropOldVectors(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

// watchPassages shows how far a collection is: a bar on a terminal, elsewhere a
// line every few seconds.
func watchPassages(w io.Writer, name string) (watch func(done, total int), end func()) {
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		var bar *progressbar.ProgressBar
		watch = func(done, total int) {
			if bar == nil {
				bar = progressbar.NewOptions(total,
					progressbar.OptionSetWriter(w),
					progressbar.OptionSetDescription(name),
					progressbar.OptionShowCount(),
					progressbar.OptionShowIts(),
					progressbar.OptionSetItsString("passages"),
					progressbar.OptionSetPredictTime(true),
					progressbar.OptionSetWidth(30),
					progressbar.OptionThrottle(100*time.Millisecond),
				)
			}
			_ = bar.Set(done) // what it cannot show is no concern of the move
		}
		return watch, func() { _, _ = fmt.Fprintln(w) }
	}
	var last time.Time
	watch = func(done, total int) {
		if now := time.Now(); now.Sub(last) >= 5*time.Second || done == total {
			last = now
			_, _ = fmt.Fprintf(w, "%s: %d of %s\n", name, done, english.Count(total, "passage"))
		}
	}
	return watch, func() {}
}
