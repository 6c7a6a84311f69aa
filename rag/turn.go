package rag

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"guichet/corpus"
	"guichet/corpus/opening"
	"guichet/internal/analysis"
	"guichet/internal/llm"
	"guichet/internal/messages"
)

// turn is one question on its way: what the steps read and change.
type turn struct {
	answerer *Answerer
	req      Request
	sink     Sink
	started  time.Time
	answer   Answer

	question  string // the request's, self-contained
	condensed bool   // it was made so with the conversation's words
	decision  bool   // it asks of a right: an officer decides
	rewriting Usage  // of the model that made it self-contained
	urgent    bool   // somebody is in danger: nothing comes before the numbers
	perhaps   string // the kind of danger that it may tell of; empty: none

	result    corpus.Result // of the search
	parts     []searchedPart
	quotation quotation         // what could be quoted, once the gate looked for it
	weighed   []Weighing        // of each part
	prompt    []llm.Message     // for the model
	desks     []opening.Service // of the town, once somebody is to be asked

	// Of the step that runs.
	notes  []string
	tokens int
	within []Step // steps that worked piece by piece inside it
}

// messages are those of the reader's language.
func (t *turn) messages() *messages.Messages {
	return t.answerer.cfg.Messages.For(append([]string{t.req.Language}, t.req.Town.Languages...)...)
}

// speech is the messages of the language that the resident writes: a question in
// English is answered in English, whatever the page's language.
func (t *turn) speech() *messages.Messages {
	if isEnglish(t.question) {
		return t.answerer.cfg.Messages.For("en")
	}
	return t.messages()
}

// decimal writes a share with two decimals, as the reader's language does.
func (t *turn) decimal(v float64) string {
	s := strconv.FormatFloat(v, 'f', 2, 64)
	if t.messages().Language == "fr" {
		s = strings.Replace(s, ".", ",", 1)
	}
	return s
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

// documentsAreFrench tells whether all collections that are read are.
func (t *turn) documentsAreFrench() bool {
	for _, m := range t.req.Scope.Members {
		if base, _, _ := strings.Cut(m.Collection.Language, "-"); base != "fr" {
			return false
		}
	}
	return true
}

// check passes a unit through all checks, which may each change it: it is plain
// text without an address that nobody published, it says nothing of the prompt,
// and the sources bear it out.
func (t *turn) check(ctx context.Context, u Unit) (Unit, bool) {
	shown, reason := passes(ctx, u, t.answer.Sources, t.form(), t.lock())
	if reason != nil {
		t.withhold(u.Text, *reason)
	}
	return shown, reason == nil
}

func (t *turn) lock() Grounded { return Grounded{Question: t.question, Town: t.req.Town.Name} }

func (t *turn) form() formCheck {
	return formCheck{PlainText{Contact: t.req.Town.Contact}, t.answerer.leaks}
}

// formCheck is what any text must pass that a model wrote.
type formCheck struct {
	plain PlainText
	leaks Leaks
}

// Unit implements Check.
func (f formCheck) Unit(ctx context.Context, u Unit, sources []Source) (Unit, *Reason) {
	u, reason := f.plain.Unit(ctx, u, sources)
	if reason != nil {
		return Unit{}, reason
	}
	return f.leaks.Unit(ctx, u, sources)
}

// passes hands a unit from check to check, up to the first that withholds it.
func passes(ctx context.Context, u Unit, sources []Source, checks ...Check) (Unit, *Reason) {
	for _, c := range checks {
		shown, reason := c.Unit(ctx, u, sources)
		if reason != nil {
			return Unit{}, reason
		}
		u = shown
	}
	return u, nil
}

func (t *turn) withhold(text string, reason Reason) {
	why := t.messages().T(reason.ID, reason.Data)
	if trace := t.answer.Trace; trace != nil {
		trace.Withheld = append(trace.Withheld, Withheld{Text: text, Reason: why}) // shown by itself
		return
	}
	t.note("rag.note.withheld", map[string]any{"Text": text, "Reason": why})
}

// say shows a whole answer.
func (t *turn) say(ctx context.Context, outcome Outcome, units []Unit) error {
	if err := t.begin(ctx); err != nil {
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

// sayNoEvidence shows the designed "I do not know", with the pages of near
// sources.
func (t *turn) sayNoEvidence(ctx context.Context, near []Source) error {
	foreign := isEnglish(t.question) && t.documentsAreFrench()
	t.answer.Sources = nil
	units := append([]Unit{sorry(t.speech(), foreign)}, t.whom(ctx, "no_evidence", true)...)
	return t.say(ctx, NoEvidence, append(units, nearestPages(t.speech(), near)...))
}

// sayScope shows the designed answer to a question that does not proceed: a plain
// sentence, whom to ask where that can help, and near pages.
func (t *turn) sayScope(ctx context.Context, v Verdict, near []Source) error {
	units := []Unit{ScopeUnit(t.speech(), v, t.req.Question)}
	if v.Scope != Courtesy {
		units = append(units, t.whom(ctx, string(v.Scope), v.Scope == Refuse)...)
	}
	return t.say(ctx, v.Outcome(), append(units, nearestPages(t.speech(), near)...))
}

// sayPartial ends an answer of which a part was shown: it says that something is missing
// (by the message why), what, as far as that is known, and whom to ask.
func (t *turn) sayPartial(ctx context.Context, why string) error {
	units := append([]Unit{{Kind: Sentence, Text: t.speech().T(why), Break: true}}, t.unsaid()...)
	for _, u := range append(units, t.whom(ctx, "partial", true)...) {
		if err := t.show(ctx, u); err != nil {
			return err
		}
	}
	t.answer.Outcome = Partial
	return nil
}

// offerSources hands the sources on, once.
func (t *turn) offerSources(ctx context.Context) error {
	if t.sink == nil {
		return ctx.Err()
	}
	if err := t.sink.Sources(ctx, t.answer.Sources); err != nil {
		return fmt.Errorf("hand on sources: %w", err)
	}
	return ctx.Err()
}

// begin hands the sources on, gives the numbers to whoever may be in danger, and
// tells what personal data was masked.
func (t *turn) begin(ctx context.Context) error {
	if err := t.offerSources(ctx); err != nil {
		return err
	}
	if t.perhaps != "" {
		for _, u := range perhapsEmergency(t.speech(), t.perhaps) {
			if err := t.show(ctx, u); err != nil {
				return err
			}
		}
	}
	if kinds := t.req.intake.masked; len(kinds) > 0 && !t.urgent {
		return t.show(ctx, PersonalUnit(t.speech(), kinds))
	}
	return nil
}

// caution says below an answer about a right that an officer decides.
func (t *turn) caution(ctx context.Context) error {
	if !t.decision || t.answer.Outcome != Answered && t.answer.Outcome != Partial {
		return nil
	}
	units := []Unit{ScopeUnit(t.speech(), Verdict{Scope: Decision}, "")}
	if t.answer.Outcome != Partial { // where whom to ask stands already
		units = append(units, t.whom(ctx, string(Decision), true)...)
	}
	for _, u := range units {
		if err := t.show(ctx, u); err != nil {
			return err
		}
	}
	return nil
}

// languageOf is the language of a unit, where it is not the request's. What cites
// nothing and was not given one is in the answer's own words.
func (t *turn) languageOf(u Unit) string {
	language := u.Language
	if language == "" && (len(u.Citations) == 0 || u.Original != "") {
		language = t.speech().Language
	}
	if language == t.messages().Language {
		return ""
	}
	return language
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
	u.Language = t.languageOf(u)
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
