package eval

import (
	"context"
	"fmt"
	"slices"

	"guichet/rag"
)

// Answerer answers questions: rag.Answerer does.
type Answerer interface {
	Answer(ctx context.Context, req rag.Request, sink rag.Sink) (rag.Answer, error)
}

// AnswerResult is how the answer to one case was. What a case does not ask for
// counts as right. Its JSON form is a contract that scripts rely on.
type AnswerResult struct {
	ID       string        `json:"id"`
	Kind     string        `json:"kind"`
	Lang     string        `json:"lang"`
	Question string        `json:"question"`
	Expected []rag.Outcome `json:"expected"` // any of them; none: any at all
	Outcome  rag.Outcome   `json:"outcome"`
	Mode     rag.Mode      `json:"mode"`
	Answer   string        `json:"answer"`
	Cited    []string      `json:"cited"` // names of documents, in order
	Error    string        `json:"error,omitempty"`
	MS       float64       `json:"ms"`

	OutcomeRight     bool       `json:"outcome_right"`
	CitedRight       bool       `json:"cited_right"`
	FactsPresent     bool       `json:"facts_present"`
	Right            bool       `json:"right"`             // all of these, and nothing forbidden
	MissingDocuments []string   `json:"missing_documents"` // one of them, or each for a complex case
	MissingFacts     [][]string `json:"missing_facts"`     // one of each
	ForbiddenShown   []string   `json:"forbidden_shown"`

	Answerable     bool `json:"answerable"`      // an answer is expected
	MustNotAnswer  bool `json:"must_not_answer"` // an honest "no" is expected
	WronglyRefused bool `json:"wrongly_refused"` // answerable, and not answered
}

// RunAnswers asks every case once, one after the other, in the town and scope
// of setting. A question that cannot be asked, or fails, is a result; only a
// done context is an error.
func RunAnswers(ctx context.Context, a Answerer, setting rag.Request, cases []AnswerCase) ([]AnswerResult, error) {
	results := make([]AnswerResult, 0, len(cases))
	for _, c := range cases {
		history, err := Exchanges(c.History)
		if err != nil {
			return nil, fmt.Errorf("case %s: %w", c.ID, err)
		}
		req := setting
		req.Question, req.Language, req.History, req.Now = c.Question, c.Lang, history, c.Now
		answer, err := a.Answer(ctx, req, nil)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		r := JudgeAnswer(c, answer)
		if err != nil {
			r.Error = err.Error()
		}
		results = append(results, r)
	}
	return results, nil
}

// JudgeAnswer holds an answer against its case. An answer that rightly does
// not answer (no_evidence, out_of_scope, refused or failed, where the case
// allows it) need not cite nor state anything.
func JudgeAnswer(c AnswerCase, answer rag.Answer) AnswerResult {
	r := AnswerResult{
		ID: c.ID, Kind: c.Kind, Lang: c.Lang, Question: c.Question,
		Expected: c.expected(),
		Outcome:  answer.Outcome, Mode: answer.Mode, Answer: answer.Text(), MS: answer.TimingsMS["total"],
		Cited: []string{}, MissingDocuments: []string{}, MissingFacts: [][]string{}, ForbiddenShown: []string{},
		Answerable: answers(c.Outcome), MustNotAnswer: c.Outcome != "" && declines(c.Outcome),
	}
	for _, citation := range answer.Citations {
		if !slices.Contains(r.Cited, citation.Document) {
			r.Cited = append(r.Cited, citation.Document)
		}
	}
	r.OutcomeRight = len(r.Expected) == 0 || slices.Contains(r.Expected, r.Outcome)
	r.WronglyRefused = r.Answerable && !r.OutcomeRight && !answers(r.Outcome)
	if !r.OutcomeRight || !declines(r.Outcome) {
		r.MissingDocuments = missingDocuments(c, r.Cited)
		r.MissingFacts = missingFacts(c, r.Answer)
	}
	for _, fact := range c.MustNot {
		if Shows(r.Answer, fact) {
			r.ForbiddenShown = append(r.ForbiddenShown, fact)
		}
	}
	r.CitedRight = len(r.MissingDocuments) == 0
	r.FactsPresent = len(r.MissingFacts) == 0
	r.Right = r.OutcomeRight && r.CitedRight && r.FactsPresent && len(r.ForbiddenShown) == 0
	return r
}

// answers tells whether an outcome gives the resident what was asked, at least
// in part.
func answers(o rag.Outcome) bool { return o == rag.Answered || o == rag.Partial }

// declines tells whether an outcome gives no answer.
func declines(o rag.Outcome) bool { return !answers(o) && o != rag.Emergency }

// missingDocuments are those that should have been cited: none where one is,
// or where all are for a complex case.
func missingDocuments(c AnswerCase, cited []string) []string {
	missing := []string{}
	for _, name := range c.Relevant {
		if !slices.Contains(cited, name) {
			missing = append(missing, name)
		}
	}
	if c.Kind != Complex && len(missing) < len(c.Relevant) {
		return []string{}
	}
	return missing
}

// missingFacts are the facts that do not stand in the answer, each with those
// that would have stood for it.
func missingFacts(c AnswerCase, answer string) [][]string {
	text := Normal(answer)
	missing := [][]string{}
	demand := func(facts []string) {
		if len(facts) > 0 && !slices.ContainsFunc(facts, func(f string) bool { return containsNormal(text, Normal(f)) }) {
			missing = append(missing, facts)
		}
	}
	for _, fact := range c.Must {
		demand([]string{fact})
	}
	for _, facts := range c.MustAny {
		demand(facts)
	}
	return missing
}
