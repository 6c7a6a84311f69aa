package rag

import (
	"context"
	"fmt"
	"strings"
	"time"

	"guichet/internal/llm"
)

// runModel asks the model, and quotes where it shows nothing: because it
// failed, or because nothing that it wrote passed the checks.
func (t *turn) runModel(ctx context.Context) error {
	cfg := t.answerer.cfg
	m := &modelRun{turn: t, cutter: newUnitCutter(), supporter: newSupporter(t.analyzer())}
	prompt, err := t.answerer.prompts.messages(t.messages().Language, t.req, t.answer.Sources)
	if err != nil {
		return err
	}
	if trace := t.answer.Trace; trace != nil {
		trace.Prompt = promptText(prompt)
	}
	t.answer.Mode = ModeModel
	t.answer.Usage.Model = cfg.Model.Name()
	began := time.Now()
	reply, err := cfg.Model.Stream(ctx, prompt, func(text string) error { return m.take(ctx, text) })
	t.answer.TimingsMS["model"] = milliseconds(time.Since(began))
	if err == nil {
		t.answer.Usage = Usage{Model: reply.Model, Prompt: reply.PromptTokens, Completion: reply.CompletionTokens}
		err = m.end(ctx, reply)
	}
	if trace := t.answer.Trace; trace != nil {
		trace.Raw = m.raw.String()
	}
	return m.conclude(ctx, reply, err)
}

// conclude decides what the answer is once the model is done, or has failed.
func (m *modelRun) conclude(ctx context.Context, reply llm.Reply, err error) error {
	t := m.turn
	shown := len(t.answer.Units) > 0
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case m.sink != nil:
		return m.sink
	case err != nil && shown:
		t.note("rag.note.model.broke", map[string]any{"Units": len(t.answer.Units)})
		return fmt.Errorf("model %s: %w", t.answerer.cfg.Model.Name(), err)
	case err != nil:
		t.note("rag.note.model.failed", nil)
		t.answerer.cfg.Log.WarnContext(ctx, "model failed, passages are quoted", "error", err)
		return t.runQuoting(ctx)
	case !shown && m.gaveUp:
		t.note("rag.note.model.gave_up", nil)
		t.answer.Sources = nil
		return t.sayNoEvidence(ctx)
	case !shown:
		t.note("rag.note.model.nothing", nil)
		return t.runQuoting(ctx)
	case reply.StopReason != "stop":
		t.note("rag.note.model.stopped", map[string]any{"Reason": reply.StopReason})
		t.answer.Outcome = Partial
	default:
		t.answer.Outcome = Answered
	}
	return nil
}

// modelRun turns a model's stream into shown units.
type modelRun struct {
	turn      *turn
	cutter    *unitCutter
	supporter *supporter
	raw       strings.Builder
	held      []Unit // headings and lead-ins, until what they lead to is shown
	gaveUp    bool   // the model said that the passages do not answer
	sink      error  // of the sink, or of the context
}

// take cuts the next piece of text and shows what is whole.
func (m *modelRun) take(ctx context.Context, text string) error {
	m.raw.WriteString(text)
	return m.showAll(ctx, m.cutter.add(text))
}

// end shows what was left when the model stopped. What stands there after any
// other stop than its own is half a unit.
func (m *modelRun) end(ctx context.Context, reply llm.Reply) error {
	if reply.StopReason != "stop" {
		return nil
	}
	err := m.showAll(ctx, m.cutter.flush())
	for _, u := range m.held {
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
	u := Unit{Kind: raw.kind, Text: raw.text, Cells: raw.cells, Header: raw.header, Break: raw.brk}
	for _, n := range raw.cites {
		if n < 1 || n > len(t.answer.Sources) {
			t.note("rag.note.model.cited_none", map[string]any{"N": n})
			continue
		}
		u.Citations = append(u.Citations, m.supporter.cite(t.answer.Sources[n-1], u.Text)...)
	}
	u, ok := t.check(ctx, u)
	if !ok {
		return nil
	}
	if u.Kind == Heading || (len(u.Citations) == 0 && leadsOn(u)) {
		if u.Kind == Heading {
			m.drop()
		}
		m.held = append(m.held, u)
		return nil
	}
	for _, h := range m.held {
		if h.Kind == Sentence && u.Kind == Sentence {
			t.withhold(h.Text, Reason{ID: "rag.withheld.nothing_follows"})
			continue
		}
		if err := m.show(ctx, h); err != nil {
			return err
		}
	}
	m.held = nil
	return m.show(ctx, u)
}

// drop withholds what was held for a part that another heading ends. A heading
// right under another stays with it.
func (m *modelRun) drop() {
	for i, h := range m.held {
		if i == len(m.held)-1 && h.Kind == Heading {
			m.held = m.held[i:]
			return
		}
		m.turn.withhold(h.Text, Reason{ID: "rag.withheld.nothing_follows"})
	}
	m.held = nil
}

func (m *modelRun) show(ctx context.Context, u Unit) error {
	if len(m.turn.answer.Units) == 0 {
		if err := m.turn.offerSources(ctx); err != nil {
			return err
		}
	}
	return m.turn.show(ctx, u)
}
