package corpus

import (
	"context"
	"encoding/json"
	"errors"
	"time"
)

// Errors that callers tell apart.
var (
	// ErrNotFound says that a town, collection or document is not there.
	ErrNotFound = errors.New("not found")
	// ErrBusy says that another writer has the collection.
	ErrBusy = errors.New("another run is writing this collection")
	// ErrSpace says that a collection's vectors were made by another
	// embedder than the one that is configured.
	ErrSpace = errors.New("embedding space mismatch")
)

// Town is one tenant.
type Town struct {
	ID          int64
	Slug        string
	Name        string
	Default     bool
	Origins     []string // web origins the chat may be opened from, "https://www.ville.fr"
	Contact     Contact
	Color       string   // "#rrggbb"
	Languages   []string // of its pages, first is the default
	Suggestions []string // questions shown before the first one is asked
	TimeZone    string   // by which its schedules run, "Europe/Paris"
}

// Contact is whom a resident turns to when there is no answer.
type Contact struct {
	Name    string `json:"name,omitempty"`
	Phone   string `json:"phone,omitempty"`
	Email   string `json:"email,omitempty"`
	URL     string `json:"url,omitempty"`
	Address string `json:"address,omitempty"`
	Hours   string `json:"hours,omitempty"` // one plain line, as residents read it
}

// Collection is a body of documents. TownID 0 means shared by all towns.
type Collection struct {
	ID        int64
	TownID    int64
	Name      string
	Language  string // of its documents, BCP 47
	TimeZone  string // of its town; DefaultZone when it is shared
	SpaceID   int64  // 0: no vectors yet
	Published int    // edition that readers see; 0: none
}

// Space is an embedding space: vectors are comparable only inside one.
type Space struct {
	Embedder   string // "builtin", or the endpoint's model
	Version    string
	Dimensions int
}

// Embedder turns text into vectors of its Space. Implementations are safe for
// concurrent use and return one unit-length vector of Space().Dimensions for
// each text, or an error.
type Embedder interface {
	Space() Space
	EmbedPassages(ctx context.Context, texts []string) ([][]float32, error)
	EmbedQuery(ctx context.Context, text string) ([]float32, error)
}

// SourceRef names where a collection's documents come from.
type SourceRef struct {
	Kind string // "folder" or "file"; later "sitemap", "feed"
	URI  string // absolute path or URL
}

// Document is one published page or file, as it is put into an edition.
type Document struct {
	Key         string // unique in its source: the path below it
	Name        string // what scripts and residents' links call it: "F10007"
	URL         string
	Title       string
	Theme       string
	MediaType   string
	PublishedOn time.Time // zero: unknown; so for the other dates
	ModifiedOn  time.Time
	ValidFrom   time.Time
	ValidUntil  time.Time // last day on which it holds
	ContentHash []byte    // of the bytes that were fetched and what names the document
	Extractor   string    // version of the extractor and splitter that read it
	Flags       []Flag    // what looked suspicious when it was read
	Passages    []Passage // in reading order
	// Service is what the document says as one of the town's services, as package
	// ingest writes it: FollowServices hands it back. nil: it describes none.
	Service json.RawMessage
}

// Flag is something in a document that an agent should look at: its kind, in
// the words of package ingest, and where it was seen.
type Flag struct {
	Kind    string `json:"kind"`
	Excerpt string `json:"excerpt"`
}

// Passage is the unit that is retrieved: a stretch of a document under one
// heading path.
type Passage struct {
	ID       int64 // 0 until stored
	Headings []string
	Anchor   string // fragment of the page, without '#'; empty: none
	Page     int    // of a PDF, from 1; 0: none
	Text     string
	Tokens   int // words, as the analyzer counts them
}

// EmbeddingText is what an embedder is given for a passage: the title and
// heading path, then the text.
func EmbeddingText(title string, p Passage) string {
	text := title
	for _, h := range p.Headings {
		if h != title {
			text += "\n" + h
		}
	}
	return text + "\n" + p.Text
}
