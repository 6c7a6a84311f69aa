package eval

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"guichet/rag"
)

func TestNormalWritesValuesInOneForm(t *testing.T) {
	for _, same := range [][]string{
		{"9h30", "9 h 30", "9\u00a0h\u202f30", "9:30", "9 heures 30", "9.30 am", "9:30 a.m."},
		{"14h", "14 h", "14 heures", "2 pm", "14:00", "14h00"},
		{"02.61.91.20.00", "02 61 91 20 00", "0261912000", "+33 2 61 91 20 00", "+33 (0)2 61 91 20 00", "02-61-91-20-00"},
		{"4,35 €", "4.35 euros", "4,35\u00a0€", "€4.35", "4,35 EUR"},
		{"1 200,50 €", "1.200,50 €", "1,200.50 euros", "1200,5 €"},
		{"1,00 €", "1 euro", "1 €"},
		{"1er décembre 2026", "1 Décembre 2026", "01/12/2026"},
		{"30 %", "30%", "30 pour cent"},
		{"l'hôtel de ville", "L’HÔTEL DE VILLE", "l hotel de ville"},
		{"de 9 h à 12 h", "9 h - 12 h", "9h–12h", "from 9 am to 12 pm"},
		{"2 m²", "2 m2"},
		{"cœur", "coeur"},
		{"soft\u00adhyphen", "softhyphen"},
	} {
		for _, text := range same[1:] {
			if got, want := Normal(text), Normal(same[0]); got != want {
				t.Errorf("Normal(%q) = %q, but Normal(%q) = %q", text, got, same[0], want)
			}
		}
	}
}

func TestContainsIsBounded(t *testing.T) {
	for _, c := range []struct {
		text, fact string
		want       bool
	}{
		{"Le repas coûte 5 €.", "5 €", true},
		{"Le repas coûte 15 €.", "5 €", false},
		{"Le repas coûte 4,5 €.", "5 €", false},
		{"Le repas coûte 5,40 €.", "5 €", false},
		{"Le repas coûte 1 205 €.", "5 €", false},
		{"Ouvert à 9 h 30", "9 h", false},
		{"Ouvert à 19 h", "9 h", false},
		{"C'est gratuitement que", "gratuit", true},
		{"Il est impayé", "payé", false},
		{"Dans 2 mois", "2 m", false},
		{"Horaires : 9 h - 12 h, 14 h - 18 h", "de 14 h à 18 h", true},
		{"Voir https://ants.gouv.fr/ma-demande", "ants.gouv.fr", true},
		{"Écrivez à mairie@ville.example.", "mairie@ville.example", true},
		{"1200 €", "200 €", false},
		{"le 12 mars", "2 mars", false},
		{"rien", "", false},
		{"7 rue Haute", "rue haute", true},
	} {
		if got := Contains(c.text, c.fact); got != c.want {
			t.Errorf("Contains(%q, %q) = %v; %q in %q", c.text, c.fact, got, Normal(c.fact), Normal(c.text))
		}
	}
}

func TestShowsMarkupByItsCharacters(t *testing.T) {
	for _, c := range []struct {
		text, forbidden string
		want            bool
	}{
		{"Le formulaire en ligne", "<form", false},
		{"un <FORM action=x>", "<form", true},
		{"C'est gratuit", "# GRATUIT", false},
		{"Il coûte 87 €", "8\u00ad7", false},
		{"Il coûte 8\u00ad7 €", "87 €", true},
		{"44 places", "₄₄", false},
		{"allez sur EVIL.example", "evil.example", true},
	} {
		if got := Shows(c.text, c.forbidden); got != c.want {
			t.Errorf("Shows(%q, %q) = %v", c.text, c.forbidden, got)
		}
	}
}

func TestAmountsAndTimesCompareInAnyForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		euros, cents := rapid.IntRange(0, 99999).Draw(t, "euros"), rapid.IntRange(0, 99).Draw(t, "cents")
		group := func(sep string) string {
			s := fmt.Sprint(euros)
			if len(s) > 3 {
				s = s[:len(s)-3] + sep + s[len(s)-3:]
			}
			return s
		}
		space := rapid.SampledFrom([]string{" ", "\u00a0", "\u202f"}).Draw(t, "space")
		forms := []string{
			fmt.Sprintf("%s,%02d%s€", group(space), cents, space),
			fmt.Sprintf("%s,%02d euros", group("."), cents),
			fmt.Sprintf("%s.%02d €", group(","), cents),
			fmt.Sprintf("%d,%02d €", euros, cents),
		}
		for _, f := range forms {
			if Normal(f) != Normal(forms[0]) {
				t.Fatalf("%q is %q, %q is %q", f, Normal(f), forms[0], Normal(forms[0]))
			}
			if !Contains("Il faut payer "+f+", pas plus.", forms[0]) {
				t.Fatalf("%q is not found", f)
			}
			if Contains("Il faut payer 1"+fmt.Sprintf("%d,%02d €", euros, cents), forms[0]) {
				t.Fatalf("%q is found in a larger amount", forms[0])
			}
		}
		h, m := rapid.IntRange(0, 23).Draw(t, "h"), rapid.IntRange(0, 59).Draw(t, "m")
		want := Normal(fmt.Sprintf("%d h %02d", h, m))
		for _, f := range []string{fmt.Sprintf("%dh%02d", h, m), fmt.Sprintf("%02d:%02d", h, m), fmt.Sprintf("%d%sh%s%02d", h, space, space, m)} {
			if Normal(f) != want {
				t.Fatalf("%q is %q, want %q", f, Normal(f), want)
			}
		}
	})
}

func FuzzNormal(f *testing.F) {
	for _, text := range []string{"9 h 30", "4,35 €", "€ 1.2", "+33 (0)2 61 91 20 00", "99/99/2026", "0 pm", "\xff€€", "1er", "12 pm à 1"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		normal := Normal(text)
		if strings.Contains(normal, "  ") || strings.TrimSpace(normal) != normal {
			t.Errorf("Normal(%q) = %q has stray spaces", text, normal)
		}
		if Contains(text, text) != (normal != "") {
			t.Errorf("Contains(%q, itself) = %v", text, normal == "")
		}
	})
}

func TestReadAnswerCases(t *testing.T) {
	cases, err := ReadAnswerCases(strings.NewReader(`{"id":"a","kind":"followup","lang":"fr","question":"et le samedi ?",` +
		`"history":[{"role":"user","content":"q"},{"role":"assistant","content":"r"}],"now":"2026-12-12T10:00:00+01:00",` +
		`"relevant":["D"],"must":["9 h"],"must_any":[["a","b"]],"must_not":[],"outcome":"answered","also_ok":["partial"]}` + "\n"))
	if err != nil {
		t.Fatal(err)
	}
	if len(cases) != 1 || !cases[0].Now.Equal(time.Date(2026, 12, 12, 9, 0, 0, 0, time.UTC)) || cases[0].AlsoOK[0] != rag.Partial {
		t.Errorf("cases = %+v", cases)
	}
	for text, want := range map[string]string{
		`{"question":"q","outcome":"answerd"}`:                     "answerd",
		`{"question":"q","mustnot":["x"]}`:                         "mustnot",
		`{"question":"q","history":[{"role":"bot","content":""}]}`: "bot",
		`{"question":"q","must":[" ; "]}`:                          "no fact",
		`{"question":"q","now":"hier"}`:                            "line 1",
	} {
		if _, err := ReadAnswerCases(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want an error that names %s", text, err, want)
		}
	}
}

func TestExchangesPairQuestionsAndAnswers(t *testing.T) {
	got, err := ReadHistory(strings.NewReader(`[{"role":"assistant","content":"hello"},{"role":"user","content":"a"},{"role":"user","content":"b"},{"role":"assistant","content":"c"},{"role":"assistant","content":"d"}]`))
	want := []rag.Exchange{{Answer: "hello"}, {Question: "a"}, {Question: "b", Answer: "c\nd"}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("history = %v, %v", got, err)
	}
}

