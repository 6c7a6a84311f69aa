package eval

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"guichet/rag"
)

// Comparison is how the answers to cases differ between two settings.
type Comparison struct {
	Cases   int // that were asked in both
	Skipped int // that time did not suffice for
	Better  []Compared
	Worse   []Compared
}

// Compared is a case whose answer was right in one setting only.
type Compared struct {
	Before AnswerResult
	After  AnswerResult
}

// CompareAnswers asks each case in both settings, one after the other, until
// ctx's deadline: what is left then is skipped. A case got worse when its answer
// was right and no longer is. Only a ctx that is cancelled is an error.
func CompareAnswers(ctx context.Context, a Answerer, before, after rag.Request, cases []AnswerCase) (Comparison, error) {
	var c Comparison
	for i, one := range cases {
		old, err := RunAnswers(ctx, a, before, []AnswerCase{one})
		var now []AnswerResult
		if err == nil {
			now, err = RunAnswers(ctx, a, after, []AnswerCase{one})
		}
		if errors.Is(err, context.DeadlineExceeded) {
			c.Skipped = len(cases) - i
			return c, nil
		}
		if err != nil {
			return c, err
		}
		c.Cases++
		switch pair := (Compared{Before: old[0], After: now[0]}); {
		case pair.Before.Right && !pair.After.Right:
			c.Worse = append(c.Worse, pair)
		case !pair.Before.Right && pair.After.Right:
			c.Better = append(c.Better, pair)
		}
	}
	return c, nil
}

// Wrong says what is wrong with an answer, in an operator's words; empty:
// nothing.
func (r AnswerResult) Wrong() string {
	var wrong []string
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	if r.Error != "" {
		say("error: %s", r.Error)
	}
	if !r.OutcomeRight {
		say("outcome %s", r.Outcome)
	}
	if !r.CitedRight {
		say("does not cite %s", strings.Join(r.MissingDocuments, ", "))
	}
	for _, facts := range r.MissingFacts {
		say("does not say %s", strings.Join(facts, " or "))
	}
	for _, fact := range r.ForbiddenShown {
		say("says %s", fact)
	}
	return strings.Join(wrong, "; ")
}
