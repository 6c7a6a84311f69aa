package faithful

import (
	"regexp"
	"slices"
	"strings"
)

// reworded says a claim in other words, by templates that keep its sense and
// grammar; none where no template fits.
func reworded(c claim) []claim {
	var out []claim
	add := func(text string) { out = append(out, claim{text: text, item: c.item, passage: c.passage}) }
	if c.cells != nil {
		for i, cell := range c.cells {
			if i == 0 || cell == "" || c.header[i] == "" || c.cells[0] == "" {
				continue
			}
			add("Pour « " + c.cells[0] + " », " + lowerFirst(c.header[i]) + " : " + cell + ".")
			break
		}
		return out
	}
	if other := otherForms(c.text); other != c.text {
		add(other)
	}
	// What stands before a semicolon stands for itself.
	if before, _, ok := strings.Cut(c.text, " ; "); ok && len(strings.Fields(before)) > 4 {
		add(before + ".")
	}
	if !c.item {
		add("À noter : " + lowerFirst(c.text))
	}
	return out
}

var (
	spacedTime = regexp.MustCompile(`(\d) h (\d\d)\b`)
	spacedHour = regexp.MustCompile(`(\d) h\b`)
	euros      = regexp.MustCompile(`(\d) €`)
)

// otherForms writes values as models like to write them.
func otherForms(text string) string {
	text = patterns[phoneKind].ReplaceAllStringFunc(text, func(s string) string { return strings.ReplaceAll(s, " ", ".") })
	text = spacedTime.ReplaceAllString(text, "${1}h${2}")
	text = spacedHour.ReplaceAllString(text, "${1}h")
	return euros.ReplaceAllString(text, "$1 euros")
}

// lowerFirst makes a sentence's first letter small, where its first word is no
// name nor abbreviation.
func lowerFirst(text string) string {
	word, _, _ := strings.Cut(text, " ")
	switch strings.ToLower(strings.TrimRight(strings.SplitN(word, "'", 2)[0], ",")) {
	case "le", "la", "les", "l", "un", "une", "des", "du", "en", "il", "elle", "on", "pour", "ce", "ces", "cette", "tout", "toute", "d", "si", "vous", "sans", "à":
		return strings.ToLower(word[:1]) + text[1:]
	}
	return text
}

// turn is a word of sense and its contrary.
type turn struct {
	from *regexp.Regexp
	to   string
}

func turning(from, to string) turn { return turn{regexp.MustCompile(from), to} }

var turns = []turn{
	turning(`\bnon compris(e?s?)\b`, "compris$1"),
	turning(`\bgratuit(e?s?)\b`, "payant$1"),
	turning(`\bpayant(e?s?)\b`, "gratuit$1"),
	turning(`\bgratuitement\b`, "contre paiement"),
	turning(`\bobligatoire(s?)\b`, "facultatif$1"),
	turning(`\binterdit(e?s?)\b`, "autorisé$1"),
	turning(`\bpermis(e?)\b du`, "interdit$1 du"),
	turning(`\bfermé(e?s?)`, "ouvert$1"),
	turning(`\bouvert(e?s?)\b`, "fermé$1"),
	turning(`\bavant\b`, "après"),
	turning(`\baprès\b`, "avant"),
	turning(`\bsans rendez-vous\b`, "sur rendez-vous"),
	turning(`\bsur rendez-vous\b`, "sans rendez-vous"),
	turning(`\bau plus\b`, "au moins"),
	turning(`\bau moins\b`, "au plus"),
	turning(`\bmoins de\b`, "plus de"),
	turning(`\bplus de (\d)`, "moins de $1"),
	turning(`\bn'est pas\b`, "est"),
	turning(`\bne (\w+) pas\b`, "$1"),
	turning(`\best ((?:un|une|la|le) )?`, "n'est pas $1"),
	turning(`\bsont `, "ne sont pas "),
	turning(`\bpeut `, "ne peut pas "),
	turning(`\bpeuvent `, "ne peuvent pas "),
	turning(`\bsauf\b`, "y compris"),
	turning(`\b(\w*[b-xz]|prix) compris(e?s?)\b`, "$1 non compris$2"), // not "y compris"
	turning(`\bjusqu'au\b`, "à partir du"),
	turning(`à partir du\b`, "jusqu'au"),
	turning(`\baccept(és?|ent)`, "refus$1"),
	turning(`[Hh]ôtel de ville\b`, "médiathèque"),
	turning(`\b[Mm]édiathèque\b`, "piscine"),
	turning(`\b[Pp]iscine\b`, "médiathèque"),
	turning(`[Dd]éch[èe]terie\b`, "médiathèque"),
	turning(`\b[Pp]olice municipale\b`, "bibliothèque municipale"),
	turning(`\bsalle des Saules\b`, "salle du Moulin"),
	turning(`\bsalle du Puits\b`, "salle des Saules"),
	turning(`\bplace de la Halle\b`, "place des Saules"),
	turning(`\bCCAS\b`, "service Urbanisme"),
	turning(`\bgendarmerie\b`, "préfecture"),
	turning(`\b[Ss]amedi\b`, "dimanche"),
	turning(`\b[Mm]ardi\b`, "jeudi"),
	turning(`\b[Hh]abitants\b`, "Autres communes"),
	turning(`\b[Hh]iver\b`, "été"),
}

// turned are the claims that say the contrary, or something of another
// service, place or day, with the same figures.
func turned(c claim) []claim {
	return slices.DeleteFunc(allTurned(c), func(c claim) bool { return twice.MatchString(c.String()) })
}

// twice is what no template should have made: a negation of a negation says what
// the town says.
var twice = regexp.MustCompile(`\bn(?:e |'|')n(?:e |'|')|\bpas pas\b|\bnon non\b|\bni .*\bne ne\b`)

func allTurned(c claim) []claim {
	var out []claim
	for _, t := range turns {
		if c.cells == nil {
			if at := t.from.FindStringIndex(c.text); at != nil {
				other := c
				other.text = c.text[:at[0]] + t.from.ReplaceAllString(c.text[at[0]:at[1]], t.to) + c.text[at[1]:]
				out = append(out, other)
			}
			continue
		}
		for i, cell := range c.cells {
			if t.from.MatchString(cell) {
				other := c
				other.cells = append([]string{}, c.cells...)
				other.cells[i] = t.from.ReplaceAllString(cell, t.to)
				out = append(out, other)
				break
			}
		}
	}
	return out
}
