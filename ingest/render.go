package ingest

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// linkText is how a link stands in plain text: its words, and the address
// behind them in parentheses unless the words are the address. Links inside a
// page are their words alone.
func linkText(words, target string) string {
	target = strings.TrimSpace(target)
	shown := oneLine(words)
	u, err := url.Parse(target)
	if err != nil {
		return words
	}
	address := target
	switch strings.ToLower(u.Scheme) {
	case "http", "https":
		if sameAddress(shown, target) {
			return words
		}
	case "mailto":
		address, _, _ = strings.Cut(u.Opaque, "?")
		if unescaped, err := url.PathUnescape(address); err == nil {
			address = unescaped
		}
		if strings.Contains(strings.ToLower(shown), strings.ToLower(address)) {
			return words
		}
	case "tel":
		address = u.Opaque
		if number := phoneDigits(address); number == "" || strings.HasSuffix(phoneDigits(shown), number) {
			return words
		}
	default:
		return words
	}
	if shown == "" {
		return address
	}
	// The address goes behind the last word, before the white space that
	// parts the link from what follows.
	trimmed := strings.TrimRightFunc(words, unicode.IsSpace)
	return trimmed + " (" + address + ")" + words[len(trimmed):]
}

// sameAddress compares a link's words with its address as a reader would:
// scheme, "www." and a last slash aside.
func sameAddress(words, address string) bool {
	bare := func(s string) string {
		s = strings.ToLower(strings.TrimSuffix(s, "/"))
		s = strings.TrimPrefix(strings.TrimPrefix(s, "https://"), "http://")
		return strings.TrimPrefix(s, "www.")
	}
	return bare(words) == bare(address)
}

// phoneDigits is a number's digits without the French country code, so that
// "+33 1 23 45 67 89" and "01 23 45 67 89" are one.
func phoneDigits(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r >= '0' && r <= '9' {
			b.WriteRune(r)
		}
	}
	digits := b.String()
	if strings.HasPrefix(strings.TrimSpace(s), "+33") {
		digits = "0" + strings.TrimPrefix(digits[2:], "0")
	}
	return digits
}

// pipeTable writes rows as lines "| a | b |". With a header, the first row is
// followed by a rule. Short rows are filled up; rows without text are left out.
func pipeTable(rows [][]string, header bool) string {
	width := 0
	for _, cells := range rows {
		width = max(width, len(cells))
	}
	var b strings.Builder
	for i, cells := range rows {
		texts := make([]string, width)
		said := false
		for j, c := range cells {
			texts[j] = strings.ReplaceAll(oneLine(c), "|", `\|`)
			said = said || texts[j] != ""
		}
		if !said && (i > 0 || !header) {
			continue
		}
		b.WriteString("| " + strings.Join(texts, " | ") + " |\n")
		if header && i == 0 {
			b.WriteString("|" + strings.Repeat(" --- |", width) + "\n")
		}
	}
	return b.String()
}

// trimLines takes the white space off both ends of every line and keeps one
// space between words.
func trimLines(s string) string {
	var lines []string
	for line := range strings.SplitSeq(s, "\n") {
		line = strings.TrimFunc(line, isPlainSpace)
		if strings.ContainsAny(line, "\t\r\f") || strings.Contains(line, "  ") {
			line = strings.Join(strings.FieldsFunc(line, isPlainSpace), " ")
		}
		if line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// besides puts the lines of a cell beside one another, with commas between those
// that nothing else parts.
func besides(cell string) string {
	var b strings.Builder
	for i, line := range strings.Split(trimLines(cell), "\n") {
		if before := b.String(); i > 0 {
			last, _ := utf8.DecodeLastRuneInString(before)
			if !strings.ContainsRune(",;:.!?…", last) && !strings.HasPrefix(line, "(") {
				b.WriteByte(',')
			}
			b.WriteByte(' ')
		}
		b.WriteString(line)
	}
	return b.String()
}

// isPlainSpace leaves out the no-break spaces that French puts before ":" and
// inside numbers.
func isPlainSpace(r rune) bool {
	return r == ' ' || r == '\t' || r == '\n' || r == '\r' || r == '\f'
}

// deeper is the indentation of a list inside another. Beyond some levels it
// stays, since no list that people wrote goes there.
func deeper(indent string) string {
	if len(indent) >= 20 {
		return indent
	}
	return indent + "  "
}
