package ingest

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strings"
	"time"

	"guichet/corpus"
)

// Media types that have an extractor.
const (
	Markdown = "text/markdown"
	HTML     = "text/html"
	Plain    = "text/plain"
	PDF      = "application/pdf"
	DOCX     = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	ODT      = "application/vnd.oasis.opendocument.text"
	CSV      = "text/csv"
)

// errNoText is the failure of a file that was read and says nothing.
var errNoText = failuref(codeNoText, "no text inside")

// Bounds of one document.
const (
	maxText    = 4 << 20          // bytes of text: some 1 500 pages
	maxReading = 30 * time.Second // for all that is done to read it
)

// Input is a file or page as it was fetched.
type Input struct {
	Name  string // file name with its extension
	Bytes []byte
	URL   string // that it came from; empty: unknown
	// MediaType is what its contents are; empty: what its name says.
	MediaType string
}

// Extracted is what an extractor reads out of a file. Dates that are not known
// are zero.
type Extracted struct {
	Title       string
	URL         string
	Theme       string
	Language    string // BCP 47; empty: not said
	PublishedOn time.Time
	ModifiedOn  time.Time
	ValidFrom   time.Time
	ValidUntil  time.Time
	Sections    []Section
	Notes       []corpus.Note // what was not understood and left out
	Flags       []corpus.Flag // what looks meant for a model; set by the ingester
	Dropped     []Dropped
	Service     json.RawMessage // what it says as one of the town's services; nil: it is none
}

// complete takes what is not known from what the source says.
func (x *Extracted) complete(said Extracted) {
	x.Title = cmp.Or(x.Title, said.Title)
	x.URL = cmp.Or(x.URL, said.URL)
	x.Theme = cmp.Or(x.Theme, said.Theme)
	x.Language = cmp.Or(x.Language, said.Language)
	for _, d := range []struct{ to, from *time.Time }{
		{&x.PublishedOn, &said.PublishedOn}, {&x.ModifiedOn, &said.ModifiedOn},
		{&x.ValidFrom, &said.ValidFrom}, {&x.ValidUntil, &said.ValidUntil},
	} {
		if d.to.IsZero() {
			*d.to = *d.from
		}
	}
}

// scalars is all but sections and notes, as text.
func (x Extracted) scalars() string {
	return fmt.Sprint(x.Title, "\x00", x.URL, "\x00", x.Theme, "\x00", x.Language, x.PublishedOn.Unix(), x.ModifiedOn.Unix(), x.ValidFrom.Unix(), x.ValidUntil.Unix())
}

// Section is a stretch of a document under one heading path. Its Text has
// paragraphs that an empty line separates; list items keep their marker ("- ",
// "1. ") and table rows are lines of the form "| a | b |", the first two being
// the header and its rule when the table has a header.
type Section struct {
	Headings []string // outermost first, the document's title left out
	Anchor   string   // fragment of the page, without '#'
	Page     int      // from 1; 0: no pages
	Text     string
}

// Extractor reads files of one kind. Its errors are shown to the operator as
// the reason of a failure. It is safe for concurrent use.
type Extractor interface {
	// Version changes when the same bytes would be read differently.
	Version() string
	// Extract returns at least one section with text, or an error.
	Extract(ctx context.Context, in Input) (Extracted, error)
}

// Extractors returns the extractors there are, by media type.
func Extractors() map[string]Extractor {
	return map[string]Extractor{
		Markdown: MarkdownExtractor{},
		HTML:     HTMLExtractor{},
		Plain:    PlainExtractor{},
		PDF:      PDFExtractor{},
		DOCX:     DOCXExtractor{},
		ODT:      ODTExtractor{},
		CSV:      CSVExtractor{},
	}
}

// stem is a file's name without its extension.
func stem(name string) string {
	base := path.Base(name)
	if s := strings.TrimSuffix(base, path.Ext(base)); s != "" {
		return s
	}
	return base
}

// extract runs an extractor and holds it to its contract. A reader that breaks
// on a file fails that file alone.
func extract(ctx context.Context, e Extractor, in Input) (x Extracted, err error) {
	defer func() {
		if broken := recover(); broken != nil {
			err = failuref(codeBroken, "the reader broke on this file: %v", broken)
		}
	}()
	whole := ctx
	ctx, cancel := context.WithTimeout(ctx, maxReading)
	defer cancel()
	x, err = e.Extract(ctx, in)
	if err == nil && ctx.Err() != nil {
		err = ctx.Err()
	}
	if errors.Is(err, context.DeadlineExceeded) && whole.Err() == nil {
		err = failuref(codeSlow, "it was not read within %s: save it again in a plainer form, or cut it into several", maxReading)
	}
	if err != nil {
		return Extracted{}, err
	}
	size := 0
	for _, s := range x.Sections {
		if size += len(s.Text); size > 2*maxText { // white space goes, below
			return Extracted{}, errTooMuchText
		}
	}
	x.Flags = Suspicions(in, x)
	size = 0
	kept := x.Sections[:0]
	for _, s := range x.Sections {
		s.Text = cleanText(s.Text)
		for i := range s.Headings {
			s.Headings[i] = oneLine(s.Headings[i])
		}
		s.Anchor = cleanText(s.Anchor)
		if s.Text == "" {
			continue
		}
		size += len(s.Text)
		for _, h := range s.Headings {
			size += len(h)
		}
		kept = append(kept, s)
		if size > maxText {
			return Extracted{}, errTooMuchText
		}
	}
	if len(kept) == 0 {
		return Extracted{}, errNoText
	}
	if len(kept) > maxSections {
		return Extracted{}, failuref(codeTooLong, "more than %d sections inside: cut the file into several", maxSections)
	}
	x.Sections = kept
	x.Title, x.Theme, x.URL = oneLine(x.Title), oneLine(x.Theme), oneLine(x.URL)
	if x.Title == "" {
		x.Title = oneLine(stem(in.Name))
	}
	return x, nil
}
