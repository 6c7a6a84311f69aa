package fact

import (
	"slices"

	"guichet/internal/almanac"
	"guichet/internal/analysis"
)

// Short names of months and days, by what they stand for: its place in the
// almanac.
var (
	shortMonths = map[string]map[string]int{
		"fr": {"janv": 1, "jan": 1, "fevr": 2, "fev": 2, "avr": 4, "juil": 7, "juill": 7, "sept": 9, "oct": 10, "nov": 11, "dec": 12},
		"en": {"jan": 1, "feb": 2, "mar": 3, "apr": 4, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "sept": 9, "oct": 10, "nov": 11, "dec": 12},
	}
	shortDays = map[string]map[string]int{
		"fr": {"dim": 0, "lun": 1, "mar": 2, "mer": 3, "jeu": 4, "ven": 5, "sam": 6},
		"en": {"sun": 0, "mon": 1, "tue": 2, "tues": 2, "wed": 3, "thu": 4, "thur": 4, "thurs": 4, "fri": 5, "sat": 6},
	}
	// Those that are words too.
	alsoWords = map[string]bool{"mer": true, "jeu": true, "sam": true, "sept": true, "mar": true, "sun": true, "sat": true, "wed": true, "mon": true}
	// What stands between two days or months of a range or a list.
	joinsDays = map[string]bool{"au": true, "a": true, "to": true, "-": true, "/": true, ",": true, "et": true, "and": true, "ou": true, "or": true, "&": true, "le": true, ".": true}
)

// lengthen writes short names of days and months out, their stops with them:
// "lun. au ven.", "15 sept.", "Mon-Fri". What may be another word ("la mer.",
// "ils sont sept.") is a name only where a figure, a year or another name
// stands beside it.
func (p *parser) lengthen() {
	months, days := shortMonths[p.language], shortDays[p.language]
	if months == nil {
		return
	}
	names := almanac.Months(p.language)
	weekdays := almanac.Weekdays(p.language)
	var out []token
	for i := 0; i < len(p.tokens); i++ {
		t := p.tokens[i]
		month, isMonth := months[t.text]
		day, isDay := days[t.text]
		stop := p.is(i+1, ".") && p.tokens[i+1].glued
		if t.kind == 'w' && (isMonth || isDay) && (p.language == "fr" || t.capital) {
			switch {
			case isMonth && p.shortMonth(i, stop):
				t.text = analysis.FoldText(names[month-1])
			case isDay && p.shortDay(i, stop):
				t.text = analysis.FoldText(weekdays[day])
			default:
				stop = false
			}
			if stop {
				i++
				t.end = p.tokens[i].end
			}
		}
		out = append(out, t)
	}
	p.tokens = out
}

// shortMonth tells whether a short name of a month is one: behind a day or
// before a year, or with its stop and no other word.
func (p *parser) shortMonth(i int, stop bool) bool {
	next := i + 1
	if stop {
		next++
	}
	year := p.figure(next) && len(p.tokens[next].text) == 4 && !p.tokens[next].line
	english := p.language == "en" && p.figure(next) && len(p.tokens[next].text) <= 2
	dayBefore := p.figure(i-1) && len(p.tokens[i-1].text) <= 2 || i > 0 && (p.suffix(i-1) == i || p.is(i-1, "of") || p.ordinalWordAt(i-1))
	if p.is(i-1, "-") || p.is(i-1, "/") {
		dayBefore = dayBefore || p.figure(i-2) && len(p.tokens[i-2].text) <= 2
	}
	return dayBefore || year || english || stop && !alsoWords[p.tokens[i].text] || p.besideName(i, next, shortMonths[p.language], p.longMonth)
}

// shortDay tells whether a short name of a day is one: with its stop inside a
// sentence, or beside another day.
func (p *parser) shortDay(i int, stop bool) bool {
	next := i + 1
	if stop {
		next++
	}
	if p.besideName(i, next, shortDays[p.language], p.longDay) {
		return true
	}
	if !alsoWords[p.tokens[i].text] || p.language == "fr" && p.tokens[i].text == "mar" {
		return stop
	}
	// "le jeu. de 9 h" goes on, "un jeu." ends.
	return stop && next < len(p.tokens) && !p.tokens[next].line && !p.tokens[next].capital && !p.is(next, ")")
}

func (p *parser) longMonth(i int) bool { _, ok := p.monthAt(i); return ok }

func (p *parser) longDay(i int) bool { _, ok := p.weekdayAt(i); return ok }

// besideName tells whether another such name stands before token i or behind
// next, with nothing but words that join them between. Two that are words too
// ("mer, jeu") must be the ends of a range.
func (p *parser) besideName(i, next int, short map[string]int, long func(int) bool) bool {
	is := func(j int, between []token) bool {
		if j < 0 || j >= len(p.tokens) || len(between) == 0 {
			return false
		}
		if long(j) {
			return true
		}
		_, ok := short[p.tokens[j].text]
		both := alsoWords[p.tokens[j].text] && alsoWords[p.tokens[i].text]
		return ok && (!both || slices.ContainsFunc(between, func(t token) bool { return t.text == "au" || t.text == "-" || t.text == "to" || t.text == "." }))
	}
	j := i - 1
	for j >= 0 && i-j < 5 && joinsDays[p.tokens[j].text] && !p.tokens[j+1].line {
		j--
	}
	if is(j, p.tokens[max(j+1, 0):i]) {
		return true
	}
	j = next
	for j < len(p.tokens) && j-next < 4 && joinsDays[p.tokens[j].text] && !p.tokens[j].line {
		j++
	}
	return is(j, p.tokens[min(next, len(p.tokens)):min(j, len(p.tokens))])
}
