package rag

import (
	"regexp"
	"strings"

	"guichet/internal/almanac"
	"guichet/internal/analysis"
)

// cues say what kind of thing a question asks for: a price, a time, a place, a
// way to reach somebody. Of sentences that speak of the same thing, the one
// that holds such a thing answers.
type cues []cue

// cue is a kind of question, what its answers hold, and how much that counts.
type cue struct {
	boost           float64
	asked, answered *regexp.Regexp
	names           bool // what asks also says what about
}

// lacking is what a text counts that holds nothing of what was asked for.
const lacking = .6

const (
	numberWord = `(?:un|une|` + manyWord + `)`
	manyWord   = `(?:deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|quinze|vingt|trente|quarante|soixante|cent)`
)

var (
	monthWord = `(?:` + almanac.MonthWords("fr") + `)`
	dayWord   = `(?:` + almanac.WeekdayWords("fr") + `)`
)

var cueTable = []cue{
	// What one pays.
	{2.2, regexp.MustCompile(`combien (ça |ca |cela |sa )?co[uû]te|co[uû]te? combien|c.est combien|combien\W*$|combien\W+(?:[^d\W]|d[^e'’\W])|de l['’]heure|prix|tarif|montant|gratuit|payant|payer|quel co[uû]t|how much|price|fee|cost`),
		regexp.MustCompile(`€|euros?\b|gratuit|sans frais`), false},
	// A day.
	{1.9, regexp.MustCompile(`quand|quels? jours?|\bdates?\b|prochain|avant quelle|date limite|dernier d[ée]lai|quel soir|quel week|\bfini`),
		regexp.MustCompile(`\b(\d{1,2}|1er) ` + monthWord + `|` + dayWord + `|\d{1,2}/\d{1,2}|` + monthWord + ` 20\d\d`), false},
	// The last day, or the last moment of one.
	{2.2, regexp.MustCompile(`jusqu.[àa] (quand|quelle)|avant (quand|quelle)|date limite|limite pour|dernier d[ée]lai|quand (se |s.)?(\p{L}+ ){0,3}(fini|termin|ach[eè]v|arr[eê]t)|\bfini\p{L}* quand|\bse termine\p{L}* quand|date de fin|until when|by when|deadline`),
		regexp.MustCompile(`(jusqu.(au|à)|avant( le)?|au plus tard) .{0,12}(\d|1er|` + dayWord + `|minuit|midi)|du .{1,30} au (\d|1er)`), false},
	// A time of the day.
	{1.9, regexp.MustCompile(`horaire|heure|ouvert|\bouvre|ferm|\bwhen|open|hours`),
		regexp.MustCompile(`\d\s?h(\s?\d|\b)|\d heures|midi|minuit|fermé`), false},
	// A stretch of time.
	{1.9, regexp.MustCompile(`combien de (temps|jours|mois|semaines)|d[ée]lai|dur[ée]e|\bdure\b|longtemps|valable|validité|attente|à partir de quand|how long|deadline`),
		regexp.MustCompile(`(?i)(\d+|\b` + numberWord + `|quatrième|troisième|deuxième|sixième) (jour|mois|an|année|semaine|heure|minute|trimestre|h\b)|\bdélai|\d h \d\d`), false},
	// A count.
	{1.5, regexp.MustCompile(`combien (de|d.) ?(?:[^t]|t[^e])|nombre|maximum|\bmax\b|how many`),
		regexp.MustCompile(`(?i)\d|\b` + manyWord + `\b`), false},
	// Who somebody is.
	{1.9, regexp.MustCompile(`comment (s.appelle|se nomme)|(le|quel est le) nom (de|du)|\bqui (est|dirige|préside)|\bwho is|name of`),
		regexp.MustCompile(`\b(m\.|mm\.|mme|mlle|dr|docteure?|monsieur|madame|maître)\s`), false},
	{1.5, regexp.MustCompile(`(^|\W)où(\W|$)|(^|\W)ou (est|sont|se|je|on|les?|la|mettre|jeter|donner)\W|\bou\W*$|adresse|à quel endroit|dans quel|quelle (école|salle)|where|address`),
		regexp.MustCompile(`\brue |avenue |place |boulevard |chemin |quai |route |mairie|guichet|adresse|salle|école|auprès|à la déchèterie|colonne|borne|street`), false},
	{2.0, regexp.MustCompile(`téléphone|telephone|numéro|joindre|contacter|\bappele[rz]\b|\bappel\b|\bqui (peut|contacter|dois)|pr[ée]venir|e-?mail|courriel|phone|contact|call`),
		regexp.MustCompile(`\d\d([ .]?\d\d){4}|\+33|@|\b(112|115|119|3\d{3}|116 ?117)\b|(\ble|\bau|\|) (15|17|18)(\s*$|[.,;|)])`), false},
	{1.25, regexp.MustCompile(`que (puis|dois|peut|faut|faire)|comment |fais quoi|démarche|what (can|should|do)|how (do|can|to)`),
		regexp.MustCompile(`vous (pouvez|devez)|il faut|faire appel|s'adresser|adressez|contacte|appelez|demande|se rendre|en ligne|you (can|must|should|need)`), false},
	{1.4, regexp.MustCompile(`(faut|doit|peut|dois|puis|ai|est)-(il|on|je|ce)|\b(on|il|je) (peut|doit|faut|a)\b|obligatoire|le droit|autoris|permission|accept|quelle autorisation|can i|do i|must i`),
		regexp.MustCompile(`obligatoire|nécessaire|il faut|soumis|dispens|autoris|interdi|possible|déclaration|permis|doi(t|vent)|peu(t|vent)|droit|must|may |allowed`), false},
	{1.5, regexp.MustCompile(`quels? (documents?|papiers?|pièces?|justificatifs?)|papiers? (on|je|faut)|fournir|apporter|ramener|amener|which documents|what papers`),
		regexp.MustCompile(`pièce|justificatif|document|présenter|fournir|formulaire|cerfa|photo|convention`), false},
	{1.8, regexp.MustCompile(`formulaire|cerfa`), regexp.MustCompile(`(?i)cerfa|formulaire`), true},
	{1.8, regexp.MustCompile(`\btaux\b|pourcentage`), regexp.MustCompile(`%`), true},
	{2.2, regexp.MustCompile(`caution|amende`), regexp.MustCompile(`€|euros?\b|gratuit`), true},
}

