package rag

import (
	"guichet/corpus"
	"guichet/internal/messages"
)

// noEvidence is the designed "I do not know": what it is sorry for, and the
// way on. It cites nothing, since it states nothing of the documents.
func noEvidence(m *messages.Messages, c corpus.Contact) []Unit {
	units := []Unit{{Kind: Sentence, Text: m.T("rag.no_evidence.sorry"), Break: true}}
	add := func(u Unit) { units = append(units, u) }
	ways := []struct{ id, value string }{
		{"rag.contact.phone", c.Phone},
		{"rag.contact.email", c.Email},
		{"rag.contact.url", c.URL},
		{"rag.contact.address", c.Address},
		{"rag.contact.hours", c.Hours},
	}
	var items []Unit
	for _, w := range ways {
		if w.value != "" {
			items = append(items, Unit{Kind: Item, Text: m.T(w.id, map[string]any{"Value": w.value}), Break: len(items) == 0})
		}
	}
	switch {
	case c.Name != "":
		add(Unit{Kind: Sentence, Text: m.T("rag.no_evidence.contact_named", map[string]any{"Name": c.Name})})
	case len(items) > 0:
		add(Unit{Kind: Sentence, Text: m.T("rag.no_evidence.contact")})
	default:
		add(Unit{Kind: Sentence, Text: m.T("rag.no_evidence.without_contact")})
	}
	units = append(units, items...)
	add(Unit{Kind: Sentence, Text: m.T("rag.no_evidence.rephrase"), Break: true})
	return units
}
