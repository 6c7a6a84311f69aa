package rag

import (
	"bytes"
	"encoding/json"
	"flag"
	"hash/fnv"
	"os"
	"strings"
	"testing"

	"guichet/internal/weigh"
)

var learn = flag.Bool("learn", false, "learn emergency.weights from the examples anew")

// learnt are the kinds of danger that the weights tell apart, by the kinds of
// the published cases and of the patterns. A kind with its own numbers only.
var learnt = map[string]string{
	"medical": "medical", "accident": "medical", "drowning": "medical", "poison": "medical", "poisoning": "medical",
	"carbon_monoxide": "medical", "co": "medical", "deaf": "medical",
	"fire": "fire", "gas": "fire", "powerline": "fire", "power": "fire",
	"violence": "violence", "crime": "violence", "elder": "violence",
	"child": "child", "missing_child": "child", "missing": "child",
	"suicide": "suicide", "suicide_now": "suicide",
	"homeless": "homeless", "hunger": "homeless",
}

var learntKinds = []string{ordinary, "medical", "fire", "violence", "suicide", "child", "homeless"}

// dangerExamples are what the weights are learnt from: all phrasings of
// emergencies but the fourth set, and ordinary questions.
func dangerExamples(t *testing.T) []weigh.Example {
	t.Helper()
	var examples []weigh.Example
	for _, part := range []string{"", "-held-out", "-2", "-3"} {
		for _, c := range emergencyCases(t, "emergencies"+part+".jsonl") {
			examples = append(examples, weigh.Example{Kind: learnt[c.Kind], Text: c.Question})
		}
		for _, c := range emergencyCases(t, "emergencies-false"+part+".jsonl") {
			examples = append(examples, weigh.Example{Kind: ordinary, Text: c.Question})
		}
	}
	for _, c := range emergencyCases(t, "emergencies-false-5.jsonl") { // false alarms that were met in use
		examples = append(examples, weigh.Example{Kind: ordinary, Text: c.Question})
	}
	eachLine(t, "testdata/emergencies.tsv", func(line string) {
		kind, question, ok := strings.Cut(line, "\t")
		if kind == "any" {
			found, _ := emergencyPhrases().Find(question)
			kind = found.Kind
		}
		if kind = learnt[kind]; kind == "" {
			kind = ordinary
		}
		if ok {
			examples = append(examples, weigh.Example{Kind: kind, Text: question})
		}
	})
	for _, question := range ordinaryQuestions(t) {
		examples = append(examples, weigh.Example{Kind: ordinary, Text: question})
	}
	return examples
}

// ordinaryQuestions are all that the repository has, but those of the sets of
// emergencies and of eval/attacks.
func ordinaryQuestions(t *testing.T) []string {
	t.Helper()
	var questions []string
	for _, file := range []string{
		"../eval/cases/dev.jsonl", "../eval/cases/hours.jsonl", "../eval/cases/personal.jsonl",
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
	var file bytes.Buffer
	if err := weigh.Learn(learntKinds, dangerExamples(t)).Write(&file); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("emergency.weights", file.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// What weights say of examples that they were not learnt from, a fifth at a time.
func TestWeightsOnUnseen(t *testing.T) {
	if testing.Short() {
		t.Skip("learns several times")
	}
	examples := dangerExamples(t)
	const parts = 5
	part := func(e weigh.Example) int {
		h := fnv.New32a()
		_, _ = h.Write([]byte(e.Text))
		return int(h.Sum32() % parts)
	}
	var danger, noDanger, sure, perhaps, falseSure, falsePerhaps, kind int
	for p := range parts {
		var seen []weigh.Example
		for _, e := range examples {
			if part(e) != p {
				seen = append(seen, e)
			}
		}
		weights := weigh.Learn(learntKinds, seen)
		for _, e := range examples {
			if part(e) != p {
				continue
			}
			w := weights.Weigh(e.Text)
			if e.Kind == ordinary {
				noDanger++
				if w.Score >= sureScore {
					falseSure++
				}
				if w.Score >= perhapsScore {
					falsePerhaps++
				}
				continue
			}
			danger++
			if w.Score >= sureScore {
				sure++
				if w.Kind == e.Kind {
					kind++
				}
			}
			if w.Score >= perhapsScore {
				perhaps++
			}
		}
	}
	t.Logf("by weights alone: %d of %d sure (%d of their kind), %d perhaps; of %d ordinary ones %d sure, %d perhaps",
		sure, danger, kind, perhaps, noDanger, falseSure, falsePerhaps)
	// Just under what was measured when this was written.
	for _, share := range []struct {
		what        string
		n, of       int
		least, most float64
	}{
		{"dangers that are sure", sure, danger, .58, 1},
		{"sure dangers of their kind", kind, sure, .86, 1},
		{"dangers that are perhaps", perhaps, danger, .87, 1},
		{"ordinary questions that are sure", falseSure, noDanger, 0, .01},
		{"ordinary questions that are perhaps", falsePerhaps, noDanger, 0, .065},
	} {
		if s := float64(share.n) / float64(share.of); s < share.least || s > share.most {
			t.Errorf("%s: %.3f, want %.3f to %.3f", share.what, s, share.least, share.most)
		}
	}
}
