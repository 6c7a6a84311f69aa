package rag

import (
	"context"
	"strings"
	"testing"

	"guichet/internal/messages"
)

func TestAnswerEmergencyFirst(t *testing.T) {
	a := newTestAnswerer(t, town(), nil)
	for question, numbers := range map[string][]string{
		"j'ai peur de mon mari": {"17", "3919", "114"},
		"je veux mourir":        {"3114", "15"},
		"au feu":                {"18", "112"},
		"plus rien à manger":    {"115", "01 23 45 67 89"},
	} {
		got, err := a.Answer(context.Background(), request(question), &recorder{})
		if err != nil || got.Outcome != Emergency {
			t.Fatalf("%q: %v %s", question, err, got.Outcome)
		}
		for _, n := range numbers {
			if !strings.Contains(got.Text(), n) {
				t.Errorf("%q lacks %s:\n%s", question, n, got.Text())
			}
		}
		for _, u := range got.Units {
			if strings.HasPrefix(u.Text, "rag.") {
				t.Errorf("%q: message %s is missing", question, u.Text)
			}
		}
	}
}

// A number that is called is the one that its words name.
func TestEmergencyNumbersCallWhatTheySay(t *testing.T) {
	catalogue, err := messages.Load()
	if err != nil {
		t.Fatal(err)
	}
	digits := func(s string) string {
		return strings.Map(func(r rune) rune {
			if r < '0' || r > '9' {
				return -1
			}
			return r
		}, s)
	}
	kinds := append([]string{"unknown"}, phraseKinds(t, "phrases/emergency.*.txt")...)
	for _, language := range []string{"fr", "en"} {
		for _, kind := range kinds {
			for i, u := range perhapsEmergency(catalogue.For(language), kind) {
				if !u.Alarm {
					t.Errorf("%s, %s: %q is no alarm", language, kind, u.Text)
				}
				if i == 0 || strings.HasPrefix(u.Text, "Enedis") {
					continue
				}
				number, _, _ := strings.Cut(u.Text, ":")
				if _, called, _ := strings.Cut(u.Call, ":"); called != digits(number) || strings.HasPrefix(u.Call, "sms:") != (called == "114") {
					t.Errorf("%s, %s: %q calls %q", language, kind, u.Text, u.Call)
				}
			}
		}
	}
}

// Words that may tell of danger, of which no pattern is sure: the numbers stand
// above whatever the answer is.
func TestAnswerBelowNumbers(t *testing.T) {
	const question = "mon grand-père dit des choses étranges et marche de travers"
	if danger := DangerIn(question); danger.Alarm != Perhaps || danger.Why == "" {
		t.Fatalf("%+v", danger)
	}
	a := newTestAnswerer(t, town(), nil)
	got, err := a.Answer(context.Background(), request(question), &recorder{})
	if err != nil || got.Outcome == Emergency || len(got.Units) < 4 {
		t.Fatalf("%v %s\n%s", err, got.Outcome, got.Text())
	}
	if !strings.Contains(got.Units[0].Text, "n’attendez pas") || !strings.Contains(got.Units[1].Text, "1") {
		t.Errorf("no numbers above:\n%s", got.Text())
	}
	if last := got.Units[len(got.Units)-1].Text; strings.Contains(last, "112") {
		t.Errorf("no answer below:\n%s", got.Text())
	}
}

func TestAnswerCourtesy(t *testing.T) {
	l := town()
	l.add("verre", "Verre", "Entre 22 h et 7 h, merci de ne pas y jeter de verre. Bonjour à tous.")
	a := newTestAnswerer(t, l, nil)
	for _, q := range []string{"bonjour", "merci beaucoup !", "ok", "Bonjour Madame, merci d'avance", "thank you"} {
		got, err := a.Answer(context.Background(), request(q), nil)
		if err != nil || got.Outcome != OutOfScope || len(got.Units) != 1 || strings.Contains(got.Text(), "verre") {
			t.Errorf("%q: %v %s\n%s", q, err, got.Outcome, got.Text())
		}
	}
	if got, err := a.Answer(context.Background(), request("bonjour, quand ouvre la déchèterie ? merci"), nil); err != nil || got.Outcome != Answered {
		t.Errorf("a question with a greeting: %v %s", err, got.Outcome)
	}
}

func TestNoEvidenceIsShortAndKind(t *testing.T) {
	a := newTestAnswerer(t, town(), nil)
	got, err := a.Answer(context.Background(), request("xylophone quantique"), nil)
	sentences := 0
	for _, u := range got.Units {
		if u.Kind == Sentence {
			sentences++
		}
	}
	if err != nil || sentences != 2 {
		t.Errorf("%v, %d sentences:\n%s", err, sentences, got.Text())
	}
	got, err = a.Answer(context.Background(), request("Where is the quantum xylophone?"), nil)
	if err != nil || got.Outcome != NoEvidence || !strings.Contains(got.Text(), "documents are in French") {
		t.Errorf("%v:\n%s", err, got.Text())
	}
}
