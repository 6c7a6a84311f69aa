package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

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
	var language string
	c := &cobra.Command{
		Use:   "ask QUESTION",
		Short: "Answer a question, with the source of every fact",
		Long: `Answers a question as a resident would be answered. Without a language model
(GUICHET_LLM_URL), the documents' own sentences are quoted.`,
		Example: `  guichet ask "Quels papiers pour refaire ma carte d'identité ?"
  guichet ask --json --town saint-aubin "horaires piscine"`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o, err := a.open(cmd)
			if err != nil {
				return err
			}
			defer o.close()
			town, scope, err := r.scope(cmd.Context(), o)
			if err != nil {
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
			answer, err := answerer.Answer(cmd.Context(), rag.Request{
				Town:     town,
				Scope:    scope,
				Question: args[0],
				Language: language,
			}, nil)
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
	return c
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
