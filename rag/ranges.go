package rag

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"guichet/internal/almanac"
)

// askedFigures are the figures of a question that choose between rows and
// sentences: an age, a family quotient, a surface, a year, "the next one".
type askedFigures struct {
	quantities []quantity
	bands      []band
	years      []string
	next       bool // the next one from now on is asked for
}

// quantity is a number with its unit: "an", "m2", "qf", or empty for any.
type quantity struct {
	value float64
	unit  string
}

// band is an age that a word of the question tells of: "enfant".
type band struct {
	word string
	age  quantity
}

const wholeNumber = `(\d{1,3}(?:[ \x{00a0}\x{202f}]\d{3})+|\d+)`

var (
	quantityAsked = regexp.MustCompile(`(?i)` + wholeNumber + `\s*(ans?\b|mois\b|m²|m2|personnes|places|m³)`)
	quotientAsked = regexp.MustCompile(`(?i)(?:\bqf|quotient(?: familial)?)\D{0,12}?` + wholeNumber)
	// ageTold are words for whom something is, and an age that is surely theirs: a
	// page has bands of age where a resident says "pour un enfant". One who is only
	// spoken of ("mon fils") chooses nothing.
	ageTold = []struct {
		words *regexp.Regexp
		age   float64
	}{
		{regexp.MustCompile(`(?i)\b(?:bebes?|nourrissons?|nouveau-nes?|bab(?:y|ies)|toddlers?)\b`), 1},
		{regexp.MustCompile(`(?i)\b(?:enfants?|gosses?|momes?|child|children|kids?)\b`), 8},
		{regexp.MustCompile(`(?i)\b(?:ados?|adolescente?s?|lyceens?|lyceennes?|teenagers?|teens?)\b`), 16},
		{regexp.MustCompile(`(?i)\b(?:retraitee?s?|seniors?|personnes? agees?|pensioners?|retired)\b`), 72},
	}

	yearAsked = regexp.MustCompile(`\b20\d\d\b`)
	nextAsked = regexp.MustCompile(`(?i)\bprochaine?s?\b|\bnext\b`)

	// Ranges as documents write them.
	rangeBetween = regexp.MustCompile(`(?i)` + wholeNumber + `\s*(?:ans?|m²|m2|mois)?\s*(?:à|et|-|–)\s*` + wholeNumber + `\s*(ans?\b|mois\b|m²|m2|m³|)`)
	rangeFrom    = regexp.MustCompile(`(?i)(?:plus de|dès|à partir de|au moins|au-dessus de|au-delà de)\s*` + wholeNumber + `\s*(ans?\b|mois\b|m²|m2|m³|)`)
	rangeUpTo    = regexp.MustCompile(`(?i)(?:moins de|jusqu['’]à|au plus|inférieure? à|≤)\s*` + wholeNumber + `\s*(ans?\b|mois\b|m²|m2|m³|)`)
	rangeAndMore = regexp.MustCompile(`(?i)` + wholeNumber + `\s*(ans?\b|mois\b|m²|m2|m³)\s*(et plus|ou plus|et moins|ou moins|au plus|au moins|inclus)`)

	datedDay = regexp.MustCompile(`(?i)\b(\d{1,2}|1er)\s+(?:(?:,|et|,? ?\d{1,2})\s*)*(` + monthWord + `)(?:\s+(20\d\d))?`)
)

func figuresAsked(question string) askedFigures {
	var f askedFigures
	question = plainSpaces(question)
	for _, m := range quantityAsked.FindAllStringSubmatch(question, -1) {
		f.quantities = append(f.quantities, quantity{numberOf(m[1]), unitOf(m[2])})
	}
	for _, m := range quotientAsked.FindAllStringSubmatch(question, -1) {
		f.quantities = append(f.quantities, quantity{numberOf(m[1]), ""})
	}
	if len(f.quantities) == 0 {
		for _, told := range ageTold {
			for _, word := range told.words.FindAllString(folded(question), -1) {
				f.bands = append(f.bands, band{word, quantity{told.age, "an"}})
			}
		}
	}
	f.years = yearAsked.FindAllString(question, -1)
	f.next = nextAsked.MatchString(question)
	return f
}

