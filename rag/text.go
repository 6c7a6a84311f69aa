package rag

import "strings"

// Text is the answer as plain text: sentences of a paragraph on one line,
// every other unit on a line of its own, an empty line where a new part begins.
func (a Answer) Text() string {
	var b strings.Builder
	for i, u := range a.Units {
		switch {
		case i == 0:
		case u.Break || u.Kind == Heading:
			b.WriteString("\n\n")
		case u.Kind == Sentence && a.Units[i-1].Kind == Sentence:
			b.WriteString(" ")
		default:
			b.WriteString("\n")
		}
		if u.Kind == Item {
			b.WriteString("- ")
		}
		b.WriteString(u.plain())
	}
	return b.String()
}

// plain is the unit's text, a row's cells each with the name of its column.
func (u Unit) plain() string {
	if u.Kind != Row || len(u.Header) != len(u.Cells) {
		return u.Text
	}
	var parts []string
	for i, cell := range u.Cells {
		switch {
		case cell == "":
		case u.Header[i] == "" || i == 0:
			parts = append(parts, cell)
		default:
			parts = append(parts, u.Header[i]+": "+cell)
		}
	}
	return strings.Join(parts, ", ")
}
