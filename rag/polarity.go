package rag

import (
	"regexp"
	"slices"
	"strings"

	"guichet/internal/analysis"
)

// What a clause affirms or denies. A word of an axis says one of two
// opposites; a negation turns it round.
var axes = []struct {
	name    string
	yes, no *regexp.Regexp
}{
	{"permission",
		regexp.MustCompile(`\b(?:autorise\w*|permis|permise?s?|admise?s?|accepte\w*|tolere\w*|peut|peuvent|pouvez|allowed|may|can)\b`), //nolint:misspell // French
		regexp.MustCompile(`\b(?:interdi\w*|defendue?s?|refus\w*|exclue?s?|proscrit\w*|forbidden|prohibited|refused)\b`)},
	{"duty",
		regexp.MustCompile(`\b(?:obligat\w*|indispensables?|exigee?s?|imperati\w*|necessaires?|doit|doivent|devez|faut|mandatory|compulsory|required|must)\b`),
		regexp.MustCompile(`\b(?:facultati\w*|optionnel\w*|dispensee?s?|volontaires?|optional)\b`)},
	{"cost",
		regexp.MustCompile(`\b(?:payante?s?|coute\w*|facture\w*|vendue?s?|vend|charged|contre paiement|moyennant)\b|€|\beuros?\b`),
		regexp.MustCompile(`\b(?:gratuit\w*|offerte?s?|sans frais|free)\b`)},
	{"inclusion",
		regexp.MustCompile(`\b(?:compris|comprise|comprises|inclus|incluse|incluses|included|including)\b`),
		regexp.MustCompile(`\b(?:exclus|exclues?|excluse|sauf|hors|hormis|excepte|en sus|en supplement|excluded|except)\b`)},
	{"open",
		regexp.MustCompile(`\b(?:ouver\w*|ouvr\w*|opens?)\b`),
		regexp.MustCompile(`\b(?:ferme\w*|closed|closes)\b`)},
}

