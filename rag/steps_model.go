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
	m := &modelRun{turn: t, cutter: newUnitCutter(), supporter: newSupporter(t.analyzer())}
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

// modelRun turns a model's stream into shown units.
type modelRun struct {
	turn          *turn
	cutter        *unitCutter
	supporter     *supporter
	raw           strings.Builder
	lead          lead
	gaveUp        bool  // the model said that the passages do not answer
	withheld      int   // claims that did not pass
	firstWithheld bool  // the answer's first unit was one of them
	sink          error // of the sink, or of the context

	cutting, citing, verifying stopwatch
}

// steps tell how long was spent on what is done unit by unit.
func (m *modelRun) steps() []Step {
	return []Step{
		{Name: StepCut, Outcome: StepPassed, MS: milliseconds(time.Duration(m.cutting))},
		{Name: StepCite, Outcome: StepPassed, MS: milliseconds(time.Duration(m.citing))},
		{Name: StepVerify, Outcome: StepPassed, MS: milliseconds(time.Duration(m.verifying))},
	}
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
		return StepEnded, t.sayPartial(ctx)
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
		return StepEnded, t.sayPartial(ctx)
	}
	if m.lacks() || m.gaveUp {
		t.note("rag.note.model.partial", map[string]any{"Withheld": m.withheld})
		return StepEnded, t.sayPartial(ctx)
	}
	t.answer.Outcome = Answered
	return StepEnded, nil
}

// lacks tells whether what was shown no longer answers: the first unit, which
// answers, was withheld, or half of them were.
func (m *modelRun) lacks() bool {
	return m.firstWithheld || m.withheld > 0 && m.withheld >= len(m.turn.answer.Units)
}

// take cuts the next piece of text and shows what is whole.
func (m *modelRun) take(ctx context.Context, text string) error {
	m.raw.WriteString(text)
	var units []rawUnit
	m.cutting.time(func() { units = m.cutter.add(text) })
	return m.showAll(ctx, units)
}

// end shows what was left when the model stopped. What stands there after any
// other stop than its own is half a unit.
func (m *modelRun) end(ctx context.Context, reply llm.Reply) error {
	if reply.StopReason != "stop" {
		return nil
	}
	err := m.showAll(ctx, m.cutter.flush())
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
	raw = m.lead.inherit(raw)
	u := raw.unit()
	m.citing.time(func() { u.Citations = m.cite(u.Text, raw.cites) })
	ok := false
	m.verifying.time(func() { u, ok = m.verify(ctx, u, len(raw.cites) > 0) })
	if !ok {
		if len(raw.cites) > 0 { // what cites nothing was no claim
			m.withheld++
			m.firstWithheld = m.firstWithheld || len(t.answer.Units) == 0
		}
		return nil
	}
	show, dropped := m.lead.next(u)
	for _, d := range dropped {
		t.withhold(d.Text, Reason{ID: "rag.withheld.nothing_follows"})
	}
	for _, held := range show {
		if announces(held) {
			if reason, _ := t.lock().Introduces(held, u, t.answer.Sources); reason != nil {
				t.withhold(held.Text, *reason)
				continue
			}
		}
		u := held
		if err := m.show(ctx, u); err != nil {
			return err
		}
	}
	return nil
}

// verify checks a unit. What only announces is held to the passages of the units
// under it, once these come; a greeting states nothing, and is plain text at
// least. A unit under an announcement of something else goes with it, unless it
// is a sentence that says of what it speaks.
func (m *modelRun) verify(ctx context.Context, u Unit, claims bool) (Unit, bool) {
	t := m.turn
	greets := !claims && u.Kind == Sentence && isGreeting(u.Text)
	if greets || len(u.Citations) == 0 && announces(u) {
		return t.checkForm(ctx, u)
	}
	u, ok := t.check(ctx, u)
	if !ok || announces(u) || u.Kind == Sentence && !leansBack(u.Text) {
		return u, ok
	}
	for _, a := range m.lead.above(u) {
		if reason, astray := t.lock().Introduces(a, u, t.answer.Sources); astray {
			t.withhold(u.Text, *reason)
			return Unit{}, false
		}
	}
	return u, true
}

// cite cites the sources of these numbers for a text.
func (m *modelRun) cite(text string, numbers []int) []Citation {
	var citations []Citation
	for _, n := range numbers {
		if n < 1 || n > len(m.turn.answer.Sources) {
			m.turn.note("rag.note.model.cited_none", map[string]any{"N": n})
			continue
		}
		citations = append(citations, m.supporter.cite(m.turn.answer.Sources[n-1], text)...)
	}
	return citations
}

func (m *modelRun) show(ctx context.Context, u Unit) error {
	if len(m.turn.answer.Units) == 0 {
		if err := m.turn.begin(ctx); err != nil {
			return err
		}
	}
	return m.turn.show(ctx, u)
}
