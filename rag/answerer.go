package rag

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"guichet/internal/analysis"
	"guichet/internal/llm"
	"guichet/internal/messages"
	"guichet/internal/personal"
)

// DefaultGate is the belief that an answer needs: docs/retrieval.md has what
// passes at others.
const DefaultGate = .2

// Config is what an Answerer is made of.
type Config struct {
	Retriever Retriever
	Model     llm.Model // nil: quoting mode
	Approvals Approvals // nil: none
	Services  Services  // whose hours are computed; nil: none
	Publisher Publisher // knows what numbers the town publishes; nil: those of its contact alone
	Messages  *messages.Catalogue
	// Gate is the evidence, in [0, 1], below which the answer is "I do not
	// know". At 0 only an empty search is.
	Gate float64
	// TopPassages bounds the passages that an answer may cite; 0 means 6.
	TopPassages int
	Log         *slog.Logger     // nil: silent
	Now         func() time.Time // nil: the clock
}

// Answerer takes questions in and gives cited answers out. It is safe for
// concurrent use.
type Answerer struct {
	cfg       Config
	steps     []step
	leaks     Leaks
	readings  *readings
	analyzers map[string]*analysis.Analyzer // by language
}

// NewAnswerer returns an Answerer. Retriever and Messages are required.
func NewAnswerer(cfg Config) (*Answerer, error) {
	if cfg.Retriever == nil || cfg.Messages == nil {
		return nil, errors.New("answerer: retriever and messages are required")
	}
	if cfg.TopPassages <= 0 {
		cfg.TopPassages = 6
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	prompts, err := newPrompts()
	if err != nil {
		return nil, err
	}
	leaks, err := NewLeaks()
	if err != nil {
		return nil, err
	}
	condenser, err := NewCondenser(cfg.Model, 0)
	if err != nil {
		return nil, err
	}
	a := &Answerer{
		cfg:       cfg,
		leaks:     leaks,
		readings:  newReadings(),
		analyzers: map[string]*analysis.Analyzer{"fr": analysis.For("fr"), "en": analysis.For("en")},
	}
	a.steps = []step{
		emergencyStep{},
		scopeStep{retrieveStep{cfg.Retriever}},
		condenseStep{condenser},
	}
	if cfg.Approvals != nil {
		a.steps = append(a.steps, approvedStep{cfg.Approvals, NewMatcher()})
	}
	if cfg.Services != nil {
		a.steps = append(a.steps, hoursStep{cfg.Services})
	}
	a.steps = append(a.steps,
		retrieveStep{cfg.Retriever},
		gateStep{least: cfg.Gate, passages: cfg.TopPassages},
	)
	if cfg.Model != nil {
		a.steps = append(a.steps, promptStep{prompts}, streamStep{cfg.Model})
	}
	a.steps = append(a.steps, quoteStep{})
	return a, nil
}

// Warm reads the patterns, weights and word lists that are else read when they
// are first needed: some 200 ms, which an emergency should not wait for.
func (a *Answerer) Warm() {
	DangerIn("y a-t-il le feu à la mairie ?")
	ScopeOf("où est la mairie ?")
	weighedScope("dans quelle rue est la mairie ?")
	newWording()
	newFollowUps()
	theHoursVocabulary()
}

// Answer answers one question and hands sources and units to sink as they
// come; sink may be nil. It returns
//
//   - ErrEmptyQuestion, ErrLongQuestion or ErrBinaryQuestion before anything
//     is done;
//   - ctx.Err() when ctx is done, with what was shown until then;
//   - the sink's error as it is, with what was shown until then;
//   - the retriever's error, wrapped, with Outcome Failed;
//   - no error where the model failed: the answer is then quoted or, where
//     units of the model were shown already, Partial.
func (a *Answerer) Answer(ctx context.Context, req Request, sink Sink) (Answer, error) {
	began := time.Now()
	req, err := a.Intake(ctx, req)
	if err != nil {
		return Answer{Outcome: Failed}, err
	}
	if req.Now.IsZero() {
		req.Now = a.cfg.Now()
	}
	t := &turn{answerer: a, req: req, sink: sink, started: began, question: personal.Spoken(req.Question)}
	t.answer.Steps = slices.Clone(req.intake.steps)
	t.answer.TimingsMS = map[string]float64{}
	t.answer.Usage = Usage{Prompt: -1, Completion: -1}
	t.answer.Mode = ModeQuoted
	if req.Trace {
		t.answer.Trace = &Trace{Gate: a.cfg.Gate}
	}
	err = t.runSteps(ctx, a.steps)
	if err == nil {
		err = t.caution(ctx)
	}
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	if err != nil {
		t.answer.Outcome = Failed
	}
	t.answer.TimingsMS["total"] = milliseconds(time.Since(t.started))
	t.answer.Citations = citationsOf(t.answer.Units)
	return t.answer, err
}

// Weigh searches for a question and returns what its answer would be weighed
// from, for each thing that it asks, without the steps that come before: so
// that the gate can be fitted on questions that these turn away.
func (a *Answerer) Weigh(ctx context.Context, req Request) ([]Weighing, error) {
	t := &turn{answerer: a, req: req, question: personal.Spoken(req.Question), started: time.Now()}
	t.answer.TimingsMS = map[string]float64{}
	if t.req.Now.IsZero() {
		t.req.Now = a.cfg.Now()
	}
	if _, err := (retrieveStep{a.cfg.Retriever}).run(ctx, t); err != nil {
		return nil, err
	}
	if len(t.hits()) == 0 {
		return nil, nil
	}
	var err error
	if t.quotation, err = t.quote(ctx); err != nil {
		return nil, err
	}
	t.weighAll()
	return t.weighed, nil
}

// citationsOf returns the citations of the units that answer, each once.
func citationsOf(units []Unit) []Citation {
	out := []Citation{}
	seen := map[Citation]bool{}
	for _, u := range units {
		for _, c := range u.Citations {
			if !seen[c] && !u.Whom {
				seen[c] = true
				out = append(out, c)
			}
		}
	}
	return out
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
