package fact

import (
	"strconv"
	"strings"
)

// number reads the number in figures that begins at token i: "1 200,50",
// "1.200,50", "1,200.50", "3.5". next is the token behind it.
func (p *parser) number(i int) (value string, next int) {
	whole, j := p.tokens[i].text, i+1
	grouped := byte(0)
	// Groups of three behind one to three digits; all by one sign.
	for len(whole) > 0 && whole[0] != '0' && len(p.tokens[i].text) <= 3 {
		separator, at := p.separator(j)
		if separator == 0 || (grouped != 0 && separator != grouped) || !p.isGroup(at) || !p.groups(separator, at) {
			break
		}
		grouped, whole, j = separator, whole+p.tokens[at].text, at+1
	}
	if j+1 < len(p.tokens) && (p.is(j, ",") || p.is(j, ".")) && p.tokens[j].text != string(grouped) &&
		p.tokens[j].glued && p.tokens[j+1].kind == 'n' && p.tokens[j+1].glued {
		// "1.2.3" has no decimals.
		if p.is(j+2, p.tokens[j].text) && p.tokens[j+2].glued && j+3 < len(p.tokens) && p.tokens[j+3].kind == 'n' && p.tokens[j+3].glued {
			return decimal(whole, ""), j
		}
		return decimal(whole, p.tokens[j+1].text), j + 2
	}
	return decimal(whole, ""), j
}

// separator returns what may part a group from the one before token j: ' ',
// '.', or ',', and the token behind it.
func (p *parser) separator(j int) (sign byte, at int) {
	switch {
	case j < len(p.tokens) && p.tokens[j].kind == 'n' && !p.tokens[j].glued && !p.tokens[j].line:
		return ' ', j
	case (p.is(j, ".") || p.is(j, ",")) && p.tokens[j].glued && j+1 < len(p.tokens) && p.tokens[j+1].glued:
		return p.tokens[j].text[0], j + 1
	}
	return 0, j
}

func (p *parser) isGroup(at int) bool {
	return at < len(p.tokens) && p.tokens[at].kind == 'n' && len(p.tokens[at].text) == 3
}

// groups tells whether a sign parts groups here, and not decimals: a point
// does in French, a comma in English, and either where a group follows again
// or the other sign does.
func (p *parser) groups(sign byte, at int) bool {
	again, next := p.separator(at + 1)
	repeated := again == sign && p.isGroup(next)
	other := (again == '.' || again == ',') && again != sign && next < len(p.tokens) && p.tokens[next].kind == 'n'
	switch sign {
	case '.':
		return p.language != "en" || repeated || other
	case ',':
		return p.language == "en" || repeated || other
	}
	return true
}

// decimal writes a number without idle zeros.
func decimal(whole, fraction string) string {
	whole = strings.TrimLeft(whole, "0")
	if whole == "" {
		whole = "0"
	}
	if fraction = strings.TrimRight(fraction, "0"); fraction != "" {
		return whole + "." + fraction
	}
	return whole
}

// wordNumber reads the number in words that begins at token i: "dix-huit",
// "quatre-vingt-dix", "twenty-one". It returns next == i where there is none.
func (p *parser) wordNumber(i int) (n, next int) {
	units, tens := numberUnits[p.language], numberTens[p.language]
	if units == nil {
		return 0, i
	}
	total, current, next := 0, 0, i
	for j := i; j < len(p.tokens); {
		// A hyphen or "et" joins what comes behind it, or belongs to no number.
		at := j
		joined := false
		if j > i && p.is(j, "-") {
			at++
		}
		if j > i && (p.is(at, "et") || p.is(at, "and")) { // "vingt et un", "vingt-et-un"
			joined = p.is(at, "et")
			at++
			if at > j+1 && p.is(at, "-") {
				at++
			}
		}
		if at >= len(p.tokens) || p.tokens[at].kind != 'w' {
			break
		}
		word := strings.TrimSuffix(p.tokens[at].text, "s")
		unit, isUnit := units[p.tokens[at].text]
		ten, isTen := tens[word]
		switch {
		case isUnit && joined && (unit != 1 && unit != 11 || current%100 < 20):
			isUnit = false
		case p.language == "fr" && word == "vingt" && current%100 == 4 && p.is(j, "-"):
			current += 76
			isUnit, isTen = false, true
			ten = 0
		}
		isUnit = isUnit && (j == i || fits(current, unit, p.language))
		switch {
		case isUnit:
			current += unit
		case isTen && ten == 0:
		case isTen && current%100 == 0 && !joined:
			current += ten
		case hundreds[p.tokens[at].text] && j > i && current > 1 && current < 10, hundreds[p.tokens[at].text] && current == 1:
			current *= 100
		case hundreds[p.tokens[at].text] && current == 0 && p.tokens[at].text != "cents":
			current = 100
		case thousands[p.tokens[at].text] && total == 0:
			total, current = max(current, 1)*1000, 0
		default:
			return total + current, next
		}
		j = at + 1
		next = j
	}
	return total + current, next
}

// fits tells whether a unit may stand behind what was read.
func fits(current, unit int, language string) bool {
	rest := current % 100
	switch {
	case rest == 0:
		return true
	case language == "fr" && (rest == 60 || rest == 80):
		return unit > 0
	case language == "fr" && (rest == 10 || rest == 70 || rest == 90):
		return unit >= 7 && unit <= 9
	}
	return rest >= 20 && rest%10 == 0 && unit > 0 && unit < 10
}

func itoa(n int) string { return strconv.Itoa(n) }
