package rag

import (
	"context"
	"slices"
	"testing"

	"guichet/internal/llmtest"
)

// stepNames are those of the steps taken.
func stepNames(a Answer) []StepName {
	var names []StepName
	for _, s := range a.Steps {
		names = append(names, s.Name)
	}
	return names
}

func TestStepsAreToldInTheirOrder(t *testing.T) {
	model, _ := scripted(t, llmtest.Good("La déchèterie est ouverte le lundi [1]."))
	for name, c := range map[string]struct {
		question string
		want     []StepName
		ended    StepName
	}{
		"model":       {question, []StepName{StepNormalise, StepMask, StepEmergency, StepScope, StepCondense, StepRetrieve, StepGate, StepPrompt, StepStream, StepCut, StepCite, StepVerify}, StepStream},
		"emergency":   {"Au secours, il y a le feu", []StepName{StepNormalise, StepMask, StepEmergency}, StepEmergency},
		"courtesy":    {"Bonjour", []StepName{StepNormalise, StepMask, StepEmergency, StepScope}, StepScope},
		"no evidence": {"xylophone quantique", []StepName{StepNormalise, StepMask, StepEmergency, StepScope, StepCondense, StepRetrieve, StepGate}, StepGate},
	} {
		got, err := newTestAnswerer(t, town(), model).Answer(context.Background(), request(c.question), nil)
		if err != nil || !slices.Equal(stepNames(got), c.want) {
			t.Errorf("%s: %v, steps %v", name, err, stepNames(got))
		}
		for _, s := range got.Steps {
			if (s.Outcome == StepEnded) != (s.Name == c.ended) {
				t.Errorf("%s: %s %s", name, s.Name, s.Outcome)
			}
		}
	}
}
