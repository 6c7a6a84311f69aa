package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math"
	"math/rand/v2"
	"os"
	"strings"

	"guichet/corpus"
	"guichet/corpus/thesaurus"
	"guichet/eval"
	"guichet/internal/embed"
	"guichet/internal/postgres"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "keeper" {
		// The private database's keeper is this program, started once more.
		if err := postgres.RunKeeper(context.Background(), os.Args[2:], slog.Default()); err != nil {
			os.Exit(1)
		}
		return
	}
	if err := run(context.Background(), os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "fit:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout io.Writer) error {
	flags := flag.NewFlagSet("fit", flag.ContinueOnError)
	var sets []string
	flags.Func("set", "a data folder and its questions: FOLDER=ANSWERED,ABSENT,OFFTOPIC (any may be empty); may be given again", func(v string) error {
		sets = append(sets, v)
		return nil
	})
	var cases []string
	flags.Func("cases", "fit the gate's decisions: FOLDER=CASES,QUESTIONS,OFFTOPIC (any may be empty); may be given again", func(v string) error {
		cases = append(cases, v)
		return nil
	})
	ridge := flags.Float64("ridge", .5, "regularisation")
	flags.Float64Var(&topicCut, "topic-cut", topicCut, "logit from which on a question is as much on topic as can be")
	flags.Float64Var(&topicShare, "topic-share", topicShare, "what being on topic weighs")
	offWeight := flags.Float64("offtopic-weight", 1, "weight of a question that no town answers")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if len(cases) > 0 {
		return fitAnswers(ctx, stdout, cases, *ridge)
	}
	var samples []sample
	for group, set := range sets {
		folder, files, _ := strings.Cut(set, "=")
		found, err := takeSet(ctx, folder, strings.Split(files, ","), *offWeight)
		if err != nil {
			return err
		}
		for i := range found {
			found[i].group = group
		}
		samples = append(samples, found...)
	}
	standardise(samples)
	report(stdout, samples, *ridge)
	return nil
}

// takeSet asks a database its questions, one file for each kind.
func takeSet(ctx context.Context, folder string, files []string, offWeight float64) ([]sample, error) {
	searcher, scope, done, err := open(ctx, folder)
	if err != nil {
		return nil, err
	}
	defer done()
	var samples []sample
	for kind, path := range files {
		if path == "" {
			continue
		}
		weight := 1.0
		if kind == 2 {
			weight = offWeight
		}
		found, err := ask(ctx, searcher, scope, path, kind, weight)
		if err != nil {
			return nil, err
		}
		samples = append(samples, found...)
	}
	return samples, nil
}

func open(ctx context.Context, folder string) (*corpus.Searcher, corpus.Scope, func(), error) {
	db, err := postgres.Open(ctx, postgres.Config{DataDir: folder})
	if err != nil {
		return nil, corpus.Scope{}, nil, err
	}
	embedder, err := embed.Builtin()
	if err != nil {
		return nil, corpus.Scope{}, nil, err
	}
	words, err := thesaurus.French()
	if err != nil {
		return nil, corpus.Scope{}, nil, err
	}
	store := corpus.NewStore(db.Pool)
	town, err := store.DefaultTown(ctx)
	if err != nil {
		return nil, corpus.Scope{}, nil, err
	}
	scope, err := store.Scope(ctx, town.ID)
	return corpus.NewSearcher(store, embedder).WithThesaurus(words), scope, db.Close, err
}

// sample is one question: what its search showed, and how it went.
type sample struct {
	kind   int // 0 answered, 1 absent, 2 off topic
	group  int // which set
	weight float64
	label  float64 // 1: a right document is among the first five
	values []float64
}

