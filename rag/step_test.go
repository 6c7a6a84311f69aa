package rag

import (
	"context"
	"slices"
	"strings"
	"testing"

	"guichet/internal/analysis"
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

// What an answer says that it found nothing on is a thing: no turn of speech, and nobody
// whose age is told, for whom a page has bands of age.
func TestUnspokenAreThings(t *testing.T) {
	for text, want := range map[string]string{
		"le bus s'arrête où du coup":               "",
		"y a-t-il un trampoline":                   "trampoline",
		"au niveau de la pataugeoire":              "pataugeoire",
		"l'entrée pour un enfant de 8 ans":         "entrée",
		"pour une fille âgée de 14 ans":            "",
		"le prix pour un enfant qui a huit amis":   "prix enfant",
		"la carte d'un voisin de la rue des lilas": "carte voisin lilas",
	} {
		var found []string
		for _, token := range analysis.For("fr").Tokens(text) {
			if namesOne(namesThing, text, token.Start, token.End) {
				found = append(found, text[token.Start:token.End])
			}
		}
		if got := strings.Join(found, " "); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}
