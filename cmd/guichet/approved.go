package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"guichet/corpus"
	"guichet/internal/english"
	"guichet/internal/messages"
	"guichet/rag"
)

// approvedFile is an approved answer as it stands in a file.
type approvedFile struct {
	ID        int64    `json:"id,omitempty"`
	Questions []string `json:"questions"`
	Answer    string   `json:"answer"`
	Owner     string   `json:"owner"`
	ReviewOn  string   `json:"review_on"`
	RestsOn   []string `json:"rests_on"`
}

func (a *app) approvedCommand() *cobra.Command {
	c := group("approved", "List, set and remove answers that the town's staff approved")
	c.AddCommand(a.approvedListCommand(), a.approvedSetCommand(), a.approvedRemoveCommand())
	return c
}

func (a *app) approvedListCommand() *cobra.Command {
	var r reading
	c := &cobra.Command{
		Use:   "list",
		Short: "List approved answers, and whether each is served",
		Args:  cobra.NoArgs,
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
			answers, err := o.store.Approved(cmd.Context(), scope)
			if err != nil {
				return err
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 4, 2, ' ', 0)
			_, _ = fmt.Fprintln(w, "ID\tSTATE\tREVIEW\tOWNER\tQUESTION")
			for _, answer := range answers {
				state, err := approvedState(cmd.Context(), o.store, town, scope, answer)
				if err != nil {
					return err
				}
				_, _ = fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\n", answer.ID, state, answer.ReviewOn.Format(time.DateOnly), answer.Owner, excerpt(answer.Questions[0], 60))
			}
			return w.Flush()
		},
	}
	c.Flags().StringVar(&r.town, "town", "", "slug of the town (default: the default town)")
	return c
}

// approvedState tells whether an answer is served, as it would be checked when it
// is given.
func approvedState(ctx context.Context, store *corpus.Store, town corpus.Town, scope corpus.Scope, answer corpus.ApprovedAnswer) (string, error) {
	if !answer.Holds() {
		return "stopped: its source changed", nil
	}
	var err error
	if answer.Supports, err = store.ApprovedSupports(ctx, scope, answer.ID); err != nil {
		return "", err
	}
	err = rag.CheckApproved(ctx, town, answer)
	switch unsupported := (*rag.UnsupportedError)(nil); {
	case errors.As(err, &unsupported):
		return "stopped: its source does not say all of it", nil
	case err != nil:
		return "", err
	case !slices.ContainsFunc(answer.Questions, func(q string) bool { return rag.StoppedBefore(q) == "" }):
		return "never given: its questions are answered before it", nil
	case time.Now().After(answer.ReviewOn.AddDate(0, 0, 1)):
		return "served, due for review", nil
	}
	return "served", nil
}

func (a *app) approvedSetCommand() *cobra.Command {
	var r reading
	c := &cobra.Command{
		Use:   "set FILE.json",
		Short: "Add an approved answer, or sign one anew, from a file ('-': standard input)",
		Long: `The file holds questions (the question and other wordings of it), answer
(Markdown), owner (who answers for it), review_on (YYYY-MM-DD) and rests_on (names
of the documents that it rests on, as 'guichet search' prints them). With id, the
answer of that number is replaced and signed anew.

The answer is given, as it stands, to whoever asks one of the questions. All of it
must stand in the documents, which is checked now and each time it is given: what
does not is refused, with the reason. It rests on the passages that say what it
says; when one of them changes or ends, the answer is no longer served until it is
set again.`,
		Example: `  {"questions": ["Où retirer des sacs jaunes ?", "sacs jaunes gratuits"],
   "answer": "Les rouleaux de sacs jaunes se retirent à la mairie annexe des Tisserands.",
   "owner": "marie", "review_on": "2027-06-30", "rests_on": ["mairie-annexe-tisserands"]}`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			file, err := readApproved(cmd.InOrStdin(), args[0])
			if err != nil {
				return err
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
			answer, err := file.answer(cmd.Context(), o.store, town, scope)
			if err != nil {
				return err
			}
			id, err := o.store.PutApproved(cmd.Context(), town.ID, answer)
			switch {
			case errors.Is(err, corpus.ErrNotFound):
				return fmt.Errorf("answer %d: %w (guichet approved list)", file.ID, corpus.ErrNotFound)
			case err != nil:
				return err
			}
			if _, err := fmt.Fprintf(cmd.OutOrStdout(), "Approved answer %d is served. It rests on %s.\n", id, english.Count(len(answer.Supports), "passage")); err != nil {
				return err
			}
			for _, question := range answer.Questions {
				if step := rag.StoppedBefore(question); step != "" {
					_, _ = fmt.Fprintf(cmd.OutOrStdout(), "It is not given to %q: the %s step answers that before. Ask it in other words.\n", excerpt(question, 60), step)
				}
			}
			return nil
		},
	}
	c.Flags().StringVar(&r.town, "town", "", "slug of the town (default: the default town)")
	return c
}