// Words that may only be said where the passage says them, or something like
// them: with a word of the first kind in a unit, one of the second must stand
// in the passage.
var bindings = []struct{ said, stated *regexp.Regexp }{
	{regexp.MustCompile(`\b(?:seulement|uniquement|exclusivement|only|reservee?s? (?:a|aux|au)|une seule|une fois pour toutes|^seule?s?)\b`),
		regexp.MustCompile(`\b(?:seulement|uniquement|exclusivement|seule?s?|only|reservee?s?|tarifs?)\b|\b(?:ne |n').*\bqu(?:e |')`)},
	{regexp.MustCompile(`^seule?s? (?:les?|la|l'|une?)\b`),
		regexp.MustCompile(`\bseule?s? (?:les?|la|l'|une?|ce|cette|ces)\b|\b(?:uniquement|exclusivement|seulement|reservee?s?|pas|sauf)\b|\b(?:ne |n').*\bqu(?:e |')`)},
	{regexp.MustCompile(`\b(?:quel(?:le)?s? que soi|peu importe|sans condition|dans tous les cas|regardless)`),
		regexp.MustCompile(`\b(?:quel(?:le)?s? que soi|peu importe|sans condition|tous|toutes?|meme|regardless)`)},
	{regexp.MustCompile(`\b(?:(?:en |l'|d'|cet )ete|ete 20\d\d|summer)\b`),
		regexp.MustCompile(`(?:^|; |[(,] ?|\b(?:en |l'|d'|cet ))ete\b|\b(?:ete (?:20|comme|et|:|-|\()|juin|juillet|aout|estiv\w*|summer)\b`)},
	{regexp.MustCompile(`\b(?:autres communes|exterieurs|hors commune|non-residents)\b`),
		regexp.MustCompile(`\b(?:autres? communes?|exterieurs?|hors commune|non[- ])`)},
	{regexp.MustCompile(`\b(?:(?:vous )?(?:y )?avez(?: bien)? droit|vous etes eligible|vous pouvez pretendre|votre (?:demande|dossier|recours) (?:est|sera|a ete) (?:accept|valid|accord|approuv)\w*|you (?:are|'re) (?:entitled|eligible)|you qualify)`),
		regexp.MustCompile(`\b(?:avez droit|a droit|ont droit|eligibles?|pretendre|accept\w*|entitled|eligible)\b`)},
	{regexp.MustCompile(`\b(?:pour tous|a tous|toute personne|tous les (?:jours|mois|ans)|toutes les semaines|toujours|jamais|aucune?|chaque|always|never|everyone|nobody)\b`),
		regexp.MustCompile(`\b(?:tous|toutes?|toujours|jamais|aucune?|chaque|par|every|each|all|always|never|anyone|everyone|ne|ni|n')`)},
	{regexp.MustCompile(`\b(?:avant|precede\w*|before)\b`),
		regexp.MustCompile(`\b(?:avant|au plus tard|jusqu\w*|precede\w*|puis|ensuite|avance|delais?|preavis|before|by|until|then)\b`)},
	{regexp.MustCompile(`\b(?:apres(?:[^-]|$)|suivent|after\b)`),
		regexp.MustCompile(`\b(?:apres(?:[^-]|$)|suiv\w*|a partir|au-dela|passe|ensuite|after|from)`)},
	{regexp.MustCompile(`\b(?:plus d[e']|au moins|minimum|more than|at least|over)\b`),
		regexp.MustCompile(`\b(?:plus de?s?|au moins|minimum|a partir|au-dela|superieur\w*|more than|at least|over|from)\b`)},
	{regexp.MustCompile(`\b(?:moins de|maximum|au plus\b|less than|at most|under)\b`),
		regexp.MustCompile(`\b(?:moins de|au plus|maximum|jusqu\w*|inferieur\w*|less than|at most|under|limite\w*)\b`)},
	{regexp.MustCompile(`\b(?:tot|early)\b`), regexp.MustCompile(`\b(?:tot|early)\b`)},
	{regexp.MustCompile(`\b(?:sur rendez-vous|by appointment)\b`),
		regexp.MustCompile(`\b(?:sur|prenez|prendre|pris|prise de|avec|demandez(?: un)?|obtenir un) rendez-vous\b|\bby appointment\b`)},
	{regexp.MustCompile(`\b(?:demain|hier|aujourd'hui|bientot|tomorrow|yesterday|today|soon)\b`),
		regexp.MustCompile(`\b(?:demain|hier|aujourd'hui|bientot|tomorrow|yesterday|today|soon)\b`)},
}

var (
	negation  = regexp.MustCompile(`\b(?:pas|jamais|aucune?|rien|ni|non pas|et non|not|never|no|cannot|nobody)\b|n't\b|\b(?:ne|n')\s*\S+(?: \S+)? plus\b`)
	without   = regexp.MustCompile(`\b(?:sans|without) (?:(?:prendre|payer|avoir|faire|passer|aucune?|une?|d'|de |having|paying|making|an? )\s?)*([a-z-]+(?:'[a-z-]+)?)`)
	notAny    = regexp.MustCompile(`\b(?:pas|aucune?|ni|non)[ -](?:d[e'] ?|une? )?(\w+)`)
	clauseEnd = regexp.MustCompile(`[,;:.!?)|](?:\s|$)|\s\(|\s—\s|\b(?:mais|but|si|s'ils?|qui|lorsque|tant qu[e']|des que|quand|while|when|unless)\b`)
	// What makes a clause say no without a negation.
	denial = regexp.MustCompile(`\b(?:interdi\w*|refus\w*|exclue?s?|ferme\w*|sauf|hors|supprime\w*|sans|dispense\w*|seulement|uniquement|reserve\w*|facultati\w*|gratuit\w*|except|forbidden|closed|refused|without|only|optional|free)\b`)
	// Words before a time that tell which end of the hours it is.
	openingWords = regexp.MustCompile(`\b(?:ouv(?:re|rent|ert|erte|erts|ertes)|commence\w*|debut\w*|opens?|starts?)\b`)
	closingWords = regexp.MustCompile(`\b(?:ferme(?:nt|ra)?|termine\w*|finit|finissent|closes|ends?)\b`)
)

