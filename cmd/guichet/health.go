package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"guichet/chat"
	"guichet/internal/english"
	"guichet/internal/health"
)

func (a *app) healthCommand() *cobra.Command {
	var r reading
	var asJSON bool
	var most, staleDays int
	var links bool
	var private []string
	c := &cobra.Command{
		Use:   "health",
		Short: "Tell what is wrong with the documents that a town publishes",
		Long: `Looks at the documents that a town's residents are answered from: links that lead
nowhere, pages that have not changed for long, are over, stand there twice, say next
to nothing or too much, are in another language or mix two, or hold what looks meant
for a model. Those on which most answers of the last 90 days rest come first. Nothing
is changed.

A link is dead where its server says that there is no such page, or its host is not
there. Where that cannot be said (refused, busy, broken, too slow), it is told of last.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o, err := a.open(cmd)
			if err != nil {
				return err
			}
			defer o.close()
			town, scope, err := r.scope(cmd.Context(), o)
			if err != nil {
				return err
			}
			cited, err := chat.NewStore(o.db.Pool).AnswersByPassage(cmd.Context(), town.ID, time.Now().AddDate(0, 0, -health.AnswerDays))
			if err != nil {
				return err
			}
			limits := health.Limits{Stale: time.Duration(staleDays) * 24 * time.Hour}
			report, err := health.Check(cmd.Context(), o.store, scope, cited, limits)
			if err != nil {
				return err
			}
			if links {
				found, err := o.checkLinks(cmd.Context(), scope, cited, private)
				if err != nil {
					return err
				}
				report.AddLinks(found)
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), report)
			}
			return printHealth(cmd.OutOrStdout(), report, most)
		},
	}
	r.flags(c)
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON, all findings")
	c.Flags().BoolVar(&links, "links", true, "ask for the web addresses in the documents too: 1000 at most, for 2 minutes")
	c.Flags().StringArrayVar(&private, "allow-private", nil, "host that may be inside a private network")
	c.Flags().IntVar(&most, "most", 40, "how many findings to print")
	c.Flags().IntVar(&staleDays, "stale-days", 365, "days without a change after which a page is told of")
	return c
}

func printHealth(out io.Writer, report health.Report, most int) error {
	counts := map[health.Kind]int{}
	for _, f := range report.Findings {
		counts[f.Kind]++
	}
	_, _ = fmt.Fprintf(out, "%s looked at. Answers of the last %d days that rest on them: %d.\n\n",
		english.Count(report.Documents, "document"), health.AnswerDays, report.Answers)
	if len(report.Findings) == 0 {
		if _, err := fmt.Fprintln(out, "Nothing to mend."); err != nil {
			return err
		}
		return printAsked(out, report.Links)
	}
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "ANSWERS\tWHAT\tDOCUMENT\tDETAIL")
	for _, f := range report.Findings[:min(most, len(report.Findings))] {
		_, _ = fmt.Fprintf(w, "%d\t%s\t%s\t%s\n", f.Answers, f.Kind, f.Document, f.Detail)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if more := len(report.Findings) - most; more > 0 {
		_, _ = fmt.Fprintf(out, "and %d more: --most %d shows them\n", more, len(report.Findings))
	}
	kinds := make([]health.Kind, 0, len(counts))
	for k := range counts {
		kinds = append(kinds, k)
	}
	slices.SortFunc(kinds, func(a, b health.Kind) int { return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b)) })
	_, _ = fmt.Fprintln(out)
	for _, k := range kinds {
		_, _ = fmt.Fprintf(out, "%5d %s\n", counts[k], k)
	}
	return printAsked(out, report.Links)
}

// printAsked tells how many links were asked for.
func printAsked(out io.Writer, links *health.LinkReport) error {
	if links == nil {
		return nil
	}
	line := english.Count(links.Asked, "address was", "addresses were") + " asked for"
	if links.Left > 0 {
		line += fmt.Sprintf(", %d %s not: there are too many, or time ran out", links.Left, map[bool]string{true: "was", false: "were"}[links.Left == 1])
	}
	_, err := fmt.Fprintf(out, "\n%s.\n", line)
	return err
}
