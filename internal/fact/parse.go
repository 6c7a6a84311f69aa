package fact

import (
	"strconv"
	"strings"
)

// parser reads a text's tokens from the first to the last.
type parser struct {
	text     string
	language string
	tokens   []token
	facts    []Fact
	at       []int // the tokens of each fact: first, and the one behind
	to       []int
}

// The readers, those of long facts first. Each returns the token behind what
// it read, or i where it read nothing.
func (p *parser) run() {
	readers := []func(i int) int{
		p.counter, p.mailOrWeb, p.law, p.form, p.phone, p.numericDate, p.clock, p.address, p.moment, p.date,
		p.quantity, p.weekday, p.month, p.ordinal, p.rate, p.fraction, p.code,
	}
	for i := 0; i < len(p.tokens); {
		next := i
		for _, read := range readers {
			if next = read(i); next > i {
				break
			}
		}
		i = max(next, i+1)
	}
	for k := range p.facts {
		if k == 0 || p.facts[k].Kind != Year || p.facts[k-1].Start != p.facts[k].Start {
			p.facts[k].Bound = p.bound(p.facts[k].Kind, p.at[k], p.to[k])
		}
	}
}

func (p *parser) is(i int, text string) bool {
	return i >= 0 && i < len(p.tokens) && p.tokens[i].text == text
}

func (p *parser) kind(i int, kind byte) bool {
	return i >= 0 && i < len(p.tokens) && p.tokens[i].kind == kind
}

func (p *parser) figure(i int) bool { return p.kind(i, 'n') }

// add notes a fact of the tokens from up to, and returns to.
func (p *parser) add(kind Kind, value string, from, to int) int {
	p.facts = append(p.facts, Fact{Kind: kind, Value: value, Start: p.tokens[from].start, End: p.tokens[to-1].end})
	p.at, p.to = append(p.at, from), append(p.to, to)
	return to
}

// counter passes over the number of a list's item: "1. ", "2) ".
func (p *parser) counter(i int) int {
	if !p.tokens[i].line {
		return i
	}
	j := i
	if p.is(j, "(") {
		j++
	}
	if p.figure(j) && len(p.tokens[j].text) <= 2 && (p.is(j+1, ".") || p.is(j+1, ")")) && j+2 < len(p.tokens) && !p.tokens[j+2].glued {
		return j + 2
	}
	return i
}

// suffix passes over what makes a number an ordinal one: "er", "e", "nd".
func (p *parser) suffix(i int) int {
	if i < len(p.tokens) && p.tokens[i].glued && p.kind(i, 'w') && p.kind(i-1, 'n') {
		switch p.tokens[i].text {
		case "er", "ere", "e", "eme", "nd", "nde", "st", "rd", "th", "emes":
			return i + 1
		}
	}
	return i
}

func (p *parser) ordinalWordAt(i int) bool {
	_, ok := p.ordinalAt(i)
	return ok && p.kind(i, 'w')
}

// ordinalAt reads an ordinal at i: "premier", "2e".
func (p *parser) ordinalAt(i int) (n int, ok bool) {
	if i >= len(p.tokens) {
		return 0, false
	}
	if p.figure(i) && len(p.tokens[i].text) < 3 && p.suffix(i+1) > i+1 {
		n, err := strconv.Atoi(p.tokens[i].text)
		return n, err == nil
	}
	n, ok = ordinals[p.language][p.tokens[i].text]
	return n, ok
}

func (p *parser) ordinal(i int) int {
	n, ok := p.ordinalAt(i)
	if !ok || p.is(i+1, "temps") || p.is(i+1, "lieu") || p.language == "en" && p.kind(i, 'w') && i == 0 {
		return i
	}
	if n < 0 {
		return i // "le dernier" counts nothing
	}
	if p.figure(i) {
		return p.add(Ordinal, itoa(n), i, p.suffix(i+1))
	}
	return p.add(Ordinal, itoa(n), i, i+1)
}

