package fact

import (
	"strconv"
	"strings"
)

// ranges adds a Range for two facts of a kind that stand as ends of one, and
// what ranges of days and months imply. A number before an end takes its kind:
// "de 9 à 12 h", "3 à 5 ans", "entre 10 et 20 €".
func (p *parser) ranges() {
	n := len(p.facts)
	for k := 0; k+1 < n; k++ {
		next := k + 1
		if p.facts[next].Kind == Year && next+1 < n && p.at[next] == p.to[k] {
			next++ // "du 24 décembre 2026 au 4 janvier 2027"
		}
		a, b := p.facts[k], p.facts[next]
		if !p.joined(k, next) {
			continue
		}
		if a.Kind == Number && b.Kind != Number {
			a = p.inherit(k, b)
		}
		if a.Kind != b.Kind {
			continue
		}
		switch a.Kind {
		case Weekday:
			if p.figure(p.to[k]) || p.figure(p.to[next]) {
				continue // "du lundi 4 au dimanche 17": the dates are the range
			}
			p.imply(a, b, 7)
		case Month:
			p.imply(a, b, 12)
		case Number, Amount, Percent, Measure, Duration, Date, Time, Year:
		default:
			continue
		}
		p.facts = append(p.facts, Fact{Kind: Range, Value: string(a.Kind) + " " + a.Value + ".." + b.Value, Start: a.Start, End: b.End})
	}
}

// joined tells whether facts k and m are the ends of one range.
func (p *parser) joined(k, m int) bool {
	from, to := p.to[k], p.at[m]
	if m == k+2 {
		from = p.to[k+1]
	}
	if to <= from || to-from > 4 {
		return false
	}
	var parts []string
	for _, t := range p.tokens[from:to] {
		if t.line {
			return false
		}
		if _, day := p.weekdayAt2(t); day {
			continue
		}
		parts = append(parts, t.text)
	}
	opened := p.before(p.at[k], 1)
	switch strings.Join(parts, " ") {
	case "a", "au", "to", "jusqu ' a", "jusqu ' au", "au dimanche", "a la", "through":
		return true
	case "-":
		return true
	case "until", "till":
		return true
	case "et", "et le", "and":
		return opened == "entre" || opened == "between" || p.before(p.at[k], 2) == "entre le"
	}
	return false
}

func (p *parser) weekdayAt2(t token) (int, bool) {
	return weekdayNumber(t.text, p.language)
}

// inherit gives a number the kind and unit of the range's other end.
func (p *parser) inherit(k int, b Fact) Fact {
	a := p.facts[k]
	switch b.Kind {
	case Time:
		if outside(a.Value, 24) {
			return a
		}
		a.Value += ":00"
	case Amount, Percent, Year:
	case Measure, Duration:
		_, unit, _ := strings.Cut(b.Value, " ")
		a.Value += " " + unit
	default:
		return a
	}
	a.Kind = b.Kind
	p.facts[k] = a
	return a
}

// imply adds what stands between two days or months, round the year's or the
// week's end.
func (p *parser) imply(a, b Fact, most int) {
	from, _ := strconv.Atoi(a.Value)
	to, _ := strconv.Atoi(b.Value)
	for v := from%most + 1; from != to && v != to; v = v%most + 1 {
		p.facts = append(p.facts, Fact{Kind: a.Kind, Value: itoa(v), Start: a.Start, End: b.End, Implied: true})
	}
}
