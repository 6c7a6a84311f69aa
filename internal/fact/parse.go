package fact

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"guichet/internal/almanac"
	"time"
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
			p.facts[k].Bound = p.bound(p.at[k], p.to[k])
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

var (
	email = regexp.MustCompile(`^[a-zA-Z0-9._%+-]+@[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)+`)
	web   = regexp.MustCompile(`^(?:(?i:https?://)[^\s<>"»]+|(?i:www\.)[^\s<>"»,;)\]]+|[\pL0-9][\pL0-9-]+(?:\.[\pL0-9-]{2,})*\.\p{Ll}{2,24}(?:/[^\s<>"»,;)\]]*)?)`)
)

// mailOrWeb reads an address of mail or web.
func (p *parser) mailOrWeb(i int) int {
	if i > 0 && p.tokens[i].glued && p.tokens[i-1].kind != 's' {
		return i
	}
	start := p.tokens[i].start
	end := len(p.text)
	if n := strings.IndexAny(p.text[start:], " \n\t\u00a0\u202f"); n >= 0 {
		end = start + n
	}
	chunk := p.text[start:end]
	if !strings.ContainsAny(chunk, "@.") {
		return i
	}
	kind, found := Email, email.FindString(chunk)
	if found == "" {
		kind, found = URL, web.FindString(chunk)
		if !plausible(found) {
			return i
		}
	}
	found = strings.TrimRight(found, "/.,;:!?)]'’*_")
	to := i
	for to < len(p.tokens) && p.tokens[to].start < start+len(found) {
		to++
	}
	if to == i {
		return i
	}
	if kind == URL {
		return p.add(kind, bareURL(found), i, to)
	}
	return p.add(kind, strings.ToLower(found), i, to)
}

// plausible keeps figures with a unit ("3.50m") from being read as a site.
func plausible(address string) bool {
	host, _, _ := strings.Cut(address, "/")
	return strings.ContainsAny(address, ":/") || (address != "" && strings.Contains(host, ".") && !strings.ContainsAny(host[:1], "0123456789"))
}

func bareURL(s string) string {
	s = strings.ToLower(s)
	s = strings.TrimPrefix(strings.TrimPrefix(s, "https://"), "http://")
	return strings.TrimRight(strings.TrimPrefix(s, "www."), "/.,;:!?")
}

// law reads an article: "art. L. 211-1", "article 1240", "R.* 123-4".
func (p *parser) law(i int) int {
	j := i
	named := p.is(i, "art") || p.is(i, "article") || p.is(i, "articles")
	if named {
		j++
		if p.is(j, ".") {
			j++
		}
	}
	letter := ""
	if p.kind(j, 'w') && len(p.tokens[j].text) == 1 && p.tokens[j].capital && strings.ContainsAny(p.tokens[j].text, "lrda") {
		letter = p.tokens[j].text
		j++
		for p.is(j, ".") || p.is(j, "*") {
			j++
		}
	}
	if !p.figure(j) || (!named && letter == "") {
		return i
	}
	value, parts := letter+p.tokens[j].text, 1
	j++
	for p.is(j, "-") && p.figure(j+1) && p.tokens[j+1].glued {
		value += "-" + p.tokens[j+1].text
		j += 2
		parts++
	}
	if !named && (parts == 1 || letter == "") {
		return i
	}
	return p.add(Law, value, i, j)
}

// form reads the number of a form: "cerfa n° 12345*01".
func (p *parser) form(i int) int {
	j := i
	named := p.is(i, "cerfa")
	if named {
		j++
		if p.is(j, "n") {
			j++
		}
		for p.is(j, "°") || p.is(j, "º") || p.is(j, ":") {
			j++
		}
	}
	if !p.figure(j) || len(p.tokens[j].text) != 5 {
		return i
	}
	value := p.tokens[j].text
	j++
	if p.is(j, "*") && p.figure(j+1) {
		return p.add(Form, value+"*"+p.tokens[j+1].text, i, j+2)
	}
	if !named {
		return i
	}
	return p.add(Form, value, i, j)
}