func numberOf(text string) float64 {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, text)
	n, _ := strconv.ParseFloat(digits, 64)
	return n
}

func unitOf(text string) string {
	lower := strings.ToLower(text)
	switch {
	case strings.HasPrefix(lower, "an"):
		return "an"
	case lower == "m²" || lower == "m2":
		return "m2"
	}
	return lower
}

// span is a stretch of numbers, its bounds included.
type span struct {
	from, to float64
	unit     string
}

const endless = 1e9

// spansOf returns the ranges that a text states.
func spansOf(text string) []span {
	var out []span
	for _, m := range rangeBetween.FindAllStringSubmatch(text, -1) {
		if from, to := numberOf(m[1]), numberOf(m[2]); from < to {
			out = append(out, span{from, to, unitOf(m[3])})
		}
	}
	for _, m := range rangeFrom.FindAllStringSubmatch(text, -1) {
		out = append(out, span{numberOf(m[1]), endless, unitOf(m[2])})
	}
	for _, m := range rangeUpTo.FindAllStringSubmatch(text, -1) {
		out = append(out, span{0, numberOf(m[1]), unitOf(m[2])})
	}
	for _, m := range rangeAndMore.FindAllStringSubmatch(text, -1) {
		switch strings.ToLower(m[3]) {
		case "et moins", "ou moins", "au plus":
			out = append(out, span{0, numberOf(m[1]), unitOf(m[2])})
		default:
			out = append(out, span{numberOf(m[1]), endless, unitOf(m[2])})
		}
	}
	return out
}

// within tells whether a text has ranges of the quantities' units, and whether one of
// these holds one of them.
func within(text string, quantities []quantity) (concerned, inside bool) {
	if len(quantities) == 0 {
		return false, false
	}
	for _, s := range spansOf(text) {
		for _, q := range quantities {
			if q.unit != s.unit {
				continue
			}
			concerned = true
			inside = inside || q.value >= s.from && q.value <= s.to
		}
	}
	return concerned, inside
}

// chooses tells whether a text is the one of several that holds a quantity
// which the question names.
func (f askedFigures) chooses(text string) bool {
	_, inside := within(plainSpaces(text), f.quantities)
	return inside
}

// told are the words of the question for whom a text's range of ages is: "4 à 17 ans"
// is said of an "enfant".
func (f askedFigures) told(text string) []string {
	var words []string
	for _, b := range f.bands {
		if _, inside := within(plainSpaces(text), []quantity{b.age}); inside {
			words = append(words, b.word)
		}
	}
	return words
}

// fit is more than 1 for a text whose ranges hold the question's figures, and
// less for one whose ranges, years or days are others. above are the titles
// that it stands under.
func (f askedFigures) fit(text, above string, now time.Time) float64 {
	fit, text := 1.0, plainSpaces(text)
	switch concerned, inside := within(text, f.quantities); {
	case inside:
		fit *= 1.7
	case concerned:
		fit *= .45
	}
	if len(f.years) > 0 {
		stated := yearAsked.FindAllString(text, -1)
		if len(stated) == 0 {
			stated = yearAsked.FindAllString(above, -1)
		}
		if len(stated) > 0 && !meet(stated, f.years) {
			fit *= .3
		}
	}
	if f.next && !now.IsZero() {
		switch past, coming := daysOf(text, now); {
		case coming:
			fit *= 1.5
		case past:
			fit *= .3
		}
	}
	return fit
}

func meet(a, b []string) bool {
	for _, x := range a {
		for _, y := range b {
			if x == y {
				return true
			}
		}
	}
	return false
}

// daysOf tells whether a text names days that are over, or still to come. A
// day without its year is of the current one.
func daysOf(text string, now time.Time) (past, coming bool) {
	lower := strings.ToLower(text)
	for _, m := range datedDay.FindAllStringSubmatch(lower, -1) {
		day, err := strconv.Atoi(strings.TrimSuffix(m[1], "er"))
		if err != nil {
			continue
		}
		year := now.Year()
		if m[3] != "" {
			year, _ = strconv.Atoi(m[3])
		}
		end := time.Date(year, almanac.Month(m[2], "fr"), day+1, 0, 0, 0, 0, now.Location())
		past, coming = past || !end.After(now), coming || end.After(now)
	}
	return past, coming
}
