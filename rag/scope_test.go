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
	stopped, all := 0, 0
	questions("../eval/testdata/offtopic.jsonl", func(q string) {
		all++
		if !ScopeOf(q).Proceeds() {
			stopped++
		}
	})
	t.Logf("%d of %d off-topic questions are known as such", stopped, all)
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
			units := ScopeUnits(catalogue.For(language), v, "bonjour", contact)
			if v.Scope == Decision {
				units = CautionUnits(catalogue.For(language), contact)
			}
			for _, u := range units {
				if strings.HasPrefix(u.Text, "rag.") {
					t.Errorf("%s, %s: no message %s", kind, language, u.Text)
				}
			}
			if named := strings.Contains(Answer{Units: units}.Text(), contact.Phone); named != (v.Scope != Courtesy) {
				t.Errorf("%s: the contact's phone is shown: %v", kind, named)
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
