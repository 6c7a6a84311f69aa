package ingest

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"

	"github.com/jackc/pgx/v5/pgconn"

	"guichet/corpus"
)

// Codes of notes of a run, by which the console finds their text in the agent's
// language ("runs.note." and the code). A rare note has none and is shown as it
// stands.
const (
	noteResumed       = "resumed"
	noteWaited        = "waited"
	noteAddress       = "no_address"
	noteShared        = "shared_name"
	noteRenamed       = "renamed"
	noteTaken         = "taken_over"
	noteOld           = "old_editions"
	noteSlow          = "slow_searches"
	noteMore          = "more"
	noteSkipped       = "skipped"
	noteSkippedOthers = "skipped_others"
	noteUnreadSheets  = "unread_sheets"
	noteUnreadText    = "unread_text"
	noteEmptyFolder   = "empty_folder"
	noteDirectory     = "directory"
	noteHeader        = "header"

	// of websites
	noteSitemap = "sitemap"
	notePages   = "max_pages"
	noteRobots  = "robots"
	noteGone    = "gone"
	noteSame    = "same"

	// of what is left out of websites
	noteTrapForm      = "trap.form"
	noteTrapRepeats   = "trap.repeats"
	noteTrapEndless   = "trap.endless"
	noteTrapUseless   = "trap.useless"
	noteTrapSimilar   = "trap.similar"
	noteTrapFacets    = "trap.facets"
	noteTrapCalendars = "trap.calendars"
	noteTrapChain     = "trap.chain"

	// of a document
	noteHidden    = "hidden"
	noteStruck    = "struck"
	noteDamaged   = "damaged"
	noteTables    = "tables"
	noteOCR       = "ocr"
	noteScans     = "scans"
	noteSelectors = "selectors"
	noteDate      = "date"
	noteKind      = "kind"
)

// Codes of why a run ended as it did ("runs.reason." and the code). That of a
// source that could not be listed is "source." and the code of its failure.
const (
	reasonLost     = "lost"
	reasonNever    = "never"
	reasonEmbedder = "embedder"
	reasonDatabase = "database"
	reasonSession  = "session"
	reasonGate     = "gate"
	reasonSource   = "source."
)

// Codes of failures that only a whole source has.
const (
	codeMissing   = "missing"
	codeRobots    = "robots"
	codeElsewhere = "elsewhere"
	codeNoSitemap = "no_sitemap"
)

// placeCode is the code of why the place of a source cannot be read.
func placeCode(err error) string {
	if errors.Is(err, fs.ErrNotExist) {
		return codeMissing
	}
	return codeUnreadable
}

// with is what a note tells, by the placeholders of its texts.
type with map[string]string

func notef(code string, told with, format string, args ...any) corpus.Note {
	return corpus.Note{Text: fmt.Sprintf(format, args...), Code: code, With: told}
}

// ofDocument is a note of the document with this key, which a page names before
// the text for the code.
func ofDocument(key string, n corpus.Note) corpus.Note {
	told := with{"Document": key}
	maps.Copy(told, n.With)
	return notef(n.Code, told, "%s: %s", key, n.Text)
}

// SourceError is err, which kept the source from being opened or listed.
func SourceError(source string, err error) error { return sourceError{source, err} }

type sourceError struct {
	source string
	err    error
}

func (s sourceError) Error() string { return s.err.Error() }

func (s sourceError) Unwrap() error { return s.err }

// ReasonOf is why a run failed, as it is kept with the run.
func ReasonOf(err error) corpus.Note {
	n := corpus.Note{Text: err.Error()}
	var source sourceError
	var refused *pgconn.PgError
	var unreached *pgconn.ConnectError
	switch {
	case errors.Is(err, ErrEmbedder):
		n.Code = reasonEmbedder
	case errors.Is(err, corpus.ErrLost):
		n.Code = reasonSession
	case errors.As(err, &refused), errors.As(err, &unreached):
		n.Code = reasonDatabase
	case errors.As(err, &source) && codeOf(err) != "":
		n.Code, n.With = reasonSource+codeOf(err), with{"Source": source.source}
	case errors.Is(err, ErrRejected):
		n.Code = reasonGate
	}
	return n
}
