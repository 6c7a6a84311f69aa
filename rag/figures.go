package rag

import (
	"regexp"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// figures are the facts of a text that can be compared to the letter: amounts,
// dates, times, telephone numbers, addresses of mail and web, each in one
// written form.
type figures map[string]bool

var (
	emailFigure = regexp.MustCompile(`[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+`)
	urlFigure   = regexp.MustCompile(`(?:https?://|www\.)[^\s<>"»)\]]+|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:fr|com|org|net|eu|info|be|ch|uk|io|bzh|paris|alsace|corsica|example)\b(?:/[^\s<>"»)\]]*)?`)
	phoneFigure = regexp.MustCompile(`(?:\+\s?33\s?(?:\(0\)\s?)?|\b0)[1-9](?:[\s.\-]?\d{2}){4}\b`)
	timeFigure  = regexp.MustCompile(`\b(\d{1,2})\s?(?:h(?:eures?)?\s?(\d{2})\b|heures?\b|h\b|:(\d{2})\b)`)
	timeSpan    = regexp.MustCompile(`\b(\d{1,2})\s?(?:à|-|–|et|to)\s?(\d{1,2})\s?h`)
	slashDate   = regexp.MustCompile(`\b(\d{1,2})[/.](\d{1,2})[/.](\d{4}|\d{2})\b`)
	isoDate     = regexp.MustCompile(`\b(\d{4})-(\d{2})-(\d{2})\b`)
	monthDate   = regexp.MustCompile(`\b((?:\d{1,2}(?:\s?er)?\s?(?:,|et|au|-|–|and|to)\s?(?:le\s)?)*\d{1,2}(?:\s?er|st|nd|rd|th)?)\s(` + monthNames + `)\b`)
	dateMonth   = regexp.MustCompile(`\b(` + monthNames + `)\s(\d{1,2})(?:st|nd|rd|th)?\b`)
	number      = regexp.MustCompile(`\d{1,3}(?:[\s.]\d{3})+(?:,\d+)?\b|\d+(?:[.,]\d+)*`)
	digits      = regexp.MustCompile(`\d+`)
)

const monthNames = `janvier|février|fevrier|mars|avril|mai|juin|juillet|août|aout|septembre|octobre|novembre|décembre|decembre|` + //nolint:misspell // French
	`january|february|march|april|may|june|july|august|september|october|november|december`

func monthNumber(name string) int {
	switch name {
	case "janvier", "january":
		return 1
	case "février", "fevrier", "february":
		return 2
	case "mars", "march":
		return 3
	case "avril", "april":
		return 4
	case "mai", "may":
		return 5
	case "juin", "june":
		return 6
	case "juillet", "july":
		return 7
	case "août", "aout", "august":
		return 8
	case "septembre", "september":
		return 9
	case "octobre", "october":
		return 10
	case "novembre", "november":
		return 11
	}
	return 12
}

// oneSpelling makes one of the signs that look alike.
var oneSpelling = strings.NewReplacer("\u00a0", " ", "\u202f", " ", "\u2009", " ", "’", "'", "n°", " n° ", "\u2011", "-", "\u2010", "-")

// figuresOf reads a text's figures. Each kind is taken out of the text before
// the next is looked for, so that a telephone number is not five numbers.
func figuresOf(text string) figures {
	f := figures{}
	if !strings.ContainsAny(text, "0123456789@") && !strings.Contains(text, ".") {
		return f
	}
	s := strings.ToLower(norm.NFKC.String(text))
	s = oneSpelling.Replace(s)
	s = strings.Join(strings.Fields(s), " ")

	// Most texts have few kinds: a kind is looked for only where one of its
	// marks stands.
	digitCount := len(s) - len(strings.Map(withoutDigits, s))
	take := func(when bool, re *regexp.Regexp, read func(m []string)) {
		if !when {
			return
		}
		s = re.ReplaceAllStringFunc(s, func(found string) string {
			read(re.FindStringSubmatch(found))
			return " ; "
		})
	}
	take(strings.Contains(s, "@"), emailFigure, func(m []string) { f.add(m[0]) })
	take(strings.Contains(s, ".") || strings.Contains(s, "://"), urlFigure, func(m []string) { f.add(bareURL(m[0])) })
	take(digitCount > 9, phoneFigure, func(m []string) { f.add("tel:" + phone(m[0])) })
	take(digitCount > 7 && strings.Contains(s, "-"), isoDate, func(m []string) { f.date(m[3], m[2]); f.add(m[1]) })
	take(digitCount > 2 && strings.ContainsAny(s, "/."), slashDate, func(m []string) { f.date(m[1], m[2]); f.add(year(m[3])) })
	hasMonth := digitCount > 0 && containsMonth(s)
	take(hasMonth, monthDate, func(m []string) {
		for _, day := range digits.FindAllString(m[1], -1) {
			f.date(day, strconv.Itoa(monthNumber(m[2])))
		}
	})
	take(hasMonth, dateMonth, func(m []string) { f.date(m[2], strconv.Itoa(monthNumber(m[1]))) })
	if digitCount > 1 && strings.Contains(s, "h") {
		for _, m := range timeSpan.FindAllStringSubmatch(s, -1) {
			if hour := plainNumber(m[1]); len(hour) == 1 || hour <= "24" {
				f.add("h:" + hour + ":00")
			}
		}
	}
	take(strings.ContainsAny(s, "h:"), timeFigure, func(m []string) {
		minutes := m[2] + m[3]
		if minutes == "" {
			minutes = "00"
		}
		f.add("h:" + plainNumber(m[1]) + ":" + minutes)
	})
	take(digitCount > 0, number, func(m []string) { f.add(plainNumber(m[0])) })
	return f
}

func withoutDigits(r rune) rune {
	if r >= '0' && r <= '9' {
		return -1
	}
	return r
}

func containsMonth(s string) bool {
	for name := range strings.SplitSeq(monthNames, "|") {
		if strings.Contains(s, name) {
			return true
		}
	}
	return false
}

func (f figures) add(s string) { f[s] = true }

func (f figures) merge(other figures) {
	for s := range other {
		f[s] = true
	}
}

func (f figures) date(day, month string) { f.add("d:" + plainNumber(day) + "/" + plainNumber(month)) }

func bareURL(s string) string {
	s = strings.TrimPrefix(strings.TrimPrefix(s, "https://"), "http://")
	return strings.TrimRight(strings.TrimPrefix(s, "www."), "/.,;:!?")
}

func phone(s string) string {
	d := strings.Join(digits.FindAllString(s, -1), "")
	if rest, ok := strings.CutPrefix(d, "33"); ok && strings.Contains(s, "+") {
		return "0" + strings.TrimPrefix(rest, "0")
	}
	return d
}

func year(s string) string {
	if len(s) == 2 {
		return "20" + s
	}
	return s
}

// plainNumber writes a number without its grouping, its decimals behind a
// point and without idle zeros: "1 234,50" is "1234.5", "05" is "5".
func plainNumber(s string) string {
	s = strings.ReplaceAll(s, " ", "")
	if strings.Contains(s, ",") {
		s = strings.ReplaceAll(s, ".", "")
		s = strings.ReplaceAll(s, ",", ".")
	} else if i := strings.LastIndex(s, "."); i >= 0 && len(s)-i == 4 {
		s = strings.ReplaceAll(s, ".", "")
	}
	if whole, fraction, found := strings.Cut(s, "."); found {
		fraction = strings.TrimRight(fraction, "0")
		s = whole
		if fraction != "" {
			s += "." + fraction
		}
	}
	if trimmed := strings.TrimLeft(s, "0"); trimmed != "" && trimmed[0] != '.' {
		return trimmed
	}
	return "0" + strings.TrimLeft(s, "0")
}

// numberWords are read in passages, where "trois mois" supports "3 mois".
var numberWords = map[string]string{
	"un": "1", "une": "1", "deux": "2", "trois": "3", "quatre": "4", "cinq": "5", "six": "6", "sept": "7",
	"huit": "8", "neuf": "9", "dix": "10", "onze": "11", "douze": "12", "treize": "13", "quatorze": "14",
	"quinze": "15", "seize": "16", "vingt": "20", "trente": "30", "quarante": "40", "cinquante": "50", //nolint:misspell // French
	"soixante": "60", "cent": "100", "mille": "1000", "one": "1", "two": "2", "three": "3", "four": "4",
	"five": "5", "seven": "7", "eight": "8", "nine": "9", "ten": "10", "twelve": "12", "fifteen": "15",
	"twenty": "20", "thirty": "30", "sixty": "60", "hundred": "100", "thousand": "1000",
}

// statedFigures are the figures that a passage supports: its own, and its
// numbers in words.
func statedFigures(text string) figures {
	f := figuresOf(text)
	for _, w := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyz", r) }) {
		if n, ok := numberWords[w]; ok {
			f.add(n)
		}
	}
	return f
}

