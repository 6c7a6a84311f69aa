package fact

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"guichet/internal/almanac"
)

// numericDate reads 03/03/2027, 3.3.2027 and 2027-03-03.
func (p *parser) numericDate(i int) int {
	if !p.figure(i) || !p.figure(i+2) || i > 0 && p.tokens[i].glued && p.is(i-1, "/") {
		return i
	}
	first, second := p.tokens[i].text, p.tokens[i+2].text
	third := ""
	same := p.is(i+3, p.tokens[i+1].text)
	if same && p.figure(i+4) {
		third = p.tokens[i+4].text
	}
	switch {
	case p.is(i+1, "-") && len(first) == 4 && len(second) == 2 && len(third) == 2:
		p.add(Date, day(third)+"/"+day(second), i, i+5)
		p.facts[len(p.facts)-1].Year = first
		return p.add(Year, first, i, i+5)
	case p.is(i+1, "-") && len(first) == 2 && len(second) == 2 && len(third) == 4 && p.tokens[i+4].glued && third[:2] == "20" && !outside(first, 31) && !outside(second, 12): // 15-03-2027
	case !p.is(i+1, "/") && !p.is(i+1, "."), !p.tokens[i+1].glued, !p.tokens[i+2].glued, len(first) > 2, len(second) > 2, third == "" && !p.is(i+1, "/"),
		third != "" && len(third) != 2 && len(third) != 4, outside(first, 31), outside(second, 31), outside(second, 12) && outside(first, 12):
		return i
	}
	if outside(second, 12) { // March 3 as 3/31
		first, second = second, first
	}
	end := i + 3
	if third != "" {
		end = i + 5
	}
	p.add(Date, day(first)+"/"+day(second), i, end)
	if third != "" {
		if len(third) == 2 {
			third = "20" + third
		}
		p.facts[len(p.facts)-1].Year = third
		p.add(Year, third, i, end)
	}
	return end
}

func outside(digits string, most int) bool {
	n, err := strconv.Atoi(digits)
	return err != nil || n < 1 || n > most
}

func day(digits string) string { return decimal(digits, "") }

// clock reads what is a time by its form alone: 9:30, 9h30, 2:30 pm, midi.
func (p *parser) clock(i int) int {
	switch {
	case p.is(i, "midi") && p.language == "fr", (p.is(i, "noon") || p.is(i, "midday")) && p.language == "en":
		if !strings.HasPrefix(p.before(i, 2), "apres") {
			m, next := p.pastHour(i + 1)
			return p.addTime(12, m, i, next)
		}
	case p.is(i, "minuit") && p.language == "fr", p.is(i, "midnight") && p.language == "en":
		m, next := p.pastHour(i + 1)
		return p.addTime(24, m, i, next)
	case p.language == "en":
		if next := p.spokenTime(i); next > i {
			return next
		}
	}
	if !p.figure(i) || len(p.tokens[i].text) > 2 {
		return i
	}
	hour := p.tokens[i].text
	if h, _ := strconv.Atoi(hour); h > 24 {
		return i
	}
	switch {
	case p.is(i+1, ":") && p.tokens[i+1].glued && p.minutes(i+2) && p.tokens[i+2].glued:
		return p.halfDay(hour, p.tokens[i+2].text, i, i+3)
	case p.is(i+1, ".") && p.minutes(i+2) && p.meridiem(i+3) != "":
		return p.halfDay(hour, p.tokens[i+2].text, i, i+3)
	case p.meridiem(i+1) != "" && p.language != "fr":
		return p.halfDay(hour, "00", i, i+1)
	case p.is(i+1, "h") && p.minutes(i+2) && !p.tokens[i+2].line:
		return p.halfDay(hour, p.tokens[i+2].text, i, i+3)
	case p.is(i+1, "h"):
		if m, next := p.pastHour(i + 2); next > i+2 {
			h, _ := strconv.Atoi(hour)
			return p.addTime(h, m, i, next)
		}
		return p.halfDay(hour, "00", i, i+2)
	}
	return i
}

// addTime adds a time by its hour and the minutes past it, or before it.
func (p *parser) addTime(hour, minutes, from, to int) int {
	at := (hour*60 + minutes + 24*60) % (24 * 60)
	value := itoa(at/60) + ":" + itoa(at%60)
	if at%60 < 10 {
		value = itoa(at/60) + ":0" + itoa(at%60)
	}
	return p.add(Time, value, from, to)
}

