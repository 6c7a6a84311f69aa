package rag

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// governors are words that say the contrary of one another of what follows
// them. "avant la cérémonie" is not "après la cérémonie", wherever else the
// place says "après". Where whole is set they speak of their whole clause.
var governors = []struct {
	one, other *regexp.Regexp
	whole      bool
}{
	{one: regexp.MustCompile(`\bavant\b|\bbefore\b`), other: regexp.MustCompile(`\bapres(?:[^-]|$)|\bafter\b`)},
	{one: regexp.MustCompile(`\bsans\b|\bwithout\b`), other: regexp.MustCompile(`\b(?:sur|avec|with|by)\b`)},
	{one: regexp.MustCompile(`\bjusqu'(?:aux?|a|en)\b|\buntil\b`), other: regexp.MustCompile(`\b(?:a partir|a compter|depuis|des)\b|\bfrom\b`)},
	{one: regexp.MustCompile(`\bpremiere?s?\b|\bfirst\b`), other: regexp.MustCompile(`\b(?:derniere?s?|last)\b`)},
	{one: regexp.MustCompile(`\bchez\b`), other: regexp.MustCompile(`\bhors d[e']\b|\bloin d[e']\b`)},
	{one: regexp.MustCompile(`\b(?:au moins|au minimum)\b|\bat least\b`), other: regexp.MustCompile(`\bau (?:plus|maximum)(?: [^t]|$)|\bat most\b`), whole: true},
}

// govern is how many words behind such a word it governs.
const govern = 4

// governed are the terms behind each match of a word in a clause, or all.
func (w *wording) governed(word *regexp.Regexp, c clause, whole bool) (terms map[string]bool, found bool) {
	places := word.FindAllStringIndex(c.text, -1)
	if whole {
		return c.terms, len(places) > 0
	}
	terms = map[string]bool{}
	for _, at := range places {
		behind := strings.Fields(c.text[at[1]:])
		n := 0
		for _, t := range w.tokens("fr", strings.Join(behind[:min(govern, len(behind))], " ")) {
			if !w.generic[t.Term] && n < 2 {
				terms[t.Term] = true
				n++
			}
		}
	}
	return terms, len(terms) > 0
}

// governsOtherwise returns a word of the unit where the place says the contrary
// one of the same thing, in the clause that is nearest.
func (w *wording) governsOtherwise(unit, own []clause) string {
	for _, g := range governors {
		for _, pair := range [][2]*regexp.Regexp{{g.one, g.other}, {g.other, g.one}} {
			for _, u := range unit {
				said, ok := w.governed(pair[0], u, g.whole)
				if !ok {
					continue
				}
				agreed, opposed := -1, -1
				for _, c := range own {
					if there, ok := w.governed(pair[0], c, g.whole); ok && w.share(said, there) {
						agreed = max(agreed, w.near(u, c))
					}
					if there, ok := w.governed(pair[1], c, g.whole); ok && w.share(said, there) {
						opposed = max(opposed, w.near(u, c))
					}
				}
				if opposed > agreed {
					return strings.TrimSpace(pair[0].FindString(u.text))
				}
			}
		}
	}
	return ""
}

// share tells whether two sets of terms have one in common that says something.
func (w *wording) share(a, b map[string]bool) bool {
	there := newVocabulary()
	for t := range b {
		there.add(w, t)
	}
	for t := range a {
		if !w.generic[t] && there.has(w, t) {
			return true
		}
	}
	return false
}

var (
	// Where "seulement" adds nothing: before a limit, and behind hours.
	idleOnly = regexp.MustCompile(`\b(?:seulement|uniquement) (a partir|apres|des |avant|a compter)|(\d ?h(?: ?\d\d)?) (?:seulement|uniquement)\b`)
	everyOne = regexp.MustCompile(`\b(?:tous|toutes) (?:les|nos|vos|ces|leurs) (?:autres? )?([a-z]+)`)
	period   = regexp.MustCompile(`^(?:lun|mar|mercre|jeu|ven|same)dis?$|^(?:dimanches?|jours?|semaines?|mois|ans?|annees?|soirs?|matins?|heures?|deux)$`)
	someAll  = regexp.MustCompile(`\b(?:tous|toutes?|tout|chaque|chacune?|quel(?:le)?s? que|ensemble|sans exception)\b`)
)

// allOf returns what a text says of all of something; "tous les lundis" says
// when.
func allOf(text string) string {
	for _, m := range everyOne.FindAllStringSubmatch(text, -1) {
		if !period.MatchString(m[1]) {
			return m[0]
		}
	}
	return ""
}

var ofWhat = regexp.MustCompile(`^ (?:\S+ )?(?:du|de la|de l'|des|de|d')\s?((?:[^ ,;.:()|]+ ?){1,5})`)

