package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"guichet/chat"
	"guichet/corpus"
	"guichet/ingest/fetch"
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
		Long: `Looks at the documents that a town's residents are answered from: pages that have
not changed for long, are over, stand there twice, say next to nothing or too much,
are in another language or mix two, or hold what looks meant for a model. Those on which most
answers of the last 90 days rest come first. Nothing is changed.`,
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
			cited, err := chat.NewStore(o.db.Pool).AnswersByPassage(cmd.Context(), town.ID, time.Now().AddDate(0, 0, -answerDays))
			if err != nil {
				return err
			}
			limits := health.Limits{Stale: time.Duration(staleDays) * 24 * time.Hour}
			report, err := health.Check(cmd.Context(), o.store, scope, cited, limits)
			if err != nil {
				return err
			}
			if links {
				if err := o.addDeadLinks(cmd, scope, cited, private, &report); err != nil {
					return err
				}
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), report)
			}
			return printHealth(cmd.OutOrStdout(), report, most)
		},
	}
	r.flags(c)
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON, all findings")
	c.Flags().BoolVar(&links, "links", false, "ask for the web addresses in the documents too, 1000 at most")
	c.Flags().StringArrayVar(&private, "allow-private", nil, "host that may be inside a private network")
	c.Flags().IntVar(&most, "most", 40, "how many findings to print")
	c.Flags().IntVar(&staleDays, "stale-days", 365, "days without a change after which a page is told of")
	return c
}

// answerDays is of how many days answers are counted.
const answerDays = 90

// maxLinks bounds the addresses that are asked for.
const maxLinks = 1000

// addDeadLinks asks for the documents' links, and adds those that lead nowhere.
func (o *session) addDeadLinks(cmd *cobra.Command, scope corpus.Scope, cited health.Cited, private []string, report *health.Report) error {
	client := fetch.New(fetch.Options{Private: private, Total: 20 * time.Second, Retries: 1, AtOnce: 2})
	defer client.Close()
	dead, asked, err := health.Links(cmd.Context(), o.store, scope, cited, maxLinks, func(ctx context.Context, address string) error {
		_, err := client.Get(ctx, fetch.Request{URL: address, Follow: true, Takes: func(string) bool { return false }})
		return err
	})
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(cmd.ErrOrStderr(), "%s asked for\n", english.Count(asked, "address", "addresses"))
	report.Findings = append(report.Findings, dead...)
	return nil
}

func printHealth(out io.Writer, report health.Report, most int) error {
	counts := map[health.Kind]int{}
	for _, f := range report.Findings {
		counts[f.Kind]++
	}
	_, _ = fmt.Fprintf(out, "%s looked at. Answers of the last %d days that rest on them: %d.\n\n",
		english.Count(report.Documents, "document"), answerDays, report.Answers)
	if len(report.Findings) == 0 {
		_, err := fmt.Fprintln(out, "Nothing to mend.")
		return err
	}
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "ANSWERS\tWHAT\tDOCUMENT\tDETAIL")
	for _, f := range report.Findings[:min(most, len(report.Findings))] {
		_, _ = fmt.Fprintf(w, "%d\t%s\t%s\t%s\n", f.Answers, f.Kind, f.Document, excerpt(f.Detail, 60))
	}
	if err := w.Flush(); err != nil {
		return err
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
	return nil
}
