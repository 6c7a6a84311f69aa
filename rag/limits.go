package rag

import (
	"regexp"
	"slices"
	"strings"

	"guichet/internal/fact"
)

// What a place says with a limit is not said without it: an exception, "seulement",
// every other week, advice, a possibility. And what raises does not lower.

// reservesDiffer tells in what the claim has another reserve, or none, or says the
// contrary in a word of its own.
func (c claim) reservesDiffer(w *wording, v *passageView, place *window) *Reason {
	said := c.saysContrary(w, place.clauses)
	if said == "" {
		said = c.dropsLimit(w, v, place)
	}
	if said == "" {
		said = c.dropsCondition(w, v, place)
	}
	if said == "" {
		said = c.addsExcept(place.clauses, place.above)
	}
	if said == "" {
		said = c.overstates(place.clauses, place.above)
	}
	if said == "" {
		said = c.deniedElsewhere(w, v, place)
	}
	if said == "" {
		return nil
	}
	return &Reason{ID: "rag.withheld.polarity", Data: map[string]any{"Word": said}}
}

// contraryWords are words that say the contrary of one another of one thing, and
// are none of an axis.
var contraryWords = []struct{ one, other *regexp.Regexp }{
	{regexp.MustCompile(`\b(?:major\w+|supplements?|surcouts?|surtaxe\w*|penalites?|augment\w+|hausses?|relevements?|increase\w*|surcharges?)\b`),
		regexp.MustCompile(`\b(?:remises? (?:de|sur)|reductions?|rabais|ristournes?|abattements?|decotes?|degrevements?|diminu\w+|baiss\w+|(?:est|sont|sera|seront|etre) reduite?s?|discounts?|decrease\w*)\b`)},
	{regexp.MustCompile(`\b(?:tarifs?|prix|taux) (?:\w+ )?reduits?\b|\breduced\b|\bconcessions?\b`),
		regexp.MustCompile(`\bpleins? tarifs?\b|\b(?:tarifs?|prix|taux) (?:\w+ )?(?:pleins?|norma\w+|ordinaires?)\b|\bfull (?:price|rate|fare)\b`)},
	{regexp.MustCompile(`\bminim\w+`), regexp.MustCompile(`\b(?:maxim\w+|plafon\w+)`)},
	{regexp.MustCompile(`\bsuperieur\w*|\bau-dessus\b`), regexp.MustCompile(`\binferieur\w*|\bau-dessous\b|\ben dessous\b`)},
	{regexp.MustCompile(`\b(?:un seul|une seule|l'une? (?:des?|d'eux|d'elles|ou l'autre)|only one|either)\b`), regexp.MustCompile(`\b(?:les deux|both)\b`)},
	{regexp.MustCompile(`\bplus tot\b|\bearlier\b`), regexp.MustCompile(`\bplus tard\b|\blater\b`)},
}

// contrary is a word that a clause of a claim says, and what would say the
// contrary.
type contrary struct {
	word        string
	clause      clause
	same, other *regexp.Regexp
}

func contrariesOf(unit []clause) []contrary {
	var out []contrary
	for _, u := range unit {
		for _, pair := range contraryWords {
			for _, p := range [][2]*regexp.Regexp{{pair.one, pair.other}, {pair.other, pair.one}} {
				if word := p[0].FindString(u.text); word != "" {
					out = append(out, contrary{word, u, p[0], p[1]})
				}
			}
		}
	}
	return out
}

// saysContrary returns a word of the claim where the clause that is nearest says
// the contrary one.
func (c claim) saysContrary(w *wording, own []clause) string {
	for _, said := range c.contraries {
		agreed, opposed := -1, -1
		for _, o := range own {
			switch {
			case said.same.MatchString(o.text):
				agreed = max(agreed, w.near(said.clause, o))
			case said.other.MatchString(o.text):
				opposed = max(opposed, w.near(said.clause, o))
			}
		}
		if opposed > agreed {
			return said.word
		}
	}
	return ""
}

// limit is what a segment says with a limit: what stands before it, and the
// limit itself.
type limit struct {
	word      string // "sauf"
	segment   int
	excepts   bool // what stands behind it is excepted; else it alone is meant
	main      clause
	facts     []fact.Fact // of the segment, but for those of the limit
	behind    clause
	confining []fact.Fact // of behind
}

