package rag

import (
	"encoding/json"
	"strings"
	"testing"

	"guichet/internal/weigh"
)

// scopeExamples are what the weights of scope.weights are learnt from: text that was
// written for it, and the everyday messages that danger is told from.
func scopeExamples(t *testing.T) []weigh.Example {
	t.Helper()
	return append(writtenExamples(t, "testdata/scope/*.txt"), writtenExamples(t, "testdata/danger/ordinary.*.txt")...)
}

// scopeCases are published questions to the demo town, and the off-topic ones.
func scopeCases(t *testing.T) []weigh.Example {
	t.Helper()
	var cases []weigh.Example
	for _, file := range []string{"cases/dev", "cases/spent-1", "cases/spent-2", "cases/spent-4", "cases/spent-5", "cases/hours", "testdata/offtopic"} {
		eachLine(t, "../eval/"+file+".jsonl", func(line string) {
			var c struct{ Question, Kind string }
			if err := json.Unmarshal([]byte(line), &c); err != nil {
				t.Fatal(err)
			}
			kind := ordinary
			switch {
			case file == "testdata/offtopic" || c.Kind == string(OffTopic):
				kind = string(OffTopic)
			case c.Kind == string(Opinion):
				kind = string(Opinion)
			}
			cases = append(cases, weigh.Example{Kind: kind, Text: c.Question})
		})
	}
	return cases
}

func learnScope(examples []weigh.Example) *weigh.Weights {
	return weigh.Learn([]string{ordinary, string(OffTopic), string(Opinion)}, examples)
}

// With -learn the weights are learnt anew, from the everyday ones of the cases too, and
// written.
func TestLearnScope(t *testing.T) {
	if !*learn {
		t.Skip("with -learn only")
	}
	examples := scopeExamples(t)
	for _, c := range scopeCases(t) {
		if c.Kind == ordinary {
			examples = append(examples, c)
		}
	}
	eachLine(t, "testdata/scope.tsv", func(line string) {
		if kind, question, ok := strings.Cut(line, "\t"); ok && kind == "in" {
			examples = append(examples, weigh.Example{Kind: ordinary, Text: question})
		}
	})
	writeWeights(t, learnScope(examples), "scope.weights")
}

// What the weights alone say of the cases when nothing was learnt from these.
func TestScopeWeightsOnUnseen(t *testing.T) {
	if !*judgeUnseen {
		t.Skip("with -unseen only: it learns")
	}
	weights := learnScope(scopeExamples(t))
	known, away, all, wrong := 0, 0, 0, 0
	for _, c := range scopeCases(t) {
		stopped := weights.Weigh(c.Text).Score >= turnedAway
		if c.Kind == ordinary {
			all++
			wrong += one(stopped)
			if stopped {
				t.Logf("turned away: %s", c.Text)
			}
			continue
		}
		away++
		known += one(stopped)
	}
	t.Logf("%d of %d that no town answers are known, %d of %d others are turned away", known, away, wrong, all)
	if 100*known < 60*away || 200*wrong > all {
		t.Error("less is known, or more is turned away, than was")
	}
}