func ask(ctx context.Context, s *corpus.Searcher, scope corpus.Scope, path string, kind int, weight float64) ([]sample, error) {
	f, err := os.Open(path) //nolint:gosec // the one who fits names the file
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	cases, err := eval.ReadCases(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var samples []sample
	for _, c := range cases {
		if c.Question == "" {
			continue
		}
		result, err := s.Search(ctx, scope, corpus.Query{Text: c.Question, Limit: 5})
		if err != nil {
			return nil, fmt.Errorf("case %s: %w", c.ID, err)
		}
		one := sample{kind: kind, weight: weight, values: result.Signals.Values()}
		for _, hit := range result.Hits {
			for _, name := range c.Relevant {
				if hit.Document.Name == name {
					one.label = 1
				}
			}
		}
		samples = append(samples, one)
	}
	return samples, nil
}

var means, deviations []float64

// standardise brings every signal to mean 0 and deviation 1.
func standardise(samples []sample) {
	n := len(samples[0].values)
	means, deviations = make([]float64, n), make([]float64, n)
	for i := range n {
		for _, s := range samples {
			means[i] += s.values[i] / float64(len(samples))
		}
		for _, s := range samples {
			deviations[i] += (s.values[i] - means[i]) * (s.values[i] - means[i]) / float64(len(samples))
		}
		deviations[i] = math.Sqrt(deviations[i]) + 1e-12
		for _, s := range samples {
			s.values[i] = (s.values[i] - means[i]) / deviations[i]
		}
	}
}

// The score is fitted in three steps. The topic tells what a town's documents
// speak of from what they do not; the agreement tells, of what they speak of,
// what they answer. Being on topic comes first, but past a point being even
// more so says nothing: score = agreement + topicShare * min(topic, topicCut).
// The last step makes a probability of it.

// topicSignals and answerSignals are indexes into the signals.
var (
	topicSignals  = []int{0, 1, 2, 3, 6}
	answerSignals = []int{5}
	topicCut      = 2.2
	topicShare    = 2.0
)

// model is a fitted score.
type model struct{ topic, answer, scale []float64 }

func fitModel(samples []sample, ridge float64) model {
	var m model
	var topics, answers, scores []sample
	for _, s := range samples {
		topic := sample{weight: 1, values: pick(s.values, topicSignals)}
		if s.kind != 2 {
			topic.label = 1
			answer := sample{weight: 1, values: pick(s.values, answerSignals)}
			if s.kind == 0 {
				answer.label = 1
			}
			answers = append(answers, answer)
		}
		topics = append(topics, topic)
	}
	m.topic, m.answer = fit(topics, ridge), fit(answers, ridge)
	for _, s := range samples {
		scores = append(scores, sample{weight: s.weight, label: s.label, values: []float64{m.score(s.values) / topicShare}})
	}
	m.scale = fit(scores, 0)
	m.scale[0] /= topicShare
	return m
}

func (m model) score(values []float64) float64 {
	return logit(m.answer, pick(values, answerSignals)) + topicShare*min(logit(m.topic, pick(values, topicSignals)), topicCut)
}

func (m model) predict(values []float64) float64 {
	return sigmoid(logit(m.scale, []float64{m.score(values)}))
}

func pick(values []float64, at []int) []float64 {
	var picked []float64
	for _, i := range at {
		picked = append(picked, values[i])
	}
	return picked
}

func report(w io.Writer, samples []sample, ridge float64) {
	for i, name := range corpus.SignalNames() {
		scores := make([]float64, len(samples))
		for j, s := range samples {
			scores[j] = s.values[i]
		}
		a, o := aucs(samples, scores)
		fmt.Fprintf(w, "%-10s alone: absent %.3f, off topic %.3f\n", name, a, o)
	}
	const repeats = 10
	var absents, offs []float64
	for r := range repeats {
		a, o := aucs(samples, crossValidate(samples, ridge, uint64(r)))
		if r == 0 {
			absents, offs = make([]float64, len(a)), make([]float64, len(o))
		}
		for i := range a {
			absents[i] += a[i] / repeats
			offs[i] += o[i] / repeats
		}
	}
	fmt.Fprintf(w, "left-out folds: AUC against absent %.3f, against off topic %.3f\n", absents, offs)
	m := fitModel(samples, ridge)
	scores := make([]float64, len(samples))
	for i, s := range samples {
		scores[i] = m.predict(s.values)
	}
	a, o := aucs(samples, scores)
	fmt.Fprintf(w, "all: AUC against absent %.3f, against off topic %.3f\n", a, o)
	names := corpus.SignalNames()
	inUnits(w, "topic", m.topic, topicSignals, names)
	inUnits(w, "answer", m.answer, answerSignals, names)
	fmt.Fprintf(w, "scale\n  %-10s %.4f\n  %-10s %.4f\n", "score", m.scale[0], "bias", m.scale[1])
	for g := range a {
		fmt.Fprintf(w, "set %d\n", g)
		thresholds(w, samples, scores, g)
	}
}

// thresholds prints how many questions of a set would pass a gate.
func thresholds(w io.Writer, samples []sample, scores []float64, group int) {
	for k, name := range []string{"answered", "absent", "off topic"} {
		fmt.Fprintf(w, "%-10s at or above", name)
		for t := .05; t < .65; t += .05 {
			count, total := 0, 0
			for i, s := range samples {
				if s.kind == k && s.group == group {
					total++
					if scores[i] >= t {
						count++
					}
				}
			}
			fmt.Fprintf(w, "  %.2f: %d/%d", t, count, total)
		}
		fmt.Fprintln(w)
	}
}

// inUnits prints weights for signals in their own units.
func inUnits(w io.Writer, title string, weights []float64, at []int, names []string) {
	bias := weights[len(weights)-1]
	fmt.Fprintln(w, title)
	for k, i := range at {
		bias -= weights[k] * means[i] / deviations[i]
		fmt.Fprintf(w, "  %-10s %.4f\n", names[i], weights[k]/deviations[i])
	}
	fmt.Fprintf(w, "  %-10s %.4f\n", "bias", bias)
}

// aucs tells, for each set, how well the score parts its answered questions
// from its absent ones and from its ones off topic; NaN where it has none.
func aucs(samples []sample, scores []float64) (absent, offtopic []float64) {
	var kinds [][3][]float64
	for i, s := range samples {
		for len(kinds) <= s.group {
			kinds = append(kinds, [3][]float64{})
		}
		kinds[s.group][s.kind] = append(kinds[s.group][s.kind], scores[i])
	}
	for _, k := range kinds {
		absent = append(absent, eval.AUC(k[0], k[1]))
		offtopic = append(offtopic, eval.AUC(k[0], k[2]))
	}
	return absent, offtopic
}

func crossValidate(samples []sample, ridge float64, seed uint64) []float64 {
	order := rand.New(rand.NewPCG(seed, 1)).Perm(len(samples))
	scores := make([]float64, len(samples))
	const folds = 5
	for fold := range folds {
		var rest []sample
		for i, at := range order {
			if i%folds != fold {
				rest = append(rest, samples[at])
			}
		}
		m := fitModel(rest, ridge)
		for i, at := range order {
			if i%folds == fold {
				scores[at] = m.predict(samples[at].values)
			}
		}
	}
	return scores
}

// fit returns the weights and, last, the bias, by gradient descent.
func fit(samples []sample, ridge float64) []float64 {
	n := len(samples[0].values)
	w := make([]float64, n+1)
	for range 3000 {
		g := make([]float64, n+1)
		for _, s := range samples {
			e := s.weight * (sigmoid(logit(w, s.values)) - s.label)
			for i, v := range s.values {
				g[i] += e * v
			}
			g[n] += e
		}
		for i := range w {
			if i < n {
				g[i] += ridge * w[i]
			}
			w[i] -= .5 * g[i] / float64(len(samples))
		}
	}
	return w
}

// logit is the weighted sum of the values, and the bias, which comes last.
func logit(w, values []float64) float64 {
	sum := w[len(w)-1]
	for i, v := range values {
		sum += w[i] * v
	}
	return sum
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
