package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"guichet/eval"
	"guichet/internal/messages"
	"guichet/rag"
)

// answersEvaluation is what `guichet evaluate --answers --json` prints: a
// contract that scripts rely on.
type answersEvaluation struct {
	eval.AnswerScores
	Cases []eval.AnswerResult `json:"cases"`
}

// runAnswers scores answers, and prints the scores and what was wrong.
func (a *app) runAnswers(cmd *cobra.Command, r reading, path string, asJSON bool) error {
	cases, err := readAnswerCases(path)
	if err != nil {
		return err
	}
	if len(cases) == 0 {
		return usageError{fmt.Errorf("%s holds no case", path)}
	}
	o, err := a.open(cmd)
	if err != nil {
		return err
	}
	defer o.close()
	report, err := o.evaluateAnswers(cmd.Context(), r, cases)
	if err != nil {
		return err
	}
	if asJSON {
		return printJSON(cmd.OutOrStdout(), report)
	}
	printAnswers(cmd.OutOrStdout(), report)
	return nil
}

// evaluateAnswers asks the cases as a resident would, and judges the answers.
func (o *session) evaluateAnswers(ctx context.Context, r reading, cases []eval.AnswerCase) (answersEvaluation, error) {
	town, scope, err := r.scope(ctx, o)
	if err != nil {
		return answersEvaluation{}, err
	}
	catalogue, err := messages.Load()
	if err != nil {
		return answersEvaluation{}, err
	}
	answerer, err := o.newAnswerer(catalogue)
	if err != nil {
		return answersEvaluation{}, err
	}
	results, err := eval.RunAnswers(ctx, answerer, rag.Request{Town: town, Scope: scope}, cases)
	if err != nil {
		return answersEvaluation{}, err
	}
	return answersEvaluation{AnswerScores: eval.ScoreAnswers(results), Cases: results}, nil
}

func readAnswerCases(path string) ([]eval.AnswerCase, error) {
	f, err := os.Open(path) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, usageError{fmt.Errorf("open cases: %w", err)}
	}
	defer func() { _ = f.Close() }()
	cases, err := eval.ReadAnswerCases(f)
	if err != nil {
		return nil, usageError{fmt.Errorf("%s: %w", path, err)}
	}
	return cases, nil
}

func printAnswers(w io.Writer, e answersEvaluation) {
	for _, r := range e.Cases {
		if !r.Right {
			printFailure(w, r)
		}
	}
	_, _ = fmt.Fprintf(w, "%-16s %5s %8s %6s %6s %10s %6s\n", "kind", "n", "outcome", "cited", "facts", "forbidden", "right")
	for _, k := range append(e.Kinds, e.All) {
		_, _ = fmt.Fprintf(w, "%-16s %5d %8d %6d %6d %10d %6d\n",
			k.Kind, k.N, k.OutcomeRight, k.CitedRight, k.FactsPresent, k.ForbiddenShown, k.Right)
	}
	_, _ = fmt.Fprintln(w)
	printShare(w, "answerable: right document cited and facts present", e.Answerable)
	printShare(w, "must not be answered: honest outcome", e.MustNotAnswer)
	printShare(w, "answerable, wrongly refused", e.WronglyRefused)
	_, _ = fmt.Fprintf(w, "one answer: %.1f ms median, %.1f ms at the 95th percentile\n", e.P50MS, e.P95MS)
}

func printShare(w io.Writer, name string, s eval.Share) {
	if s.N > 0 {
		_, _ = fmt.Fprintf(w, "%-52s %3d of %3d (%.1f %%)\n", name, s.Count, s.N, 100*float64(s.Count)/float64(s.N))
	}
}

// printFailure tells what was wrong with an answer, and the answer.
func printFailure(w io.Writer, r eval.AnswerResult) {
	_, _ = fmt.Fprintf(w, "%s (%s, %s): %s\n", r.ID, r.Kind, r.Lang, r.Question)
	outcome := fmt.Sprintf("%s, %s", r.Outcome, r.Mode)
	if !r.OutcomeRight {
		var expected []string
		for _, o := range r.Expected {
			expected = append(expected, string(o))
		}
		outcome += ", not " + strings.Join(expected, " or ")
	}
	_, _ = fmt.Fprintf(w, "  outcome: %s\n", outcome)
	if r.Error != "" {
		_, _ = fmt.Fprintf(w, "  error: %s\n", r.Error)
	}
	if !r.CitedRight {
		_, _ = fmt.Fprintf(w, "  not cited: %s (but %s)\n", strings.Join(r.MissingDocuments, ", "), strings.Join(append(r.Cited, "no other"), ", "))
	}
	for _, facts := range r.MissingFacts {
		_, _ = fmt.Fprintf(w, "  missing: %s\n", strings.Join(facts, " or "))
	}
	for _, fact := range r.ForbiddenShown {
		_, _ = fmt.Fprintf(w, "  forbidden: %s\n", fact)
	}
	for line := range strings.Lines(r.Answer) {
		if strings.TrimSpace(line) != "" {
			_, _ = fmt.Fprintf(w, "  | %s\n", strings.TrimRight(line, "\n"))
		}
	}
	_, _ = fmt.Fprintln(w)
}