// answer finds the passages that the file's answer rests on.
func (f approvedFile) answer(ctx context.Context, store *corpus.Store, town corpus.Town, scope corpus.Scope) (corpus.ApprovedAnswer, error) {
	review, err := time.Parse(time.DateOnly, f.ReviewOn)
	if err != nil {
		return corpus.ApprovedAnswer{}, usageError{fmt.Errorf("review_on is %q: it must be a day such as 2027-06-30", f.ReviewOn)}
	}
	if today := time.Now().In(corpus.Zone(town.TimeZone)).Format(time.DateOnly); f.ReviewOn < today {
		return corpus.ApprovedAnswer{}, usageError{fmt.Errorf("review_on is %s, a day that is past: say when the answer is to be looked at again", f.ReviewOn)}
	}
	if err := f.checkAlone(ctx, store, scope); err != nil {
		return corpus.ApprovedAnswer{}, err
	}
	var documents []corpus.HitDocument
	var passages []corpus.Passage
	for _, name := range f.RestsOn {
		d, p, err := store.PassagesOf(ctx, scope, name)
		if err != nil {
			return corpus.ApprovedAnswer{}, err
		}
		if len(p) == 0 {
			return corpus.ApprovedAnswer{}, fmt.Errorf("document %q: %w (guichet search prints the names)", name, corpus.ErrNotFound)
		}
		documents, passages = append(documents, d...), append(passages, p...)
	}
	supports, err := rag.Supports(ctx, town, f.Answer, documents, passages)
	if unsupported := (*rag.UnsupportedError)(nil); errors.As(err, &unsupported) {
		return corpus.ApprovedAnswer{}, f.refused(unsupported)
	}
	if err != nil {
		return corpus.ApprovedAnswer{}, err
	}
	return corpus.ApprovedAnswer{
		ID: f.ID, Questions: f.Questions, Answer: f.Answer, Owner: f.Owner, ReviewOn: review, Supports: supports,
	}, nil
}

// refused tells the operator what the documents do not say.
func (f approvedFile) refused(unsupported *rag.UnsupportedError) error {
	catalogue, err := messages.Load()
	if err != nil {
		return err
	}
	reason := catalogue.For("en").T(unsupported.Reason.ID, unsupported.Reason.Data)
	return usageError{fmt.Errorf("%s do not bear out %q\n%s\nSay it in words nearer to theirs, or name in rests_on the documents that say it",
		strings.Join(f.RestsOn, ", "), excerpt(unsupported.Text, 120), reason)}
}

// checkAlone refuses questions that another approved answer answers, or would if
// its sources had not changed.
func (f approvedFile) checkAlone(ctx context.Context, store *corpus.Store, scope corpus.Scope) error {
	others, err := store.Approved(ctx, scope)
	if err != nil {
		return err
	}
	others = slices.DeleteFunc(others, func(a corpus.ApprovedAnswer) bool { return a.ID == f.ID })
	matcher := rag.NewMatcher()
	for _, question := range f.Questions {
		if other, _, ok := matcher.Match(question, others); ok {
			return usageError{fmt.Errorf("question %q is answered by approved answer %d already: set that one (\"id\": %d), or remove it", question, other.ID, other.ID)}
		}
	}
	return nil
}

func readApproved(stdin io.Reader, path string) (approvedFile, error) {
	r := stdin
	if path != "-" {
		f, err := os.Open(path) //nolint:gosec // the operator names the file
		if err != nil {
			return approvedFile{}, usageError{fmt.Errorf("open approved answer: %w", err)}
		}
		defer func() { _ = f.Close() }()
		r = f
	}
	var f approvedFile
	dec := json.NewDecoder(r)
	dec.DisallowUnknownFields()
	if err := dec.Decode(&f); err != nil {
		return f, usageError{fmt.Errorf("%s is no approved answer: %w", path, err)}
	}
	for i, q := range f.Questions {
		question, err := rag.ValidateQuestion(q)
		if err != nil {
			return f, usageError{fmt.Errorf("%s: question %d: %w", path, i+1, err)}
		}
		f.Questions[i] = question
	}
	switch {
	case len(f.Questions) == 0 || len(f.Questions) > 30:
		return f, usageError{fmt.Errorf("%s: give from 1 to 30 questions", path)}
	case strings.TrimSpace(f.Answer) == "":
		return f, usageError{fmt.Errorf("%s: answer is empty", path)}
	case strings.TrimSpace(f.Owner) == "":
		return f, usageError{fmt.Errorf("%s: owner is empty: say who answers for it", path)}
	}
	return f, nil
}

func (a *app) approvedRemoveCommand() *cobra.Command {
	var town string
	c := &cobra.Command{
		Use:   "remove ID",
		Short: "Remove an approved answer",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := strconv.ParseInt(args[0], 10, 64)
			if err != nil {
				return usageError{fmt.Errorf("%q is no number of an approved answer (guichet approved list)", args[0])}
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
			if err := o.store.RemoveApproved(cmd.Context(), t.ID, id); err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "Approved answer %d is removed.\n", id)
			return err
		},
	}
	c.Flags().StringVar(&town, "town", "", "slug of the town (default: the default town)")
	return c
}
