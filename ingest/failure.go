package ingest

import (
	"errors"
	"fmt"
)

// Codes of why a file could not be read, by which the console finds its text
// in the agent's language ("admin.reason." and the code). A rare reason has
// none and is shown as it stands.
const (
	codeBinary       = "binary"
	codeBroken       = "broken"
	codeCalendar     = "calendar"
	codeCopyLocked   = "copy_locked"
	codeDamaged      = "damaged"
	codeDamagedPDF   = "damaged_pdf"
	codeEncrypted    = "encrypted"
	codeEmbedding    = "embedding"
	codeEmpty        = "empty"
	codeEncryptedPDF = "encrypted_pdf"
	codeFeed         = "feed"
	codeFrontMatter  = "front_matter"
	codeKind         = "kind"
	codeLegacy       = "legacy_office"
	codeLink         = "link"
	codeName         = "file_name"
	codeNoText       = "no_text"
	codeNotPDF       = "not_pdf"
	codeRefused      = "refused"
	codeScan         = "scan"
	codeSuspicious   = "suspicious"
	codeSheet        = "spreadsheet"
	codeSlow         = "slow"
	codeTooComplex   = "too_complex"
	codeTable        = "table"
	codeTooLarge     = "too_large"
	codeTooLong      = "too_long"
	codeTool         = "tool"
	codeUnreadable   = "unreadable"
	codeWrongKind    = "wrong_kind"
)

// failure is an error with a code.
type failure struct{ code, text string }

func (f failure) Error() string { return f.text }

func failuref(code, format string, args ...any) error {
	return failure{code: code, text: fmt.Sprintf(format, args...)}
}

// Code is one of the codes above.
func (f failure) Code() string { return f.code }

// codeOf returns the code of a failure, of this package or of fetch, or "".
func codeOf(err error) string {
	var f interface {
		error
		Code() string
	}
	if errors.As(err, &f) {
		return f.Code()
	}
	return ""
}
