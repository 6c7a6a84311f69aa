package rag

import (
	"regexp"
	"strings"
)

// Words that stay together, as regular expressions of the two that a space parts.
var (
	figure     = regexp.MustCompile(`\d$`)
	ofFigure   = regexp.MustCompile(`^(?:h|min|€|%|euros?|m|m²|m³|km|cm|kg|g|l|L|ans?|am|pm|a\.m\.|p\.m\.)(?:[^\pL\d]|$)`)
	threeMore  = regexp.MustCompile(`^\d{3}(?:\D|$)`)
	pairs      = regexp.MustCompile(`\d{2}(?: \d{2}){3,}`)
	signBefore = regexp.MustCompile(`(?:«|n°)$`)
	signAfter  = regexp.MustCompile(`^[:;?!»]`)
)

// Typeset is the unit as a page shows it: no line breaks within "9 h 30",
// "12,50 €", "1 200" or a phone number, nor before a sign that French sets apart.
// Its quotes stay as the documents have them.
func (u Unit) Typeset() Unit {
	u.Text = unbroken(u.Text)
	u.Cells, u.Header = unbrokenAll(u.Cells), unbrokenAll(u.Header)
	return u
}

func unbrokenAll(texts []string) []string {
	if texts == nil {
		return nil
	}
	out := make([]string, len(texts))
	for i, text := range texts {
		out[i] = unbroken(text)
	}
	return out
}

// unbroken writes the spaces at which no line may break as no-break spaces.
func unbroken(text string) string {
	if !strings.ContainsAny(text, "0123456789:;?!«»°") {
		return text // nothing of it stays together
	}
	text = pairs.ReplaceAllStringFunc(text, func(phone string) string { return strings.ReplaceAll(phone, " ", "\u00a0") })
	words := strings.Split(text, " ")
	var b strings.Builder
	for i, word := range words {
		switch {
		case i == 0:
		case stayTogether(words[:i], word):
			b.WriteString("\u00a0")
		default:
			b.WriteString(" ")
		}
		b.WriteString(word)
	}
	return b.String()
}

// stayTogether tells whether a word stays on the line of those before it.
func stayTogether(before []string, word string) bool {
	last := before[len(before)-1]
	if signBefore.MatchString(last) || signAfter.MatchString(word) {
		return true
	}
	if last == "h" && len(before) > 1 {
		return figure.MatchString(before[len(before)-2]) && word != "" && word[0] >= '0' && word[0] <= '9'
	}
	return figure.MatchString(last) && (ofFigure.MatchString(word) || threeMore.MatchString(word))
}
