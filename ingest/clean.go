package ingest

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	textunicode "golang.org/x/text/encoding/unicode"
	"golang.org/x/text/unicode/norm"
)

// errBinary is the failure of a file whose name promises text.
var errBinary = failuref(codeBinary, "this is not text: the file is binary")

// decodeText reads bytes as UTF-8, as UTF-16 when a byte order mark says so,
// and else as Windows-1252, in which most older French files are written.
func decodeText(b []byte) (string, error) {
	switch {
	case bytes.HasPrefix(b, []byte{0xEF, 0xBB, 0xBF}):
		b = b[3:]
	case bytes.HasPrefix(b, []byte{0xFF, 0xFE}), bytes.HasPrefix(b, []byte{0xFE, 0xFF}):
		decoded, err := textunicode.UTF16(textunicode.LittleEndian, textunicode.UseBOM).NewDecoder().Bytes(b)
		if err != nil {
			return "", errBinary
		}
		b = decoded
	}
	if isBinary(b) {
		return "", errBinary
	}
	if utf8.Valid(b) {
		return string(b), nil
	}
	// A file that is UTF-8 but for a byte or two was cut or glued badly: its
	// accents would all be lost by reading it as Windows-1252.
	text := string(b)
	if mostlyUTF8(text) {
		return strings.ToValidUTF8(text, "\uFFFD"), nil
	}
	decoded, err := charmap.Windows1252.NewDecoder().Bytes(b)
	if err != nil {
		return "", errBinary
	}
	return string(decoded), nil
}

// isBinary tells bytes that no text file has in number.
func isBinary(b []byte) bool {
	control := 0
	for _, c := range b {
		if c < ' ' && c != '\n' && c != '\r' && c != '\t' && c != '\f' {
			control++
		}
	}
	return control > len(b)/100
}

// mostlyUTF8 reports whether, of the non-ASCII sequences, at least nine in ten
// are valid UTF-8.
func mostlyUTF8(s string) bool {
	good, bad := 0, 0
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			bad++
		case size > 1:
			good++
		}
		i += size
	}
	return good >= 9*bad && good > 0
}

// lineEnds is made once: that takes longer than to replace in a paragraph.
var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\f", "\n", "\u2028", "\n", "\u2029", "\n\n")

// cleanText makes text fit for the database and for reading: valid UTF-8,
// composed accents, no control or invisible characters (Postgres refuses NUL),
// one kind of line end, no space at line ends, at most one empty line in a row.
func cleanText(s string) string {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	if strings.ContainsFunc(s, isUnclean) {
		s = strings.Map(clean, lineEnds.Replace(s))
	}
	s = norm.NFC.String(s)
	var out strings.Builder
	out.Grow(len(s))
	empty := 0
	for line := range strings.SplitSeq(s, "\n") {
		line = strings.TrimRightFunc(line, unicode.IsSpace)
		if strings.TrimSpace(line) == "" {
			empty++
			continue
		}
		if out.Len() > 0 {
			out.WriteByte('\n')
			if empty > 0 {
				out.WriteByte('\n')
			}
		}
		empty = 0
		out.WriteString(line)
	}
	return out.String()
}

// isUnclean tells what clean changes, and line ends of other kinds.
func isUnclean(r rune) bool {
	return r != '\n' && (r == '\u2028' || r == '\u2029' || clean(r) != r)
}

// clean makes a tab a blank, and drops control and invisible characters.
func clean(r rune) rune {
	switch {
	case r == '\n':
		return r
	case r == '\t':
		return ' '
	case unicode.IsControl(r), isInvisible(r):
		return -1
	}
	return r
}

// oneLine is cleanText with every run of white space as one space.
func oneLine(s string) string {
	return strings.Join(strings.Fields(cleanText(s)), " ")
}