// pastHour reads the minutes behind an hour in French: "et demie", "et quart",
// "moins le quart", "moins dix".
func (p *parser) pastHour(i int) (minutes, next int) {
	if p.language != "fr" || i >= len(p.tokens) || p.tokens[i].line {
		return 0, i
	}
	sign, j := 1, i
	for p.is(j, "-") { // "midi-et-demi"
		j++
	}
	switch {
	case p.is(j, "et"):
	case p.is(j, "moins"):
		sign = -1
	default:
		return 0, i
	}
	j++
	for p.is(j, "-") {
		j++
	}
	if p.is(j, "le") || p.is(j, "un") {
		j++
	}
	switch {
	case p.is(j, "demi"), p.is(j, "demie"):
		return sign * 30, j + 1
	case p.is(j, "quart"):
		return sign * 15, j + 1
	case p.is(j, "trois") && p.is(j+1, "quarts"):
		return sign * 45, j + 2
	}
	if value, end, ok := p.count(j); ok && sign < 0 && !outside(value, 29) && (p.is(end, "minutes") || periodOf(textAt(p, end)) == "" && textAt(p, end) != "euros" && textAt(p, end) != "€" && textAt(p, end) != "h") {
		if p.is(end, "minutes") {
			end++
		}
		n, _ := strconv.Atoi(value)
		return -n, end
	}
	return 0, i
}

// spokenTime reads English times: "half past two", "a quarter to nine", "ten
// minutes past noon".
func (p *parser) spokenTime(i int) int {
	j, minutes := i, 0
	if p.is(j, "a") {
		j++
	}
	switch value, end, ok := p.count(j); {
	case p.is(j, "half"):
		minutes, j = 30, j+1
	case p.is(j, "quarter"):
		minutes, j = 15, j+1
	case ok && j == i && !outside(value, 59) && (p.is(end, "minutes") || p.is(end, "past")):
		minutes, _ = strconv.Atoi(value)
		j = end
		if p.is(j, "minutes") {
			j++
		}
	default:
		return i
	}
	switch {
	case p.is(j, "past"), p.is(j, "after") && !p.is(i, "half"):
	case (p.is(j, "to") || p.is(j, "before") || p.is(j, "till")) && !p.is(i, "half"):
		minutes = -minutes
	default:
		return i
	}
	j++
	switch {
	case p.is(j, "noon"), p.is(j, "midday"):
		return p.addTime(12, minutes, i, j+1)
	case p.is(j, "midnight"):
		return p.addTime(24, minutes, i, j+1)
	}
	value, next, ok := p.count(j)
	if !ok || outside(value, 12) {
		return i
	}
	if unit := textAt(p, next); p.meridiem(next) == "" && (periodOf(unit) != "" || unit == "€" || unit == "euros" || unit == "%" || unit == ":" || unit == "h") {
		return i // "15 minutes to 3 hours"
	}
	if p.is(next, "o") && p.is(next+1, "'") && p.is(next+2, "clock") {
		next += 3
	}
	hour, _ := strconv.Atoi(value)
	switch p.meridiem(next) {
	case "p":
		hour = hour%12 + 12
	case "a":
		hour %= 12
	}
	end := p.halfDay(value, "00", i, next) // how far "p.m." reaches
	p.facts, p.at, p.to = p.facts[:len(p.facts)-1], p.at[:len(p.at)-1], p.to[:len(p.to)-1]
	return p.addTime(hour, minutes, i, end)
}

func (p *parser) minutes(i int) bool {
	return p.figure(i) && len(p.tokens[i].text) == 2 && p.tokens[i].text < "60"
}

// meridiem is "a" or "p" where a.m. or p.m. stands at i.
func (p *parser) meridiem(i int) string {
	switch {
	case p.is(i, "am"), p.is(i, "pm"):
		return p.tokens[i].text[:1]
	case (p.is(i, "a") || p.is(i, "p")) && p.is(i+1, ".") && p.is(i+2, "m"):
		return p.tokens[i].text
	}
	return ""
}

// halfDay adds a time, behind which "pm" may stand.
func (p *parser) halfDay(hour, minutes string, from, next int) int {
	h, _ := strconv.Atoi(hour)
	end := next
	if half := p.meridiem(next); half != "" {
		end++
		if p.is(next, half) {
			end += 2
			if p.is(end, ".") && p.tokens[end].glued {
				end++
			}
		}
		switch {
		case half == "p" && h < 12:
			h += 12
		case half == "a" && h == 12:
			h = 0
		}
	}
	return p.add(Time, itoa(h)+":"+minutes, from, end)
}

// count reads a number in figures or in words. One in words is a number even
// where it is one.
func (p *parser) count(i int) (value string, next int, ok bool) {
	if p.figure(i) {
		value, next = p.number(i)
		return value, next, true
	}
	if !p.kind(i, 'w') {
		return "", i, false
	}
	n, next := p.wordNumber(i)
	return itoa(n), next, next > i
}

