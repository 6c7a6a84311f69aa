package main

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"guichet/corpus"
	"guichet/eval"
	"guichet/internal/english"
)

func (a *app) casesCommand() *cobra.Command {
	c := group("cases", "Set and print the questions that new editions are held against")
	c.AddCommand(a.casesSetCommand(), a.casesShowCommand())
	return c
}

func (a *app) casesSetCommand() *cobra.Command {
	var town string
	c := &cobra.Command{
		Use:   "set FILE.jsonl",
		Short: "Replace a town's cases by those of a file",
		Long: `A line of the file is a case, as 'guichet evaluate --answers' reads it: a question
with the documents that its answer must cite, and what it must and must not say.
Before an edition of any collection that the town reads is published, its cases are
asked of the published edition and of the new one, at most 300 of them and for at
most a minute. An empty file removes them.`,
		Example: `  {"question": "Quand ouvre la piscine ?", "relevant": ["piscine"], "must": ["12 h"], "outcome": "answered"}`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			cases, err := readAnswerCases(args[0])
			if err != nil {
				return err
			}
			if len(cases) > gateCases {
				return usageError{fmt.Errorf("%s holds %s: at most %d are asked", args[0], english.Count(len(cases), "case"), gateCases)}
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
			lines, err := caseLines(cases)
			if err != nil {
				return err
			}
			if err := o.store.SetCases(cmd.Context(), t.ID, lines); err != nil {
				return err
			}
			return sayCases(cmd.OutOrStdout(), t, len(cases))
		},
	}
	c.Flags().StringVar(&town, "town", "", "slug of the town (default: the default town)")
	return c
}

// sayCases tells what the town's new editions are held against.
func sayCases(w io.Writer, t corpus.Town, n int) error {
	text := "new editions are held against " + english.Count(n, "case")
	if n == 0 {
		text = "there are no cases, new editions are published unasked"
	}
	_, err := fmt.Fprintf(w, "%s (%s): %s.\n", t.Name, t.Slug, text)
	return err
}

func caseLines(cases []eval.AnswerCase) ([]json.RawMessage, error) {
	lines := make([]json.RawMessage, 0, len(cases))
	for _, c := range cases {
		line, err := json.Marshal(c)
		if err != nil {
			return nil, fmt.Errorf("case %s: %w", c.ID, err)
		}
		lines = append(lines, line)
	}
	return lines, nil
}

func (a *app) casesShowCommand() *cobra.Command {
	var town string
	c := &cobra.Command{
		Use:   "show",
		Short: "Print a town's cases, in the form that 'cases set' reads",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o, err := a.open(cmd)
			if err != nil {
				return err
			}
			defer o.close()
			t, err := o.town(cmd.Context(), town)
			if err != nil {
				return err
			}
			cases, err := o.cases(cmd.Context(), t)
			if err != nil {
				return err
			}
			if err := sayCases(cmd.ErrOrStderr(), t, len(cases)); err != nil {
				return err
			}
			lines, err := caseLines(cases)
			if err != nil {
				return err
			}
			for _, line := range lines {
				if _, err := fmt.Fprintf(cmd.OutOrStdout(), "%s\n", line); err != nil {
					return err
				}
			}
			return nil
		},
	}
	c.Flags().StringVar(&town, "town", "", "slug of the town (default: the default town)")
	return c
}