// clause is a part of a sentence, and what it affirms.
type clause struct {
	text    string          // folded
	terms   map[string]bool // but those of polarity
	signs   map[string]int  // by axis: 1, -1
	negated bool
	row     bool // of a table row
	without []string
}

// folded is text as patterns have it, the sign for a number a word of its own.
func folded(text string) string {
	return strings.ReplaceAll(analysis.FoldText(text), "n°", " n° ")
}

// clausesOf cuts a text at its commas and stops.
func (w *wording) clausesOf(language, text string) []clause {
	var out []clause
	for _, part := range clauseEnd.Split(folded(text)+" ", -1) {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		c := clause{text: part, terms: map[string]bool{}, signs: map[string]int{}}
		for _, token := range w.tokens(language, part) {
			if !isAxis(part[token.Start:token.End]) {
				c.terms[token.Term] = true
			}
		}
		c.negated = negation.MatchString(part)
		for _, m := range without.FindAllStringSubmatch(part, -1) {
			c.without = append(c.without, m[1])
		}
		for _, axis := range axes {
			yes, no := axis.yes.FindStringIndex(part), axis.no.FindStringIndex(part)
			sign := 0
			switch {
			case no != nil && yes != nil && axis.name == "open":
				// "ouvre à 9 h et ferme à 18 h"
			case no != nil && !denied(part, no), no == nil && yes != nil && denied(part, yes):
				sign = -1
			case no != nil || yes != nil:
				sign = 1
			}
			if sign != 0 {
				c.signs[axis.name] = sign
			}
		}
		out = append(out, c)
	}
	return out
}

var finite = regexp.MustCompile(`^(?:peut|peuvent|pouvez|doit|doivent|devez|faut|coute|accepte|admet|refuse|vend|ouvr|ferme|may|can|must|open|close)`)

// denied tells whether the word at a place is negated: "ne ... pas" around a
// verb, or "pas" before an adjective, with one word between at most.
func denied(part string, at []int) bool {
	before, after := strings.Fields(strings.ReplaceAll(part[:at[0]], "'", "' ")), strings.Fields(part[at[1]:])
	if len(after) > 0 && slices.Contains([]string{"pas", "jamais", "plus", "aucun", "aucune", "not", "ni"}, after[0]) {
		return true
	}
	verb := finite.MatchString(part[at[0]:at[1]]) && !strings.HasSuffix(part[at[0]:at[1]], "e") || strings.HasPrefix(part[at[0]:], "coute")
	for i := len(before) - 1; i >= 0 && i >= len(before)-3; i-- {
		switch word := before[i]; {
		case word == "ne" || word == "n'":
			return i >= len(before)-2 || !verb
		case !verb && i >= len(before)-2 && slices.Contains([]string{"pas", "jamais", "not", "never", "aucune", "aucun", "no", "non"}, word), strings.HasSuffix(word, "n't"):
			return true
		}
	}
	return false
}

// near is how many of the terms that say something both clauses have.
func (w *wording) near(a, b clause) int {
	n := 0
	other := newVocabulary()
	for t := range b.terms {
		other.add(w, t)
	}
	for t := range a.terms {
		if !w.generic[t] && other.has(w, t) {
			n++
		}
	}
	return n
}

// isAxis tells the words of polarity themselves, which make no two clauses
// speak of the same thing.
func isAxis(word string) bool {
	for _, axis := range axes {
		if axis.yes.MatchString(word) || axis.no.MatchString(word) {
			return true
		}
	}
	return false
}

// contradicts returns the word of the unit that the window does not bear out,
// or "". own are the window's clauses; above are those of the headings and the
// lead-in, which govern all of them.
func (w *wording) contradicts(unit, own, above []clause, factual bool) string {
	text := idleOnly.ReplaceAllString(joined(unit), "$1$2")
	stated := joined(own) + " ; " + joined(above)
	for _, b := range bindings {
		if said := b.said.FindString(text); said != "" && !b.stated.MatchString(stated) {
			return said
		}
	}
	if said := w.exceptedWord(unit, own); said != "" {
		return said
	}
	if said := allOf(text); said != "" && !someAll.MatchString(stated) {
		return said
	}
	if said := w.governsOtherwise(unit, own); said != "" {
		return said
	}
	for _, u := range unit {
		for axis, sign := range u.signs {
			if !w.bearsOut(u, axis, sign, own, above, factual) {
				return axisWord(u, axis)
			}
		}
		if said := w.deniesAlone(u, unit, own, above); said != "" {
			return said
		}
	}
	return ""
}

