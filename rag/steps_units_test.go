package rag

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"guichet/internal/analysis"
	"guichet/internal/llmtest"
)

// Each of the steps that work unit by unit runs alone, and counts.
func TestUnitStepsAlone(t *testing.T) {
	sources := []Source{{N: 1, Title: "Déchèterie", Text: "La déchèterie est ouverte le lundi.\n\nL'accès coûte 12 €."}}

	cut := newCutStep()
	var raws []rawUnit
	for _, piece := range []string{"La déchèterie est ", "ouverte le lundi [1]. L'accès", " coûte 15 € [1][7]."} {
		raws = append(raws, cut.run(piece)...)
	}
	raws = append(raws, cut.end()...)
	if len(raws) != 2 || cut.in != 3 || cut.out != 2 || cut.took <= 0 {
		t.Fatalf("cut %d pieces into %d units, in %v: %+v", cut.in, cut.out, cut.took, raws)
	}

	cite := newCiteStep(analysis.For("fr"))
	var units []Unit
	for i, unknown := range [][]int{nil, {7}} {
		u := raws[i].unit()
		var none []int
		if u.Citations, none = cite.run(u.Text, raws[i].cites, sources); !slices.Equal(none, unknown) {
			t.Errorf("unit %d: unknown sources %v", i+1, none)
		}
		units = append(units, u)
	}
	if q := units[0].Citations[0].Quote; q != "La déchèterie est ouverte le lundi." || cite.in != 2 || cite.out != 2 || cite.took <= 0 {
		t.Errorf("%d units, %d citations in %v, %q", cite.in, cite.out, cite.took, q)
	}

	verify := newTestVerify(t)
	for i, ok := range []bool{true, false} {
		_, reason := verify.run(t.Context(), units[i], true, nil, sources)
		if (reason == nil) != ok {
			t.Errorf("unit %d: %+v", i+1, reason)
		}
	}
	if verify.in != 2 || verify.out != 1 || verify.took <= 0 {
		t.Errorf("%d units verified, %d passed, in %v", verify.in, verify.out, verify.took)
	}
	// A heading passes until what it leads to is known to be of something else.
	heading := Unit{Kind: Heading, Text: "Horaires de la médiathèque"}
	if _, reason := verify.run(t.Context(), heading, false, nil, sources); reason != nil || verify.out != 2 {
		t.Errorf("%+v, %d", reason, verify.out)
	}
	if reason := verify.introduces(heading, units[0], sources); reason == nil || verify.in != 3 || verify.out != 1 {
		t.Errorf("%+v, %d of %d", reason, verify.out, verify.in)
	}
}

func newTestVerify(t *testing.T) *verifyStep {
	t.Helper()
	turn := &turn{answerer: newTestAnswerer(t, town(), nil), question: question}
	return &verifyStep{form: turn.form(), lock: turn.lock()}
}

// The trace tells what each did, and with the step that withheld it what was withheld.
func TestUnitStepsAreTraced(t *testing.T) {
	model, _ := scripted(t, llmtest.Good("La déchèterie est ouverte du lundi au samedi, de 9 h 30 à 18 h [1][9]. L'accès coûte 12 euros [1]."))
	asked := request(question)
	asked.Trace = false // as a resident's
	got, err := newTestAnswerer(t, town(), model).Answer(t.Context(), asked, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[StepName][]string{
		StepCut:    {"Phrases, éléments de liste et lignes\u00a0: 2."},
		StepCite:   {"Phrases, éléments et lignes\u00a0: 2.", "un passage n°\u00a09, qui n’existe pas"},
		StepVerify: {"vérifiés\u00a0: 2. Conformes aux documents\u00a0: 1.", "12 euros"},
	} {
		s := stepNamed(t, got, name)
		told := strings.Join(s.Notes, "\n")
		for _, w := range want {
			if !strings.Contains(told, w) {
				t.Errorf("%s does not tell %q: %s", name, w, told)
			}
		}
		if s.Outcome != StepPassed {
			t.Errorf("%+v", s)
		}
	}
	// Where no model text came, there was nothing to cut.
	broken, _ := scripted(t, llmtest.Status(500, "no"))
	if got, err = newTestAnswerer(t, town(), broken).Answer(t.Context(), request(question), nil); err != nil {
		t.Fatal(err)
	}
	for _, name := range []StepName{StepCut, StepCite, StepVerify} {
		if s := stepNamed(t, got, name); s.Outcome != StepSkipped {
			t.Errorf("%+v", s)
		}
	}
}

func stepNamed(t *testing.T, a Answer, name StepName) Step {
	t.Helper()
	at := slices.IndexFunc(a.Steps, func(s Step) bool { return s.Name == name })
	if at < 0 {
		t.Fatalf("no step %s: %v", name, stepNames(a))
	}
	return a.Steps[at]
}

// The steps before a question is stored run alone.
func TestIntakeStepsAlone(t *testing.T) {
	turn := &turn{answerer: newTestAnswerer(t, town(), nil), req: request("Le 06\u200b39\u200b98\u200b12\u200b34 ?")}
	ctx := context.Background()
	if _, err := turn.runStep(ctx, normaliseStep{}); err != nil || turn.req.Question != "Le 0639981234 ?" {
		t.Errorf("%q, %v", turn.req.Question, err)
	}
	if _, err := turn.runStep(ctx, maskStep{}); err != nil || turn.req.Question != "Le [téléphone] ?" {
		t.Errorf("%q, %v", turn.req.Question, err)
	}
	turn.req.Question = "\u200b"
	if outcome, err := turn.runStep(ctx, normaliseStep{}); !errors.Is(err, ErrEmptyQuestion) || outcome != StepFailed {
		t.Errorf("%s, %v", outcome, err)
	}
	for i, want := range []string{"invisibles", "numéro de téléphone", ""} {
		s := turn.answer.Steps[i]
		if (want == "") != (len(s.Notes) == 0) || want != "" && !strings.Contains(s.Notes[0], want) || (want == "") != (s.Outcome == StepFailed) {
			t.Errorf("%+v", s)
		}
	}
}
