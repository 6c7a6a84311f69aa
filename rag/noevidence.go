package rag

import (
	"regexp"

	"guichet/corpus"
	"guichet/internal/messages"
)

// noEvidence is the designed "I do not know": what it is sorry for, and whom
// to ask. It cites nothing, since it states nothing of the documents. foreign
// says that the question is in another language than the documents.
func noEvidence(m *messages.Messages, c corpus.Contact, foreign bool) []Unit {
	id := "rag.no_evidence.sorry"
	if foreign {
		id = "rag.no_evidence.foreign"
	}
	units := []Unit{{Kind: Sentence, Text: m.T(id), Break: true}}
	return append(units, contactUnits(m, c, "rag.no_evidence.contact")...)
}

// contactUnits tell whom to ask: a sentence, of the messages lead,
// lead_named and lead "without_contact", and the ways to reach them.
func contactUnits(m *messages.Messages, c corpus.Contact, lead string) []Unit {
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
	text := m.T("rag.no_evidence.without_contact")
	switch {
	case c.Name != "":
		text = m.T(lead+"_named", map[string]any{"Name": c.Name})
	case len(items) > 0:
		text = m.T(lead)
	}
	return append([]Unit{{Kind: Sentence, Text: text, Break: len(items) == 0}}, items...)
}

var englishWords = regexp.MustCompile(`\b(?:the|what|where|when|how|who|is|are|do|does|can|my|i|to|of|for|you|your|please)\b`)

// isEnglish tells a question that was written in English.
func isEnglish(question string) bool {
	return len(englishWords.FindAllString(folded(question), 3)) > 1
}
