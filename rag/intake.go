package rag

import (
	"context"
	"time"
)

// Intake makes a question fit to be stored: it is normalised, and what it has
// of personal data is masked. Whoever stores or logs questions calls it first,
// and hands Answer the request that it returns; Answer itself calls it for a
// request that has not been through. It returns ErrEmptyQuestion,
// ErrLongQuestion or ErrBinaryQuestion for what cannot be asked.
func (a *Answerer) Intake(_ context.Context, req Request) (Request, error) {
	if req.intake != nil {
		return req, nil
	}
	began := time.Now()
	question, err := ValidateQuestion(req.Question)
	if err != nil {
		return req, err
	}
	req.Question = question
	req.intake = []Step{{Name: StepNormalise, Outcome: StepPassed, MS: milliseconds(time.Since(began))}}
	return req, nil
}