// missing returns the figures of f that stated does not have, sorted. A bare
// number stands for a time on the hour, as in "de 9 à 12 h".
func (f figures) missing(stated figures) []string {
	var out []string
	for s := range f {
		if !stated[s] && !stated["h:"+s+":00"] && !statedURL(s, stated) {
			out = append(out, s)
		}
	}
	sort.Strings(out)
	return out
}

// statedURL lets a site stand for a page of it that is stated.
func statedURL(s string, stated figures) bool {
	if !strings.Contains(s, ".") || strings.ContainsAny(s, "@:/") {
		return false
	}
	for have := range stated {
		if strings.HasPrefix(have, s+"/") {
			return true
		}
	}
	return false
}

// written puts figures into the form in which agents read them.
func written(keys []string) []string {
	var out []string
	for _, key := range keys {
		kind, value, found := strings.Cut(key, ":")
		switch {
		case found && kind == "tel":
			value = pairs(value)
		case found && kind == "h":
			value = strings.Replace(value, ":", "\u00a0h\u00a0", 1)
		case found && kind == "d":
		case strings.Trim(key, "0123456789.") == "":
			value = strings.Replace(key, ".", ",", 1)
		default:
			value = key
		}
		out = append(out, value)
	}
	return out
}

// pairs groups the digits of a telephone number by two.
func pairs(number string) string {
	var b strings.Builder
	for i, digit := range number {
		if i > 0 && i%2 == 0 {
			b.WriteString("\u00a0")
		}
		b.WriteRune(digit)
	}
	return b.String()
}
