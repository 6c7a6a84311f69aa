package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"guichet/eval"
	"guichet/internal/messages"
	"guichet/rag"
)

// asked is what `guichet ask --json` prints: a contract that scripts rely on.
type asked struct {
	Outcome   rag.Outcome        `json:"outcome"`
	Mode      rag.Mode           `json:"mode"`
	Answer    string             `json:"answer"`
	Citations []askedCitation    `json:"citations"`
	TimingsMS map[string]float64 `json:"timings_ms"`
}

type askedCitation struct {
	N        int    `json:"n"`
	Document string `json:"document"`
	Title    string `json:"title"`
	URL      string `json:"url"`
	Quote    string `json:"quote"`
	Shared   bool   `json:"shared"` // from a collection that is not the town's own
}

func (a *app) askCommand() *cobra.Command {
	var r reading
	var asJSON bool
	var language, now, history string
	c := &cobra.Command{
		Use:   "ask QUESTION",
		Short: "Answer a question, with the source of every fact",
		Long: `Answers a question as a resident would be answered. Without a language model
(GUICHET_LLM_URL), the documents' own sentences are quoted.`,
		Example: `  guichet ask "Quels papiers pour refaire ma carte d'identité ?"
  guichet ask --json --town saint-aubin "horaires piscine"
  guichet ask --history conversation.json --now 2026-12-12T10:00:00+01:00 "et le samedi ?"`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			req := rag.Request{Question: args[0], Language: language}
			var err error
			if req.Now, err = readNow(now); err != nil {
				return err
			}
			if req.History, err = readHistory(history); err != nil {
				return err
			}
			o, err := a.open(cmd)
			if err != nil {
				return err
			}
			defer o.close()
			if req.Town, req.Scope, err = r.scope(cmd.Context(), o); err != nil {
				return err
			}
			catalogue, err := messages.Load()
			if err != nil {
				return err
			}
			answerer, err := o.newAnswerer(catalogue)
			if err != nil {
				return err
			}
			answer, err := answerer.Answer(cmd.Context(), req, nil)
			if err := questionMistake(err); err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), askedJSON(answer))
			}
			printAnswer(cmd.OutOrStdout(), answer)
			return nil
		},
	}
	r.flags(c)
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	c.Flags().StringVar(&language, "language", "fr", "language of the reader: fr or en")
	c.Flags().StringVar(&now, "now", "", "answer as at this time, 2026-12-12T10:00:00+01:00 (default: the clock's)")
	c.Flags().StringVar(&history, "history", "", "file with the conversation so far, a JSON array of {\"role\",\"content\"}")
	return c
}

// readNow reads a time of RFC 3339; empty is the zero time.
func readNow(value string) (time.Time, error) {
	if value == "" {
		return time.Time{}, nil
	}
	now, err := time.Parse(time.RFC3339, value)
	if err != nil {
		return time.Time{}, usageError{fmt.Errorf("--now: %q is no time of RFC 3339, such as 2026-12-12T10:00:00+01:00", value)}
	}
	return now, nil
}

// readHistory reads a conversation from a file; no file is an empty one.
func readHistory(path string) ([]rag.Exchange, error) {
	if path == "" {
		return nil, nil
	}
	f, err := os.Open(path) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, usageError{fmt.Errorf("--history: %w", err)}
	}
	defer func() { _ = f.Close() }()
	exchanges, err := eval.ReadHistory(f)
	if err != nil {
		return nil, usageError{fmt.Errorf("--history: %s: %w", path, err)}
	}
	return exchanges, nil
}

// questionMistake makes a question that was refused a mistake of usage.
func questionMistake(err error) error {
	for _, known := range []error{rag.ErrEmptyQuestion, rag.ErrLongQuestion, rag.ErrBinaryQuestion} {
		if errors.Is(err, known) {
			return usageError{err}
		}
	}
	return err
}

func askedJSON(answer rag.Answer) asked {
	out := asked{
		Outcome:   answer.Outcome,
		Mode:      answer.Mode,
		Answer:    answer.Text(),
		Citations: []askedCitation{},
		TimingsMS: answer.TimingsMS,
	}
	for _, c := range answer.Citations {
		out.Citations = append(out.Citations, askedCitation{N: c.N, Document: c.Document, Title: c.Title, URL: c.URL, Quote: c.Quote, Shared: c.Shared})
	}
	return out
}

func printAnswer(w io.Writer, answer rag.Answer) {
	_, _ = fmt.Fprintln(w, answer.Text())
	if len(answer.Citations) > 0 {
		_, _ = fmt.Fprintln(w)
	}
	told := map[string]bool{}
	for _, c := range answer.Citations {
		whose := "town"
		if c.Shared {
			whose = "shared"
		}
		line := fmt.Sprintf("[%d] %s (%s)", c.N, c.Title, whose)
		if c.URL != "" {
			line += "  " + c.URL
		}
		if !told[line] {
			_, _ = fmt.Fprintln(w, line)
			told[line] = true
		}
	}
	_, _ = fmt.Fprintf(w, "\n(%s, %s, %.0f ms)\n", answer.Outcome, answer.Mode, answer.TimingsMS["total"])
}