var excepting = regexp.MustCompile(`^(?:sauf|hormis|excepte|a l'exception|et non|pas|except|but not|not)\b|\b(?:sauf|hormis|except)\b`)

// exceptedWord returns a word that the unit affirms and the passage has only in
// what it excepts: "sauf autour de la gare", "pas les couper vous-même".
func (w *wording) exceptedWord(unit, own []clause) string {
	for _, u := range unit {
		if u.negated || u.signs["open"] < 0 || exception.MatchString(u.text) {
			return ""
		}
	}
	affirmed, excepted := newVocabulary(), map[string]bool{}
	for _, c := range own {
		if at := excepting.FindStringIndex(c.text); at != nil {
			for t := range c.terms {
				excepted[t] = true
			}
			for _, t := range w.tokens("fr", c.text[:at[0]]) {
				affirmed.add(w, t.Term)
			}
			continue
		}
		for t := range c.terms {
			affirmed.add(w, t)
		}
	}
	for _, u := range unit {
		for t := range u.terms {
			if excepted[t] && !affirmed.has(w, t) && !w.generic[t] && !hasFigure(t) {
				return t
			}
		}
	}
	return ""
}

// bearsOut tells whether the passage says of the same thing what the unit says
// on this axis.
func (w *wording) bearsOut(u clause, axis string, sign int, own, above []clause, factual bool) bool {
	weak := sign > 0 && !u.negated && weakYes.MatchString(u.text) && !strong[axis].MatchString(u.text)
	nearest := 0
	for _, c := range own {
		nearest = max(nearest, w.near(u, c))
	}
	agreed, opposed, contrary, allowed, due := -1, -1, -1, false, false
	for _, c := range own {
		n := w.near(u, c)
		if n == 0 && w.says(c) && w.says(u) {
			continue // it speaks of something else
		}
		allowed = allowed || n == nearest && (mayOnly.MatchString(c.text) || advice.MatchString(c.text))
		due = due || n == nearest && mustBe.MatchString(c.text)
		switch c.signs[axis] {
		case sign:
			agreed = max(agreed, n)
		case -sign:
			opposed = max(opposed, n)
		default:
			if c.signs[contraries[axis]] == -sign {
				contrary = max(contrary, n)
			}
		}
	}
	if agreed >= 0 && contrary > agreed {
		return false // of the nearest it says the contrary: "le bonnet est obligatoire, le short est interdit"
	}
	if agreed < 0 && opposed < 0 {
		for _, c := range above {
			switch c.signs[axis] {
			case sign:
				agreed = 0
			case -sign:
				opposed = 0
			}
		}
	}
	if axis == "open" && sign > 0 && factual && slices.ContainsFunc(own, func(c clause) bool { return c.row && hours.MatchString(c.text) }) {
		return true // it is open at the hours that the place gives, which the facts check
	}
	if axis == "duty" && sign > 0 && agreed < 0 && allowed {
		return false // what one may do is not what one must do
	}
	if axis == "permission" && sign > 0 && weak && agreed < 0 && due {
		return false // nor the other way round
	}
	switch {
	case agreed > opposed:
		return true
	case opposed >= 0:
		return false
	case weak:
		return true // "vous devez", "vous pouvez": how French makes a sentence of an instruction
	case axis == "inclusion":
		return true // named by the facts, or among the words
	case axis == "open" && sign > 0, axis == "cost" && sign > 0:
		return factual // hours and amounts, which the facts check
	}
	return false
}

// contraries are the axes of which one's yes is the contrary of the other's no.
var contraries = map[string]string{"permission": "duty", "duty": "permission"}

// says tells whether a clause has a term of its own beside words of writing.
func (w *wording) says(c clause) bool {
	for t := range c.terms {
		if !w.generic[t] {
			return true
		}
	}
	return false
}

