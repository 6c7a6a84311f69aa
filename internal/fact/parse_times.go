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
	case p.is(i, "midi") && p.language == "fr", p.is(i, "noon") && p.language == "en":
		if !strings.HasPrefix(p.before(i, 2), "apres") {
			return p.add(Time, "12:00", i, i+1)
		}
	case p.is(i, "minuit") && p.language == "fr", p.is(i, "midnight") && p.language == "en":
		return p.add(Time, "0:00", i, i+1)
	case p.is(i, "half") && p.is(i+1, "past") && p.language == "en":
		if hour, next, ok := p.count(i + 2); ok && !outside(hour, 12) {
			return p.halfDay(hour, "30", i, next)
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
		return p.halfDay(hour, "00", i, i+2)
	}
	return i
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
		value, next, ok := p.count(j)
		if !ok || outside(value, 31) {
			return i
		}
		if p.ordinalWordAt(j) {
			next = j + 1
		}
		next = p.suffix(next)
		days, ends = append(days, j), append(ends, next)
		if p.is(next, "of") {
			next++
		}
		if m, ok := p.monthAt(next); ok {
			for k := range days {
				value, _, _ := p.count(days[k])
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
