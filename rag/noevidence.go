package rag

import (
	"regexp"
	"strings"

	"guichet/internal/messages"
)

// sorry is what the designed "I do not know" says first. It cites nothing, since it
// states nothing of the documents. foreign says that the question is in another language
// than the documents.
func sorry(m *messages.Messages, foreign bool) Unit {
	id := "rag.no_evidence.sorry"
	if foreign {
		id = "rag.no_evidence.foreign"
	}
	return Unit{Kind: Sentence, Text: m.T(id), Break: true}
}

// maxNearest bounds the pages that a designed "I do not know" names.
const maxNearest = 3

// nearestPages name the documents of the best sources, each once, as pages on a
// related subject; none where there is no source. They state nothing of what
// the pages say. Where sources are too far from the question (the caller
// weighs that), none should be handed.
func nearestPages(m *messages.Messages, sources []Source) []Unit {
	var items []Unit
	seen := map[string]bool{}
	for _, s := range sources {
		if len(items) == maxNearest {
			break
		}
		if s.Title == "" || seen[s.Document] || seen[s.Title] {
			continue
		}
		seen[s.Document], seen[s.Title] = true, true
		page, _, _ := strings.Cut(s.URL, "#")
		items = append(items, Unit{Kind: Item, Text: s.Title, Link: page, Language: s.read().language, Break: len(items) == 0})
	}
	if items == nil {
		return nil
	}
	return append([]Unit{{Kind: Sentence, Text: m.T("rag.nearest"), Break: true}}, items...)
}

var englishWords = regexp.MustCompile(`\b(?:the|what|where|when|how|who|which|is|are|do|does|can|my|i|to|of|for|you|your|please|and|in|it|with|have|this|that|there|will|would|should|could|need|want|any|from|not|write|tell)\b`)

// isEnglish tells a question that was written in English.
func isEnglish(question string) bool {
	return len(englishWords.FindAllString(folded(question), 3)) > 1
}
