package main

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"guichet/chat"
	"guichet/corpus"
	"guichet/internal/english"
)

func (a *app) statsCommand() *cobra.Command {
	var town string
	var days int
	var asJSON bool
	c := &cobra.Command{
		Use:   "stats",
		Short: "Count how residents' questions ended, and a model's tokens",
		Long: `Counts a town's questions of the last days by their outcome (answered, partial,
no_evidence, ...) and by who answered (model, quoted, approved, computed), with the
tokens that a model read and wrote. The first line says which days these are; --json
has them in "from" and "to".`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if days < 1 {
				return usageError{fmt.Errorf("--days is %d: it must be at least 1", days)}
			}
			o, err := a.open(cmd)
			if err != nil {
				return err
			}
			defer o.close()
			t, err := o.town(cmd.Context(), town)
			if err != nil {
				return err
			}
			zone := corpus.Zone(t.TimeZone)
			to := time.Now().In(zone)
			from := to.AddDate(0, 0, -days)
			counts, err := chat.NewStore(o.db.Pool).Counts(cmd.Context(), t.ID, from)
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), statsJSON{t.Slug, days, from, to, countsJSON(counts)})
			}
			_, _ = fmt.Fprintf(cmd.OutOrStdout(), "%s: residents' questions of the last %s, from %s to %s (%s).\n\n",
				t.Name, english.Count(days, "day"), minute(from, zone), minute(to, zone), zone)
			return printCounts(cmd.OutOrStdout(), counts)
		},
	}
	c.Flags().StringVar(&town, "town", "", "slug of the town (default: the default town)")
	c.Flags().IntVar(&days, "days", 30, "how many days back")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

// statsJSON is what `guichet stats --json` prints: a contract that scripts rely
// on.
type statsJSON struct {
	Town   string      `json:"town"` // its slug
	Days   int         `json:"days"`
	From   time.Time   `json:"from"`
	To     time.Time   `json:"to"`
	Counts []countJSON `json:"counts"`
}

// countJSON is how many questions had one outcome and mode.
type countJSON struct {
	Outcome          string `json:"outcome"`
	Mode             string `json:"mode"`
	Turns            int    `json:"turns"`
	PromptTokens     int    `json:"prompt_tokens"`
	CompletionTokens int    `json:"completion_tokens"`
	UnknownUsage     int    `json:"unknown_usage"`
}

func countsJSON(counts []chat.Count) []countJSON {
	out := make([]countJSON, len(counts))
	for i, c := range counts {
		out[i] = countJSON{string(c.Outcome), string(c.Mode), c.Turns, c.PromptTokens, c.CompletionTokens, c.UnknownUsage}
	}
	return out
}

func printCounts(out io.Writer, counts []chat.Count) error {
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "OUTCOME\tMODE\tQUESTIONS\tTOKENS IN\tTOKENS OUT")
	total := chat.Count{Outcome: "total"}
	for _, c := range counts {
		if c.Outcome == "" {
			c.Outcome = "(open or stopped)"
		}
		_, _ = fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%d\n", c.Outcome, c.Mode, c.Turns, c.PromptTokens, c.CompletionTokens)
		total.Turns += c.Turns
		total.PromptTokens += c.PromptTokens
		total.CompletionTokens += c.CompletionTokens
		total.UnknownUsage += c.UnknownUsage
	}
	_, _ = fmt.Fprintf(w, "total\t\t%d\t%d\t%d\n", total.Turns, total.PromptTokens, total.CompletionTokens)
	if total.UnknownUsage > 0 {
		_, _ = fmt.Fprintf(w, "\nThe model did not say its tokens for %s.\n", english.Count(total.UnknownUsage, "question"))
	}
	return w.Flush()
}
