package rag

import (
	"encoding/json"
	"strings"
	"testing"

	"guichet/internal/messages"
)

func TestScopePhrasings(t *testing.T) {
	eachLine(t, "testdata/scope.tsv", func(line string) {
		want, question, _ := strings.Cut(line, "\t")
		want = strings.TrimPrefix(want, "in")
		if got := ScopeOf(question); string(got.Scope) != want {
			t.Errorf("%s: %q, want %q (%s)", question, got.Scope, want, got.Words)
		}
	})
}

// No question of a resident is turned away, and most questions to a machine of
// another kind are.
func TestScopeOfCases(t *testing.T) {
	questions := func(path string, read func(question string)) {
		eachLine(t, path, func(line string) {
			var c struct{ Question string }
			if err := json.Unmarshal([]byte(line), &c); err != nil {
				t.Fatal(err)
			}
			read(c.Question)
		})
	}
	questions("../eval/testdata/demo-cases.jsonl", func(q string) {
		if v := ScopeOf(q); !v.Proceeds() {
			t.Errorf("%s: %s (%s)", q, v.Scope, v.Words)
		}
	})
	stopped, weighed, all := 0, 0, 0
	questions("../eval/testdata/offtopic.jsonl", func(q string) {
		all++
		stopped += one(!ScopeOf(q).Proceeds())
		weighed += one(ScopeOf(q).Proceeds() && !weighedScope(q).Proceeds())
	})
	t.Logf("%d of %d off-topic questions are known as such by patterns, %d more by the weight of their words", stopped, all, weighed)
	if stopped < all*7/10 {
		t.Errorf("only %d of %d off-topic questions are known as such", stopped, all)
	}
}

func TestScopeWording(t *testing.T) {
	catalogue, err := messages.Load()
	if err != nil {
		t.Fatal(err)
	}
	contact := request("").Town.Contact
	for _, kind := range append(phraseKinds(t, "phrases/scope.*.txt"), string(Courtesy)) {
		for _, language := range []string{"fr", "en"} {
			v := Verdict{Scope: Scope(kind)}
			units := []Unit{ScopeUnit(catalogue.For(language), v, "bonjour")}
			if v.Scope != Courtesy {
				units = append(units, contactUnits(catalogue.For(language), contact, kind)...)
			}
			for _, u := range units {
				if strings.HasPrefix(u.Text, "rag.") {
					t.Errorf("%s, %s: no message %s", kind, language, u.Text)
				}
			}
		}
	}
}

func BenchmarkScope(b *testing.B) {
	question := strings.Repeat("mon fils veut aller à la piscine avec sa grand-mère, quels papiers faut-il pour l'inscription ? ", 21)[:2000]
	for b.Loop() {
		ScopeOf(question)
	}
}

// What no pattern knows is turned away by the weight of its words, unless the documents
// answer it, it follows another question, or it is a story in which it stands.
func TestWhatNoTownAnswersIsWeighedLast(t *testing.T) {
	const stray = "je voudrais apprendre le tricot à mon chat de race siamoise, par où commencer son dressage"
	if v := ScopeOf(stray); !v.Proceeds() {
		t.Fatalf("a pattern knows it: %+v", v)
	}
	l := town()
	ask := func(r Request) Answer {
		t.Helper()
		got, err := newTestAnswerer(t, l, nil).Answer(t.Context(), r, nil)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	got := ask(request(stray))
	if last := got.Steps[len(got.Steps)-1]; got.Outcome != OutOfScope || last.Name != StepGate || len(last.Notes) == 0 {
		t.Errorf("%s, ended by %+v", got.Outcome, last)
	}
	follows := request(stray)
	follows.History = asked("Quel est le tarif de la piscine ?")
	if got := ask(follows); got.Outcome == OutOfScope {
		t.Error("a question that follows another was weighed")
	}
	story := stray + strings.Repeat(" et la piscine est fermée le lundi", 4)
	if got := ask(request(story)); got.Outcome == OutOfScope {
		t.Error("a story was weighed by a stretch of it")
	}
	l.add("tricot", "Apprendre le tricot à son chat de race siamoise", "Pour apprendre le tricot à son chat de race siamoise, "+
		"il faut commencer son dressage par les mailles : par où commencer est dit à la médiathèque, le lundi à 18 h.", "Par où commencer son dressage")
	if got := ask(request(stray)); got.Outcome == OutOfScope || len(got.Sources) == 0 {
		t.Errorf("what a document answers is %s", got.Outcome)
	}
}
