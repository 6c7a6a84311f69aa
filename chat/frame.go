package chat

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"guichet/corpus"
	"guichet/internal/personal"
	"guichet/rag"
)

// Version is the version of the frames, told in docs/protocol.md.
const Version = 1

// Bounds of what a frame may say.
const (
	maxComment  = 1000  // characters
	maxAfter    = 10000 // units
	maxLanguage = 35    // bytes: the longest tag that BCP 47 foresees
)

// Ask is a question, asked for the first time or taken up again after the unit
// numbered After.
type Ask struct {
	Conversation uuid.UUID
	Turn         uuid.UUID
	Question     string
	Language     string // BCP 47, as the page says it; may be empty
	After        int
}

// Stop ends a running turn.
type Stop struct{ Turn uuid.UUID }

// Feedback is what a resident thinks of an answer: Value is "up", "down", or
// empty to take it back.
type Feedback struct {
	Turn    uuid.UUID
	Value   string
	Comment string
}

// incoming is a frame from the browser as it stands on the wire.
type incoming struct {
	Conversation string `json:"conversation"`
	Turn         string `json:"turn"`
	Question     string `json:"question"`
	Language     string `json:"language"`
	After        int    `json:"after"`
	Value        string `json:"value"`
	Comment      string `json:"comment"`
}

// Decode reads a frame from the browser and returns an Ask, a Stop or a
// Feedback. Fields that it does not know are passed over. What it refuses
// comes back as an *Error with code bad_frame, unknown_version or
// unknown_type.
func Decode(data []byte) (any, error) {
	var head struct {
		V    int    `json:"v"`
		Type string `json:"type"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, badFrame("not a JSON object with v and type")
	}
	if head.V != Version {
		return nil, &Error{Code: CodeUnknownVersion, cause: fmt.Errorf("version %d", head.V)}
	}
	var in incoming
	switch head.Type {
	case "ask", "stop", "feedback":
		if err := json.Unmarshal(data, &in); err != nil {
			return nil, badFrame("a field has the wrong type")
		}
	default:
		return nil, &Error{Code: CodeUnknownType}
	}
	turn, err := parseID(in.Turn)
	if err != nil {
		return nil, badFrame("turn is not a UUID")
	}
	switch head.Type {
	case "ask":
		return decodeAsk(in, turn)
	case "stop":
		return Stop{Turn: turn}, nil
	default:
		return decodeFeedback(in, turn)
	}
}

func decodeAsk(in incoming, turn uuid.UUID) (any, error) {
	conversation, err := parseID(in.Conversation)
	if err != nil {
		return nil, badFrame("conversation is not a UUID")
	}
	if in.After < 0 || in.After > maxAfter {
		return nil, badFrame("after is out of range")
	}
	if len(in.Language) > maxLanguage {
		return nil, badFrame("language is too long")
	}
	return Ask{Conversation: conversation, Turn: turn, Question: in.Question, Language: in.Language, After: in.After}, nil
}

func decodeFeedback(in incoming, turn uuid.UUID) (any, error) {
	switch in.Value {
	case "", "up", "down":
	default:
		return nil, badFrame("value is not up, down or empty")
	}
	if utf8.RuneCountInString(in.Comment) > maxComment {
		return nil, &Error{Code: CodeTooLong, Turn: turn, message: "chat.error.comment_too_long"}
	}
	if strings.ContainsFunc(in.Comment, isControl) {
		return nil, &Error{Code: CodeNotText, Turn: turn}
	}
	// A comment is kept as a question is: without personal numbers.
	comment, _ := rag.Seen(in.Comment)
	comment, _ = personal.Mask(comment, func(personal.Kind, string) bool { return false })
	return Feedback{Turn: turn, Value: in.Value, Comment: comment}, nil
}

// isControl says whether r has no place in a text: a control character other
// than blanks and line ends.
func isControl(r rune) bool { return unicode.IsControl(r) && !unicode.IsSpace(r) }

// parseID accepts the one usual way of writing a UUID, and not the zero one.
func parseID(s string) (uuid.UUID, error) {
	if len(s) != 36 {
		return uuid.Nil, fmt.Errorf("UUID of %d bytes", len(s))
	}
	id, err := uuid.Parse(s)
	if err == nil && id == uuid.Nil {
		err = fmt.Errorf("UUID is zero")
	}
	return id, err
}

// Frames to the browser.
type (
	sourcesFrame struct {
		V       int          `json:"v"`
		Type    string       `json:"type"`
		Turn    uuid.UUID    `json:"turn"`
		Sources []rag.Source `json:"sources"`
	}
	progressFrame struct {
		V    int       `json:"v"`
		Type string    `json:"type"`
		Turn uuid.UUID `json:"turn"`
		Step string    `json:"step"`
	}
	deltaFrame struct {
		V    int       `json:"v"`
		Type string    `json:"type"`
		Turn uuid.UUID `json:"turn"`
		Unit rag.Unit  `json:"unit"`
	}
	doneFrame struct {
		V       int             `json:"v"`
		Type    string          `json:"type"`
		Turn    uuid.UUID       `json:"turn"`
		State   State           `json:"state"`
		Outcome rag.Outcome     `json:"outcome"`
		Mode    rag.Mode        `json:"mode"`
		Contact *corpus.Contact `json:"contact,omitempty"`
	}
	errorFrame struct {
		V       int             `json:"v"`
		Type    string          `json:"type"`
		Turn    string          `json:"turn"`
		Code    Code            `json:"code"`
		Message string          `json:"message"`
		Retry   bool            `json:"retry"`
		Contact *corpus.Contact `json:"contact,omitempty"`
	}
)

// encode marshals a frame to the browser. Its parts are plain data, so that an
// error is a defect of the program and comes out as a panic, which the
// connection recovers.
func encode(frame any) []byte {
	b, err := json.Marshal(frame)
	if err != nil {
		panic(fmt.Sprintf("encode %T: %v", frame, err))
	}
	return b
}
