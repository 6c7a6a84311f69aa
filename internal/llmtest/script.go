package llmtest

import (
	"regexp"
	"time"
)

// End says how a chat stream ends.
type End int

// The ways a stream ends.
const (
	EndWell       End = iota // stop reason, usage, [DONE]
	EndCut                   // a clean end of file, no stop reason, no [DONE]
	EndAbort                 // the connection breaks
	EndErrorFrame            // an error frame in place of the rest, then a clean end
	EndGarbled               // a data line that is no JSON, then more text and a good end
	EndHang                  // nothing more until the client leaves or the server closes
)

// Script says how the server treats one request. The zero Script streams an
// empty answer, ended well, and embeds well with 8 dimensions.
type Script struct {
	// Status other than 0 or 200 answers with Body and, if set, Retry-After.
	Status     int
	RetryAfter string
	Body       string

	// A chat's stream.
	Tokens     []string
	FirstToken time.Duration // before the first token
	PerToken   time.Duration // before each further one
	End        End
	StopReason string // "" means "stop"
	NoUsage    bool
	LongLine   int // the first token's line is padded to this many bytes
	// OnToken, if set, is told of each token just before it is written.
	OnToken func(i int, token string, at time.Time)

	// An embeddings reply.
	Dimensions int // 0 means 8
	Vectors    Vectors
}

// Vectors says what is wrong with an embeddings reply.
type Vectors int

// The ways to reply with vectors.
const (
	VectorsGood     Vectors = iota
	VectorsShort            // one too few
	VectorsWrong            // one of another dimension
	VectorsShuffled         // in reverse order, each with its right index
	VectorsTwice            // one index twice, another not at all
)

// Good streams text at once.
func Good(text string) Script { return Script{Tokens: Tokens(text)} }

// Slow streams text with a wait before the first token and before each other.
func Slow(text string, first, per time.Duration) Script {
	return Script{Tokens: Tokens(text), FirstToken: first, PerToken: per}
}

// Ending streams text and ends as told.
func Ending(text string, end End) Script { return Script{Tokens: Tokens(text), End: end} }

// Status answers with an HTTP error in the protocol's form.
func Status(code int, message string) Script {
	return Script{Status: code, Body: `{"error":{"message":"` + message + `","type":"error"}}`}
}

// Busy answers 429 with Retry-After, in seconds or as a date.
func Busy(retryAfter string) Script {
	s := Status(429, "rate limit reached")
	s.RetryAfter = retryAfter
	return s
}

var token = regexp.MustCompile(`\s*\S{1,6}|\s+$`)

// Tokens cuts text into pieces of a few characters, as models do; joined they
// are the text.
func Tokens(text string) []string { return token.FindAllString(text, -1) }
