package rag

import (
	"context"
	"slices"
	"strings"

	"guichet/corpus"
	"guichet/internal/messages"
	"guichet/internal/personal"
)

// Publisher knows the telephone numbers and e-mail addresses that the town
// publishes: corpus.Store does.
type Publisher interface {
	Published(ctx context.Context, sc corpus.Scope, c corpus.Contact, values []string) (map[string]bool, error)
}

// MaskPersonal masks personal numbers and addresses in a normalised question,
// and returns the kinds that were found. What the town publishes stays; where p
// is nil or fails, everything is masked, and its error comes with the masked
// question.
func MaskPersonal(ctx context.Context, p Publisher, sc corpus.Scope, c corpus.Contact, question string) (string, []personal.Kind, error) {
	phones, emails := personal.Candidates(question)
	var published map[string]bool
	var err error
	if values := slices.Concat(phones, emails); p != nil && len(values) > 0 {
		published, err = p.Published(ctx, sc, c, values)
	}
	masked, kinds := personal.Mask(question, func(_ personal.Kind, value string) bool { return published[value] })
	return masked, kinds, err
}

// PersonalUnit tells a resident what was masked, before the answer. There is at
// least one kind.
func PersonalUnit(m *messages.Messages, kinds []personal.Kind) Unit {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = m.T("rag.personal.kind." + string(k))
	}
	list := names[len(names)-1]
	if others := names[:len(names)-1]; len(others) > 0 {
		list = strings.Join(others, ", ") + " " + m.T("rag.personal.and") + " " + list
	}
	return Unit{Kind: Sentence, Text: m.T("rag.personal.masked", map[string]any{"Kinds": list}), Break: true}
}
