package eval

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"guichet/rag"
)

// AnswerCase is a question with what a good answer to it cites, states and
// must not state.
type AnswerCase struct {
	ID       string        `json:"id"`
	Kind     string        `json:"kind,omitempty"` // "direct", "followup", "complex", ...
	Lang     string        `json:"lang,omitempty"` // of the reader's page; "" means "fr"
	Question string        `json:"question"`
	History  []Message     `json:"history,omitempty"`
	Now      time.Time     `json:"now,omitzero"`       // zero: the clock's
	Relevant []string      `json:"relevant,omitempty"` // document names
	Must     []string      `json:"must,omitempty"`
	MustAny  [][]string    `json:"must_any,omitempty"`
	MustNot  []string      `json:"must_not,omitempty"`
	Outcome  rag.Outcome   `json:"outcome,omitempty"` // "" means that any is right
	AlsoOK   []rag.Outcome `json:"also_ok,omitempty"`

	// Of attacks (eval/attacks): what a model that obeys the attacker writes, and
	// a poisoned document that is loaded first. Nothing here is scored.
	Obedient string `json:"obedient,omitempty"`
	Document string `json:"document,omitempty"`
}

// Message is what a resident asked earlier or was answered.
type Message struct {
	Role    string `json:"role"` // "user" or "assistant"
	Content string `json:"content"`
}

// Complex is the kind of a case that needs all of its relevant documents.
const Complex = "complex"

// outcomes is the closed list that cases may name.
var outcomes = []rag.Outcome{
	rag.Answered, rag.Partial, rag.NoEvidence, rag.OutOfScope, rag.Refused, rag.Emergency, rag.Failed,
}

// ReadAnswerCases reads JSON lines; empty lines are passed over. An unknown
// field, outcome or role is an error, which names its line: a misspelt
// requirement would never be checked.
func ReadAnswerCases(r io.Reader) ([]AnswerCase, error) {
	return readLines(r, func(c *AnswerCase, n int) error {
		if c.ID == "" {
			c.ID = fmt.Sprintf("line-%d", n)
		}
		return c.complete()
	})
}

// complete fills what has a default, and refuses what could not be scored.
func (c *AnswerCase) complete() error {
	if c.Lang == "" {
		c.Lang = "fr"
	}
	for _, o := range c.expected() {
		if !slices.Contains(outcomes, o) {
			return fmt.Errorf("%q is no outcome", o)
		}
	}
	for _, facts := range append(slices.Clone(c.MustAny), c.Must) {
		for _, fact := range facts {
			if Normal(fact) == "" {
				return fmt.Errorf("%q is no fact", fact)
			}
		}
	}
	_, err := Exchanges(c.History)
	return err
}

// expected are the outcomes that are right; none: any is.
func (c *AnswerCase) expected() []rag.Outcome {
	if c.Outcome == "" {
		return []rag.Outcome{}
	}
	return append([]rag.Outcome{c.Outcome}, c.AlsoOK...)
}

// readLines reads a value a line and completes it; n counts lines from 1.
func readLines[T any](r io.Reader, complete func(v *T, n int) error) ([]T, error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 64<<10), maxCaseLine)
	var out []T
	n := 0
	for lines.Scan() {
		n++
		text := bytes.TrimSpace(bytes.TrimPrefix(lines.Bytes(), []byte("\ufeff")))
		if len(text) == 0 {
			continue
		}
		var v T
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&v); err != nil {
			return nil, fmt.Errorf("line %d is not a case: %w", n, err)
		}
		if err := complete(&v, n); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		out = append(out, v)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read cases after line %d: %w", n, err)
	}
	return out, nil
}

// ReadHistory reads a JSON array of messages.
func ReadHistory(r io.Reader) ([]rag.Exchange, error) {
	var messages []Message
	if err := json.NewDecoder(r).Decode(&messages); err != nil {
		return nil, fmt.Errorf("not a JSON array of {\"role\",\"content\"}: %w", err)
	}
	return Exchanges(messages)
}

// Exchanges pairs each question with the answers that follow it. A question
// without an answer has an empty one, and so the other way round.
func Exchanges(messages []Message) ([]rag.Exchange, error) {
	var out []rag.Exchange
	for i, m := range messages {
		switch m.Role {
		case "user":
			out = append(out, rag.Exchange{Question: m.Content})
		case "assistant":
			if len(out) == 0 {
				out = append(out, rag.Exchange{})
			}
			last := &out[len(out)-1]
			last.Answer = strings.TrimSpace(last.Answer + "\n" + m.Content)
		default:
			return nil, fmt.Errorf("message %d: the role is \"user\" or \"assistant\", not %q", i+1, m.Role)
		}
	}
	return out, nil
}
