package chat

import (
	"errors"
	"fmt"

	"github.com/google/uuid"

	"guichet/corpus"
	"guichet/internal/messages"
	"guichet/rag"
)

// Code tells a page what went wrong. The list is closed and stands in
// docs/protocol.md.
type Code string

// The codes of error frames.
const (
	CodeEmpty          Code = "empty"
	CodeTooLong        Code = "too_long"
	CodeNotText        Code = "not_text"
	CodeBadFrame       Code = "bad_frame"
	CodeUnknownType    Code = "unknown_type"
	CodeUnknownVersion Code = "unknown_version"
	CodeUnknownTurn    Code = "unknown_turn"
	CodeBusy           Code = "busy"
	CodeTooFast        Code = "too_fast"
	CodeFailed         Code = "failed"
	CodeShuttingDown   Code = "shutting_down"
)

// Error is a refusal or a failure that a resident is told of, by its code and
// the catalogue's words for it. What lies beneath is for logs and never leaves
// the server.
type Error struct {
	Code    Code
	Turn    uuid.UUID // zero: of the connection
	message string    // id in the catalogue where it is not the code's own
	cause   error
}

func (e *Error) Error() string {
	if e.cause != nil {
		return fmt.Sprintf("%s: %v", e.Code, e.cause)
	}
	return string(e.Code)
}

func (e *Error) Unwrap() error { return e.cause }

func badFrame(why string) *Error { return &Error{Code: CodeBadFrame, cause: errors.New(why)} }

// Why a turn's context ended.
var (
	errStopped  = errors.New("the resident stopped the answer")
	errLeft     = errors.New("the resident left")
	errLost     = errors.New("the connection was lost and not taken up again")
	errShutdown = errors.New("the server is shutting down")
	errTimeout  = errors.New("the turn took too long")
)

// Errors of the store that callers tell apart.
var (
	// ErrUnknownTurn says that a turn is not there, or belongs to another
	// conversation or town than the one that asks for it.
	ErrUnknownTurn = errors.New("unknown turn")
	// ErrTurnExists says that a turn of this id is stored already.
	ErrTurnExists = errors.New("the turn is stored already")
	// ErrConversationBusy says that a turn of the conversation is running.
	ErrConversationBusy = errors.New("the conversation has an open turn")
)

// asError is the one map from errors to what a resident is told.
func asError(turn uuid.UUID, err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		if e.Turn == uuid.Nil {
			e = &Error{Code: e.Code, Turn: turn, message: e.message, cause: e.cause}
		}
		return e
	}
	code := CodeFailed
	switch {
	case errors.Is(err, rag.ErrEmptyQuestion):
		code = CodeEmpty
	case errors.Is(err, rag.ErrLongQuestion):
		code = CodeTooLong
	case errors.Is(err, rag.ErrBinaryQuestion):
		code = CodeNotText
	case errors.Is(err, ErrUnknownTurn):
		code = CodeUnknownTurn
	case errors.Is(err, ErrConversationBusy), errors.Is(err, ErrTurnExists):
		code = CodeBusy
	case errors.Is(err, errShutdown):
		code = CodeShuttingDown
	}
	return &Error{Code: code, Turn: turn, cause: err}
}

// retry says whether asking again can help.
func (c Code) retry() bool {
	switch c {
	case CodeBusy, CodeTooFast, CodeFailed, CodeShuttingDown:
		return true
	}
	return false
}

// frame puts the error into the reader's words. A failed answer names whom to
// turn to instead.
func (e *Error) frame(m *messages.Messages, contact corpus.Contact) errorFrame {
	id := e.message
	if id == "" {
		id = "chat.error." + string(e.Code)
	}
	f := errorFrame{V: Version, Type: "error", Code: e.Code, Message: m.T(id), Retry: e.Code.retry()}
	if e.Turn != uuid.Nil {
		f.Turn = e.Turn.String()
	}
	if e.Code == CodeFailed && contact != (corpus.Contact{}) {
		f.Contact = &contact
	}
	return f
}
