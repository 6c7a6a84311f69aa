package rag

import (
	"regexp"
	"strings"
)

var (
	reaching = regexp.MustCompile(`\b(?:parler|discuter|echanger|joindre|contacter|appeler|avoir|voir|talk|speak|reach|call|contact)\b.{0,30}\b(?:humain|humaine|vraie personne|agente?|conseill(?:er|ere)|quelqu'un|operateur|operatrice|standard|maire|elue?|human|real person|someone|somebody|agent|advisor|mayor)\b`)
	// With one of these, somebody may need more than the town hall.
	distress = regexp.MustCompile(`\b(?:mour\w*|meur\w*|mort\w*|suicid\w*|tuer|tue|peur|secours|frapp\w*|batt\w*|tap\w*|viol\w*|bless\w*|sang|seule?|vite|urgent\w*|danger\w*|mal|peux plus|pleur\w*|agress\w*|menac\w*|die|dying|kill\w*|help|afraid|hurt\w*|alone|emergency)\b`)
)

// maxHuman is how many words a plain wish to speak to somebody has at most.
const maxHuman = 14

// wantsHuman tells a question that only asks to speak to a person of the town.
func wantsHuman(question string) bool {
	text := folded(question)
	return len(strings.Fields(text)) <= maxHuman && reaching.MatchString(text) && !distress.MatchString(text)
}