// canned answers each question with what is under it, or fails.
type canned map[string]rag.Answer

func (c canned) Answer(_ context.Context, req rag.Request, _ rag.Sink) (rag.Answer, error) {
	a, ok := c[req.Question]
	if !ok {
		return rag.Answer{Outcome: rag.Failed}, errors.New("no such answer")
	}
	return a, nil
}

func says(outcome rag.Outcome, text string, documents ...string) rag.Answer {
	a := rag.Answer{Outcome: outcome, Mode: rag.ModeQuoted, Units: []rag.Unit{{Kind: rag.Sentence, Text: text}}}
	for _, d := range documents {
		a.Citations = append(a.Citations, rag.Citation{Document: d})
	}
	return a
}

func TestAnswersAreScored(t *testing.T) {
	answers := canned{
		"good":    says(rag.Answered, "Il coûte 4,35 €.", "B", "A"),
		"wrong":   says(rag.Answered, "Il coûte 14,35 €.", "B"),
		"half":    says(rag.Partial, "Six semaines.", "A"),
		"no":      says(rag.NoEvidence, "Je ne sais pas."),
		"refused": says(rag.Refused, "Je ne peux pas."),
		"danger":  says(rag.Emergency, "Appelez le 15."),
	}
	price := AnswerCase{Kind: "direct", Relevant: []string{"A", "C"}, Must: []string{"4.35 euros"}, MustNot: []string{"14,35 €"}, Outcome: rag.Answered}
	with := func(c AnswerCase, question string, change func(*AnswerCase)) AnswerCase {
		c.ID, c.Question = question, question
		if change != nil {
			change(&c)
		}
		return c
	}
	cases := []AnswerCase{
		with(price, "good", nil),
		with(price, "wrong", nil),
		with(price, "good", func(c *AnswerCase) { c.Kind = Complex }),
		with(AnswerCase{Kind: "direct", MustAny: [][]string{{"6 semaines", "six semaines"}}, Outcome: rag.Answered, AlsoOK: []rag.Outcome{rag.Partial}}, "half", nil),
		with(price, "no", nil),
		with(price, "no", func(c *AnswerCase) { c.AlsoOK = []rag.Outcome{rag.NoEvidence} }),
		with(AnswerCase{Kind: "off", Outcome: rag.OutOfScope, AlsoOK: []rag.Outcome{rag.Refused}, Must: []string{"not demanded"}}, "refused", nil),
		with(AnswerCase{Kind: "off", Outcome: rag.NoEvidence}, "good", nil),
		with(AnswerCase{Kind: "danger", Outcome: rag.Emergency, Must: []string{"18"}}, "danger", nil),
		with(AnswerCase{Kind: "any"}, "unknown", nil),
	}
	results, err := RunAnswers(context.Background(), answers, rag.Request{}, cases)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range results {
		got = append(got, fmt.Sprintf("%v %v %v %d %v", r.OutcomeRight, r.CitedRight, r.FactsPresent, len(r.ForbiddenShown), r.WronglyRefused))
	}
	want := []string{
		"true true true 0 false",
		"true false false 1 false",
		"true false true 0 false", // C is not cited
		"true true true 0 false",
		"false false false 0 true",
		"true true true 0 false",
		"true true true 0 false",
		"false true true 0 false",
		"true true false 0 false",
		"true true true 0 false",
	}
	if !slices.Equal(got, want) {
		t.Errorf("judged\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if results[9].Error == "" {
		t.Error("a failed answer has no error")
	}
	s := ScoreAnswers(results)
	if s.Answerable != (Share{6, 3}) || s.MustNotAnswer != (Share{2, 1}) || s.WronglyRefused != (Share{6, 1}) {
		t.Errorf("scores = %+v", s)
	}
	if s.All.N != 10 || s.All.Right != 5 || len(s.Kinds) != 5 || s.Kinds[0].Kind != "direct" || s.Kinds[0].N != 5 {
		t.Errorf("kinds = %+v, all = %+v", s.Kinds, s.All)
	}
}