var (
	limiting = regexp.MustCompile(`\b(?:sauf|hormis|excepte|a l'exception|uniquement|seulement|exclusivement|except|only)\b`)
	// Where a limit is a matter of course, or none.
	idleLimit = regexp.MustCompile(`^(?:sauf|hormis|excepte|except) (?:en |sur |cas |si |(?:pour |d')?(?:derogation|urgence|exception|cas|indication|mention|accord|avis|convention|disposition|force|impossibilite|empechement|autorisation)s?\b)|^(?:uniquement|seulement|exclusivement|only) (?:si|apres|en cas|lorsque|quand)\b`)
	// What a unit says that leaves no limit out.
	limits = regexp.MustCompile(`\b(?:sauf|hormis|hors|except\w*|exclu\w*|uniquement|seulement|exclusivement|reserve\w*|only|seule?s?|but not|limite\w*)\b`)
	// What says it of all, and so of what is excepted.
	ofAll = regexp.MustCompile(`\b(?:tous|toutes?|chaque|toujours|7 jours sur 7|7j/7|every|always|all)\b`)
)

// limitsOf reads the limits of a segment.
func (v *passageView) limitsOf(w *wording, at int) []limit {
	language, text := v.facts.language, folded(v.facts.segments[at].text)
	var out []limit
	for _, m := range limiting.FindAllStringIndex(text, -1) {
		if idleLimit.MatchString(text[m[0]:]) {
			continue
		}
		before, behind := text[:m[0]], text[m[1]:]
		before = before[strings.LastIndexAny(before, ".;:|(")+1:]
		if i := strings.IndexAny(behind, ",.;:|)"); i >= 0 {
			behind = behind[:i]
		}
		l := limit{word: text[m[0]:m[1]], segment: at, main: w.wholeClause(language, before), behind: w.wholeClause(language, behind)}
		l.excepts = !strings.HasPrefix(l.word, "uniq") && !strings.HasPrefix(l.word, "seul") && !strings.HasPrefix(l.word, "excl") && l.word != "only"
		l.confining = fact.Parse(behind, language)
		for _, f := range v.facts.facts[at] {
			if !stated(f, l.confining) {
				l.facts = append(l.facts, f)
			}
		}
		if !l.excepts && !w.says(l.behind) && len(l.confining) == 0 {
			continue // "le mercredi uniquement": the facts bind it
		}
		out = append(out, l)
	}
	return out
}

// otherwise is what a limit says of the days that it excepts: what is open on all
// days "sauf le lundi" is closed on Mondays.
func (l limit) otherwise(w *wording) (clause, bool) {
	sign := l.main.signs["open"]
	days := func(f fact.Fact) bool { return f.Kind == fact.Weekday }
	if !l.excepts || sign == 0 || !ofAll.MatchString(l.main.text) || len(l.confining) == 0 || slices.ContainsFunc(l.confining, func(f fact.Fact) bool { return !days(f) }) {
		return clause{}, false
	}
	word := map[int]string{1: "ferme ", -1: "ouvert "}[sign]
	other := w.wholeClause("fr", word+l.behind.text)
	other.signs = map[string]int{"open": -sign}
	for t := range l.main.terms {
		other.terms[t] = true
	}
	for _, t := range w.french.Terms("jours semaine année") {
		delete(other.terms, t)
	}
	return other, true
}

// without are the clauses of a limit's segment, its days taken out of what is said
// of the others.
func (l limit) without(all []clause) []clause {
	for _, c := range all {
		if c.signs["open"] == 0 || !strings.Contains(c.text, l.word) {
			continue
		}
		for t := range l.behind.terms {
			if !l.main.terms[t] {
				delete(c.terms, t)
			}
		}
	}
	return all
}

// wholeClause reads a text as one clause.
func (w *wording) wholeClause(language, text string) clause {
	c := clause{text: strings.TrimSpace(text), terms: map[string]bool{}, signs: map[string]int{}}
	for _, part := range w.clausesOf(language, text) {
		for t := range part.terms {
			c.terms[t] = true
		}
		for axis, sign := range part.signs {
			c.signs[axis] = sign
		}
	}
	return c
}

// dropsLimit returns the word of a limit of the place that the claim leaves out.
func (c claim) dropsLimit(w *wording, v *passageView, place *window) string {
	if c.limited || c.foreign {
		return ""
	}
	for _, l := range v.limits {
		if !slices.Contains(place.segments, l.segment) {
			continue
		}
		for _, u := range c.clauses {
			if c.unlimited(w, v, place, u, l) {
				return l.word
			}
		}
	}
	return ""
}