// date reads "3 mars 2027", "les 1er et 3 juin", "March 3, 2027", "3rd of May".
func (p *parser) date(i int) int {
	if m, ok := p.monthAt(i); ok && p.language == "en" && p.figure(i+1) && len(p.tokens[i+1].text) <= 2 && !outside(p.tokens[i+1].text, 31) {
		next := p.suffix(i + 2)
		p.add(Date, day(p.tokens[i+1].text)+"/"+itoa(m), i, next)
		if p.is(next, ",") {
			if end := p.year(next + 1); end > next+1 {
				return end
			}
			return next
		}
		return p.year(next)
	}
	// Days of one month, joined: "24 et 31 décembre", "lundi 4 au dimanche 17".
	var days []int
	var ends []int
	var between [][2]int // weekdays, and where
	j := i
	for {
		value, next, ok := p.dayAt(j)
		if !ok || outside(value, 31) {
			return i
		}
		next = p.suffix(next)
		days, ends = append(days, j), append(ends, next)
		if p.is(next, "of") {
			next++
		}
		if m, ok := p.monthAt(next); ok {
			for k := range days {
				value, _, _ := p.dayAt(days[k])
				end := ends[k]
				if k == len(days)-1 {
					end = next + 1
				}
				p.add(Date, value+"/"+itoa(m), days[k], end)
				if d, ok := p.weekdayAt(days[k] - 1); ok {
					p.facts[len(p.facts)-1].Day = itoa(d)
				}
			}
			next := p.year(next + 1)
			for _, d := range between {
				p.add(Weekday, itoa(d[0]), d[1], d[1]+1)
			}
			return next
		}
		k := next
		for k < len(p.tokens) && slices.Contains([]string{",", "et", "and", "ou", "or", "au", "to", "-", "a", "le", "du"}, p.tokens[k].text) {
			k++
		}
		if d, ok := p.weekdayAt(k); ok && p.figure(k+1) {
			between = append(between, [2]int{d, k})
			k++
		}
		if k == next || !p.figure(k) || len(days) > 6 {
			return i
		}
		j = k
	}
}

// dayAt reads the day of a date: "3", "trois", "premier", "third".
func (p *parser) dayAt(i int) (value string, next int, ok bool) {
	if p.ordinalWordAt(i) {
		n, _ := p.ordinalAt(i)
		return itoa(n), i + 1, n > 0
	}
	return p.count(i)
}

// year reads the year behind a date or a month, and returns i if there is none.
func (p *parser) year(i int) int {
	if p.figure(i) && len(p.tokens[i].text) == 4 && !p.tokens[i].line && (p.tokens[i].text[:2] == "19" || p.tokens[i].text[:2] == "20") {
		for k := len(p.facts) - 1; k >= 0 && p.facts[k].Year == "" && (p.facts[k].Kind == Date || p.facts[k].Kind == Month) && p.at[k] >= i-24; k-- {
			if p.facts[k].Kind == Date && p.facts[k].monthPart() != p.facts[len(p.facts)-1].monthPart() {
				break // "du 24 décembre au 4 janvier 2027": of the last month alone
			}
			p.facts[k].Year = p.tokens[i].text
		}
		return p.add(Year, p.tokens[i].text, i, i+1)
	}
	return i
}

// monthPart is the month of a date, as its Value has it.
func (f Fact) monthPart() string {
	if at := strings.Index(f.Value, "/"); at >= 0 {
		return f.Value[at:]
	}
	return f.Value
}

func (p *parser) monthAt(i int) (int, bool) {
	if i >= len(p.tokens) || p.tokens[i].kind != 'w' {
		return 0, false
	}
	m := almanac.Month(p.tokens[i].text, p.language)
	if m == 0 || p.language == "en" && !p.tokens[i].capital {
		return 0, false
	}
	return int(m), true
}

func (p *parser) weekdayAt(i int) (int, bool) {
	if i < 0 || i >= len(p.tokens) || p.tokens[i].kind != 'w' {
		return 0, false
	}
	return weekdayNumber(p.tokens[i].text, p.language)
}

// weekdayNumber counts from Monday, 1, to Sunday, 7.
func weekdayNumber(name, language string) (int, bool) {
	d, ok := almanac.Weekday(name, language)
	if d == time.Sunday {
		return 7, ok
	}
	return int(d), ok
}

// moment reads "premier lundi", "2e mardi".
func (p *parser) moment(i int) int {
	n, ok := p.ordinalAt(i)
	if !ok {
		return i
	}
	j := i + 1
	if p.figure(i) {
		j = p.suffix(j)
	}
	if d, ok := p.weekdayAt(j); ok {
		return p.add(Moment, itoa(n)+" of "+itoa(d), i, j+1)
	}
	return i
}

func (p *parser) weekday(i int) int {
	if d, ok := p.weekdayAt(i); ok {
		return p.add(Weekday, itoa(d), i, i+1)
	}
	var end int
	switch {
	case p.is(i, "weekend") || p.is(i, "weekends"):
		end = i + 1
	case p.is(i, "week") && p.is(i+1, "-") && (p.is(i+2, "end") || p.is(i+2, "ends")):
		end = i + 3
	default:
		return i
	}
	p.add(Weekday, "6", i, end)
	return p.add(Weekday, "7", i, end)
}

// month reads a month alone. "may" and "march" are months in capitals, and not
// where they open a sentence.
func (p *parser) month(i int) int {
	m, ok := p.monthAt(i)
	if !ok || p.language == "en" && (m == 5 || m == 3) && (i == 0 || p.is(i-1, ".")) {
		return i
	}
	p.add(Month, itoa(m), i, i+1)
	return p.year(i + 1)
}
