package eval

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"guichet/corpus"
)

func TestReadCases(t *testing.T) {
	cases, err := ReadCases(strings.NewReader("\ufeff{\"id\":\"a\",\"question\":\"q\",\"relevant\":[\"D\"]}\n\n{\"question\":\"r\"}\n"))
	if err != nil {
		t.Fatal(err)
	}
	if len(cases) != 2 || cases[0].Relevant[0] != "D" || cases[1].ID != "line-3" {
		t.Errorf("cases = %+v", cases)
	}
	for text, want := range map[string]string{
		"{\"question\":\"q\"}\nnonsense": "line 2",
		"[1]":                            "line 1",
	} {
		if _, err := ReadCases(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ReadCases(%q) = %v, want an error that names %s", text, err, want)
		}
	}
}

// finder answers every question with the documents of the same name.
type finder map[string][]string

func (f finder) Search(_ context.Context, _ corpus.Scope, q corpus.Query) (corpus.Result, error) {
	var r corpus.Result
	for _, name := range f[q.Text] {
		r.Hits = append(r.Hits, corpus.Hit{Document: corpus.HitDocument{Name: name}})
	}
	return r, nil
}

func TestScoreOfKnownRanks(t *testing.T) {
	f := finder{"first": {"A", "B"}, "third": {"x", "y", "A"}, "never": {"x"}, "two": {"A", "x", "B"}}
	cases := []Case{
		{ID: "1", Question: "first", Relevant: []string{"A"}},
		{ID: "2", Question: "third", Relevant: []string{"A"}},
		{ID: "3", Question: "never", Relevant: []string{"A"}},
		{ID: "4", Question: "two", Relevant: []string{"A", "B"}},
		{ID: "5", Question: "first"}, // no right document: does not count
		{ID: "6", Question: " "},     // nothing is asked
	}
	outcomes, err := Run(context.Background(), f, corpus.Scope{}, cases)
	if err != nil {
		t.Fatal(err)
	}
	s := Score(outcomes)
	near := func(what string, got, want float64) {
		t.Helper()
		if math.Abs(got-want) > 1e-9 {
			t.Errorf("%s = %v, want %v", what, got, want)
		}
	}
	near("n", float64(s.N), 4)
	near("hit@1", s.HitAt1, .5)
	near("hit@3", s.HitAt3, .75)
	near("MRR", s.MRRAt10, (1+1./3+0+1)/4)
	near("nDCG", s.NDCGAt10, (1+.5+0+(1+.5)/(1+1/math.Log2(3)))/4)
	if ci := s.Intervals["hit_at_1"]; ci.Low > .5 || ci.High < .5 || ci.Low == ci.High {
		t.Errorf("interval %+v does not hold its mean", ci)
	}
	better, worse := Diff(outcomes, []Outcome{{ID: "1", Rank: 2}, {ID: "3", Rank: 9}, {ID: "2", Rank: 3}, {ID: "new", Rank: 1}})
	if len(better) != 1 || better[0].ID != "3" || len(worse) != 1 || worse[0].ID != "1" {
		t.Errorf("better %v, worse %v", better, worse)
	}
}

func TestAUCAgreesWithTheTrapezoids(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Map(rapid.IntRange(0, 6), func(i int) float64 { return float64(i) }), 1, 20)
		positive, negative := values.Draw(t, "positive"), values.Draw(t, "negative")
		// The ROC curve, threshold by threshold, and the area under it.
		area, x, y := 0.0, 0.0, 0.0
		for threshold := 6.0; threshold >= 0; threshold-- {
			above := func(vs []float64) float64 {
				n := 0
				for _, v := range vs {
					if v >= threshold {
						n++
					}
				}
				return float64(n) / float64(len(vs))
			}
			nx, ny := above(negative), above(positive)
			area += (nx - x) * (y + ny) / 2
			x, y = nx, ny
		}
		if got := AUC(positive, negative); math.Abs(got-area) > 1e-9 {
			t.Fatalf("AUC = %v, trapezoids %v", got, area)
		}
	})
}

func TestQuantileIsNearestRank(t *testing.T) {
	values := []float64{4, 1, 3, 2}
	for q, want := range map[float64]float64{0: 1, .5: 2, .75: 3, .95: 4, 1: 4} {
		if got := quantile(values, q); got != want {
			t.Errorf("quantile %v = %v, want %v", q, got, want)
		}
	}
	if !slices.Equal(values, []float64{4, 1, 3, 2}) {
		t.Error("quantile sorted the caller's slice")
	}
}

func TestReliabilityCountsEveryOutcomeOnce(t *testing.T) {
	outcomes := []Outcome{
		{Evidence: 0}, {Evidence: .05, Rank: 1}, {Evidence: .55, Rank: 5}, {Evidence: .59, Rank: 6}, {Evidence: 1, Rank: 2},
	}
	curve := Reliability(outcomes, 10)
	if len(curve) != 3 {
		t.Fatalf("curve = %+v, want 3 bins", curve)
	}
	for i, want := range []Bin{
		{From: 0, To: .1, N: 2, Evidence: .025, Answered: .5},
		{From: .5, To: .6, N: 2, Evidence: .57, Answered: .5},
		{From: .9, To: 1, N: 1, Evidence: 1, Answered: 1},
	} {
		got := curve[i]
		if got.N != want.N || math.Abs(got.Evidence-want.Evidence) > 1e-9 || got.Answered != want.Answered || got.From != want.From {
			t.Errorf("bin %d = %+v, want %+v", i, got, want)
		}
	}
}
