package main

import (
	"encoding/json"
	"strings"
	"testing"

	"guichet/internal/postgrestest"
)

// The demo town's cases, asked end to end without a model. The floors stand a
// little below the figures of docs/quoting.md: a change that goes below one
// made answers worse.
func TestDemoAnswers(t *testing.T) {
	env := demoTown(t)
	dev := evaluated(t, env, "../../eval/cases/dev.jsonl")
	atLeast(t, "cited, facts present", dev.Answerable.Count, 91)
	atLeast(t, "honest outcomes", dev.MustNotAnswer.Count, 27)
	atLeast(t, "outcomes right", dev.All.OutcomeRight, 96)
	atLeast(t, "answerable and not refused", dev.WronglyRefused.N-dev.WronglyRefused.Count, 105)

	hours := evaluated(t, env, "../../eval/cases/hours.jsonl")
	atLeast(t, "opening hours right", hours.All.Right, hours.All.N)
}

// A newer document about the very thing is shown beside an older one that tells of it,
// and one in a third language is asked for in its words.
func TestDemoAnswersOfOneQuestion(t *testing.T) {
	env := demoTown(t)
	for question, want := range map[string]string{
		"Quand finissent les travaux avenue de la gare ?": "18 décembre 2026",
		"¿Cuánto cuesta la piscina?":                      "3,80 €",
		"téléassistance combien":                          "9,90 €",
	} {
		code, stdout, stderr := guichet(t, env, "ask", "--now", "2026-11-27T10:00:00+01:00", question)
		if text := strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(stdout); code != 0 || !strings.Contains(text, want) {
			t.Errorf("%s: want %q\n%s%s", question, want, stdout, stderr)
		}
	}
}

// demoTown loads the demo town into a database of its own.
func demoTown(t *testing.T) map[string]string {
	t.Helper()
	if testing.Short() {
		t.Skip("loads the demo town")
	}
	env := map[string]string{"GUICHET_DATABASE_URL": postgrestest.URL(t), "GUICHET_DATA_DIR": t.TempDir()}
	if code, _, stderr := guichet(t, env, "demo"); code != 0 {
		t.Fatalf("demo: %s", stderr)
	}
	return env
}

func evaluated(t *testing.T, env map[string]string, cases string) answersEvaluation {
	t.Helper()
	code, stdout, stderr := guichet(t, env, "evaluate", "--answers", "--json", cases)
	if code != 0 {
		t.Fatalf("evaluate %s: %s", cases, stderr)
	}
	var e answersEvaluation
	if err := json.Unmarshal([]byte(stdout), &e); err != nil {
		t.Fatal(err)
	}
	return e
}

func atLeast(t *testing.T, what string, got, floor int) {
	t.Helper()
	if got < floor {
		t.Errorf("%s: %d, the floor is %d", what, got, floor)
	}
}
