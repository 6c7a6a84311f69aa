package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"time"

	"guichet/corpus"
	"guichet/eval"
	"guichet/internal/messages"
	"guichet/rag"
)

// The gate's two decisions are fitted on answers: -cases FOLDER=CASES.jsonl,QUESTIONS.jsonl,OFFTOPIC.jsonl
// asks the cases (lines as in eval/cases), questions with their documents, and
// questions that no town answers, as a resident would, without a model and
// with the gate open. The belief parts what can be answered from what is off
// topic; what is absent counts as neither. Wholeness parts answers that cite
// and state what they must from all others. Folds are drawn by question, so
// that one that is asked in two settings is left out of both.

// weighedCase is what the answer to one question was weighed from.
type weighedCase struct {
	set      int
	question string
	topic    float64 // 1: it can be answered, 0: off topic, -1: neither
	whole    float64 // 1: rightly answered, 0: not, -1: unknown
	values   []float64
}

func fitAnswers(ctx context.Context, w io.Writer, sets []string, ridge float64) error {
	var cases []weighedCase
	for set, arg := range sets {
		folder, files, _ := strings.Cut(arg, "=")
		found, err := weighSet(ctx, folder, strings.Split(files, ","), set)
		if err != nil {
			return err
		}
		cases = append(cases, found...)
	}
	for _, decision := range []struct {
		name  string
		label func(weighedCase) float64
		at    []int
	}{
		{"belief", func(c weighedCase) float64 { return c.topic }, []int{0, 1, 2, 3, 4, 5}},
		{"whole", func(c weighedCase) float64 { return c.whole }, []int{0, 1, 2, 3, 4, 5, 6, 7}},
	} {
		var samples []sample
		var questions []string
		for _, c := range cases {
			if label := decision.label(c); label >= 0 {
				samples = append(samples, sample{group: c.set, weight: 1, label: label, values: pick(c.values, decision.at)})
				questions = append(questions, c.question)
			}
		}
		standardise(samples)
		fmt.Fprintf(w, "%s, %d answers\n", decision.name, len(samples))
		passing(w, samples, leftOut(samples, questions, ridge))
		inUnits(w, "weights", fit(samples, ridge), seq(len(decision.at)), names(decision.at))
	}
	return nil
}

func names(at []int) []string {
	var out []string
	for _, i := range at {
		out = append(out, rag.WeighingNames()[i])
	}
	return out
}

func seq(n int) []int {
	var out []int
	for i := range n {
		out = append(out, i)
	}
	return out
}

// weighSet asks a database its questions.
func weighSet(ctx context.Context, folder string, files []string, set int) ([]weighedCase, error) {
	searcher, scope, done, err := open(ctx, folder)
	if err != nil {
		return nil, err
	}
	defer done()
	catalogue, err := messages.Load()
	if err != nil {
		return nil, err
	}
	answerer, err := rag.NewAnswerer(rag.Config{Retriever: searcher, Messages: catalogue})
	if err != nil {
		return nil, err
	}
	setting := rag.Request{Scope: scope, Town: corpus.Town{Slug: "fit", Name: "fit"}, Trace: true}
	var out []weighedCase
	for kind, path := range files {
		if path == "" {
			continue
		}
		cases, err := readAny(path, kind)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		for _, c := range cases {
			one, ok, err := weighOne(ctx, answerer, setting, c, kind)
			if err != nil {
				return nil, fmt.Errorf("case %s: %w", c.ID, err)
			}
			if one.set = set; ok {
				out = append(out, one)
			}
		}
	}
	return out, nil
}

// readAny reads cases of answers, or questions with their documents.
func readAny(path string, kind int) ([]eval.AnswerCase, error) {
	f, err := os.Open(path) //nolint:gosec // the one who fits names the file
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	if kind == 0 {
		return eval.ReadAnswerCases(f)
	}
	questions, err := eval.ReadCases(f)
	if err != nil {
		return nil, err
	}
	var cases []eval.AnswerCase
	for _, q := range questions {
		c := eval.AnswerCase{ID: q.ID, Question: q.Question, Relevant: q.Relevant, Outcome: rag.Answered}
		cases = append(cases, c)
	}
	return cases, nil
}

// weighOne asks one question; ok is false where nothing was weighed, or
// several things were.
func weighOne(ctx context.Context, a *rag.Answerer, req rag.Request, c eval.AnswerCase, kind int) (one weighedCase, ok bool, err error) {
	history, err := eval.Exchanges(c.History)
	if err != nil || c.Question == "" {
		return one, false, err
	}
	req.Question, req.Language, req.History, req.Now = c.Question, c.Lang, history, c.Now
	if req.Now.IsZero() {
		req.Now = time.Date(2026, time.November, 26, 10, 0, 0, 0, time.UTC)
	}
	if kind == 2 {
		weighed, err := a.Weigh(ctx, req)
		if err != nil || len(weighed) != 1 {
			return one, false, err
		}
		return weighedCase{question: c.Question, topic: 0, whole: -1, values: weighed[0].Values()}, true, nil
	}
	answer, err := a.Answer(ctx, req, nil)
	if err != nil || answer.Trace == nil || len(answer.Trace.Weighed) != 1 {
		return one, false, err
	}
	judged := eval.JudgeAnswer(c, answer)
	one = weighedCase{question: c.Question, topic: -1, whole: 0, values: answer.Trace.Weighed[0].Values()}
	switch {
	case c.Kind == "offtopic":
		one.topic = 0
	case judged.Answerable && len(c.Relevant) > 0:
		one.topic = 1
		if judged.CitedRight && judged.FactsPresent {
			one.whole = 1
		}
	case judged.Answerable:
		return one, false, nil
	}
	return one, true, nil
}

// leftOut predicts each sample from folds without its question, five times.
func leftOut(samples []sample, questions []string, ridge float64) []float64 {
	const folds, repeats = 5, 5
	scores := make([]float64, len(samples))
	for r := range uint64(repeats) {
		random := rand.New(rand.NewPCG(r, 1))
		foldOf := map[string]int{}
		for _, q := range questions {
			if _, drawn := foldOf[q]; !drawn {
				foldOf[q] = random.IntN(folds)
			}
		}
		for fold := range folds {
			var rest []sample
			for i, s := range samples {
				if foldOf[questions[i]] != fold {
					rest = append(rest, s)
				}
			}
			weights := fit(rest, ridge)
			for i, s := range samples {
				if foldOf[questions[i]] == fold {
					scores[i] += sigmoid(logit(weights, s.values)) / repeats
				}
			}
		}
	}
	return scores
}

// passing prints, for each set, the AUC and how many of either kind would pass.
func passing(w io.Writer, samples []sample, scores []float64) {
	sets := 0
	for _, s := range samples {
		sets = max(sets, s.group+1)
	}
	for set := range sets {
		var yes, no []float64
		for i, s := range samples {
			switch {
			case s.group != set:
			case s.label == 1:
				yes = append(yes, scores[i])
			default:
				no = append(no, scores[i])
			}
		}
		fmt.Fprintf(w, "set %d, left-out folds: AUC %.3f; pass of %d and of %d:", set, eval.AUC(yes, no), len(yes), len(no))
		for t := .2; t < .75; t += .1 {
			fmt.Fprintf(w, "  %.1f: %d/%d", t, above(yes, t), above(no, t))
		}
		fmt.Fprintln(w)
	}
}

func above(scores []float64, least float64) int {
	n := 0
	for _, s := range scores {
		if s >= least {
			n++
		}
	}
	return n
}
