package rag

import (
	"context"
	"strings"
	"time"

	"guichet/internal/llm"
)

// promptStep writes the model's prompt: the rules, the conversation so far, the
// numbered passages and the question.
type promptStep struct{ prompts prompts }

func (promptStep) name() StepName { return StepPrompt }

func (s promptStep) run(_ context.Context, t *turn) (StepOutcome, error) {
	prompt, err := s.prompts.messages(t.messages().Language, t.selfContained(), t.answer.Sources)
	if err != nil {
		return StepFailed, err
	}
	t.prompt = prompt
	if trace := t.answer.Trace; trace != nil {
		trace.Prompt = promptText(prompt)
	}
	return StepPassed, nil
}

// streamStep asks the model, cuts what comes into units, and cites, verifies
// and shows each. Where the model shows nothing, because it failed or because
// nothing that it wrote passed the checks, the next step answers.
type streamStep struct{ model llm.Model }

func (streamStep) name() StepName { return StepStream }

func (s streamStep) run(ctx context.Context, t *turn) (StepOutcome, error) {
	m := newModelRun(t)
	t.answer.Mode = ModeModel
	t.answer.Usage.Model = s.model.Name()
	if w, ok := t.sink.(Watcher); ok {
		w.Writing()
	}
	began := time.Now()
	reply, err := s.model.Stream(ctx, t.prompt, func(text string) error { return m.take(ctx, text) })
	t.answer.TimingsMS["model"] = milliseconds(time.Since(began))
	if err == nil {
		t.answer.Usage = Usage{
			Model:      reply.Model,
			Prompt:     together(reply.PromptTokens, t.rewriting.Prompt),
			Completion: together(reply.CompletionTokens, t.rewriting.Completion),
		}
		t.tokens = max(0, reply.PromptTokens) + max(0, reply.CompletionTokens)
		err = m.end(ctx, reply)
	}
	if trace := t.answer.Trace; trace != nil {
		trace.Raw = m.raw.String()
	}
	t.within = m.steps()
	return m.conclude(ctx, reply, err)
}

// together adds the tokens of a rewriting, where they are known, to those of the
// answer; -1: unknown.
func together(answer, rewriting int) int {
	if answer < 0 {
		return answer
	}
	return answer + max(0, rewriting)
}

// modelRun turns a model's stream into shown units: each piece of text goes through
// cut, each unit through cite and verify.
type modelRun struct {
	turn          *turn
	cut           *cutStep
	cite          *citeStep
	verify        *verifyStep
	raw           strings.Builder
	lead          lead
	translates    bool  // it was said that what is shown is a translation
	gaveUp        bool  // the model said that the passages do not answer
	shown         int   // units of the model's that were shown
	withheld      int   // claims that did not pass
	firstWithheld bool  // the answer's first unit was one of them
	sink          error // of the sink, or of the context
}

func newModelRun(t *turn) *modelRun {
	return &modelRun{turn: t, cut: newCutStep(), cite: newCiteStep(t.analyzer()), verify: &verifyStep{form: t.form(), lock: t.lock()}}
}

// steps tell how that went which is done unit by unit.
func (m *modelRun) steps() []Step {
	return []Step{m.cut.step(StepCut, m.turn), m.cite.step(StepCite, m.turn), m.verify.step(StepVerify, m.turn)}
}

// conclude decides what the answer is once the model is done, or has failed.
func (m *modelRun) conclude(ctx context.Context, reply llm.Reply, err error) (StepOutcome, error) {
	t := m.turn
	shown := len(t.answer.Units) > 0
	switch {
	case ctx.Err() != nil:
		return StepFailed, ctx.Err()
	case m.sink != nil:
		return StepFailed, m.sink
	case err != nil && shown:
		t.note("rag.note.model.broke", map[string]any{"Units": len(t.answer.Units)})
		t.answerer.cfg.Log.WarnContext(ctx, "model broke off, the answer is partial", "reason", llm.Reason(err))
		return StepEnded, t.sayPartial(ctx, "rag.partial.broke")
	case err != nil:
		t.note("rag.note.model.failed", nil)
		t.answerer.cfg.Log.WarnContext(ctx, "model failed, passages are quoted", "reason", llm.Reason(err))
		return StepFailed, nil
	case !shown && m.gaveUp:
		t.note("rag.note.model.gave_up", nil)
		return StepEnded, t.sayNoEvidence(ctx, t.answer.Sources)
	case !shown:
		t.note("rag.note.model.nothing", nil)
		return StepFailed, nil
	case reply.StopReason != "stop":
		t.note("rag.note.model.stopped", map[string]any{"Reason": reply.StopReason})
		return StepEnded, t.sayPartial(ctx, "rag.partial.broke")
	case m.lacks() || m.gaveUp:
		t.note("rag.note.model.partial", map[string]any{"Withheld": m.withheld})
		return StepEnded, t.sayPartial(ctx, "rag.partial.sorry")
	}
	if parts := t.unansweredParts(); len(parts) > 0 {
		t.note("rag.note.model.unanswered", map[string]any{"Words": strings.Join(parts, "; ")})
		return StepEnded, t.sayPartial(ctx, "rag.partial.sorry")
	}
	t.answer.Outcome = Answered
	return StepEnded, nil
}

