package main

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"guichet/chat"
	"guichet/internal/english"
	"guichet/internal/health"
	"guichet/internal/messages"
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
			if most < 0 {
				return usageError{fmt.Errorf("--most is %d: it must be at least 0", most)}
			}
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
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON: all findings, with the code of each kind")
	c.Flags().BoolVar(&links, "links", true, "ask for the web addresses in the documents too: 1000 at most, for 2 minutes")
	c.Flags().StringArrayVar(&private, "allow-private", nil, "host that may be inside a private network")
	c.Flags().IntVar(&most, "most", 40, "how many findings to print")
	c.Flags().IntVar(&staleDays, "stale-days", 365, "days without a change after which a page is told of")
	return c
}

// printHealth tells an operator what was found and what to do about it. The findings
// that are printed stand below their kind, and the kind of the first one is first.
func printHealth(out io.Writer, report health.Report, most int) error {
	catalogue, err := messages.Load()
	if err != nil {
		return err
	}
	texts := catalogue.For("en")
	w := bufio.NewWriter(out)
	_, _ = fmt.Fprintf(w, "%s looked at; %s.\n", english.Count(report.Documents, "document"), resting(report.Answers, "them"))
	if len(report.Findings) == 0 {
		_, _ = fmt.Fprintln(w, "\nNothing to mend.")
	}
	for _, kind := range kindsOf(report.Findings) {
		_, _ = fmt.Fprintf(w, "\n%s: %d\n-> %s\n", texts.T("health.kind."+string(kind)), countKind(report.Findings, kind), texts.T("health.mend."+string(kind)))
		for _, f := range report.Findings[:min(most, len(report.Findings))] {
			if f.Kind == kind {
				_, _ = fmt.Fprintln(w, "   "+sentence(f))
			}
		}
	}
	if more := len(report.Findings) - most; more > 0 {
		_, _ = fmt.Fprintf(w, "\nand %d more: --most %d shows them\n", more, len(report.Findings))
	}
	printAsked(w, report.Links)
	return w.Flush()
}

// kindsOf returns the kinds of these findings, each once, as they come.
func kindsOf(findings []health.Finding) []health.Kind {
	var kinds []health.Kind
	for _, f := range findings {
		if !slices.Contains(kinds, f.Kind) {
			kinds = append(kinds, f.Kind)
		}
	}
	return kinds
}

func countKind(findings []health.Finding, kind health.Kind) int {
	n := 0
	for _, f := range findings {
		if f.Kind == kind {
			n++
		}
	}
	return n
}

// sentence tells a finding: the document, what is wrong, and how many answers rest
// on it, where any does.
func sentence(f health.Finding) string {
	text := f.Document + ": " + f.Detail
	if f.Answers > 0 {
		text += " (" + resting(f.Answers, "it") + ")"
	}
	return text
}

// resting tells how many answers rest on what.
func resting(answers int, what string) string {
	switch answers {
	case 0:
		return fmt.Sprintf("no answer of the last %d days rests on %s", health.AnswerDays, what)
	case 1:
		return fmt.Sprintf("1 answer of the last %d days rests on %s", health.AnswerDays, what)
	}
	return fmt.Sprintf("%d answers of the last %d days rest on %s", answers, health.AnswerDays, what)
}

// printAsked tells how many links were asked for.
func printAsked(out io.Writer, links *health.LinkReport) {
	if links == nil {
		return
	}
	line := english.Count(links.Asked, "address was", "addresses were") + " asked for"
	if links.Left > 0 {
		line += fmt.Sprintf(", %d %s not: there are too many, or time ran out", links.Left, map[bool]string{true: "was", false: "were"}[links.Left == 1])
	}
	_, _ = fmt.Fprintf(out, "\n%s.\n", line)
}