// rate reads how often: "par an", "chaque jour", "tous les mois", "mensuel".
func (p *parser) rate(i int) int {
	if p.tokens[i].kind != 'w' && !p.is(i, "/") {
		return i
	}
	if r, ok := rateWords[p.tokens[i].text]; ok {
		return p.add(Rate, r, i, i+1)
	}
	j := i + 1
	switch p.tokens[i].text {
	case "par", "chaque", "per", "every", "each", "/":
	case "tous", "toutes":
		if !p.is(j, "les") {
			return i
		}
		j++
	default:
		return i
	}
	if j < len(p.tokens) {
		if unit := periodOf(p.tokens[j].text); unit != "" {
			return p.add(Rate, unit, i, j+1)
		}
	}
	return i
}

// periodOf is the period of a word, hours among them.
func periodOf(word string) string {
	if word == "heure" || word == "heures" {
		return "hour"
	}
	return periodWords[word]
}

func (p *parser) fraction(i int) int {
	switch p.tokens[i].text {
	case "moitie", "half":
		return p.add(Fraction, "1/2", i, i+1)
	case "double", "twice":
		return p.add(Fraction, "2/1", i, i+1)
	case "tiers":
		if p.is(i-1, "un") || p.is(i-1, "le") && (p.is(i+1, "du") || p.is(i+1, "de") || p.is(i+1, "des")) {
			return p.add(Fraction, "1/3", i, i+1)
		}
	case "quart":
		if (p.is(i-1, "un") || p.is(i-1, "le")) && (p.is(i+1, "du") || p.is(i+1, "de") || p.is(i+1, "des")) {
			return p.add(Fraction, "1/4", i, i+1)
		}
	}
	return i
}

// before is the text of up to n tokens before i, blanks between.
func (p *parser) before(i, n int) string {
	var parts []string
	for _, t := range p.tokens[max(0, i-n):i] {
		parts = append(parts, t.text)
	}
	return strings.Join(parts, " ")
}

// bound reads the words around a fact that make it a limit.
func (p *parser) bound(kind Kind, from, to int) Bound {
	if _, ok := p.weekdayAt(from - 1); ok {
		from-- // "avant le vendredi 11 décembre"
	}
	if b := p.boundBefore(from); b != Exact {
		return b
	}
	if b := p.boundBehind(to); b != Exact {
		return b
	}
	if kind == Number && p.kind(to, 'w') && !p.tokens[to].line {
		return p.boundBehind(to + 1) // "12 enfants ou plus"
	}
	return Exact
}

func (p *parser) boundBefore(from int) Bound {
	for _, link := range boundLinks {
		at := from
		if link != "" {
			n := strings.Count(link, " ") + 1
			if p.before(from, n) != link {
				continue
			}
			at -= n
		}
		for n := min(maxPhrase, at); n > 0; n-- {
			if b, ok := boundsBefore[p.before(at, n)]; ok {
				return b
			}
			if last := p.tokens[at-1].text; last == "du" || last == "au" { // "au-dessus du"
				phrase := strings.TrimSuffix(p.before(at, n), last) + map[string]string{"du": "de", "au": "a"}[last]
				if b, ok := boundsBefore[phrase]; ok && n > 1 {
					return b
				}
			}
		}
	}
	return p.comparison(from)
}

// comparison reads "inférieur ou égal à" and "supérieure ou égale au".
func (p *parser) comparison(from int) Bound {
	i := from - 1
	if !p.is(i, "a") && !p.is(i, "au") && !p.is(i, "aux") || !strings.HasPrefix(p.before(i, 1), "ega") || !p.is(i-2, "ou") && !p.is(i-2, "et") {
		return Exact
	}
	switch word := p.before(i-2, 1); {
	case strings.HasPrefix(word, "inferieur"):
		return Less
	case strings.HasPrefix(word, "superieur"):
		return More
	}
	return Exact
}

func (p *parser) boundBehind(to int) Bound {
	for n := min(4, len(p.tokens)-to); n > 0; n-- {
		if b, ok := boundsAfter[p.before(to+n, n)]; ok && !p.is(to+n, "de") && !p.is(to+n, "d") && !p.is(to+n, "than") {
			return b
		}
	}
	return Exact
}
