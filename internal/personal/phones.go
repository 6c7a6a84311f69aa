package personal

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// phonePattern is one way of writing a telephone number.
type phonePattern struct {
	*regexp.Regexp
	named bool // only behind a word that announces one
}

const frenchPrefix = `(?:33|262|590|594|596|508|681|687|689)`

var (
	phonePatterns = []phonePattern{
		// Ten digits that begin with 0, or with the prefix of France or of an
		// overseas department, in any grouping: "(06) 12 34 56 78", and with the
		// letter in the place of the 0.
		{Regexp: regexp.MustCompile(`(?:\(?(?:\+|\b00)` + between + `?` + frenchPrefix + `\)?` + between + `{0,2}(?:\(0\)` + between + `?)?0?|\(?\b[0Oo])[1-9]\)?(?:` + between + `{0,3}\d){8}\b`)},
		// "0 6 1 2 3 4 5 6 7 8" and "0 6 12 34 56 78".
		{Regexp: regexp.MustCompile(`\b0` + between + `[1-9](?:(?:` + between + `\d){8}|(?:` + between + `\d\d){4})\b`)},
		// "06, 12, 34, 56, 78".
		{Regexp: regexp.MustCompile(`\b0[1-9](?:[,;|]\s?\d\d){4}\b`)},
		// Mobiles without the + of the prefix, or without the 0.
		{Regexp: regexp.MustCompile(`\b33` + between + `?[67](?:` + between + `?\d\d){4}\b`)},
		{Regexp: regexp.MustCompile(`\b[67](?:` + between + `?\d\d){4}\b`), named: true},
		// Another country's: seven to fifteen digits (ITU-T E.164).
		{Regexp: regexp.MustCompile(`(?:\+|\b00)` + between + `?[1-9](?:` + between + `?[()]?` + between + `?\d){6,14}\b`)},
		// In words.
		{Regexp: regexp.MustCompile(`(?i)\bz[ée]ro(?:[\s-]+(?:z[ée]ro|une?|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize|vingts?|trente|quarante|cinquante|soixante|et)\b){5,}`)},
	}
	saysPhone = regexp.MustCompile(`(?i)(?:t[ée]l\.?|t[ée]l[ée]phone|portable|mobile|phone|joignable|appele[rz]|rappele[rz]|num[ée]ro)\D{0,20}$`)
	saysCall  = regexp.MustCompile(`(?i)(?:\bt[ée]l\.?|t[ée]l[ée]phone|portable|mobile|phone|joignable|r?appele[rz])\D{0,20}$`)
	// An amount or a measure is no telephone number.
	unitAfter = regexp.MustCompile(`^[ \x{a0}\x{202f}]?(?:€|euros?\b|%|m²|m³|km\b|kg\b|ans\b|mois\b)`)

	pairs      = regexp.MustCompile(`^\(?0\d\)?(?:` + between + `\d\d){4}$|^0\d{9}$`)
	monthAfter = regexp.MustCompile(`(?i)^\s?(?:janvier|f[ée]vrier|mars|avril|mai|juin|juillet|ao[ûu]t|septembre|octobre|novembre|d[ée]cembre)\b`)
	lesBefore  = regexp.MustCompile(`(?i)\bles\s$`)
	dayNumber  = regexp.MustCompile(`\d+`)
)

func phones(text string, known Known) []found {
	var all, out []found
	for _, pattern := range phonePatterns {
		for _, m := range pattern.FindAllStringIndex(text, -1) {
			f := found{Phone, m[0], m[1]}
			if written := text[f.start:f.end]; written[0] == '(' && strings.Count(written, "(") > strings.Count(written, ")") {
				f.start++ // it opens a remark, and not the number
			}
			if slices.ContainsFunc(all, func(g found) bool { return f.start < g.end && g.start < f.end }) || !isPhone(text, f, pattern.named, all) {
				continue
			}
			all = append(all, f)
			if !known(Phone, NormalPhone(text[f.start:f.end])) {
				out = append(out, f)
			}
		}
	}
	return out
}

// isPhone tells a telephone number from amounts, days and longer numbers by what
// stands around it; others are those found already.
func isPhone(text string, f found, named bool, others []found) bool {
	written, before, after := text[f.start:f.end], wordsBefore(text, f.start), text[f.end:]
	switch normal := NormalPhone(written); {
	case unitAfter.MatchString(after), form.MatchString(after):
		return false
	case strings.HasPrefix(normal, "08") && len(normal) == 10: // of services alone
		return false
	case named && !saysCall.MatchString(before):
		return false
	case saysFirm.MatchString(before) && !saysPhone.MatchString(before):
		return false
	case areDays(written) && (strings.ContainsAny(written, ",;|") || monthAfter.MatchString(after) || lesBefore.MatchString(before)):
		return false
	}
	if slices.ContainsFunc(others, func(g found) bool { return g.end < f.start && strings.Trim(text[g.end:f.start], " /.-") == "" }) {
		return true // beside another
	}
	return !digitOrLetterBefore(text, f.start) && (!digitsBefore(text, f.start) || strings.Contains(written, "+") || pairs.MatchString(written))
}

// areDays tells whether five numbers of two digits can be days of a month.
func areDays(written string) bool {
	numbers := dayNumber.FindAllString(written, -1)
	return len(numbers) == 5 && !slices.ContainsFunc(numbers, func(n string) bool {
		day, err := strconv.Atoi(n)
		return err != nil || day < 1 || day > 31
	})
}

// digitOrLetterBefore tells whether the number goes on to the left: a
// reference, or a longer number.
func digitOrLetterBefore(text string, at int) bool {
	if letterBefore(text, at) {
		return true
	}
	return at >= 2 && strings.ContainsRune(".-/*_", rune(text[at-1])) && alphanumeric(text[at-2]) && text[at-2] <= '9'
}

// digitsBefore tells whether digits and one blank stand before: of a file number
// ("2026 0012 3456 7890"), or of something else, such as a date.
func digitsBefore(text string, at int) bool {
	return at >= 2 && text[at-1] == ' ' && '0' <= text[at-2] && text[at-2] <= '9'
}

// NormalPhone is a telephone number as digits alone, French ones with 0 before
// them instead of the country's prefix: "0261914000" for "+33 (0)2 61 91 40 00".
func NormalPhone(written string) string {
	abroad := strings.HasPrefix(strings.TrimLeft(written, "( "), "+")
	digits := compact(strings.Replace(written, "(0)", "", 1))
	switch {
	case abroad:
		digits = "00" + digits
	case strings.HasPrefix(digits, "O"):
		digits = "0" + digits[1:]
	case len(digits) == 11 && strings.HasPrefix(digits, "33"):
		digits = "00" + digits
	case len(digits) == 9:
		digits = "0" + digits
	}
	for _, prefix := range []string{"0033", "00262", "00590", "00594", "00596"} {
		if rest, ok := strings.CutPrefix(digits, prefix); ok {
			return "0" + strings.TrimPrefix(rest, "0")
		}
	}
	return digits
}