// asksPrice tells whether a text asks what one pays, and holdsPrice whether one tells it.
func asksPrice(text string) bool { return cueTable[0].asked.MatchString(strings.ToLower(text)) }
func holdsPrice(text string) bool {
	return cueTable[0].answered.MatchString(plainSpaces(strings.ToLower(text)))
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

// quietShare is what the words count with which one asks for a kind of thing:
// what they ask for is looked for by its form, and a page says "tarif" where a
// resident says "prix".
const quietShare = .3

// quietTerms are the terms of a question that are of its cues, or of its
// quantities.
func quietTerms(a *analysis.Analyzer, question string) map[string]bool {
	quiet := map[string]bool{}
	lower := strings.ToLower(question)
	for _, cue := range cueTable {
		if cue.names {
			continue
		}
		for _, m := range cue.asked.FindAllString(lower, -1) {
			for _, t := range a.Terms(m) {
				quiet[t] = true
			}
		}
	}
	for _, m := range quantityAsked.FindAllString(lower, -1) {
		for _, t := range a.Terms(m) {
			quiet[t] = true
		}
	}
	return quiet
}

// boost is more than 1 for a text that holds what was asked for, and less for
// one that does not.
func (c cues) boost(text string) float64 {
	if len(c) == 0 {
		return 1
	}
	lower, boost := plainSpaces(strings.ToLower(text)), lacking
	for _, cue := range c {
		if cue.boost > boost && cue.answered.MatchString(lower) {
			boost = cue.boost
		}
	}
	return boost
}

// plainSpaces writes no-break spaces as plain ones.
func plainSpaces(text string) string { return noBreak.Replace(text) }

var noBreak = strings.NewReplacer("\u00a0", " ", "\u202f", " ")
