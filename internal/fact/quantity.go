package fact

import (
	"strconv"
	"strings"
)

// quantity reads a number, in figures or in words, and what it counts.
func (p *parser) quantity(i int) int {
	if p.is(i, "€") && p.figure(i+1) && p.tokens[i+1].glued && !p.figure(i-1) {
		value, next := p.number(i + 1)
		return p.add(Amount, value, i, next)
	}
	if n, ok := collectives[p.tokens[i].text]; ok && numberUnits[p.language] != nil {
		return p.add(Number, itoa(n), i, i+1)
	}
	if p.is(i, "demi") && p.is(i+1, "-") {
		return p.half(i)
	}
	value, next, ok := p.count(i)
	if !ok {
		return i
	}
	words := !p.figure(i)
	value, next, words = p.magnitude(value, next, words)
	if end := p.counted(value, i, next, words); end > i {
		return end
	}
	if words {
		if value == "1" || value == "0" {
			return i
		}
		return p.add(Number, value, i, next)
	}
	return p.bare(value, i, next)
}

// Powers of ten by the words for them.
var magnitudes = map[string]int{
	"mille": 3, "thousand": 3, "million": 6, "millions": 6, "milliard": 9, "milliards": 9, "billion": 9, "billions": 9,
}

// magnitude reads the "millions" of "2,5 millions d'euros", and the "k" of
// "300 k€", behind a number. A billion is ten to the ninth: French writes it
// "milliard".
func (p *parser) magnitude(value string, next int, words bool) (string, int, bool) {
	for {
		power, ok := magnitudes[textAt(p, next)]
		if p.is(next+1, "€") && p.tokens[next+1].glued && p.kind(next, 'w') {
			switch textAt(p, next) {
			case "k":
				power, ok = 3, true
			case "m":
				power, ok = 6, true
			case "md", "mds":
				power, ok = 9, true
			}
		}
		if !ok || p.tokens[next].line || len(value) > 24 {
			return value, next, words
		}
		value, next, words = shifted(value, power), next+1, false
		switch { // "2 millions d'euros"
		case p.is(next, "d") && p.is(next+1, "'") && strings.HasPrefix(textAt(p, next+2), "euro"):
			next += 2
		case p.is(next, "of") || p.is(next, "de"):
			if _, ok := measures[textAt(p, next+1)]; ok || strings.HasPrefix(textAt(p, next+1), "euro") {
				next++
			}
		}
	}
}

// shifted is a number times a power of ten.
func shifted(value string, power int) string {
	whole, fraction, _ := strings.Cut(value, ".")
	fraction += strings.Repeat("0", max(0, power-len(fraction)))
	return decimal(whole+fraction[:power], fraction[power:])
}

// half reads "demi-heure", "demi-journée".
func (p *parser) half(i int) int {
	switch unit := periodOf(textAt(p, i+2)); unit {
	case "hour":
		return p.add(Duration, "30 minute", i, i+3)
	case "day":
		return p.add(Duration, "0.5 day", i, i+3)
	}
	return i
}

func textAt(p *parser, i int) string {
	if i < len(p.tokens) {
		return p.tokens[i].text
	}
	return ""
}

// counted reads the unit behind a number, if it has one.
func (p *parser) counted(value string, from, next int, words bool) int {
	unit := textAt(p, next)
	switch unit {
	case "€", "euro", "euros", "eur":
		end := next + 1
		if whole, after, ok := p.cents(value, end); ok {
			return p.add(Amount, whole, from, after)
		}
		if cents := textAt(p, end); p.figure(end) && len(cents) == 2 && !strings.Contains(value, ".") && !p.tokens[end].line && textAt(p, end+1) != "€" && unit != "eur" {
			if periodOf(textAt(p, end+1)) == "" && textAt(p, end+1) != "%" {
				value, end = decimal(value, cents), end+1
			}
		}
		return p.add(Amount, value, from, end)
	case "centime", "centimes", "cents":
		if unit == "cents" && p.language == "fr" {
			break
		}
		if hundredths, ok := hundredth(value); ok {
			return p.add(Amount, hundredths, from, next+1)
		}
	case "%", "percent":
		return p.add(Percent, value, from, next+1)
	case "pour", "per":
		if after := textAt(p, next+1); after == "cent" {
			return p.add(Percent, value, from, next+2)
		}
	case "heure", "heures":
		return p.hours(value, from, next+1)
	case "o":
		if p.is(next+1, "'") && p.is(next+2, "clock") {
			return p.add(Time, value+":00", from, next+3)
		}
	case "quart", "quarts":
		if p.is(next+1, "d") && p.is(next+2, "'") && p.is(next+3, "heure") {
			n, _ := strconv.Atoi(value)
			return p.add(Duration, itoa(15*n)+" minute", from, next+4)
		}
		if value == "3" {
			return p.add(Fraction, "3/4", from, next+1)
		}
	case "tiers":
		if value == "2" {
			return p.add(Fraction, "2/3", from, next+1)
		}
	}
	if words && p.language == "en" && p.meridiem(next) != "" {
		return p.halfDay(value, "00", from, next)
	}
	if period, ok := periodWords[unit]; ok {
		return p.add(Duration, value+" "+period, from, next+1)
	}
	if measure, ok := measures[unit]; ok && (!words || len(unit) > 3 || unit == "m2" || unit == "m3") {
		end := next + 1
		switch {
		case measure == "m" && (p.is(end, "2") || p.is(end, "3")) && p.tokens[end].glued:
			measure, end = "m"+p.tokens[end].text, end+1
		case measure == "m" && strings.HasPrefix(textAt(p, end), "cube"):
			measure, end = "m3", end+1
		case measure == "m" && strings.HasPrefix(textAt(p, end), "carre"):
			measure, end = "m2", end+1
		}
		return p.add(Measure, value+" "+measure, from, end)
	}
	return from
}

