package rag

import (
	"regexp"
	"strings"

	"guichet/internal/analysis"
)

// maxParts bounds the parts that a question is answered in.
const maxParts = 3

// questionPart is one of several things that a message asks.
type questionPart struct {
	text    string // what this part asks
	context string // what stands before all parts, and is said of each
}

// whole is the part with its context.
func (p questionPart) whole() string { return strings.TrimSpace(p.context + " " + p.text) }

var (
	// interrogative are the words with which one asks.
	interrogative = regexp.MustCompile(`(?i)(^|[^\pL])(combien|quand|o[uù] (?:est|sont|puis|peut|dois|faut|se|on|je|les?|la|l’|l')|quel|quels|quelle|quelles|comment|qui (?:appeler|contacter|dois|peut|puis)|pourquoi|est-ce|qu['’]est|faut-il|peut-on|puis-je|y a-t-il|which|how much|how long|when|where|what|who)([^\pL]|$)`)
	// conjunction joins two things that are asked.
	conjunction = regexp.MustCompile(`(?i)(?:,\s*|\s)(?:et|ainsi que|and)\s+(?:(?:à|a|avant|jusqu['’][àa]|until|by|de|pour)\s+)?(?:combien|quand|où|quel|quels|quelle|quelles|comment|qui|est-ce|faut-il|peut-on|how much|how long|when|where|what|who)(?:[^\pL]|$)`)
	askingEnd   = regexp.MustCompile(`[.?!;:,()]+(?:\s+|$)|\s\(|(?:^|\s)\d[).]\s`)
)

// asking is a stretch of a message between marks.
type asking struct {
	text    string
	asks    bool
	ends    bool // the sentence ends with it
	bracket bool // it stands in brackets: it asks about what stands before
}

// questionParts cuts a message that asks several things into these. It returns nil
// for one that asks a single thing.
func questionParts(a *analysis.Analyzer, question string) []questionPart {
	var parts []questionPart
	var context, pending []string
	open := false
	for _, c := range clausesAsked(question) {
		switch {
		case c.asks:
			text := c.text
			if n := len(pending); n > 0 && (c.bracket || contentOf(a, c.text) == 0) {
				text = pending[n-1] + " " + text
				pending = pending[:n-1]
			}
			if len(parts) == 0 {
				context = append(context, pending...)
				pending = nil
			} else if len(pending) > 0 {
				text = strings.Join(pending, " ") + " " + text
				pending = nil
			}
			parts = append(parts, questionPart{text: text})
			open = !c.ends
		case open:
			last := &parts[len(parts)-1]
			last.text += " " + c.text
			open = !c.ends
		default:
			pending = append(pending, c.text)
		}
	}
	if len(parts) < 2 {
		return nil
	}
	if len(pending) > 0 {
		parts[len(parts)-1].text += " " + strings.Join(pending, " ")
	}
	for i := range parts {
		parts[i].context = strings.Join(context, " ")
	}
	return parts[:min(len(parts), maxParts)]
}

// contentOf counts the terms of a clause that are not words of asking.
func contentOf(a *analysis.Analyzer, text string) int {
	return len(a.Terms(interrogative.ReplaceAllString(text, " ")))
}

// clausesAsked cuts a message at its marks and where a conjunction begins a
// further thing to ask.
func clausesAsked(question string) []asking {
	var out []asking
	add := func(text, mark string, bracket bool) {
		text = strings.Trim(text, " .?!;:,()")
		if text == "" {
			if len(out) > 0 && strings.ContainsAny(mark, ".?!;") {
				out[len(out)-1].ends = true
			}
			return
		}
		out = append(out, asking{
			text: text, bracket: bracket, ends: strings.ContainsAny(mark, ".?!;"),
			asks: interrogative.MatchString(text) || strings.Contains(mark, "?"),
		})
	}
	bracket := false
	for question != "" {
		end, mark := len(question), ""
		if at := askingEnd.FindStringIndex(question); at != nil {
			end, mark = at[0], question[at[0]:at[1]]
		}
		text := question[:end]
		for {
			at := conjunction.FindStringIndex(text)
			if at == nil || at[0] == 0 {
				break
			}
			add(text[:at[0]], "", bracket)
			text = strings.TrimLeft(text[at[0]:], ", ")
			text = strings.TrimPrefix(strings.TrimPrefix(text, "et "), "and ")
		}
		add(text, mark, bracket)
		bracket = strings.Contains(mark, "(")
		question = question[end+len(mark):]
	}
	return out
}
