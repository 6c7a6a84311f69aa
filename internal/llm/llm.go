package llm

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Errors that callers tell apart; each wraps what the server said, for logs.
var (
	ErrUnavailable  = errors.New("model server unavailable")         // down, 5xx, timeouts
	ErrUnauthorised = errors.New("model server refused the key")     // 401, 403
	ErrBusy         = errors.New("model server is busy")             // 429
	ErrCut          = errors.New("the model's answer was cut short") // no stop reason
	ErrGarbled      = errors.New("the model server's reply is not its protocol")
	ErrOpen         = fmt.Errorf("%w: it failed before and is left alone for a while", ErrUnavailable)
)

// Message is one of a prompt's messages. Role is "system", "user" or "assistant".
type Message struct{ Role, Text string }

// Reply is a whole, finished answer of a model.
type Reply struct {
	Text                           string
	StopReason                     string // "stop", "length", ...
	Model                          string
	PromptTokens, CompletionTokens int // -1: unknown
	FirstToken                     time.Duration
}

// Model is a language model that tells the truth: a nil error means a whole
// answer.
type Model interface {
	// Name is the model's name at its server.
	Name() string
	// Stream asks and hands each piece of text to onText as it comes. A
	// cancelled ctx gives ctx.Err(). Nothing is retried after the first piece.
	Stream(ctx context.Context, prompt []Message, onText func(string) error) (Reply, error)
}
