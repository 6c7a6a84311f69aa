package rag

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// What a model's answer does not say is told where it can be known from the question's
// own words: the thing of several that are asked of which no shown unit, and nothing that
// it rests on, has a word; or what the question names and these do not. Nothing is told
// where neither is certain.

// maxTold bounds, in characters, a part that an answer says it lacks; joins is what may
// stand before it.
const maxTold = 160

var joins = regexp.MustCompile(`(?i)^\s*(et|and)\s+`)

// told is what the shown units say: their words, those that they rest on, and what these
// stand under.
func (t *turn) told() string {
	var b strings.Builder
	for _, u := range t.answer.Units {
		if len(u.Citations) == 0 && u.Kind != Heading || u.Whom {
			continue
		}
		b.WriteString(u.Text + " " + strings.Join(u.Cells, " ") + " " + strings.Join(u.Header, " ") + "\n")
		for _, c := range u.Citations {
			b.WriteString(c.Quote + "\n" + c.Title + "\n" + c.Headings + "\n")
		}
	}
	return b.String()
}

// unansweredParts are the things of several that are asked to which the shown units say
// nothing, in the resident's words.
func (t *turn) unansweredParts() []string {
	told := t.told()
	terms := termSet(t.analyzer(), told)
	var out []string
	for _, p := range t.parts {
		if strings.Contains(t.question, p.text) && t.lacks(p, told, terms) {
			out = append(out, clip(strings.Trim(joins.ReplaceAllString(p.text, ""), " .?!;:,"), maxTold))
		}
	}
	if len(out) == len(t.parts) {
		return nil // it says something: which of them, is not known
	}
	return out
}

// lacks tells whether a text surely does not answer a part: it has not a word of a part
// that names a thing, and no such moment, place or number as that asks for; or it has no
// price where nothing else is asked.
func (t *turn) lacks(p searchedPart, told string, terms map[string]bool) bool {
	if asked := cuesOf(p.text); !asksPrice(p.text) && len(asked) > 0 && asked.boost(told) >= 1 {
		return false
	}
	own, quiet := map[string]bool{}, quietTerms(t.analyzer(), p.text)
	thing := false
	for _, token := range t.analyzer().Tokens(p.text) {
		if quiet[token.Term] {
			continue
		}
		own[token.Term] = true
		thing = thing || namesOne(namesOneThing, p.text, token.Start, token.End)
	}
	for _, term := range t.queryOf(p.result, p.text, p.context).terms {
		if share, _ := term.says(terms, nil); own[term.term] && share > 0 {
			return false
		}
	}
	if len(own) > 0 {
		return thing
	}
	return asksPrice(p.text) && !holdsPrice(told)
}

// namesOneThing is what stands before the name of a thing in any language, without what
// may stand before any word ("rien de grave").
var namesOneThing = regexp.MustCompile(`(?i)(^|[^\pL])(les?|la|l['’]|une?|des|du|aux?|the|my)\s*$`)

// unsaidThings are the things that the question names weightily and the shown units do
// not.
func (t *turn) unsaidThings() []string {
	terms, heaviest := termSet(t.analyzer(), t.told()), 0.0
	query := t.queryOf(t.result, t.question, "").terms
	for _, term := range query {
		heaviest = max(heaviest, term.weight)
	}
	missed := map[string]bool{}
	for _, term := range query {
		if share, _ := term.says(terms, nil); share == 0 && term.weight >= weightyShare*heaviest {
			missed[term.term] = true
		}
	}
	return t.namedThings(missed)
}

// namedThings are the things that the question names by one of these terms, as the
// resident wrote them, in their order. In a question that was read otherwise than it was
// written, they may be slips, and none is told.
func (t *turn) namedThings(missed map[string]bool) []string {
	named := namesThing
	switch {
	case isEnglish(t.question):
		named = namesThingInEnglish
	case t.result.Read != "" && t.result.Read != t.question:
		return nil
	}
	missed = maps.Clone(missed)
	var words []string
	for _, token := range t.analyzer().Tokens(t.question) {
		if missed[token.Term] && len(words) < maxUnspoken && namesOne(named, t.question, token.Start, token.End) {
			words = append(words, t.question[token.Start:token.End])
			delete(missed, token.Term)
		}
	}
	return words
}

// unsaid says which part of the question the shown units do not answer, or what it names
// and they do not; none where that is not known.
func (t *turn) unsaid() []Unit {
	id, words := "rag.partial.unanswered", t.unansweredParts()
	if words == nil {
		id, words = "rag.partial.unsaid", t.unsaidThings()
	}
	if words == nil {
		return nil
	}
	m := t.speech()
	return []Unit{{Kind: Sentence, Text: m.T(id, map[string]any{"Words": strings.Join(slices.Compact(words), m.T("rag.partial.unspoken.between"))})}}
}