var (
	hours   = regexp.MustCompile(`\b\d{1,2} ?(?:h|heures)\b|\b\d{1,2}:\d\d\b`)
	mayOnly = regexp.MustCompile(`\b(?:peut|peuvent|pouvez|possible|may|can)\b`)
	mustBe  = regexp.MustCompile(`\b(?:doit|doivent|devez|obligat\w*|exigee?s?|imperati\w*|must|mandatory|compulsory)\b`)
	weakYes = regexp.MustCompile(`\b(?:peut|peuvent|pouvez|doit|doivent|devez|faut|necessaires?|may|can|must)\b`)
	strong  = map[string]*regexp.Regexp{
		"permission": regexp.MustCompile(`\b(?:autorise\w*|admise?s?|accepte\w*|tolere\w*|allowed)\b`),
		"duty":       regexp.MustCompile(`\b(?:obligat\w*|indispensables?|exigee?s?|imperati\w*|mandatory|compulsory|required)\b`),
		"cost":       regexp.MustCompile(`.`),
		"open":       regexp.MustCompile(`.`),
		"inclusion":  regexp.MustCompile(`.`),
	}
)

func axisWord(c clause, name string) string {
	for _, axis := range axes {
		if axis.name != name {
			continue
		}
		if said := axis.no.FindString(c.text); said != "" {
			return said
		}
		return axis.yes.FindString(c.text)
	}
	return name
}

// deniesAlone compares negations and "sans" of a clause with those of the
// window's clause that is nearest to it.
func (w *wording) deniesAlone(u clause, unit, own, above []clause) string {
	nearest, at := 0, -1
	for i, c := range own {
		if n := w.near(u, c); n > nearest || at < 0 {
			nearest, at = n, i
		}
	}
	if at < 0 {
		return ""
	}
	for _, word := range u.without {
		if !w.goesWithout(u, word, own, above) {
			return "sans " + word
		}
	}
	whole := joined(own) + joined(above)
	for i, c := range own {
		for _, word := range c.without {
			said := strings.Contains(u.text, word) && len(u.without) == 0 && !u.negated
			if said && (i == at || strings.Count(whole, word) == 1) {
				return word
			}
		}
	}
	if u.negated {
		if w.denialBorneOut(u, own, above) {
			return ""
		}
		return negation.FindString(u.text)
	}
	if denial.MatchString(u.text) || nearest == 0 {
		return ""
	}
	affirmed := 0
	for _, c := range own {
		if !c.negated {
			affirmed = max(affirmed, w.near(u, c))
		}
	}
	for _, c := range own {
		said := slices.ContainsFunc(unit, func(d clause) bool {
			return (d.negated || denial.MatchString(d.text)) && w.near(d, c) >= min(w.near(u, c), 1)
		})
		if c.negated && !said && w.near(u, c) >= max(affirmed, 1) {
			return negation.FindString(c.text)
		}
	}
	return ""
}

// goesWithout tells whether the passage says "sans" of the same word, and of
// the same thing.
func (w *wording) goesWithout(u clause, word string, own, above []clause) bool {
	bare := clause{terms: map[string]bool{}}
	for t := range u.terms {
		bare.terms[t] = true
	}
	for _, t := range w.french.Terms(word) {
		delete(bare.terms, t)
	}
	for _, c := range own {
		for _, m := range notAny.FindAllStringSubmatch(c.text, -1) {
			if strings.HasPrefix(m[1], word[:min(len(word), 6)]) {
				return true // "non limité" is "sans limite"
			}
		}
		if slices.Contains(c.without, word) && (w.near(bare, c) > 0 || !w.says(bare) || len(own) == 1 || c.short()) {
			return true
		}
	}
	for _, c := range above {
		if slices.Contains(c.without, word) {
			return true
		}
	}
	return false
}

// short tells a clause that only adds to the one before it: "..., sans rendez-vous".
func (c clause) short() bool { return len(c.terms) <= 3 }

func joined(clauses []clause) string {
	var parts []string
	for _, c := range clauses {
		parts = append(parts, c.text)
	}
	return strings.Join(parts, " ; ")
}