// phone reads a telephone number: ten digits from 0 on, an international one,
// or a short one written in two pairs.
func (p *parser) phone(i int) int {
	j, digits := i, ""
	if p.is(i, "+") && p.figure(i+1) {
		digits, j = "+", i+1
	} else if !p.figure(i) || (i > 0 && p.is(i-1, "+")) {
		return i
	}
	for j < len(p.tokens) {
		if len(digits) > 0 && digits != "+" && p.is(j, "(") && p.is(j+1, "0") && p.is(j+2, ")") {
			j += 3
			continue
		}
		at := j
		if digits != "" && digits != "+" && (p.is(j, ".") || p.is(j, "-") || p.is(j, "/")) && p.tokens[j].glued {
			at++
		}
		if !p.figure(at) || p.tokens[at].line && at > i {
			break
		}
		digits += p.tokens[at].text
		j = at + 1
		if n := national(digits); len(n) == 10 {
			return p.add(Phone, n, i, j)
		}
	}
	if strings.HasPrefix(digits, "+") && len(digits) > 8 {
		return p.add(Phone, digits, i, j)
	}
	if p.figure(i) && p.figure(i+1) && len(p.tokens[i].text) == 2 && len(p.tokens[i+1].text) == 2 && !p.figure(i+2) &&
		p.tokens[i].text[0] == '3' && !p.tokens[i+1].glued && !p.tokens[i+1].line {
		return p.add(Phone, p.tokens[i].text+p.tokens[i+1].text, i, i+2)
	}
	return i
}

// national is the number as it is dialled in France, or "" if it is none.
func national(digits string) string {
	for _, prefix := range []string{"+33", "0033"} {
		if rest, ok := strings.CutPrefix(digits, prefix); ok {
			digits = "0" + strings.TrimPrefix(rest, "0")
			break
		}
	}
	if len(digits) != 10 || digits[0] != '0' || digits[1] == '0' {
		return ""
	}
	return digits
}

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
		if p.kind(i-1, 'w') && (p.is(i-1, "un") || p.is(i-1, "deux")) {
			return p.add(Fraction, "1/3", i, i+1)
		}
	}
	return i
}

// letterAlone tells a letter that is a name ("tranche B", or a whole cell) from
// an initial, an elision, the beginning of "F10007", and the English "I".
func (p *parser) letterAlone(i int) bool {
	t := p.tokens[i]
	if t.kind != 'w' || !t.capital || len(t.text) != 1 || t.end != t.start+1 || p.is(i+1, ".") || p.is(i+1, "'") {
		return false
	}
	if p.language == "en" && t.text == "i" {
		return false
	}
	if len(p.tokens) == 1 {
		return true
	}
	figureFollows := i+1 < len(p.tokens) && p.tokens[i+1].glued && p.kind(i+1, 'n')
	return (p.kind(i-1, 'w') || p.is(i-1, "«")) && !t.line && !figureFollows
}

// code reads a name with figures in it, or of one letter: F10007, "tranche B".
func (p *parser) code(i int) int {
	if p.letterAlone(i) {
		return p.add(Code, p.tokens[i].text, i, i+1)
	}
	if !p.kind(i, 'w') || !p.figure(i+1) || !p.tokens[i+1].glued || len(p.tokens[i].text) > 4 {
		return i
	}
	return p.add(Code, p.tokens[i].text+p.tokens[i+1].text, i, i+2)
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
func (p *parser) bound(from, to int) Bound {
	if _, ok := p.weekdayAt(from - 1); ok {
		from-- // "avant le vendredi 11 décembre"
	}
	for n := min(maxPhrase, from); n > 0; n-- {
		if b, ok := boundsBefore[p.before(from, n)]; ok {
			return b
		}
	}
	for n := min(2, len(p.tokens)-to); n > 0; n-- {
		if b, ok := boundsAfter[p.before(to+n, n)]; ok {
			return b
		}
	}
	return Exact
}
