package faithful

import (
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"guichet/eval"
)

// kind is what a value is.
type kind string

// The kinds of value, in the order in which they are looked for.
const (
	phoneKind   kind = "phone"
	amountKind  kind = "amount"
	timeKind    kind = "time"
	dateKind    kind = "date"
	webKind     kind = "url or mail"
	addressKind kind = "address"
	numberKind  kind = "number"
)

var kinds = []kind{phoneKind, amountKind, timeKind, dateKind, webKind, addressKind, numberKind}

var months = []string{"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"}

var numerals = []string{"deux", "trois", "quatre", "cinq", "six", "sept", "huit", "dix", "douze", "quinze", "seize", "vingt", "trente", "quarante"}

var patterns = map[kind]*regexp.Regexp{
	phoneKind:   regexp.MustCompile(`\b0\d(?: \d\d){4}\b`),
	amountKind:  regexp.MustCompile(`\b\d{1,3}(?: \d{3})*(?:,\d+)? (?:€|euros)`),
	timeKind:    regexp.MustCompile(`\b\d{1,2} (?:heures|h(?: \d\d)?)\b`),
	dateKind:    regexp.MustCompile(`\b\d{1,2}(?:er)? (?:` + strings.Join(months, "|") + `)(?: \d{4})?`),
	webKind:     regexp.MustCompile(`\b(?:[a-z0-9-]+@)?[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:example|gouv\.fr|fr)\b`),
	addressKind: regexp.MustCompile(`\b\d{1,3},? (?:rue|avenue|place|chemin|allée|route|quai) [^,.;:|)]{4,40}`),
	numberKind:  regexp.MustCompile(`\b(?:\d{1,3}(?: \d{3})+|\d+(?:,\d+)?|` + strings.Join(numerals, "|") + `) [a-zéèêm²³%]{2,}`),
}

// value is a value in a text: core is what is altered, text is core with what
// makes it plain (a number's unit).
type value struct {
	kind       kind
	text, core string
}

// valuesOf finds the values of a text, each stretch of it once.
func valuesOf(text string) []value {
	var out []value
	for _, k := range kinds {
		for _, at := range patterns[k].FindAllStringIndex(text, -1) {
			found := strings.TrimSpace(text[at[0]:at[1]])
			v := value{kind: k, text: found, core: found}
			if k == numberKind {
				v.core, _, _ = cutLast(found)
			}
			out = append(out, v)
			text = text[:at[0]] + strings.Repeat("\x00", at[1]-at[0]) + text[at[1]:]
		}
	}
	return out
}

