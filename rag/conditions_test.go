package rag_test

import (
	"os"
	"strings"
	"testing"

	"guichet/rag"
)

// TestConditions holds sentences against passages that say something under a
// condition: those that keep it ("+") and those that drop it ("-"). Every second of
// each was set aside before the rules were made.
func TestConditions(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile("testdata/conditions.txt")
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]*[2]tally{"+": {}, "-": {}}
	seen := map[string]int{}
	var passage, question string
	for line := range strings.SplitSeq(strings.TrimSpace(string(content)), "\n") {
		kind, text, _ := strings.Cut(line, " ")
		switch kind {
		case "=":
			passage, question = text, ""
			continue
		case "?":
			question = text
			continue
		}
		seen[kind]++
		aside := seen[kind] % 2
		sources := []rag.Source{{N: 1, Title: "Guide de la ville", Text: passage}}
		_, reason := rag.Grounded{Question: question}.Unit(t.Context(), cited(rag.Sentence, text, sources...), sources)
		shown[kind][aside].add(reason == nil)
		if (reason == nil) != (kind == "+") && aside == 0 {
			t.Logf("%s (%s) %+v", line, passage, reason)
		}
	}
	t.Logf("condition kept: %v; set aside: %v", shown["+"][0], shown["+"][1])
	t.Logf("condition dropped: %v; set aside: %v", shown["-"][0], shown["-"][1])
	if shown["+"][0].share() < .9 || shown["+"][1].share() < .85 || shown["-"][0].share() > .2 || shown["-"][1].share() > .15 {
		t.Error("worse than the floors")
	}
}
