package rag

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"guichet/corpus"
	"guichet/internal/analysis"
	"guichet/internal/llm"
	"guichet/internal/messages"
)

// DefaultGate is the evidence that an answer needs.
const DefaultGate = .14

// Config is what an Answerer is made of.
type Config struct {
	Retriever Retriever
	Model     llm.Model // nil: quoting mode
	Messages  *messages.Catalogue
	Checks    []Check // nil: Grounded alone
	// Gate is the evidence, in [0, 1], below which the answer is "I do not
	// know". At 0 only an empty search is.
	Gate float64
	// TopPassages bounds the passages that an answer may cite; 0 means 6.
	TopPassages int
	Log         *slog.Logger // nil: silent
}

// Answerer takes questions in and gives cited answers out. It is safe for
// concurrent use.
type Answerer struct {
	cfg       Config
	analyzers map[string]*analysis.Analyzer // by language
	prompts   prompts
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
	prompts, err := newPrompts()
	if err != nil {
		return nil, err
	}
	return &Answerer{
		cfg:       cfg,
		prompts:   prompts,
		analyzers: map[string]*analysis.Analyzer{"fr": analysis.For("fr"), "en": analysis.For("en")},
	}, nil
}

// Answer answers one question and hands sources and units to sink as they
// come; sink may be nil. It returns
//
//   - ErrEmptyQuestion, ErrLongQuestion or ErrBinaryQuestion before anything
//     is done;
//   - ctx.Err() when ctx is done, with what was shown until then;
//   - the sink's error as it is, with what was shown until then;
//   - the retriever's error, wrapped, with Outcome Failed;
//   - no error where the model failed before the first unit: the answer is
//     then quoted. Where it failed later, the units that were shown stand, with
//     Outcome Failed and the model's error, wrapped.
func (a *Answerer) Answer(ctx context.Context, req Request, sink Sink) (Answer, error) {
	question, err := ValidateQuestion(req.Question)
	if err != nil {
		return Answer{Outcome: Failed}, err
	}
	req.Question = question
	t := &turn{answerer: a, req: req, sink: sink, started: time.Now()}
	t.answer.TimingsMS = map[string]float64{}
	t.answer.Usage = Usage{Prompt: -1, Completion: -1}
	t.answer.Mode = ModeQuoted
	if req.Trace {
		t.answer.Trace = &Trace{Gate: a.cfg.Gate}
	}
	err = t.run(ctx)
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

// turn is one question on its way.
type turn struct {
	answerer *Answerer
	req      Request
	sink     Sink
	started  time.Time
	result   corpus.Result
	answer   Answer
}

func (t *turn) run(ctx context.Context) error {
	cfg := t.answerer.cfg
	if kind := dangerIn(t.req.Question); kind != "" {
		t.note("rag.note.emergency", nil)
		return t.say(ctx, Emergency, emergency(t.messages(), kind, t.req.Town.Contact))
	}
	if isCourtesy(t.req.Question) {
		t.note("rag.note.courtesy", nil)
		reply := Unit{Kind: Sentence, Text: t.messages().T(courtesyMessage(t.req.Question)), Break: true}
		return t.say(ctx, OutOfScope, []Unit{reply})
	}
	began := time.Now()
	result, err := cfg.Retriever.Search(ctx, t.req.Scope, corpus.Query{Text: t.req.Question})
	t.answer.TimingsMS["retrieval"] = milliseconds(time.Since(began))
	if err != nil {
		return fmt.Errorf("search for the question: %w", err)
	}
	t.result = result
	if trace := t.answer.Trace; trace != nil {
		trace.Result = result
	}
	sources := sourcesOf(result.Hits, cfg.TopPassages, maxPerDocument)
	if len(sources) == 0 || result.Evidence < cfg.Gate {
		t.noteGate("rag.note.gate.short", len(sources))
		return t.sayNoEvidence(ctx)
	}
	t.noteGate("rag.note.gate.passed", len(sources))
	t.answer.Sources = sources
	if cfg.Model != nil {
		return t.runModel(ctx)
	}
	return t.runQuoting(ctx)
}

// runQuoting answers in the passages' own words.
func (t *turn) runQuoting(ctx context.Context) error {
	t.answer.Mode = ModeQuoted
	t.answer.Sources = sourcesOf(t.result.Hits, max(maxQuotedSources, t.answerer.cfg.TopPassages), maxQuotedPerDocument)
	weights := map[string]float64{}
	for _, w := range t.result.Terms {
		weights[w.Term] = w.Weight
	}
	var units []Unit
	for _, u := range quote(t.analyzer(), t.req.Question, weights, t.answer.Sources) {
		if shown, ok := t.check(ctx, u); ok {
			units = append(units, shown)
		}
	}
	units = withoutEmptyHeadings(units)
	if len(units) == 0 {
		t.note("rag.note.quote.nothing", nil)
		t.answer.Sources = nil
		return t.sayNoEvidence(ctx)
	}
	t.answer.Sources, units = citedAlone(t.answer.Sources, units)
	t.note("rag.note.quote.done", map[string]any{"Units": len(units), "Passages": len(t.answer.Sources)})
	if err := t.offerSources(ctx); err != nil {
		return err
	}
	for _, u := range units {
		if err := t.show(ctx, u); err != nil {
			return err
		}
	}
	t.answer.Outcome = Answered
	return nil
}

// withoutEmptyHeadings drops headings that nothing follows before the next.
func withoutEmptyHeadings(units []Unit) []Unit {
	var out []Unit
	for i, u := range units {
		title := u.Kind == Heading && i+2 < len(units) && units[i+1].Kind == Heading && units[i+2].Kind != Heading
		if u.Kind == Heading && !title && (i+1 == len(units) || units[i+1].Kind == Heading) {
			continue
		}
		out = append(out, u)
	}
	return out
}

// sayNoEvidence shows the designed "I do not know".
func (t *turn) sayNoEvidence(ctx context.Context) error {
	foreign := isEnglish(t.req.Question) && t.documentsAreFrench()
	m := t.messages()
	if foreign {
		m = t.answerer.cfg.Messages.For("en")
	}
	return t.say(ctx, NoEvidence, noEvidence(m, t.req.Town.Contact, foreign))
}

// documentsAreFrench tells whether all collections that are read are.
func (t *turn) documentsAreFrench() bool {
	for _, m := range t.req.Scope.Members {
		if base, _, _ := strings.Cut(m.Collection.Language, "-"); base != "fr" {
			return false
		}
	}
	return true
}

// say shows a designed answer, which cites nothing.
func (t *turn) say(ctx context.Context, outcome Outcome, units []Unit) error {
	if err := t.offerSources(ctx); err != nil {
		return err
	}
	for _, u := range units {
		if err := t.show(ctx, u); err != nil {
			return err
		}
	}
	t.answer.Outcome = outcome
	return nil
}

// messages are those of the reader's language.
func (t *turn) messages() *messages.Messages {
	return t.answerer.cfg.Messages.For(append([]string{t.req.Language}, t.req.Town.Languages...)...)
}

// decimal writes a share with two decimals, as the reader's language does.
func (t *turn) decimal(v float64) string {
	s := strconv.FormatFloat(v, 'f', 2, 64)
	if t.messages().Language == "fr" {
		s = strings.Replace(s, ".", ",", 1)
	}
	return s
}

// check passes a unit through all checks, which may each change it.
func (t *turn) check(ctx context.Context, u Unit) (Unit, bool) {
	text := u.Text
	checks := t.answerer.cfg.Checks
	if checks == nil {
		checks = []Check{Grounded{Question: t.req.Question}}
	}
	for _, c := range checks {
		shown, reason := c.Unit(ctx, u, t.answer.Sources)
		if reason != nil {
			t.withhold(text, *reason)
			return Unit{}, false
		}
		u = shown
	}
	return u, true
}

func (t *turn) withhold(text string, reason Reason) {
	if trace := t.answer.Trace; trace != nil {
		trace.Withheld = append(trace.Withheld, Withheld{Text: text, Reason: t.messages().T(reason.ID, reason.Data)})
	}
}

func (t *turn) offerSources(ctx context.Context) error {
	if t.sink == nil {
		return ctx.Err()
	}
	if err := t.sink.Sources(ctx, t.answer.Sources); err != nil {
		return fmt.Errorf("hand on sources: %w", err)
	}
	return ctx.Err()
}

// show numbers a unit and hands it on.
func (t *turn) show(ctx context.Context, u Unit) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	u.N = len(t.answer.Units) + 1
	if u.Citations == nil {
		u.Citations = []Citation{}
	}
	if u.N == 1 {
		t.answer.TimingsMS["first_unit"] = milliseconds(time.Since(t.started))
	}
	if t.sink != nil {
		if err := t.sink.Unit(ctx, u); err != nil {
			return fmt.Errorf("hand on unit %d: %w", u.N, err)
		}
	}
	t.answer.Units = append(t.answer.Units, u)
	return nil
}

