package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"guichet/corpus"
	"guichet/eval"
	"guichet/internal/english"
)

// evaluating is what `guichet evaluate` is told about scoring the search.
type evaluating struct {
	reading
	asJSON, verbose bool
	against, save   string   // files; empty: none
	absent          []string // files
}

func (a *app) evaluateCommand() *cobra.Command {
	var e evaluating
	var answers bool
	c := &cobra.Command{
		Use:   "evaluate CASES.jsonl",
		Short: "Score the search, or the answers, on questions with known answers",
		Long: `Reads lines {"id","question","relevant":["DOCUMENT",...]} and prints how often a
right document is among the first 1, 3, 5 and 10, the mean reciprocal rank, nDCG,
with 95 % bootstrap intervals, and the time of one search (query embedding
included, process start excluded).

With --answers, asks each question as a resident would, and scores the outcome,
the cited documents, and the facts that must and must not be stated. The lines
are {"id","kind","lang","question","history","now","relevant","must","must_any",
"must_not","outcome","also_ok"}: see docs/evaluation.md.`,
		Example: `  guichet evaluate cases.jsonl --json
  guichet evaluate cases.jsonl --save before.json
  guichet evaluate cases.jsonl --against before.json      what got better, what worse
  guichet evaluate --answers answers.jsonl`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if answers {
				return a.runAnswers(cmd, e.reading, args[0], e.asJSON)
			}
			return a.evaluate(cmd, e, args[0])
		},
	}
	e.flags(c)
	c.Flags().BoolVar(&e.asJSON, "json", false, "print JSON")
	c.Flags().BoolVar(&answers, "answers", false, "score the answers, not the search")
	c.Flags().BoolVar(&e.verbose, "verbose", false, "print every question with the rank of its first right document")
	c.Flags().StringVar(&e.save, "save", "", "write the outcomes to this file")
	c.Flags().StringArrayVar(&e.absent, "absent", nil, "questions that the documents do not answer: tells how well the evidence score parts them (AUC); may be given again")
	c.Flags().StringVar(&e.against, "against", "", "compare with outcomes that were saved to this file")
	return c
}

// evaluate scores the search on the cases of a file.
func (a *app) evaluate(cmd *cobra.Command, e evaluating, path string) error {
	cases, err := readCases(path)
	if err != nil {
		return err
	}
	before, err := readOutcomes(e.against)
	if err != nil {
		return err
	}
	o, err := a.open(cmd)
	if err != nil {
		return err
	}
	defer o.close()
	_, scope, err := e.scope(cmd.Context(), o)
	if err != nil {
		return err
	}
	outcomes, err := eval.Run(cmd.Context(), o.searcher, scope, cases)
	if err != nil {
		return err
	}
	if err := saveOutcomes(e.save, outcomes); err != nil {
		return err
	}
	report, all := evaluation{Scores: eval.Score(outcomes)}, outcomes
	var aucs []float64
	for _, path := range e.absent {
		unanswered, err := askAbsent(cmd.Context(), o, scope, path)
		if err != nil {
			return err
		}
		aucs = append(aucs, eval.AUC(eval.EvidenceOf(outcomes), eval.EvidenceOf(unanswered)))
		report.EvidenceAUC = &aucs[0]
		all = slices.Concat(all, unanswered)
	}
	if e.asJSON {
		return printJSON(cmd.OutOrStdout(), report)
	}
	w := cmd.OutOrStdout()
	if e.verbose {
		printOutcomes(w, outcomes)
		printReliability(w, all)
	}
	printScores(w, report.Scores)
	for i, auc := range aucs {
		_, _ = fmt.Fprintf(w, "evidence: AUC %.3f against %s\n", auc, filepath.Base(e.absent[i]))
	}
	if before != nil {
		printDiff(w, before, outcomes)
	}
	return nil
}

// evaluation is what `guichet evaluate --json` prints: a contract that scripts
// rely on.
type evaluation struct {
	eval.Scores
	EvidenceAUC *float64 `json:"evidence_auc,omitempty"` // against the first file of --absent
}

