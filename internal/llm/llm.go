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

// Reason is what an error of a model says that may stand in a log: its kind.
// What the server said may repeat a resident's words.
func Reason(err error) string {
	for _, kind := range []error{ErrOpen, ErrUnauthorised, ErrBusy, ErrCut, ErrGarbled, ErrUnavailable} {
		if errors.Is(err, kind) {
			return kind.Error()
		}
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return "it took too long"
	case errors.Is(err, context.Canceled):
		return "it was stopped"
	}
	return fmt.Sprintf("an error of type %T", err)
}
