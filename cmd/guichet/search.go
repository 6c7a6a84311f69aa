package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"guichet/corpus"
	"guichet/rag"
)

// foundDocument is one line of `guichet search --json`: a contract that
// scripts rely on.
type foundDocument struct {
	ID         string         `json:"id"`
	Title      string         `json:"title"`
	URL        string         `json:"url"`
	Score      float64        `json:"score"`
	Collection string         `json:"collection"`
	Passages   []foundPassage `json:"passages"`
}

type foundPassage struct {
	Headings []string `json:"headings"`
	Anchor   string   `json:"anchor,omitempty"`
	Page     int      `json:"page,omitempty"`
	Text     string   `json:"text"`
	Score    float64  `json:"score"`
	Lexical  float64  `json:"lexical"`
	Cosine   float64  `json:"cosine"`
}

func (a *app) searchCommand() *cobra.Command {
	var r reading
	var limit int
	var asJSON bool
	c := &cobra.Command{
		Use:   "search QUESTION",
		Short: "Find the documents that speak to a question",
		Long: `Finds documents for a question, best first, with the passages that speak to it.
Without --town it reads as the default town: its own collections and the shared
ones.`,
		Example: `  guichet search "carte d'identité perdue"
  guichet search --json -k 5 --collection service-public "changer de nom"`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if limit < 1 || limit > 100 {
				return usageError{fmt.Errorf("-k is %d: it must be from 1 to 100", limit)}
			}
			question, err := rag.ValidateQuestion(args[0])
			if err != nil {
				return usageError{err}
			}
			o, err := a.open(cmd)
			if err != nil {
				return err
			}
			defer o.close()
			_, scope, err := r.scope(cmd.Context(), o)
			if err != nil {
				return err
			}
			result, err := o.searcher.Search(cmd.Context(), scope, corpus.Query{Text: question, Limit: limit, Ranked: true})
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), foundDocuments(result))
			}
			printFound(cmd.OutOrStdout(), result)
			return nil
		},
	}
	r.flags(c)
	c.Flags().IntVarP(&limit, "limit", "k", 10, "most documents to print")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func foundDocuments(result corpus.Result) []foundDocument {
	found := []foundDocument{}
	for _, h := range result.Hits {
		d := foundDocument{
			ID:         h.Document.Name,
			Title:      h.Document.Title,
			URL:        h.Document.URL,
			Score:      h.Score,
			Collection: h.Document.Collection,
			Passages:   []foundPassage{},
		}
		for _, p := range h.Passages {
			d.Passages = append(d.Passages, foundPassage{
				Headings: p.Headings,
				Anchor:   p.Anchor,
				Page:     p.Page,
				Text:     p.Text,
				Score:    p.Score,
				Lexical:  p.Lexical,
				Cosine:   p.Cosine,
			})
		}
		found = append(found, d)
	}
	return found
}

func printFound(w io.Writer, result corpus.Result) {
	for _, c := range result.Corrections {
		_, _ = fmt.Fprintf(w, "%q read as %q\n", c.Written, c.Read)
	}
	if len(result.Hits) == 0 {
		_, _ = fmt.Fprintln(w, "Nothing found.")
		printLeftOut(w, result.LeftOut)
		return
	}
	for i, h := range result.Hits {
		_, _ = fmt.Fprintf(w, "%2d. %s  [%s/%s]  %.3f\n", i+1, h.Document.Title, h.Document.Collection, h.Document.Name, h.Score)
		if h.Document.URL != "" {
			_, _ = fmt.Fprintf(w, "    %s\n", h.Document.URL)
		}
		if len(h.Passages) > 0 {
			_, _ = fmt.Fprintf(w, "    %s\n", excerpt(h.Passages[0].Text, 160))
		}
	}
	printLeftOut(w, result.LeftOut)
	_, _ = fmt.Fprintf(w, "\nevidence %.2f; query embedding %.1f ms, term lists %.1f ms, vectors %.1f ms, rows %.1f ms\n",
		result.Evidence, result.EmbedMS, result.LexicalMS, result.VectorMS, result.FetchMS)
	if result.Degraded != "" {
		_, _ = fmt.Fprintf(w, "only one index was asked: %s\n", result.Degraded)
	}
}

// printLeftOut tells which documents speak to the question and are not for an
// answer.
func printLeftOut(w io.Writer, leftOut []corpus.LeftOut) {
	if len(leftOut) > 0 {
		_, _ = fmt.Fprintln(w, "\nNot for an answer:")
	}
	for _, l := range leftOut {
		why := "a newer version is found: " + l.Newer
		switch l.Reason {
		case corpus.HasEnded:
			why = "ended " + l.Day.Format(time.DateOnly)
		case corpus.HasNotBegun:
			why = "begins " + l.Day.Format(time.DateOnly)
		}
		_, _ = fmt.Fprintf(w, "    %s  [%s/%s]: %s\n", l.Document.Title, l.Document.Collection, l.Document.Name, why)
	}
}

// excerpt is the beginning of a text on one line, at most n characters.
func excerpt(text string, n int) string {
	runes := []rune(strings.Join(strings.Fields(text), " "))
	if len(runes) <= n {
		return string(runes)
	}
	return string(runes[:n-1]) + "…"
}