// ofAnother returns an office or paper of the claim that is of something else in
// the place: the town hall of the birthplace is not that of the home.
func (w *wording) ofAnother(c claim, v *passageView, place *window) string {
	said := w.qualified(c.language, c.text)
	if len(said) == 0 {
		return ""
	}
	stated := map[string]vocabulary{}
	for _, i := range place.segments {
		for noun, of := range w.qualified(v.facts.language, v.facts.segments[i].text) {
			if _, ok := stated[noun]; !ok {
				stated[noun] = newVocabulary()
			}
			stated[noun].merge(of)
		}
	}
	for noun, of := range said {
		there, ok := stated[noun]
		if !ok {
			continue
		}
		same, says := false, false
		for t := range of.terms {
			if !w.generic[t] && c.terms[t] {
				says = true
				same = same || there.has(w, t)
			}
		}
		if says && !same {
			return c.written[noun]
		}
	}
	return ""
}

// qualified are the words for which no other may stand, with what each is said
// to be of.
func (w *wording) qualified(language, text string) map[string]vocabulary {
	var out map[string]vocabulary
	plain := folded(text)
	for _, t := range w.tokens(language, plain) {
		if !w.exact[t.Term] {
			continue
		}
		m := ofWhat.FindStringSubmatch(plain[t.End:])
		if m == nil {
			continue
		}
		if out == nil {
			out = map[string]vocabulary{}
		}
		if _, ok := out[t.Term]; !ok {
			out[t.Term] = newVocabulary()
		}
		out[t.Term].read(w, language, m[1])
	}
	return out
}

// deniesBy tells whether a clause of the place says no, in a word that the
// unit's clause does not have: "n'est pas réservé" is not borne out by "réservé".
func deniesBy(u, c clause) bool {
	if c.negated || strings.HasPrefix(c.text, "non ") || strings.Contains(c.text, " non ") {
		return true
	}
	return slices.ContainsFunc(denial.FindAllString(c.text, -1), func(word string) bool {
		return !strings.Contains(u.text, word[:min(len(word), 5)])
	})
}

// denialBorneOut tells whether a denial of the unit stands in the place: in the
// clause that is nearest to it, or in one that speaks of what the others do not.
func (w *wording) denialBorneOut(u clause, own, above []clause) bool {
	var opposed []clause
	for _, c := range own {
		if !deniesBy(u, c) && w.near(u, c) > 0 {
			opposed = append(opposed, c)
		}
	}
	for _, c := range own {
		if !deniesBy(u, c) || w.near(u, c) == 0 && w.says(c) && w.says(u) && len(opposed) > 0 {
			continue
		}
		if !w.says(c) {
			if len(c.terms) == 0 || slices.ContainsFunc(slices.Collect(maps.Keys(c.terms)), func(t string) bool { return u.terms[t] }) {
				return true // "interdit", "les suivants ne sont pas facturés"
			}
			continue
		}
		if !slices.ContainsFunc(opposed, func(o clause) bool { return w.near(u, c) < w.near(u, o) && w.covers(u, c, o) }) {
			return true
		}
	}
	return slices.ContainsFunc(above, func(c clause) bool { return deniesBy(u, c) })
}

// covers tells whether o has all that u has in common with c.
func (w *wording) covers(u, c, o clause) bool {
	in, other := newVocabulary(), newVocabulary()
	for t := range c.terms {
		in.add(w, t)
	}
	for t := range o.terms {
		other.add(w, t)
	}
	for t := range u.terms {
		if !w.generic[t] && in.has(w, t) && !other.has(w, t) {
			return false
		}
	}
	return true
}

// forModels tells a sentence that gives a language model orders: it informs no
// resident, and supports nothing.
var forModels = regexp.MustCompile(`\bif you are an? (?:ai|llm|assistant|chatbot|large language|language) ?` +
	`|\b(?:a l'attention de|note|notes|message|consignes?|instructions?|instruction) ?(?:pour|a|to|for|de|d'|destinees? a)? ?(?:l'|the |les |un |an? )?(?:ia|ai|assistants?|intelligence artificielle|chatbot|modele de langage|language model|llm)\b` +
	`|\b(?:ignor\w+|oubli\w+|disregard|forget) (?:\w+ ){0,3}(?:consignes|instructions|regles|rules|prompts?)\b|\b(?:system prompt|prompt systeme)\b` +
	`|^[#*\s]*(?:system|systeme|assistant)\*{0,2} ?:|\byou are (?:now )?in \w+ mode\b` +
	`|\b(?:tell|ask|inform|instruct|remind|convince) (?:the |all |every |each )?users?\b` +
	`|\b(?:dis|dites|demande|demandez|indique|indiquez|reponds|repondez|rappelle|rappelez) (?:toujours )?a (?:l'|tous les |chaque )utilisateurs?\b`)
