package rag

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"guichet/internal/almanac"
	"guichet/internal/fact"
)

// claim is what a unit says, as it is compared.
type claim struct {
	text     string
	header   []string // of a table row
	cells    []string
	words    []string // all, cut short
	language string
	foreign  bool // another language than the passage's
	facts    []fact.Fact
	mentions []mention
	terms    map[string]bool
	written  map[string]string // of each term
	subject  string            // its first term that says something
	names    []string          // terms written with a capital
	asked    map[string]bool
	clauses  []clause
	under    []clause // of what it stands under
	counts   []count

	plain      string              // its text, folded
	styles     map[string][]string // of the people whom it names
	contraries []contrary
	limited    bool     // it has a word that sets a limit
	maybe      bool     // ... that leaves something open, or makes it a duty
	musts      []string // what it says must be done: the whole, and the verb's root
}

// claimOf reads a unit that is to be held against a passage of a language.
func (g Grounded) claimOf(w *wording, u Unit, passage string) claim {
	return g.claimIn(w, u, languageOf(u.Text, passage), passage)
}

// claimIn reads a unit that is written in a language.
func (g Grounded) claimIn(w *wording, u Unit, language, passage string) claim {
	c := claim{text: u.Text, header: u.Header, cells: u.Cells, language: language, terms: map[string]bool{}, written: map[string]string{}, asked: map[string]bool{}}
	c.foreign = c.language != passage
	c.words = wordsOf(u.Text)
	c.facts = fact.Parse(u.Text, c.language)
	c.mentions = w.mentionsOf(c.language, u.Text, c.facts)
	for i := range c.mentions {
		c.mentions[i].role = c.roleOf(c.mentions[i])
	}
	c.clauses = w.clausesOf(c.language, u.Text)
	c.under = w.clausesOf(c.language, u.Under)
	c.plain, c.styles, c.contraries = folded(u.Text), stylesOf(u.Text), contrariesOf(c.clauses)
	c.limited, c.musts = limits.MatchString(c.plain), mustDo.FindStringSubmatch(c.plain)
	c.maybe = maybe.MatchString(c.plain) || c.must()
	for _, token := range w.tokens(languageOf(g.Question, passage), g.Question) {
		c.asked[token.Term] = true
	}
	town := newVocabulary()
	town.read(w, c.language, g.Town)
	for _, token := range w.tokens(c.language, u.Text) {
		written := u.Text[token.Start:token.End]
		if insideFact(token.Start, c.facts) || town.terms[token.Term] {
			continue
		}
		c.terms[token.Term] = true
		c.written[token.Term] = written
		if w.generic[token.Term] || isAxis(folded(written)) {
			continue
		}
		if c.subject == "" && !strings.HasSuffix(written, "ez") {
			c.subject = token.Term
		}
		if isName(u.Text, token.Start) && !slices.Contains(c.names, token.Term) {
			c.names = append(c.names, token.Term)
		}
	}
	return c
}

// isName tells a word with a capital that does not begin a sentence. What stands
// behind "M." or "Saint-" is one.
func isName(text string, at int) bool {
	first, _ := utf8.DecodeRuneInString(text[at:])
	before := strings.TrimRightFunc(text[:at], func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("«\"“'’(", r) })
	if !unicode.IsUpper(first) || before == "" {
		return false
	}
	last, size := utf8.DecodeLastRuneInString(before)
	switch last {
	case 'l', 'L', 'd', 'D': // "L'Ondine"
		return len(before) > 1
	case '.':
		return style.MatchString(before)
	case '-':
		joined, _ := utf8.DecodeLastRuneInString(before[:len(before)-size])
		return len(before) == at && unicode.IsLetter(joined)
	}
	return !isTerminal(last) && last != ':'
}

// style is how people are named, the stop behind it the end of no sentence.
var style = regexp.MustCompile(`(?:^|[^\pL])(?:(?i:mm?e?s?|mlles?|drs?|mgr|pr|mrs?|ms|stes?|sts?)|\p{Lu})\.$`)

