// Train learns the vectors of the built-in embedder from documents:
//
//	go run ./internal/embed/train -fiches ../shared/service-public/fiches -out internal/embed/builtin.bin
//
// It reads the folder's documents as Guichet reads them, cuts them into
// passages, and takes those apart into features (embed.Features). It learns their
// vectors in three steps, and keeps those of the features that stand in at least
// two passages: the others help to learn, but one place teaches little about
// them.
//
// Latent semantic analysis (Deerwester, Dumais, Furnas, Landauer, Harshman:
// Indexing by Latent Semantic Analysis, 1990): passages are rows of feature
// weights, logarithmic frequency times inverse document frequency; the best
// approximation of that matrix in few dimensions gives features of like company
// like vectors. It is found by randomized subspace iteration (Halko, Martinsson,
// Tropp: Finding Structure with Randomness, 2011). A feature's coordinates are
// those of its right singular vector, times the singular values to the power
// .5, times its inverse document frequency.
//
// Contrastive training: of a batch of passages, each is to be nearer to its own
// query than the others are (van den Oord, Li, Vinyals: Representation Learning
// with Contrastive Predictive Coding, 2018, the InfoNCE loss; in-batch negatives).
// Queries are made of the documents themselves: title and headings, a line of
// another passage of the document, a line of the passage itself. Half of the
// words that query and passage share are taken from the passage, so that
// the others learn to speak for them. Steps are scaled by feature
// (Duchi, Hazan, Singer: Adaptive Subgradient Methods, 2011).
//
// The mean of several trainings from one start, with other random numbers,
// does better than each of them (Wortsman et al.: Model Soups, 2022).
//
// The same documents and flags give the same bytes, on the same kind of
// processor. docs/embedder.md tells what the settings were chosen from.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"

	"guichet/internal/analysis"
	"guichet/internal/embed"
)

// settings are what the command line says.
type settings struct {
	folder, out              string
	version, source, licence string
	keep                     int
	lsa                      lsaSettings
	contrast                 contrastSettings
	runs                     int
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stderr)
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, "train:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stderr io.Writer) error {
	s, err := parse(args, stderr)
	if err != nil {
		return err
	}
	documents, err := readFolder(ctx, s.folder)
	if err != nil {
		return err
	}
	c := newCorpus(embed.NewFeatures(), documents)
	if features, _ := c.keep(newMatrix(len(c.features), 0), s.keep); len(features) == 0 {
		return fmt.Errorf("learn from %s: no %d passages share a word", s.folder, s.keep)
	}
	say := func(format string, a ...any) { _, _ = fmt.Fprintf(stderr, format+"\n", a...) }
	say("%d documents, %d passages, %d features", len(c.titles), len(c.passages), len(c.features))

	start, err := latent(ctx, c, s.lsa)
	if err != nil {
		return err
	}
	say("latent semantic analysis done")
	vectors, err := meanOfRuns(ctx, c, start, s.contrast, s.runs)
	if err != nil {
		return err
	}
	say("contrastive training done")
	features, rows := c.keep(vectors, s.keep)
	table, err := embed.NewTable(s.origin(c), features, rows)
	if err != nil {
		return err
	}
	return write(table, s.out)
}

func parse(args []string, stderr io.Writer) (settings, error) {
	s := settings{lsa: defaultLSA(), contrast: defaultContrast()}
	f := flag.NewFlagSet("train", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.StringVar(&s.folder, "fiches", "", "the documents' `folder`")
	f.StringVar(&s.out, "out", "", "the `file` to write")
	f.StringVar(&s.version, "version", "2", "of the embedding space: another table needs another one")
	f.StringVar(&s.source, "source", "Fiches pratiques de service-public.fr, Direction de l'information légale et administrative (DILA)", "what the documents are and who published them")
	f.StringVar(&s.licence, "licence", "Licence Ouverte 2.0 (Etalab)", "of the documents")
	f.IntVar(&s.keep, "keep", 2, "passages that a feature must stand in to be kept")
	f.IntVar(&s.lsa.dimensions, "dimensions", s.lsa.dimensions, "of a vector")
	f.IntVar(&s.lsa.iterations, "iterations", s.lsa.iterations, "of the subspace")
	f.Float64Var(&s.lsa.power, "power", s.lsa.power, "of the singular values")
	f.IntVar(&s.runs, "runs", 8, "of the contrastive training, whose mean is taken")
	f.IntVar(&s.contrast.epochs, "epochs", s.contrast.epochs, "passes over the passages")
	f.IntVar(&s.contrast.batch, "batch", s.contrast.batch, "passages that are told apart at once")
	f.Float64Var(&s.contrast.rate, "rate", s.contrast.rate, "of learning, at the start")
	f.Float64Var(&s.contrast.temperature, "temperature", s.contrast.temperature, "of the softmax over a batch")
	f.Float64Var(&s.contrast.titles, "titles", s.contrast.titles, "share of queries that are title and headings")
	f.Float64Var(&s.contrast.siblings, "siblings", s.contrast.siblings, "share of queries that are a line of another passage; the others are one of their own")
	f.Float64Var(&s.contrast.removed, "removed", s.contrast.removed, "share of a query's words that are taken from its passage")
	f.Float64Var(&s.contrast.forgotten, "forgotten", s.contrast.forgotten, "share of words that are taken from a query")
	if err := f.Parse(args); err != nil {
		return s, err
	}
	switch {
	case s.folder == "" || s.out == "" || f.NArg() > 0:
		return s, errors.New("say -fiches FOLDER -out FILE")
	case s.lsa.dimensions < 1 || s.lsa.iterations < 1 || s.runs < 1 || s.keep < 1 || s.contrast.batch < 2 || s.contrast.epochs < 0:
		return s, errors.New("dimensions, iterations, runs and keep start at 1, batch at 2, epochs at 0")
	case s.contrast.temperature <= 0:
		return s, errors.New("the temperature must be above 0")
	}
	return s, nil
}

func (s settings) origin(c *corpus) embed.Origin {
	t := s.contrast
	return embed.Origin{
		Version: s.version, Analysis: analysis.Version,
		Source: s.source, Licence: s.licence,
		Documents: len(c.titles), Passages: len(c.passages),
		Parameters: fmt.Sprintf("keep %d, dimensions %d, iterations %d, power %g, runs %d, epochs %d, batch %d, rate %g, temperature %g, titles %g, siblings %g, removed %g, forgotten %g",
			s.keep, s.lsa.dimensions, s.lsa.iterations, s.lsa.power,
			s.runs, t.epochs, t.batch, t.rate, t.temperature, t.titles, t.siblings, t.removed, t.forgotten),
	}
}

// write puts the table into its place at once: the program that embeds it may
// be built meanwhile.
func write(t *embed.Table, name string) error {
	file, err := t.Bytes()
	if err != nil {
		return err
	}
	if _, err := embed.ParseTable(file); err != nil {
		return fmt.Errorf("the table that was made cannot be read: %w", err)
	}
	next, err := os.CreateTemp(filepath.Dir(name), ".train-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	defer func() { _ = os.Remove(next.Name()) }()
	_, err = next.Write(file)
	if err = errors.Join(err, next.Chmod(0o644), next.Close()); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if err := os.Rename(next.Name(), name); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}