// note writes down a decision, by its message, for an agent who reads the
// trace.
func (t *turn) note(id string, data map[string]any) {
	if trace := t.answer.Trace; trace != nil {
		trace.Notes = append(trace.Notes, t.messages().T(id, data))
	}
}

// noteGate writes down whether the evidence was enough.
func (t *turn) noteGate(id string, passages int) {
	t.note(id, map[string]any{
		"Evidence": t.decimal(t.result.Evidence), "Gate": t.decimal(t.answerer.cfg.Gate), "Passages": passages,
	})
}

// analyzer is that of the best source's language.
func (t *turn) analyzer() *analysis.Analyzer {
	if len(t.result.Hits) > 0 {
		for _, m := range t.req.Scope.Members {
			base, _, _ := strings.Cut(m.Collection.Language, "-")
			if an := t.answerer.analyzers[base]; an != nil && m.Collection.ID == t.result.Hits[0].Document.CollectionID {
				return an
			}
		}
	}
	return t.answerer.analyzers["fr"]
}

// citationsOf returns the units' citations, each once.
func citationsOf(units []Unit) []Citation {
	out := []Citation{}
	seen := map[Citation]bool{}
	for _, u := range units {
		for _, c := range u.Citations {
			if !seen[c] {
				seen[c] = true
				out = append(out, c)
			}
		}
	}
	return out
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
