package rag

import (
	"context"
	"errors"
	"time"

	"guichet/corpus"
)

// Outcome says how a question ended.
type Outcome string

// The closed list of outcomes.
const (
	Answered   Outcome = "answered"
	Partial    Outcome = "partial"
	NoEvidence Outcome = "no_evidence"
	OutOfScope Outcome = "out_of_scope"
	Refused    Outcome = "refused"
	Emergency  Outcome = "emergency"
	Failed     Outcome = "failed"
)

// Mode says who wrote the answer.
type Mode string

// The closed list of modes.
const (
	ModeModel    Mode = "model"    // a language model, held to the documents
	ModeQuoted   Mode = "quoted"   // the documents' own words
	ModeApproved Mode = "approved" // an agent of the town
	ModeComputed Mode = "computed" // worked out from the town's settings
	ModeCached   Mode = "cached"   // an answer that was given before
)

// MaxQuestion bounds a question, in characters.
const MaxQuestion = 2000

// Errors of a question that is refused before anything is done.
var (
	ErrEmptyQuestion  = errors.New("the question is empty")
	ErrLongQuestion   = errors.New("the question is longer than 2000 characters")
	ErrBinaryQuestion = errors.New("the question is not text")
)

// Retriever finds passages: corpus.Searcher does.
type Retriever interface {
	Search(ctx context.Context, sc corpus.Scope, q corpus.Query) (corpus.Result, error)
}

// Reader reads whole documents: a Retriever that is one lets a quoted answer
// choose from all of the best document, and not from what was found alone.
type Reader interface {
	Whole(ctx context.Context, sc corpus.Scope, hit corpus.Hit) ([]corpus.HitPassage, error)
}

// Request is a question in its setting.
type Request struct {
	Town     corpus.Town
	Scope    corpus.Scope
	Question string
	Language string // of the reader's page: "fr", "en"
	History  []Exchange
	Now      time.Time // the moment that the answer is for; zero: now
	Trace    bool      // fill Answer.Trace and the steps' notes

	intake *intake // of Intake, once the question has been through
}

// Exchange is an earlier question of the conversation and its answer.
type Exchange struct{ Question, Answer string }

// Source is a numbered passage that the answer may cite.
type Source struct {
	N          int    `json:"n"`
	Document   string `json:"document"`
	Title      string `json:"title"`
	URL        string `json:"url"`   // with the passage's anchor or page
	Headings   string `json:"where"` // heading path, " > " between
	Collection string `json:"collection"`
	Shared     bool   `json:"shared"` // national, not the town's own
	Edition    int    `json:"edition"`
	PassageID  int64  `json:"passage"`
	Text       string `json:"-"` // the whole passage; stays on the server

	fit     float64   // what the search scored the passage, 0: it did not find it
	changed time.Time // the day its document was last changed; zero: not known

	facts *facts
}

// Citation is a source and the words of it that support a unit.
type Citation struct {
	N        int    `json:"n"`
	Document string `json:"document"`
	Title    string `json:"title"`
	URL      string `json:"url"`
	Headings string `json:"where"` // heading path of the passage, " > " between
	Quote    string `json:"quote"` // verbatim from the passage
	Edition  int    `json:"edition"`
	Passage  int64  `json:"passage"`
	Shared   bool   `json:"shared"`
}

// UnitKind is what a unit is on the page.
type UnitKind string

// The kinds of unit.
const (
	Sentence UnitKind = "sentence"
	Item     UnitKind = "item"    // list item
	Row      UnitKind = "row"     // table row; Header holds the column names
	Heading  UnitKind = "heading" // of a part of the answer
)

// Unit is the smallest thing that is shown: checked and cited as a whole.
type Unit struct {
	N         int        `json:"n"` // from 1, without gaps
	Kind      UnitKind   `json:"kind"`
	Text      string     `json:"text"` // plain text, no markup, no citation marks
	Cells     []string   `json:"cells,omitempty"`
	Header    []string   `json:"header,omitempty"`
	Break     bool       `json:"break,omitempty"` // a new paragraph, list or table begins here
	Citations []Citation `json:"citations"`
	// Original is the language (BCP 47) of the words cited, where it is not the
	// unit's own: a page then shows these words beside it. Else it is empty.
	Original string `json:"original,omitempty"`
	// Language is the unit's own (BCP 47), where it is known not to be the
	// request's: a page has it read as such. Else it is empty.
	Language string `json:"language,omitempty"`
	// Link is the page that the unit names, of a document; empty: none. A model sets
	// none.
	Link string `json:"link,omitempty"`
	// Alarm says that the unit is for somebody who may be in danger: it is shown
	// and read out before all else. Call is then the address that reaches the
	// number which it names, "tel:17" or "sms:114"; empty: none.
	Alarm bool   `json:"alarm,omitempty"`
	Call  string `json:"call,omitempty"`
	// wide says that the unit is of what comes nearest after the words that answer best.
	wide bool
	// Whom says that the unit tells whom to ask: it is no part of what was asked.
	Whom bool `json:"-"`
	// Under is the heading and the lead-in that an item or a row stands under, for
	// Grounded: "Elle refuse :" says something of each item that follows.
	Under string `json:"-"`
}

// Answer is the whole of what came out.
type Answer struct {
	Outcome   Outcome
	Mode      Mode
	Units     []Unit
	Sources   []Source           // all that were offered
	Citations []Citation         // what the answer rests on; not those of whom to ask
	TimingsMS map[string]float64 // retrieval, first_unit, model, total
	Usage     Usage
	Steps     []Step // in the order in which they were taken
	Trace     *Trace
}

// Usage counts a model's tokens; -1 means unknown.
type Usage struct {
	Model      string `json:"model"`
	Prompt     int    `json:"prompt"`
	Completion int    `json:"completion"`
}

// Trace is what an agent is shown of how an answer came out.
type Trace struct {
	Result   corpus.Result
	Gate     float64    // evidence that was asked for
	Weighed  []Weighing // for each thing that is asked
	Prompt   string
	Raw      string     // the model's text before it was cut and checked
	Withheld []Withheld // units that did not pass
}

// Withheld is a unit that was not shown, and why, in the request's language.
type Withheld struct{ Text, Reason string }

// Sink receives an answer while it is made. Sources comes once, before the
// first unit. An error stops the answer and is returned by Answer.
type Sink interface {
	Sources(ctx context.Context, s []Source) error
	Unit(ctx context.Context, u Unit) error
}

// Watcher is a Sink that is told, besides, when a model begins to be asked,
// which may take seconds.
type Watcher interface{ Writing() }

// Reason says, by a message of the catalogue, why a unit is withheld.
type Reason struct {
	ID   string // "rag.withheld.no_citation"
	Data map[string]any
}

// Check looks at a unit before it leaves. It returns the unit to show (perhaps
// with fewer citations), or a reason to withhold it; nil: it may leave.
type Check interface {
	Unit(ctx context.Context, u Unit, sources []Source) (shown Unit, reason *Reason)
}
