package rag

import (
	"slices"
	"strings"
)

// headedBy tells whether a heading is made of the sources' own: their titles,
// their heading paths and the headings in their text, to the letter.
func headedBy(text string, sources []Source) bool {
	for part := range strings.SplitSeq(text, "›") {
		if !slices.ContainsFunc(sources, func(s Source) bool { return s.hasHeading(strings.TrimSpace(part)) }) {
			return false
		}
	}
	return true
}

func (s Source) hasHeading(text string) bool {
	if sameWords(s.Title, text) {
		return true
	}
	for part := range strings.SplitSeq(s.Headings, " > ") {
		if sameWords(part, text) {
			return true
		}
	}
	return slices.ContainsFunc(s.read().segments, func(seg segment) bool { return seg.kind == Heading && sameWords(seg.text, text) })
}