// askAbsent asks the questions of a file that the documents do not answer.
func askAbsent(ctx context.Context, o *session, scope corpus.Scope, path string) ([]eval.Outcome, error) {
	cases, err := readCases(path)
	if err != nil {
		return nil, err
	}
	return eval.Run(ctx, o.searcher, scope, cases)
}

func readCases(path string) ([]eval.Case, error) {
	f, err := os.Open(path) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, usageError{fmt.Errorf("open cases: %w", err)}
	}
	defer func() { _ = f.Close() }()
	cases, err := eval.ReadCases(f)
	if err != nil {
		return nil, usageError{fmt.Errorf("%s: %w", path, err)}
	}
	if len(cases) == 0 {
		return nil, usageError{fmt.Errorf("%s holds no case", path)}
	}
	return cases, nil
}

func readOutcomes(path string) ([]eval.Outcome, error) {
	if path == "" {
		return nil, nil
	}
	b, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, usageError{fmt.Errorf("read saved outcomes: %w", err)}
	}
	var outcomes []eval.Outcome
	if err := json.Unmarshal(b, &outcomes); err != nil {
		return nil, usageError{fmt.Errorf("%s holds no saved outcomes: %w", path, err)}
	}
	return outcomes, nil
}

func saveOutcomes(path string, outcomes []eval.Outcome) error {
	if path == "" {
		return nil
	}
	b, err := json.MarshalIndent(outcomes, "", " ")
	if err != nil {
		return fmt.Errorf("save outcomes: %w", err)
	}
	if err := os.WriteFile(path, append(b, '\n'), 0o600); err != nil {
		return fmt.Errorf("save outcomes: %w", err)
	}
	return nil
}

func printOutcomes(w io.Writer, outcomes []eval.Outcome) {
	for _, o := range outcomes {
		rank := "  -"
		if o.Rank > 0 {
			rank = fmt.Sprintf("%3d", o.Rank)
		}
		_, _ = fmt.Fprintf(w, "%s  %.2f  %s  %s\n", rank, o.Evidence, o.ID, excerpt(o.Question, 90))
	}
	_, _ = fmt.Fprintln(w)
}

func printReliability(w io.Writer, outcomes []eval.Outcome) {
	_, _ = fmt.Fprintln(w, "evidence      questions  mean  right document in the first five")
	for _, b := range eval.Reliability(outcomes, 10) {
		_, _ = fmt.Fprintf(w, "%.1f to %.1f  %9d  %5.2f  %.2f\n", b.From, b.To, b.N, b.Evidence, b.Answered)
	}
	_, _ = fmt.Fprintln(w)
}

func printScores(w io.Writer, s eval.Scores) {
	line := func(name string, value float64, key string) {
		ci := s.Intervals[key]
		_, _ = fmt.Fprintf(w, "%-8s %.3f   [%.3f, %.3f]\n", name, value, ci.Low, ci.High)
	}
	_, _ = fmt.Fprintln(w, english.Count(s.N, "question"))
	line("hit@1", s.HitAt1, "hit_at_1")
	line("hit@3", s.HitAt3, "hit_at_3")
	line("hit@5", s.HitAt5, "hit_at_5")
	line("hit@10", s.HitAt10, "hit_at_10")
	line("MRR@10", s.MRRAt10, "mrr_at_10")
	line("nDCG@10", s.NDCGAt10, "ndcg_at_10")
	_, _ = fmt.Fprintf(w, "one search: %.1f ms median, %.1f ms at the 95th percentile\n", s.P50MS, s.P95MS)
}

func printDiff(w io.Writer, before, after []eval.Outcome) {
	better, worse := eval.Diff(before, after)
	printChanges(w, "better", better)
	printChanges(w, "worse", worse)
}

func printChanges(w io.Writer, name string, changes []eval.Change) {
	_, _ = fmt.Fprintf(w, "\n%d %s\n", len(changes), name)
	for _, c := range changes {
		_, _ = fmt.Fprintf(w, "  %2d -> %2d  %s  %s\n", c.Before, c.After, c.ID, excerpt(c.Question, 90))
	}
}
