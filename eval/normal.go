package eval

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"guichet/internal/almanac"
	"guichet/internal/analysis"
)

// Normal writes text in the one form in which facts are compared: words and
// values in lower case without accents, one space between.
//
//	9h30, 9 h 30, 9:30, 9.30 am          9h30
//	02.61.91.20.00, +33 2 61 91 20 00    0261912000
//	4,35 €, 4.35 euros, €4.35            4.35 €
//	1 200,50; 1.200,50; 1,200.50         1200.5
//	1er décembre, 01/12/2026             1 decembre, 1 decembre 2026
//	de 9 h à 12 h, 9 h - 12 h            9h 12h
//
// A comma or full stop with exactly three digits behind it parts thousands.
func Normal(text string) string {
	text = analysis.FoldLine(text)
	text = phone.ReplaceAllStringFunc(text, func(s string) string {
		s = digitsOf(s)
		for _, prefix := range []string{"00330", "0033", "330", "33"} {
			if rest, ok := strings.CutPrefix(s, prefix); ok && len(rest) == 9 {
				return "0" + rest
			}
		}
		return s
	})
	text = numericDate.ReplaceAllStringFunc(text, dateInWords)
	text = ordinal.ReplaceAllString(text, "1")
	text = meridiem.ReplaceAllStringFunc(text, fromMeridiem)
	text = clock.ReplaceAllStringFunc(text, func(s string) string {
		parts := clock.FindStringSubmatch(s)
		return time24(parts[1], parts[2]+parts[3])
	})
	text = grouped.ReplaceAllStringFunc(text, func(s string) string {
		return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsDigit(r) }), "")
	})
	text = decimals.ReplaceAllStringFunc(text, func(s string) string {
		whole, part, _ := strings.Cut(strings.Replace(s, ",", ".", 1), ".")
		if part = strings.TrimRight(part, "0"); part == "" {
			return whole
		}
		return whole + "." + part
	})
	text = currency.ReplaceAllString(text, " € ")
	text = currencyFirst.ReplaceAllString(text, "$1 $2 € ")
	text = percent.ReplaceAllString(text, "$1 % ")
	text = strings.Join(words(text), " ")
	text = between.ReplaceAllString(text, "$1 $2")
	return text
}

// Contains tells whether text states fact, both in their normal form. A fact
// begins where a word begins. It ends where a word ends, save that a last word
// of four letters or more may go on ("gratuit" is found in "gratuitement"): no
// number is found within another. An empty fact is in no text.
func Contains(text, fact string) bool {
	return containsNormal(Normal(text), Normal(fact))
}

func containsNormal(text, fact string) bool {
	if fact == "" {
		return false
	}
	end := " "
	if last := fact[strings.LastIndexByte(fact, ' ')+1:]; len(last) >= 4 && strings.IndexFunc(last, unicode.IsDigit) < 0 {
		end = ""
	}
	return strings.Contains(" "+text+" ", " "+fact+end)
}

// Shows tells whether text has what is forbidden: a fact in its normal form,
// or, where forbidden holds markup, odd digits or invisible characters, these
// very characters in any case and with any spaces.
func Shows(text, forbidden string) bool {
	if strings.IndexFunc(forbidden, odd) >= 0 || Normal(forbidden) == "" {
		literal := func(s string) string { return strings.Join(strings.Fields(strings.ToLower(s)), " ") }
		return strings.Contains(literal(text), literal(forbidden))
	}
	return Contains(text, forbidden)
}

// odd are the characters that do not stand in plain facts.
func odd(r rune) bool {
	return strings.ContainsRune("<>[]{}#*_~`|\\!=&$", r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) ||
		(unicode.IsNumber(r) && !unicode.IsDigit(r) && r != '²' && r != '³') || (unicode.IsDigit(r) && r > '9')
}

var (
	phone         = regexp.MustCompile(`(?:\+|\b00)33 ?(?:\(0\) ?)?[1-9](?:[ .-]?\d\d){4}\b|\b0[1-9](?:[ .-]?\d\d){4}\b|\b0 ?8\d\d ?\d{3} ?\d{3}\b`)
	numericDate   = regexp.MustCompile(`\b\d{1,2}/\d{1,2}/\d{4}\b`)
	ordinal       = regexp.MustCompile(`\b1(?:er|re|st)\b`)
	meridiem      = regexp.MustCompile(`\b(\d{1,2})(?:[:.](\d\d))? ?([ap])\.?m\b\.?`)
	clock         = regexp.MustCompile(`\b(\d{1,2})(?: ?(?:heures?|h)(?: ?(\d\d))?|:(\d\d))\b`)
	grouped       = regexp.MustCompile(`\b\d{1,3}(?:(?: \d{3})+|(?:\.\d{3})+|(?:,\d{3})+)\b`)
	decimals      = regexp.MustCompile(`\b\d+[.,]\d+\b`)
	currency      = regexp.MustCompile(`€|\beur(?:os?)?\b`)
	currencyFirst = regexp.MustCompile(`(^|[^\d ]) *€ +(\d+(?:\.\d+)?)\b`)
	percent       = regexp.MustCompile(`(\d) ?(?:%|pour ?cents?\b|per ?cent\b)`)
	between       = regexp.MustCompile(`\b(?:de |du |from )?(\d[\d.h]*) (?:a|au|to) (\d)`)
)

// words are the runs of letters and digits of a text, with the decimal points
// within numbers and the signs € and %.
func words(text string) []string {
	runes := []rune(text)
	digit := func(i int) bool { return i >= 0 && i < len(runes) && unicode.IsDigit(runes[i]) }
	return strings.Fields(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), r == '€', r == '%', r == '.':
			return r
		}
		return ' '
	}, string(withoutStops(runes, digit))))
}

// withoutStops makes spaces of the full stops that are no decimal points.
func withoutStops(runes []rune, digit func(int) bool) []rune {
	out := make([]rune, len(runes))
	for i, r := range runes {
		if r == '.' && (!digit(i-1) || !digit(i+1)) {
			r = ' '
		}
		out[i] = r
	}
	return out
}

func digitsOf(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return r
		}
		return -1
	}, text)
}

// dateInWords writes 01/12/2026 as 1 decembre 2026.
func dateInWords(date string) string {
	parts := strings.Split(date, "/")
	month, err := strconv.Atoi(parts[1])
	if err != nil || month < 1 || month > 12 {
		return date
	}
	return strings.TrimPrefix(parts[0], "0") + " " + analysis.Fold(almanac.Months("fr")[month-1]) + " " + parts[2]
}

// fromMeridiem writes 2:30 pm as 14h30.
func fromMeridiem(text string) string {
	parts := meridiem.FindStringSubmatch(text)
	hour, err := strconv.Atoi(parts[1])
	if err != nil || hour < 1 || hour > 12 {
		return text
	}
	hour %= 12
	if parts[3] == "p" {
		hour += 12
	}
	return time24(strconv.Itoa(hour), parts[2])
}

func time24(hour, minute string) string {
	if len(hour) == 2 {
		hour = strings.TrimPrefix(hour, "0")
	}
	if minute == "00" {
		minute = ""
	}
	return hour + "h" + minute
}
