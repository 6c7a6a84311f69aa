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
		b.WriteString(u.Text)
		if u.Link != "" {
			b.WriteString(" (" + u.Link + ")")
		}
	}
	return b.String()
}

// rowText is a table row as one line of text: its first cell, then each other
// with the name of its column.
func rowText(header, cells []string) string {
	var parts []string
	for i, cell := range cells {
		switch {
		case cell == "":
		case i > 0 && i < len(header) && header[i] != "":
			parts = append(parts, header[i]+"\u00a0: "+cell)
		default:
			parts = append(parts, cell)
		}
	}
	if len(parts) < 2 || cells[0] == "" {
		return strings.Join(parts, " ; ")
	}
	return parts[0] + " — " + strings.Join(parts[1:], " ; ")
}