// styled finds how people are styled, and up to two of their names.
var styled = regexp.MustCompile(`(?:^|[^\pL])(?:(?i:(mm?|monsieur|messieurs|mr|mmes?|madame|mesdames|mlle|mademoiselle|mrs|ms|dr|docteur|doctor|me|maître|saint|sainte|ste?)))(?:\.[ \x{a0}\x{202f}]?|[ \x{a0}\x{202f}-])(\p{Lu}[\pL’'-]+)(?:[ \x{a0}](\p{Lu}[\pL’'-]+))?`)

// styles are what says the same of a person.
var styles = map[string]string{
	"mm": "m", "monsieur": "m", "messieurs": "m", "mr": "m",
	"mmes": "mme", "madame": "mme", "mesdames": "mme", "mlle": "mme", "mademoiselle": "mme", "mrs": "mme", "ms": "mme",
	"docteur": "dr", "doctor": "dr", "maitre": "me", "saint": "st", "sainte": "ste",
}

// stylesOf are the styles of each name of a text.
func stylesOf(text string) map[string][]string {
	out := map[string][]string{}
	for _, m := range styled.FindAllStringSubmatch(text, -1) {
		style := folded(m[1])
		if same, ok := styles[style]; ok {
			style = same
		}
		for _, name := range m[2:] {
			if name != "" {
				out[folded(name)] = append(out[folded(name)], style)
			}
		}
	}
	return out
}

// misstyled returns a name of the claim that the place has in another style
// alone: "M. Durand" is not "Mme Durand".
func (c claim) misstyled(v *passageView, place *window) string {
	if len(c.styles) == 0 {
		return ""
	}
	there := map[string][]string{}
	for _, i := range place.segments {
		for name, styles := range stylesOf(v.facts.segments[i].text) {
			there[name] = append(there[name], styles...)
		}
	}
	for name, styles := range c.styles {
		for _, style := range styles {
			if len(there[name]) > 0 && !slices.Contains(there[name], style) {
				return name
			}
		}
	}
	return ""
}

// roleOf is what end of its hours a time is: "ferme à 18 h" is Less.
func (c claim) roleOf(m mention) fact.Bound {
	if m.role != fact.Exact || m.Kind != fact.Time {
		return m.role
	}
	before := folded(c.text[:m.Start])
	opens := lastOf(openingWords.FindAllStringIndex(before, -1))
	closes := lastOf(closingWords.FindAllStringIndex(before, -1))
	switch {
	case opens > closes:
		return fact.More
	case closes > opens:
		return fact.Less
	}
	return fact.Exact
}

func lastOf(found [][]int) int {
	if len(found) == 0 {
		return -1
	}
	return found[len(found)-1][0]
}

// denies tells whether the claim says no of anything.
func (c claim) denies() bool {
	return slices.ContainsFunc(c.clauses, func(part clause) bool { return part.negated || denial.MatchString(part.text) })
}

var onlyJoins = regexp.MustCompile(`^(?:[\s,–-]|\b(?:a|au|aux|et|ou|le|la|les|du|de|des|avant|puis|n|rue|avenue|to|and|or|the|` + almanac.WeekdayWords("fr") + `)\b|['°])*$`)

// repeats returns a fact that the claim states twice in one breath: "de 9 h à
// 9 h".
func (c claim) repeats() *fact.Fact {
	last := map[fact.Kind]*fact.Fact{}
	for i := range c.facts {
		f := &c.facts[i]
		if f.Implied || f.Kind == fact.Range || f.Kind == fact.Rate {
			continue
		}
		if before := last[f.Kind]; before != nil && before.Value == f.Value && f.Start > before.End && onlyJoins.MatchString(folded(c.text[before.End:f.Start])) {
			return f
		}
		last[f.Kind] = f
	}
	return nil
}

// affirms tells whether a word of polarity is in the claim.
func (c claim) affirms() bool {
	return slices.ContainsFunc(c.clauses, func(part clause) bool { return len(part.signs) > 0 })
}

// parts counts the parts of the claim that may stand in sentences of their own.
func (c claim) parts(w *wording) int {
	n := 0
	for _, part := range c.clauses {
		says := 0
		for t := range part.terms {
			if !w.generic[t] {
				says++
			}
		}
		if says > 1 {
			n += 1 + strings.Count(part.text, " et ") + strings.Count(part.text, " and ")
		}
	}
	return min(max(n, 1), maxWindow)
}
