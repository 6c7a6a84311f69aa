package rag

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"guichet/internal/llm"
)

// Bounds of a follow-up's rewriting by a model.
const (
	maxCondensed        = 300 // characters
	maxForeignWords     = 2   // that neither the question nor the conversation has
	maxCondenseHistory  = 6   // exchanges that rules look back on
	defaultCondenseTime = 1500 * time.Millisecond
)

// Condenser makes a follow-up ("et le samedi ?") into a question that stands by
// itself. Which questions are follow-ups is told by rules, so that a question
// with a subject of its own costs nothing and stays as it is. A follow-up is
// rewritten by the model, where there is one, and else, or where the model
// fails, is slow, or writes what was never said, by rules: with the words of
// the last subject, a day in the place of a day, a price in that of the hours.
type Condenser struct {
	Model llm.Model // nil: rules alone
	// Limit bounds the model's time; 0 means 1.5 s, which keeps a stalled model
	// within two seconds of its first-token limit.
	Limit time.Duration

	prompts prompts
}

// NewCondenser returns a Condenser. model may be nil.
func NewCondenser(model llm.Model, limit time.Duration) (*Condenser, error) {
	p, err := newPrompts()
	if err != nil {
		return nil, err
	}
	if limit <= 0 {
		limit = defaultCondenseTime
	}
	return &Condenser{Model: model, Limit: limit, prompts: p}, nil
}

// Ways in which a question was made self-contained.
const (
	CondensedNot     = "" // it was so already, or nothing was asked before
	CondensedByRules = "rules"
	CondensedByModel = "model"
)

// Condensed is a question that stands by itself.
type Condensed struct {
	Question string
	By       string
	// Err tells why the model's rewriting was not taken; for logs and traces.
	Err   error
	Usage Usage // of the model; -1: unknown, or not asked
}

// Why a model's rewriting is not taken.
var (
	ErrRewriteLong    = errors.New("the rewritten question is too long or empty")
	ErrRewriteForeign = errors.New("the rewritten question says what was never said")
)

// Condense returns the question as it is to be searched. language is that of
// the reader's page; history is oldest first. It returns an error only when
// ctx is done.
func (c *Condenser) Condense(ctx context.Context, language, question string, history []Exchange) (Condensed, error) {
	out := Condensed{Question: question, Usage: Usage{Prompt: -1, Completion: -1}}
	if len(history) == 0 || isCourtesy(question) {
		return out, ctx.Err()
	}
	rewritten := condenseByRules(question, history)
	if rewritten == question {
		return out, ctx.Err()
	}
	out.Question, out.By = rewritten, CondensedByRules
	if c.Model == nil {
		return out, ctx.Err()
	}
	text, usage, err := c.ask(ctx, language, question, history)
	if ctx.Err() != nil {
		return out, ctx.Err()
	}
	out.Usage = usage
	if err == nil {
		text, err = checkRewrite(text, question, history)
	}
	if err != nil {
		out.Err = err
		return out, nil
	}
	out.Question, out.By = text, CondensedByModel
	return out, nil
}

// condenseByRules follows the conversation from subject to subject.
func condenseByRules(question string, history []Exchange) string {
	f := newFollowUps()
	var words []askedWord
	for _, e := range history[max(0, len(history)-maxCondenseHistory):] {
		if !isCourtesy(e.Question) {
			_, words = f.condense(e.Question, words)
		}
	}
	rewritten, _ := f.condense(question, words)
	return rewritten
}

// maxSubjects bounds how many subjects of a conversation a question is tried with.
const maxSubjects = 2

// subjectsBefore are what the questions before were about, the latest first, as far
// as this one does not replace it. A question between them that named no subject of
// its own may hide the one before it.
func subjectsBefore(question string, history []Exchange) []string {
	f := newFollowUps()
	a := f.read(question)
	a.switches = false
	var subjects []string
	var words []askedWord
	for _, e := range history[max(0, len(history)-maxCondenseHistory):] {
		if isCourtesy(e.Question) {
			continue
		}
		_, words = f.condense(e.Question, words)
		if subject := render(keep(words, a)); subject != "" && !slices.Contains(subjects, subject) {
			subjects = slices.Insert(subjects, 0, subject)
		}
	}
	return subjects[:min(len(subjects), maxSubjects)]
}

// ask has the model rewrite the question. It stops at what is too long.
func (c *Condenser) ask(ctx context.Context, language, question string, history []Exchange) (string, Usage, error) {
	ctx, cancel := context.WithTimeout(ctx, c.Limit)
	defer cancel()
	usage := Usage{Model: c.Model.Name(), Prompt: -1, Completion: -1}
	prompt, err := c.prompts.condense(language, question, history)
	if err != nil {
		return "", usage, err
	}
	var text strings.Builder
	reply, err := c.Model.Stream(ctx, prompt, func(piece string) error {
		if text.WriteString(piece); text.Len() > 4*maxCondensed {
			return ErrRewriteLong
		}
		return nil
	})
	if err != nil {
		return "", usage, err
	}
	usage = Usage{Model: reply.Model, Prompt: reply.PromptTokens, Completion: reply.CompletionTokens}
	return text.String(), usage, nil
}

var (
	figureRun = regexp.MustCompile(`\d+`)
	addressed = regexp.MustCompile(`(?i)\S*(?:@|://|www\.|\.(?:fr|com|org|net|eu|io|info))\S*`)
)

// checkRewrite takes a model's rewriting only as far as it says what was said:
// no figure, no address and next to no word of its own.
func checkRewrite(text, question string, history []Exchange) (string, error) {
	text, err := ValidateQuestion(strings.Trim(strings.TrimSpace(text), `"«» `))
	if err != nil || utf8.RuneCountInString(text) > maxCondensed {
		return "", ErrRewriteLong
	}
	said := question
	for _, e := range history[max(0, len(history)-maxHistory):] {
		said += "\n" + e.Question + "\n" + e.Answer
	}
	f := newFollowUps()
	known := map[string]bool{}
	for _, run := range figureRun.FindAllString(said, -1) {
		known[run] = true
	}
	for _, w := range f.words(said) {
		known[f.stem(w.plain)] = true
	}
	for _, run := range figureRun.FindAllString(text, -1) {
		if !known[run] {
			return "", ErrRewriteForeign
		}
	}
	for _, address := range addressed.FindAllString(text, -1) {
		if !strings.Contains(said, strings.Trim(address, ".,;:?!()")) {
			return "", ErrRewriteForeign
		}
	}
	foreign := 0
	for _, w := range saying(f.words(text)) {
		if w.kind == kindSubject && !known[f.stem(w.plain)] {
			foreign++
		}
	}
	if foreign > maxForeignWords {
		return "", ErrRewriteForeign
	}
	return text, nil
}

// stem is a word's first term, or the word.
func (f *followUps) stem(word string) string {
	if terms := f.analyzers[0].Terms(word); len(terms) > 0 {
		return terms[0]
	}
	return word
}