// alterations are subtle wrong forms of a value, in random order.
func alterations(v value, random *rand.Rand) []value {
	var cores []string
	add := func(core string) { cores = append(cores, core) }
	switch v.kind {
	case phoneKind:
		digits := strings.Split(v.core, " ")
		for i := 1; i < len(digits); i++ {
			swapped := slices.Clone(digits)
			swapped[i] = digits[i][1:] + digits[i][:1]
			add(strings.Join(swapped, " "))
		}
		add(stepLast(v.core, 1))
		add(stepLast(v.core, 9))
	case amountKind:
		number, unit, _ := cutLast(v.core)
		whole, cents, hasCents := strings.Cut(strings.ReplaceAll(number, " ", ""), ",")
		n, _ := strconv.Atoi(whole) // digits alone
		for _, other := range []int{n + 10, n + 1, n - 1, n * 10} {
			if other > 0 {
				add(joinAmount(strconv.Itoa(other), cents, hasCents) + " " + unit)
			}
		}
		if hasCents {
			add(whole + "," + stepLast(cents, 5) + " " + unit)
			add(whole + " " + unit)
		}
	case timeKind:
		parts := strings.Fields(v.core)
		hour, _ := strconv.Atoi(parts[0]) // digits alone
		rest := strings.Join(parts[1:], " ")
		add(strconv.Itoa((hour+1)%24) + " " + rest)
		add(strconv.Itoa((hour+23)%24) + " " + rest)
		if len(parts) == 3 {
			add(parts[0] + " h")
			add(parts[0] + " h " + map[bool]string{true: "45", false: "30"}[parts[2] == "30"])
		} else if parts[1] == "h" {
			add(v.core + " 30")
			add(v.core + " 15")
		}
	case dateKind:
		parts := strings.Fields(v.core)
		day, _ := strconv.Atoi(strings.TrimSuffix(parts[0], "er")) // digits alone
		rest := strings.Join(parts[1:], " ")
		add(strconv.Itoa(day%28+1) + " " + rest)
		add(strconv.Itoa(day%28+2) + " " + rest)
		at := slices.Index(months, parts[1])
		for _, step := range []int{1, 11} {
			other := slices.Clone(parts)
			other[1] = months[(at+step)%12]
			add(strings.Join(other, " "))
		}
		if len(parts) == 3 {
			add(stepLast(v.core, 1))
		}
	case webKind:
		for i := range 4 {
			at := 1 + (i*3)%max(strings.LastIndex(v.core, ".")-2, 1)
			if v.core[at] != v.core[at+1] && v.core[at] != '.' && v.core[at+1] != '.' && v.core[at] != '@' && v.core[at+1] != '@' {
				add(v.core[:at] + v.core[at+1:at+2] + v.core[at:at+1] + v.core[at+2:])
			}
		}
		add(strings.Replace(v.core, "-", "", 1))
		add(v.core[:strings.LastIndex(v.core, ".")] + ".com")
		add(v.core[:strings.LastIndex(v.core, ".")] + "s" + v.core[strings.LastIndex(v.core, "."):])
	case addressKind:
		number, rest, _ := strings.Cut(v.core, " ")
		number = strings.Trim(number, ",")
		n, _ := strconv.Atoi(number) // digits alone
		add(strconv.Itoa(n+1) + " " + rest)
		add(strconv.Itoa(n+2) + " " + rest)
		add(number + " bis " + rest)
		way, name, _ := strings.Cut(rest, " ")
		add(number + " " + map[bool]string{true: "avenue", false: "rue"}[way == "rue"] + " " + name)
	case numberKind:
		if at := slices.Index(numerals, v.core); at >= 0 {
			if at > 0 {
				add(numerals[at-1])
			}
			if at+1 < len(numerals) {
				add(numerals[at+1])
			}
			break
		}
		add(stepLast(v.core, 1))
		add(stepLast(v.core, 9))
		if !strings.Contains(v.core, ",") {
			add(v.core + "0")
		}
		if len(v.core) == 2 {
			add(v.core[1:] + v.core[:1])
		}
	}
	var out []value
	for _, core := range cores {
		if eval.Normal(core) != eval.Normal(v.core) && (v.kind != numberKind || !strings.HasPrefix(core, "0")) {
			out = append(out, value{kind: v.kind, core: core, text: strings.Replace(v.text, v.core, core, 1)})
		}
	}
	if v.kind == numberKind {
		out = append(out, ones(v)...)
	}
	random.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// ones have one of what the value counts: "une photo" for "deux photos".
func ones(v value) []value {
	_, unit, found := cutLast(v.text)
	if last := []rune(unit); !found || !strings.ContainsRune("s²³", last[len(last)-1]) || len(unit) < 3 || v.core == "1" || strings.Contains(v.core, ",") {
		return nil
	}
	if unit != "mois" && unit != "fois" {
		unit = strings.TrimSuffix(unit, "s")
	}
	return []value{{numberKind, "un " + unit, "un"}, {numberKind, "une " + unit, "une"}}
}

// sameValue tells a number in words and the same in figures, and a date with
// and without its year.
func sameValue(a, b string) bool {
	for i, n := range []int{2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 16, 20, 30, 40} {
		if in := strconv.Itoa(n); a == in && b == numerals[i] || b == in && a == numerals[i] {
			return true
		}
	}
	return strings.HasPrefix(a, b+" ") || strings.HasPrefix(b, a+" ")
}

// stepLast adds to the last digit of a text, modulo ten.
func stepLast(text string, by byte) string {
	last := text[len(text)-1]
	return text[:len(text)-1] + string('0'+(last-'0'+by)%10)
}

func cutLast(text string) (before, last string, ok bool) {
	at := strings.LastIndex(text, " ")
	return text[:max(at, 0)], text[at+1:], at > 0
}

func joinAmount(whole, cents string, hasCents bool) string {
	if hasCents {
		return whole + "," + cents
	}
	return whole
}

// absent tells whether no part of a passage states the value. A number's unit
// does not save it: "13 ans" is absent only where 13 is.
func absent(v value, p passage) bool {
	whole := p.title + "\n" + p.text
	if v.core == "un" || v.core == "une" { // articles too
		return !eval.Contains(whole, v.text)
	}
	return !eval.Contains(whole, v.core) && !eval.Contains(whole, v.text)
}

// with is the claim with one stretch of it replaced, where it first stands.
func (c claim) with(old, other string) claim {
	if c.cells == nil {
		c.text = strings.Replace(c.text, old, other, 1)
		return c
	}
	c.cells = slices.Clone(c.cells)
	for i, cell := range c.cells {
		if strings.Contains(cell, old) {
			c.cells[i] = strings.Replace(cell, old, other, 1)
			break
		}
	}
	return c
}
