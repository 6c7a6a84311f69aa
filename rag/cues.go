package rag

import (
	"regexp"
	"strings"
)

// cues say what kind of words a question asks for: a price, a time, a place,
// a way to reach somebody. They only tip the scale between sentences that
// speak of the same thing.
type cues []cue

// cue is a kind of question, what its answers hold, and how much that counts.
type cue struct {
	boost           float64
	asked, answered *regexp.Regexp
}

var cueTable = []cue{
	{2.0, regexp.MustCompile(`combien (ça |cela )?co[uû]te|prix|tarif|montant|gratuit|payer|quel co[uû]t|how much|price|fee|cost`),
		regexp.MustCompile(`€|euro|gratuit|tarif|free of charge`)},
	{1.8, regexp.MustCompile(`horaire|heure|quand|ouvert|ferm|quel jour|when|open|hours`),
		regexp.MustCompile(`\d\s?h(\s?\d|\b)|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|horaire|\d (a\.?m|p\.?m)|monday|sunday`)},
	{1.6, regexp.MustCompile(`combien de temps|délai|delai|durée|duree|valable|validité|how long|deadline`),
		regexp.MustCompile(`\d+ (jour|mois|an|semaine|heure|day|month|week|year)|délai`)},
	{1.3, regexp.MustCompile(`(^|\W)où(\W|$)|adresse|à quel endroit|where|address`),
		regexp.MustCompile(`rue |avenue |place |boulevard |mairie|guichet|adresse|en ligne|auprès |street`)},
	{1.8, regexp.MustCompile(`téléphone|telephone|numéro|joindre|contacter|appeler|e-?mail|courriel|phone|contact|call`),
		regexp.MustCompile(`\d\d([ .]?\d\d){4}|\+33|@`)},
	{1.25, regexp.MustCompile(`que (puis|dois|peut|faut|faire)|comment (faire|puis|dois|peut|on |s'|m'|se |obtenir|demander)|démarche|what (can|should|do)|how (do|can|to)`),
		regexp.MustCompile(`vous (pouvez|devez)|il faut|faire appel|s'adresser|adressez|contacte|demande|se rendre|en ligne|you (can|must|should|need)`)},
	{1.25, regexp.MustCompile(`(faut|doit|peut|dois|puis|ai|est)-(il|on|je|ce)|obligatoire|le droit|can i|do i|must i`),
		regexp.MustCompile(`obligatoire|nécessaire|il faut|soumis|dispens|autoris|interdi|possible|doi(t|vent)|peu(t|vent)|droit|must|may |allowed`)},
	{1.35, regexp.MustCompile(`quels? (documents?|papiers?|pièces?|justificatifs?)|fournir|apporter|which documents|what papers`),
		regexp.MustCompile(`pièce|justificatif|document|présenter|fournir|formulaire|cerfa|photo`)},
}

// cuesOf returns what the answers to question are likely to hold.
func cuesOf(question string) cues {
	var c cues
	lower := strings.ToLower(question)
	for _, cue := range cueTable {
		if cue.asked.MatchString(lower) {
			c = append(c, cue)
		}
	}
	return c
}

// boost is 1, or more for a text that holds what was asked for.
func (c cues) boost(text string) float64 {
	lower, boost := strings.ToLower(text), 1.0
	for _, cue := range c {
		if cue.boost > boost && cue.answered.MatchString(lower) {
			boost = cue.boost
		}
	}
	return boost
}