// lacks tells whether what was shown no longer answers: the first unit, which
// answers, was withheld, or half of them were.
func (m *modelRun) lacks() bool {
	return m.firstWithheld || m.withheld > 0 && m.withheld >= m.shown
}

// take cuts the next piece of text and shows what is whole.
func (m *modelRun) take(ctx context.Context, text string) error {
	m.raw.WriteString(text)
	return m.showAll(ctx, m.cut.run(text))
}

// end shows what was left when the model stopped. What stands there after any
// other stop than its own is half a unit.
func (m *modelRun) end(ctx context.Context, reply llm.Reply) error {
	if reply.StopReason != "stop" {
		return nil
	}
	err := m.showAll(ctx, m.cut.end())
	for _, u := range m.lead.rest() {
		m.turn.withhold(u.Text, Reason{ID: "rag.withheld.nothing_follows"})
	}
	return err
}

func (m *modelRun) showAll(ctx context.Context, units []rawUnit) error {
	for _, raw := range units {
		if err := m.consider(ctx, raw); err != nil {
			m.sink = err
			return err
		}
	}
	return nil
}

// consider cites and checks a unit, and shows it or holds it back.
func (m *modelRun) consider(ctx context.Context, raw rawUnit) error {
	if strings.Contains(raw.text, noAnswer) {
		m.gaveUp = true
		return nil
	}
	t := m.turn
	u, ok := m.checked(ctx, m.lead.inherit(raw))
	if !ok {
		return nil
	}
	show, dropped := m.lead.next(u)
	for _, d := range dropped {
		t.withhold(d.Text, Reason{ID: "rag.withheld.nothing_follows"})
	}
	for _, held := range show {
		if announces(held) {
			if reason := m.verify.introduces(held, u, t.answer.Sources); reason != nil {
				m.withhold(held.Text, *reason)
				continue
			}
		}
		if err := m.show(ctx, held); err != nil {
			return err
		}
	}
	return nil
}

// checked cites and verifies a unit; false: it is withheld.
func (m *modelRun) checked(ctx context.Context, raw rawUnit) (Unit, bool) {
	sources := m.turn.answer.Sources
	u := raw.unit()
	citations, unknown := m.cite.run(u.Text, raw.cites, sources)
	m.turn.telling(&m.cite.pieces, func() {
		for _, n := range unknown {
			m.turn.note("rag.note.model.cited_none", map[string]any{"N": n})
		}
	})
	u.Citations = citations
	claims := len(raw.cites) > 0
	shown, reason := m.verify.run(ctx, u, claims, m.lead.above(u), sources)
	if reason == nil {
		return shown, true
	}
	m.withhold(u.Text, *reason)
	if claims { // what cites nothing was no claim
		m.withheld++
		m.firstWithheld = m.firstWithheld || m.shown == 0
	}
	return Unit{}, false
}

// withhold tells, with the step of verifying, what did not pass.
func (m *modelRun) withhold(text string, reason Reason) {
	m.turn.telling(&m.verify.pieces, func() { m.turn.withhold(text, reason) })
}

func (m *modelRun) show(ctx context.Context, u Unit) error {
	if len(m.turn.answer.Units) == 0 {
		if err := m.turn.begin(ctx); err != nil {
			return err
		}
	}
	if l := tongues()[u.Language]; l != nil && !m.translates {
		m.translates = true
		note := Unit{Kind: Sentence, Text: l.note, Language: l.code, Break: true}
		if err := m.turn.show(ctx, note); err != nil {
			return err
		}
		u.Break = true
	}
	m.shown++
	return m.turn.show(ctx, u)
}
