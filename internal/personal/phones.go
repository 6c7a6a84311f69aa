package personal

import (
	"regexp"
	"strings"
)

var (
	// frenchPhone is a number of ten digits that begins with 0, or with the
	// prefix of France (+33) or of an overseas department, in any grouping.
	frenchPhone = regexp.MustCompile(`(?:(?:\+|\b00)` + between + `?(?:33|262|590|594|596|508|681|687|689)` + between + `{0,2}(?:\(0\)` + between + `?)?0?|\b0)[1-9](?:` + between + `{0,3}\d){8}\b`)
	// foreignPhone is a number with another country's prefix: seven to
	// fifteen digits (ITU-T E.164).
	foreignPhone = regexp.MustCompile(`(?:\+|\b00)` + between + `?[1-9](?:` + between + `?[()]?` + between + `?\d){6,14}\b`)
	saysPhone    = regexp.MustCompile(`(?i)(?:t[ée]l\.?|t[ée]l[ée]phone|portable|mobile|phone|joignable|appele[rz]|rappele[rz]|num[ée]ro)\D{0,20}$`)
	// An amount or a measure is no telephone number.
	unitAfter = regexp.MustCompile(`^[ \x{a0}\x{202f}]?(?:€|euros?\b|%|m²|m³|km\b|kg\b)`)
)

func phones(text string, known Known) []found {
	var out []found
	for _, pattern := range []*regexp.Regexp{frenchPhone, foreignPhone} {
		for _, m := range pattern.FindAllStringIndex(text, -1) {
			start, end := m[0], m[1]
			overlaps := false
			for _, f := range out {
				overlaps = overlaps || start < f.end && f.start < end
			}
			if overlaps || digitOrLetterBefore(text, start) || unitAfter.MatchString(text[end:]) || form.MatchString(text[end:]) {
				continue
			}
			before := wordsBefore(text, start)
			if saysFirm.MatchString(before) && !saysPhone.MatchString(before) {
				continue
			}
			if !known(Phone, NormalPhone(text[start:end])) {
				out = append(out, found{Phone, start, end})
			}
		}
	}
	return out
}

// digitOrLetterBefore tells whether the number goes on to the left: a
// reference, or a longer number.
func digitOrLetterBefore(text string, at int) bool {
	if letterBefore(text, at) {
		return true
	}
	return at >= 2 && strings.ContainsRune(".-/*", rune(text[at-1])) && alphanumeric(text[at-2]) && text[at-2] <= '9'
}

// NormalPhone is a telephone number as digits alone, French ones with 0 before
// them instead of the country's prefix: "0261914000" for "+33 (0)2 61 91 40 00".
func NormalPhone(written string) string {
	written = strings.Replace(written, "(0)", "", 1)
	digits := compact(written)
	if strings.HasPrefix(strings.TrimSpace(written), "+") {
		digits = "00" + digits
	}
	for _, prefix := range []string{"0033", "00262", "00590", "00594", "00596"} {
		if rest, ok := strings.CutPrefix(digits, prefix); ok {
			return "0" + strings.TrimPrefix(rest, "0")
		}
	}
	return digits
}
