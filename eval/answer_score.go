package eval

import "slices"

// AnswerScores sum up results. Their JSON form is a contract that scripts rely
// on.
type AnswerScores struct {
	Kinds []KindScore `json:"kinds"` // in order of appearance
	All   KindScore   `json:"all"`
	// Answerable counts the cases that expect an answer, and those of them whose
	// answer cites the right document and states the required facts.
	Answerable Share `json:"answerable"`
	// MustNotAnswer counts the cases that expect an honest "no", and those of
	// them with such an outcome.
	MustNotAnswer Share `json:"must_not_answer"`
	// WronglyRefused counts the answerable cases, and those of them that were
	// not answered.
	WronglyRefused Share `json:"wrongly_refused"`
	// P50MS and P95MS are times of one answer, in milliseconds.
	P50MS float64 `json:"p50_ms"`
	P95MS float64 `json:"p95_ms"`
}

// KindScore counts the cases of one kind.
type KindScore struct {
	Kind           string `json:"kind"`
	N              int    `json:"n"`
	OutcomeRight   int    `json:"outcome_right"`
	CitedRight     int    `json:"cited_right"`
	FactsPresent   int    `json:"facts_present"`
	ForbiddenShown int    `json:"forbidden_shown"`
	Right          int    `json:"right"`
}

// Share is Count of N.
type Share struct {
	N     int `json:"n"`
	Count int `json:"count"`
}

// ScoreAnswers counts results by kind and in all.
func ScoreAnswers(results []AnswerResult) AnswerScores {
	s := AnswerScores{Kinds: []KindScore{}, All: KindScore{Kind: "all"}}
	var times []float64
	for _, r := range results {
		i := slices.IndexFunc(s.Kinds, func(k KindScore) bool { return k.Kind == r.Kind })
		if i < 0 {
			s.Kinds = append(s.Kinds, KindScore{Kind: r.Kind})
			i = len(s.Kinds) - 1
		}
		s.Kinds[i].add(r)
		s.All.add(r)
		if r.Answerable {
			s.Answerable.add(r.CitedRight && r.FactsPresent)
			s.WronglyRefused.add(r.WronglyRefused)
		}
		if r.MustNotAnswer {
			s.MustNotAnswer.add(r.OutcomeRight)
		}
		times = append(times, r.MS)
	}
	s.P50MS, s.P95MS = quantile(times, .50), quantile(times, .95)
	return s
}

func (k *KindScore) add(r AnswerResult) {
	count := func(n *int, yes bool) {
		if yes {
			*n++
		}
	}
	k.N++
	count(&k.OutcomeRight, r.OutcomeRight)
	count(&k.CitedRight, r.CitedRight)
	count(&k.FactsPresent, r.FactsPresent)
	count(&k.ForbiddenShown, len(r.ForbiddenShown) > 0)
	count(&k.Right, r.Right)
}

func (s *Share) add(yes bool) {
	s.N++
	if yes {
		s.Count++
	}
}
