package rag

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"guichet/corpus"
	"guichet/internal/messages"
)

// paraphrases are the groups of testdata/paraphrases.txt.
func paraphrases(t testing.TB) (groups [][]string, others [][]string) {
	t.Helper()
	content, err := os.ReadFile("testdata/paraphrases.txt")
	if err != nil {
		t.Fatal(err)
	}
	for block := range strings.SplitSeq(string(content), "\n\n") {
		var same, other []string
		for line := range strings.SplitSeq(block, "\n") {
			if text, ok := strings.CutPrefix(line, "= "); ok {
				same = append(same, text)
			} else if text, ok := strings.CutPrefix(line, "! "); ok {
				other = append(other, text)
			}
		}
		if len(same) > 0 {
			groups, others = append(groups, same), append(others, other)
		}
	}
	return groups, others
}

// An approved answer must never answer another question: the threshold is set
// where none of these passes, and most wordings of the same question do.
func TestLikeness(t *testing.T) {
	m := NewMatcher()
	groups, others := paraphrases(t)
	same, sameAll, wrong, wrongAll := 0, 0, 0, 0
	tell := func(l float64, a, b string) { t.Logf("%.2f  %s | %s", l, a, b) }
	for i, group := range groups {
		for _, q := range group[1:] {
			l := m.Likeness(q, group[0])
			sameAll++
			if l >= sameQuestion {
				same++
			} else {
				tell(l, group[0], q)
			}
		}
		for j := range groups {
			strangers := others[j]
			if i != j {
				strangers = append(strangers[:len(strangers):len(strangers)], groups[j]...)
			}
			for _, q := range strangers {
				l := m.Likeness(q, group[0])
				wrongAll++
				if l >= sameQuestion {
					wrong++
					tell(l, group[0], "! "+q)
				}
			}
		}
	}
	t.Logf("the same question recognised: %d of %d; another one taken for it: %d of %d", same, sameAll, wrong, wrongAll)
	if wrong > 0 || float64(same) < .72*float64(sameAll) {
		t.Error("the threshold is wrong")
	}
}

// approvals are a fixed list.
type approvals []corpus.ApprovedAnswer

func (a approvals) Approved(context.Context, corpus.Scope) ([]corpus.ApprovedAnswer, error) {
	return a, nil
}

func (a approvals) ApprovedSupports(_ context.Context, _ corpus.Scope, id int64) ([]corpus.ApprovedSupport, error) {
	for _, answer := range a {
		if answer.ID == id {
			return answer.Supports, nil
		}
	}
	return nil, corpus.ErrNotFound
}