// unlimited tells whether a clause says what a limit is set to, and nothing that
// keeps within it: a day or a thing of its own.
func (c claim) unlimited(w *wording, v *passageView, place *window, u clause, l limit) bool {
	if u.negated || u.signs["open"] < 0 {
		return false
	}
	main, behind := newVocabulary(), newVocabulary()
	for t := range l.main.terms {
		main.add(w, t)
	}
	for t := range l.behind.terms {
		behind.add(w, t)
	}
	common := 0
	for axis, sign := range u.signs {
		if l.main.signs[axis] == sign {
			common++
		}
	}
	for t := range u.terms {
		switch {
		case w.generic[t]:
		case !l.excepts && behind.has(w, t):
			if len(l.confining) == 0 {
				return false // it keeps the limit
			}
		case main.has(w, t):
			common++
		case !v.title.has(w, t) && !v.under(w, place, t):
			return false // it says something of its own
		}
	}
	if common == 0 {
		return false
	}
	for _, f := range c.facts {
		switch {
		case f.Kind == fact.Range || f.Implied:
		case !l.excepts && stated(f, l.confining):
			return false
		case l.excepts && !ofAll.MatchString(u.text) && !slices.ContainsFunc(l.facts, func(o fact.Fact) bool { return !o.Implied && f.StatedBy(o) }):
			return false // of one day, one hour
		}
	}
	return true
}

var (
	everyOther = regexp.MustCompile(`\bune? ([a-z]+) sur (?:deux|trois|quatre|cinq|\d)\b|\bone ([a-z]+) (?:in|out of) (?:two|three|\d)\b|\bevery (?:other|second) ([a-z]+)\b`)
	everybody  = regexp.MustCompile(`\b(?:tout le monde|toute personne|pour tous|a tous|chacun|n'importe qui|everyone|everybody|anyone)\b`)
	onlySome   = regexp.MustCompile(`\bseule?s? (?:les?|la|l'|des|une?|ces?|cette)\b|\breservee?s? (?:a|aux?)\b`)
	otherWays  = regexp.MustCompile(`\bsur (?:deux|trois|quatre|cinq|\d)\b|\bquinz\w+|\bpaires?\b|\bimpaires?\b|\b(?:other|second|one)\b`)
	advice     = regexp.MustCompile(`\b(?:conseille(?:e?s?)?|preferables?|souhaitables?|de preference|vaut mieux|advisable|advised)\b|\b(?:est|sont|vivement|fortement|nous) recommande\w*|\brecommande (?:de|d')|\brecommended\b`)
	mayDo      = regexp.MustCompile(`\b(?:peut|peuvent|pourra|pourront)(?: (?:aussi|egalement|parfois|toutefois))? (etre )?(?:\w+ement )?([a-z]{5,})`)
	maybe      = regexp.MustCompile(`\b(?:peut|peuvent|pouvez|pourr\w+|possib\w+|eventuel\w*|parfois|susceptibles?|selon|si|s'il|may|might|can|could)\b`)
	mustDo     = regexp.MustCompile(`\b(?:doit|doivent|devez|devra|devront|devrez|faut|faudra)(?: (?:aussi|egalement|tous|toutes|imperativement|obligatoirement))? ([a-z]{2,})er\b`)
	determiner = regexp.MustCompile(`\b(?:les?|la|l'|une?|des?|du|d'|cette|ces?|sa|votre|vos|sur|en|par|toute|chaque|aucune|se|s')\s*$`)
	codeOf     = regexp.MustCompile(`\bcode (?:de la |de l'|du |des |de |d')?([a-z]{4,})`)
)

// overstates returns a word by which the claim says for certain, of all or as a
// duty what the place says with a reserve.
func (c claim) overstates(own, above []clause) string {
	text, there := c.plain, joined(own)+" ; "+joined(above)
	if strings.Contains(there, " sur ") || strings.Contains(there, "every ") || strings.Contains(there, "one ") {
		for _, m := range everyOther.FindAllStringSubmatch(there, -1) {
			every := m[1] + m[2] + m[3]
			if strings.Contains(text, strings.TrimSuffix(every, "s")) && !otherWays.MatchString(text) {
				return every
			}
		}
	}
	if strings.Contains(text, "code ") {
		for _, m := range codeOf.FindAllStringSubmatch(text, -1) {
			named := codeOf.FindAllStringSubmatch(there, -1)
			if len(named) > 0 && !slices.ContainsFunc(named, func(o []string) bool { return o[1][:4] == m[1][:4] }) {
				return "code " + m[1]
			}
		}
	}
	if said := everybody.FindString(text); said != "" && onlySome.MatchString(there) {
		return said
	}
	if !c.maybe && (strings.Contains(there, "peut ") || strings.Contains(there, "peuvent ") || strings.Contains(there, "pourr")) {
		for _, m := range mayDo.FindAllStringSubmatch(there, -1) {
			if said := saidOutright(text, m[2], m[1] != ""); said != "" && saidOutright(mayDo.ReplaceAllString(there, " "), m[2], m[1] != "") == "" {
				return said
			}
		}
	}
	if c.musts != nil && !slices.ContainsFunc(slices.Concat(own, above), func(o clause) bool { return o.signs["duty"] > 0 }) {
		if root := c.musts[1]; root != "cout" && does(there, root) && !strings.Contains(there, root+"er") && !strings.Contains(there, root+"ez") {
			return c.musts[0] // "portent un bonnet"; an amount is bound by itself
		}
	}
	return ""
}

