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
	interrogative = regexp.MustCompile(`(?i)(^|[^\pL])(combien|quand|o[uù] (?:est|sont|puis|peut|dois|faut|se|on|je|les?|la|l’|l')|(?:mets?|mettre|vais|va|aller|jette|jeter|gare|garer|dépose|déposer|trouve|trouver|passe|passer) o[uù]|quel|quels|quelle|quelles|comment|qui (?:appeler|contacter|dois|peut|puis)|pourquoi|est-ce|qu['’]est|faut-il|peut-on|puis-je|y a-t-il|which|how much|how long|when|where|what|who)([^\pL]|$)`)
	// conjunction joins two things that are asked.
	conjunction = regexp.MustCompile(`(?i)(?:,\s*|\s)(?:et|ainsi que|and)\s+(?:(?:à|a|avant|jusqu['’][àa]|until|by|de|pour)\s+)?(?:combien|quand|où|quel|quels|quelle|quelles|comment|qui|est-ce|faut-il|peut-on|how much|how long|when|where|what|who)(?:[^\pL]|$)`)
	// ofToday is said where an earlier part names another year.
	ofToday    = regexp.MustCompile(`(?i)maintenant|cette année|aujourd['’]hui|désormais|\bnow\b|this year`)
	yearsNamed = regexp.MustCompile(`\b20\d\d(?:-20\d\d)?\b`)
	// goesOn goes on to a further thing.
	goesOn = regexp.MustCompile(`(?i)^(?:et|and|ainsi que|puis|sinon)\s`)
	// predicated asks of what stands before it: "la carte, c'est combien ?".
	predicated = regexp.MustCompile(`(?i)^(?:c['’]est|ça|cela|ca|ils?|elles?|on|it|they|is it|are they)[\s ]`)
	askingEnd  = regexp.MustCompile(`[.?!;:,()]+(?:\s+|$)|\s\(|(?:^|\s)\d[).]\s`)
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
	clauses := clausesAsked(question)
	for i, c := range clauses {
		named := !c.asks && !c.ends && i+1 < len(clauses) && clauses[i+1].asks && predicated.MatchString(clauses[i+1].text)
		switch {
		case named && open && goesOn.MatchString(c.text):
			pending, open = append(pending, c.text), false
		case c.asks:
			text := c.text
			if n := len(pending); n > 0 && (c.bracket || contentOf(a, c.text) == 0 || len(parts) > 0 && predicated.MatchString(c.text)) {
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
	giveContext(parts, strings.Join(context, " "))
	return parts[:min(len(parts), maxParts)]
}

// giveContext gives each part what stands before all, and to one that leans on
// the part before it that one's words too.
func giveContext(parts []questionPart, context string) {
	for i := range parts {
		p := &parts[i]
		p.context = context
		if i == 0 || !leans(p.text) {
			continue
		}
		if p.context = parts[i-1].context; !leans(parts[i-1].text) {
			p.context = parts[i-1].whole()
		}
		if ofToday.MatchString(p.text) {
			p.context = yearsNamed.ReplaceAllString(p.context, "")
		}
	}
}

// leans tells a part that names nothing of its own: "quel prix ?" is asked of what
// the part before it asks about.
func leans(text string) bool {
	return !hasKind(newFollowUps().read(text).words, kindSubject)
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