// cents reads "et 50 centimes" behind euros.
func (p *parser) cents(euros string, i int) (value string, next int, ok bool) {
	if p.is(i, "et") || p.is(i, "and") {
		i++
	}
	if i >= len(p.tokens) || p.tokens[i].line || strings.Contains(euros, ".") {
		return "", i, false
	}
	count, next, ok := p.count(i)
	if unit := textAt(p, next); !ok || unit != "centimes" && unit != "centime" && unit != "cents" || outside(count, 99) {
		return "", i, false
	}
	if len(count) == 1 {
		count = "0" + count
	}
	return decimal(euros, count), next + 1, true
}

// hundredth is a whole number of hundredths.
func hundredth(value string) (string, bool) {
	if strings.Contains(value, ".") {
		return "", false
	}
	value = strings.Repeat("0", max(0, 3-len(value))) + value
	return decimal(value[:len(value)-2], value[len(value)-2:]), true
}

// hours reads what "heures" counts: a time of day to 24, else a period.
func (p *parser) hours(value string, from, next int) int {
	n, err := strconv.Atoi(value)
	if err != nil || n > 24 {
		return p.add(Duration, value+" hour", from, next)
	}
	minutes := "00"
	switch {
	case p.minutes(next) && !p.tokens[next].line:
		minutes, next = p.tokens[next].text, next+1
	default:
		if m, end := p.pastHour(next); end > next {
			return p.addTime(n, m, from, end)
		}
		if m, end := p.wordNumber(next); end > next && m >= 5 && m < 60 && periodOf(textAt(p, end)) == "" {
			minutes, next = itoa(m), end
			if m < 10 {
				minutes = "0" + minutes
			}
		}
	}
	return p.add(Time, itoa(n)+":"+minutes, from, next)
}

// bare reads a number in figures that counts something without a unit: a year,
// a reference like 2026-231, a number.
func (p *parser) bare(value string, from, next int) int {
	raw := p.tokens[from].text
	if p.suffix(from+1) > from+1 {
		return from // an ordinal
	}
	if next == from+1 && len(raw) == 4 && (raw[:2] == "19" || raw[:2] == "20") {
		if p.is(next, "-") && p.tokens[next].glued && p.figure(next+1) && p.tokens[next+1].glued && len(p.tokens[next+1].text) < 4 {
			return p.add(Code, raw+"-"+p.tokens[next+1].text, from, next+2)
		}
		return p.add(Year, raw, from, next)
	}
	return p.add(Number, value, from, next)
}

// address reads a street, with its number if it has one: "12 bis, rue des
// Lilas", "place de la Halle".
func (p *parser) address(i int) int {
	j, number := i, ""
	if p.figure(i) && len(p.tokens[i].text) <= 4 {
		number = p.tokens[i].text
		j++
		if p.is(j, "bis") || p.is(j, "ter") || p.is(j, "b") {
			number += p.tokens[j].text
			j++
		}
		if p.is(j, ",") {
			j++
		}
	}
	way, ok := ways[textAt(p, j)]
	if !ok {
		return i
	}
	j++
	if p.is(j, ".") {
		j++
	}
	name, end := p.streetName(j, number != "" && smallWays[way])
	if name == "" {
		return i
	}
	if number != "" {
		return p.add(Address, number+" "+way+name, i, end)
	}
	return p.add(Street, way+name, i, end)
}

// streetName reads the name of a way: words in capitals, with small words
// between, or a date ("du 8 mai 1945").
func (p *parser) streetName(i int, lower bool) (name string, end int) {
	end = i
	for j := i; j < len(p.tokens); {
		for j < len(p.tokens) && (particles[p.tokens[j].text] || name != "" && p.is(j, "-")) {
			j++
		}
		if j >= len(p.tokens) || p.tokens[j].line {
			break
		}
		t := p.tokens[j]
		_, day := p.weekdayAt(j)
		if name == "" && t.kind == 'n' {
			if m, ok := p.monthAt(j + 1); ok {
				name, end = " "+t.text+" "+itoa(m), j+2
				if p.figure(j + 2) {
					name, end = name+" "+p.tokens[j+2].text, j+3
				}
			}
			return name, end
		}
		// "12 rue des lilas": one word in small letters.
		small := lower && name == "" && t.kind == 'w' && len(t.text) > 2 && particles[p.tokens[j-1].text]
		if t.kind != 'w' || !t.capital && !small || day {
			break
		}
		name += " " + t.text
		j++
		end = j
		// "Base-de-Loisirs" goes on behind its hyphens, whatever the case.
		for p.is(j, "-") && p.tokens[j].glued && p.kind(j+1, 'w') && p.tokens[j+1].glued {
			if !particles[p.tokens[j+1].text] {
				name += " " + p.tokens[j+1].text
			}
			j += 2
			end = j
		}
	}
	return name, end
}