var (
	excepts = regexp.MustCompile(`\b(?:sauf|hormis|excepte|a l'exception|except)\b`)
	// What a place has that excepts or denies something.
	reserves = regexp.MustCompile(`\b(?:sauf|hors|hormis|except\w*|exclu\w*|seule?s?|seulement|uniquement|exclusivement|ne|n'|ni|non|pas|sans|ferme\w*|interdi\w*|refus\w*|moins|only|not?|closed)(?:\b|[^a-z])`)
)

// addsExcept returns the word by which the claim excepts something, where the
// place neither excepts nor denies anything.
func (c claim) addsExcept(own, above []clause) string {
	said := excepts.FindString(c.plain)
	if said == "" || reserves.MatchString(joined(own)+" ; "+joined(above)) {
		return ""
	}
	return said
}

// deniedElsewhere returns a word of polarity of the claim that its place does not
// have, where a clause of the passage that speaks of all that the claim speaks
// of says the contrary: closed on public holidays, though a row gives hours.
func (c claim) deniedElsewhere(w *wording, v *passageView, place *window) string {
	for _, u := range c.clauses {
		if len(u.terms) < 2 {
			continue
		}
		for axis, sign := range u.signs {
			if slices.ContainsFunc(place.clauses, func(o clause) bool { return o.signs[axis] == sign }) {
				continue
			}
			for i, clauses := range v.clauses {
				if v.facts.ordersModels(i) {
					continue
				}
				for _, o := range clauses {
					if o.signs[axis] == -sign && w.all(u, o) {
						return axisWord(u, axis)
					}
				}
			}
		}
	}
	return ""
}

// all tells whether clause o has all terms of u.
func (w *wording) all(u, o clause) bool {
	there := newVocabulary()
	for t := range o.terms {
		there.add(w, t)
	}
	for t := range u.terms {
		if !there.has(w, t) {
			return false
		}
	}
	return true
}

// must tells whether the claim makes a duty of something.
func (c claim) must() bool {
	return slices.ContainsFunc(c.clauses, func(u clause) bool { return u.signs["duty"] != 0 })
}

// saidOutright returns where a text says in the third person, of now or the future,
// or by "est" and a participle, the verb of an infinitive or participle; or "".
func saidOutright(text, verb string, passive bool) string {
	root := strings.TrimRight(verb, "es")
	infinitive := !passive && strings.HasSuffix(verb, "er")
	switch {
	case infinitive:
		root = strings.TrimSuffix(verb, "er")
	case !passive:
		return ""
	}
	for at := 0; ; {
		i := strings.Index(text[at:], root)
		if i < 0 {
			return ""
		}
		start := at + i
		at = start + len(root)
		end := at
		for end < len(text) && text[end] >= 'a' && text[end] <= 'z' {
			end++
		}
		if start > 0 && text[start-1] >= 'a' && text[start-1] <= 'z' {
			continue
		}
		before := strings.Fields(text[:start])
		is := func(back int) bool {
			return len(before) >= back && slices.Contains([]string{"est", "sont", "sera", "seront"}, before[len(before)-back])
		}
		switch ending := text[at:end]; ending {
		case "", "e", "ee", "es", "ees", "s":
			if is(1) || is(2) || ending == "e" && infinitive && !determiner.MatchString(text[:start]) && len(before) > 0 {
				return text[start:end]
			}
		case "ent", "era", "eront":
			if infinitive && !determiner.MatchString(text[:start]) {
				return text[start:end]
			}
		}
	}
}

// does tells whether a text has a verb in the third person of now.
func does(text, root string) bool {
	for _, ending := range []string{"ent", "e"} {
		at := strings.Index(text, " "+root+ending+" ")
		if at >= 0 && !determiner.MatchString(text[:at+1]) {
			return true
		}
	}
	return false
}