func TestApprovedAnswerIsGivenWhileItHolds(t *testing.T) {
	catalogue, err := messages.Load()
	if err != nil {
		t.Fatal(err)
	}
	answer := corpus.ApprovedAnswer{
		ID: 7, Questions: []string{"Quand ouvre la déchèterie ?", "horaires déchèterie"}, Owner: "marie",
		Answer: "La déchèterie ouvre à **9 h 30**.\n\nElle refuse :\n- l’amiante", ReviewOn: time.Now(),
		Supports: []corpus.ApprovedSupport{{
			PassageID: 3, Current: true, Document: corpus.HitDocument{Name: "dechets", Title: "Déchèterie", Edition: 2},
			Passage: corpus.Passage{ID: 3, Text: "La déchèterie ouvre à 9 h 30. Elle refuse l'amiante."},
		}},
	}
	ask := func(a corpus.ApprovedAnswer, question string) Answer {
		answerer, err := NewAnswerer(Config{Retriever: town(), Messages: catalogue, Approvals: approvals{a}})
		if err != nil {
			t.Fatal(err)
		}
		got, err := answerer.Answer(t.Context(), request(question), &recorder{})
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	got := ask(answer, "Bonjour, la déchèterie ouvre quand ?")
	if got.Mode != ModeApproved || got.Outcome != Answered || !strings.HasPrefix(got.Text(), "La déchèterie ouvre à 9 h 30.") ||
		!strings.Contains(got.Text(), "- l’amiante") || len(got.Citations) == 0 || got.Citations[0].Document != "dechets" {
		t.Errorf("%s %s, %+v\n%s", got.Mode, got.Outcome, got.Citations, got.Text())
	}
	checkQuotes(t, got)
	if got := ask(answer, "La déchèterie est-elle gratuite ?"); got.Mode != ModeQuoted {
		t.Errorf("another question: %s", got.Mode)
	}
	if got := ask(answer, "Quand ouvre la déchèterie le samedi ?"); got.Mode != ModeQuoted {
		t.Errorf("a day of its own: %s", got.Mode)
	}
	untrue := answer
	untrue.Answer += "\n- les piles"
	got = ask(untrue, "Quand ouvre la déchèterie ?")
	if got.Mode != ModeQuoted || strings.Contains(got.Text(), "piles") {
		t.Errorf("a part is not published, and yet: %s", got.Text())
	}
	if told := strings.Join(notes(got), "\n"); !strings.Contains(told, "n’a pas été donnée") || len(got.Trace.Withheld) != 1 || got.Trace.Withheld[0].Text != "les piles" {
		t.Errorf("the trace says %+v\n%s", got.Trace.Withheld, told)
	}
	answer.Supports = append(answer.Supports, corpus.ApprovedSupport{PassageID: 4})
	if got := ask(answer, "Quand ouvre la déchèterie ?"); got.Mode != ModeQuoted {
		t.Errorf("a passage changed, and yet: %s", got.Mode)
	}
}

func TestSupports(t *testing.T) {
	documents := []corpus.HitDocument{
		{Name: "decheterie", Title: "La déchèterie"}, {Name: "annexe", Title: "Mairie annexe"},
		{Name: "bruit", Title: "Bruit et voisinage"}, {Name: "piscine", Title: "Piscine"},
	}
	passages := []corpus.Passage{
		{ID: 1, Text: "La déchèterie est ouverte du lundi au samedi, de 9 h à 18 h. Un badge est remis en mairie.\n\nSont refusés :\n\n- l'amiante\n- les bouteilles de gaz"},
		{ID: 2, Text: "On peut y retirer des rouleaux de sacs jaunes et un badge de déchèterie. Elle ne délivre pas de duplicata."},
		{ID: 3, Text: "Brûler des déchets verts est interdit toute l'année."},
		{ID: 4, Text: "Le bonnet de bain est obligatoire, le short de bain est interdit. Les bébés nageurs viennent le dimanche de 9 h à 10 h."},
	}
	for answer, want := range map[string]int64{ // the passage that it rests on; 0: refused
		"Les rouleaux de sacs jaunes se retirent à la mairie annexe.":              2,
		"La déchèterie ouvre du lundi au samedi, de 9 h à 18 h.":                   1,
		"Bonjour !\n\nLa déchèterie est ouverte du lundi au samedi.":               1,
		"La déchèterie refuse :\n- l’amiante\n- les bouteilles de gaz":             1,
		"Brûler des déchets verts est interdit.":                                   3,
		"Le bonnet de bain est obligatoire.":                                       4,
		"La déchèterie ouvre du lundi au samedi, de 9 h à 19 h.":                   0,
		"Les camping-cars stationnent gratuitement sur le parking municipal.":      0,
		"La déchèterie est ouverte du lundi au samedi. Appelez le 01 99 99 99 99.": 0,
		"La déchèterie accepte l’amiante et les bouteilles de gaz.":                0,
		"La déchèterie accepte :\n- l’amiante":                                     0,
		"Brûler des déchets verts est autorisé toute l’année.":                     0,
		"Le short de bain est obligatoire, le bonnet de bain est interdit.":        0,
		"La mairie annexe délivre un duplicata.":                                   0,
		"Les bébés nageurs viennent le samedi.":                                    0,
		"Les rouleaux de sacs gris se retirent à la mairie annexe.":                0,
		"Bonjour !": 0,
	} {
		got, err := Supports(t.Context(), corpus.Town{}, answer, documents, passages)
		var unsupported *UnsupportedError
		switch {
		case want == 0 && !errors.As(err, &unsupported):
			t.Errorf("%q is taken: %+v, %v", answer, got, err)
		case want != 0 && (err != nil || len(got) == 0 || got[0].PassageID != want):
			t.Errorf("%q: %+v, %v", answer, got, err)
		}
	}
}

// BenchmarkMatch looks for a question among as many answers as a town may have,
// with two wordings each.
func BenchmarkMatch(b *testing.B) {
	groups, _ := paraphrases(b)
	var answers []corpus.ApprovedAnswer
	for i := range 1000 {
		group := groups[i%len(groups)]
		answers = append(answers, corpus.ApprovedAnswer{Questions: []string{
			fmt.Sprintf("%s lot %d", group[0], i), fmt.Sprintf("%s lot %d", group[1%len(group)], i),
		}})
	}
	m := NewMatcher()
	for b.Loop() {
		m.Match("Bonjour, je voudrais savoir quand ouvre la déchèterie ?", answers)
	}
}
