package rag

import (
	"bytes"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"guichet/internal/weigh"
)

var (
	learn       = flag.Bool("learn", false, "learn emergency.weights from the examples anew")
	judgeUnseen = flag.Bool("unseen", false, "judge weights by examples that they were not learnt from")
)

// learnt are the kinds of danger that the weights tell apart, by the kinds of
// the published cases and of the patterns. A kind with its own numbers only.
var learnt = map[string]string{
	"medical": "medical", "accident": "medical", "drowning": "medical", "poison": "medical", "poisoning": "medical",
	"carbon_monoxide": "medical", "co": "medical", "deaf": "medical", "trapped": "medical", "collapse": "medical",
	"fire": "fire", "gas": "fire", "powerline": "fire", "power": "fire",
	"violence": "violence", "crime": "violence", "elder": "violence", "intrusion": "violence",
	"child": "child", "missing_child": "child", "missing": "child",
	"suicide": "suicide", "suicide_now": "suicide",
	"homeless": "homeless", "hunger": "homeless",
}

var learntKinds = []string{ordinary, "medical", "fire", "violence", "suicide", "child", "homeless"}

// learntSets are the published cases that may be learnt from: all but the
// fourth, the sixth and the seventh set. "phrasings" and "text" are rag/testdata.
var learntSets = map[string][]string{
	"1":      {"emergencies", "emergencies-false", "emergencies-held-out", "emergencies-false-held-out"},
	"2":      {"emergencies-2", "emergencies-false-2"},
	"3":      {"emergencies-3", "emergencies-false-3"},
	"5":      {"emergencies-5", "emergencies-false-5"},
	"8":      {"emergencies-8", "emergencies-false-8"},
	"in use": {"emergencies-false-in-use"}, // false alarms that were met
}

const (
	phrasings = "phrasings" // that the patterns were written with
	learning  = "text"      // that was written to be learnt from
)

// dangerExamples are what the weights are learnt from, by set.
func dangerExamples(t *testing.T) map[string][]weigh.Example {
	t.Helper()
	sets := map[string][]weigh.Example{}
	add := func(set, kind, text string) {
		if kind != ordinary && learnt[kind] == "" {
			t.Fatalf("%s: %q is no kind of danger: %s", set, kind, text)
		}
		if kind != ordinary {
			kind = learnt[kind]
		}
		sets[set] = append(sets[set], weigh.Example{Kind: kind, Text: text})
	}
	for set, files := range learntSets {
		for _, file := range files {
			for _, c := range emergencyCases(t, file+".jsonl") {
				if strings.HasPrefix(file, "emergencies-false") {
					c.Kind = ordinary
				}
				add(set, c.Kind, c.Question)
			}
		}
	}
	eachLine(t, "testdata/emergencies.tsv", func(line string) {
		kind, question, ok := strings.Cut(line, "\t")
		if kind == "any" {
			found, _ := emergencyPhrases().Find(question)
			kind = found.Kind
		}
		if ok {
			add(phrasings, kind, question)
		}
	})
	for _, e := range writtenExamples(t, "testdata/danger/*.txt") {
		add(learning, e.Kind, e.Text)
	}
	for _, question := range ordinaryQuestions(t) {
		add(ordinary, ordinary, question)
	}
	return sets
}

// learnFrom learns from these sets in the order of their names.
func learnFrom(sets map[string][]weigh.Example) *weigh.Weights {
	var examples []weigh.Example
	for _, set := range slices.Sorted(maps.Keys(sets)) {
		examples = append(examples, sets[set]...)
	}
	return weigh.Learn(learntKinds, examples)
}

