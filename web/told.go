package web

import (
	"strings"

	"guichet/corpus"
)

// told is what the program says of a run, in the agent's language. What has no
// text there is led in by Text and quoted.
type told struct {
	Document string // that it is about; "": none, or English names it
	Text     string
	English  string
}

// told finds the text for a note's code in this area of the catalogue. A rare
// note has none, and neither has one that was kept before it had a code, or that
// lacks what the text of today tells.
func (p page) told(area string, n corpus.Note) told {
	with := make(map[string]any, len(n.With))
	for name, value := range n.With {
		with[name] = value
	}
	id := area + n.Code
	if text := p.T(id, with); n.Code != "" && text != id && !strings.Contains(text, "<no value>") {
		return told{Document: n.With["Document"], Text: text}
	}
	return told{Text: p.T(area + "other"), English: n.Text}
}