// ordinaryQuestions are all that the repository has, but those of the sets of
// emergencies and of eval/attacks.
func ordinaryQuestions(t *testing.T) []string {
	t.Helper()
	var questions []string
	for _, file := range []string{
		"../eval/cases/dev.jsonl", "../eval/cases/spent-1.jsonl", "../eval/cases/spent-2.jsonl", "../eval/cases/spent-4.jsonl", "../eval/cases/spent-5.jsonl", "../eval/cases/hours.jsonl", "../eval/cases/personal.jsonl",
		"../eval/testdata/demo-cases.jsonl", "../eval/testdata/reworded.jsonl", "../eval/testdata/offtopic.jsonl",
	} {
		questions = append(questions, questionsOf(t, file)...)
	}
	eachLine(t, "testdata/scope.tsv", func(line string) {
		if _, question, ok := strings.Cut(line, "\t"); ok {
			questions = append(questions, question)
		}
	})
	return append(questions,
		"Bonjour Madame, merci d'avance", "merci beaucoup pour votre aide", "bonjour, merci à vous et bonne journée",
		"thank you very much for your help", "d'accord, merci, c'est noté", "hello, can you help me please")
}

func questionsOf(t *testing.T, file string) []string {
	t.Helper()
	var questions []string
	eachLine(t, file, func(line string) {
		var c struct{ Question string }
		if err := json.Unmarshal([]byte(line), &c); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		questions = append(questions, c.Question)
	})
	return questions
}

// With -learn the weights are learnt anew and written.
func TestLearnEmergencies(t *testing.T) {
	if !*learn {
		t.Skip("with -learn only")
	}
	writeWeights(t, learnFrom(dangerExamples(t)), "emergency.weights")
}

// writtenExamples reads text that was written to be learnt from: a kind in brackets,
// and then a message a line.
func writtenExamples(t *testing.T, pattern string) []weigh.Example {
	t.Helper()
	texts, err := filepath.Glob(pattern)
	if err != nil || len(texts) == 0 {
		t.Fatal("no text to learn from: ", pattern, err)
	}
	var examples []weigh.Example
	for _, text := range texts {
		kind := ""
		eachLine(t, text, func(line string) {
			if strings.HasPrefix(line, "[") {
				kind = strings.Trim(line, "[]")
				return
			}
			examples = append(examples, weigh.Example{Kind: kind, Text: line})
		})
	}
	return examples
}

func writeWeights(t *testing.T, w *weigh.Weights, name string) {
	t.Helper()
	var file bytes.Buffer
	if err := w.Write(&file); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, file.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// What weights alone say of each set when they were learnt without it, and
// without the phrasings that were written down after it.
func TestWeightsOnUnseen(t *testing.T) {
	if !*judgeUnseen {
		t.Skip("with -unseen only: it learns five times")
	}
	all := dangerExamples(t)
	var sum tally
	for _, set := range []string{"1", "2", "3", "5", ordinary} {
		sets := maps.Clone(all)
		delete(sets, set)
		if set != "5" && set != ordinary {
			delete(sets, phrasings)
		}
		weights := learnFrom(sets)
		var one tally
		for _, e := range all[set] {
			one.count(e, weights.Weigh(e.Text))
			if set != ordinary {
				sum.count(e, weights.Weigh(e.Text))
			}
		}
		t.Logf("without %s: %+v", set, one)
		if set == ordinary && 100*one.FalselySure > one.Ordinary { // 1 in 100
			t.Errorf("%d everyday questions of %d are taken for an emergency", one.FalselySure, one.Ordinary)
		}
	}
	t.Logf("the four sets: %+v", sum)
	if 100*sum.Sure < 92*sum.Danger || 100*(sum.Sure+sum.Perhaps) < 97*sum.Danger || 1000*sum.FalselySure > 15*sum.Ordinary {
		t.Error("less is known, or more is feared, than was")
	}
}

// tally counts what weights say of texts that they were not learnt from.
type tally struct{ Danger, Sure, OfItsKind, Perhaps, Ordinary, FalselySure, FalselyPerhaps int }

func (u *tally) count(e weigh.Example, w weigh.Weighed) {
	sure := surely(e.Text, w.Score)
	perhaps := w.Score >= perhapsScore && !sure
	if e.Kind == ordinary {
		u.Ordinary++
		u.FalselySure += one(sure)
		u.FalselyPerhaps += one(perhaps)
		return
	}
	u.Danger++
	u.Sure += one(sure)
	u.Perhaps += one(perhaps)
	u.OfItsKind += one((sure || perhaps) && w.Kind == e.Kind)
}

func one(is bool) int {
	if is {
		return 1
	}
	return 0
}
