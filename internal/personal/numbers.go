package personal

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// between is what people put between the digits of one number.
const between = `[\s\x{a0}\x{202f}\x{2009}./_\-\x{2010}-\x{2015}\x{2212}]`

var (
	// digitRun is a row of digits with separators, and Corsica's letter in
	// the sixth or seventh place of an NIR.
	digitRun = regexp.MustCompile(`\d(?:` + between + `{0,3}\d|` + between + `?[ABab]` + between + `?\d)*`)
	inThrees = regexp.MustCompile(`^\d{3}(?:[^0-9]+\d{3})+$`)
	// form is the end of a form number: "15726*02".
	form = regexp.MustCompile(`^\*\d`)

	// groupedNIR is an NIR without its key, in the groups in which it is printed.
	groupedNIR = regexp.MustCompile(`^[1-478]` + between + `\d\d` + between + `\d\d` + between + `(?:(?:\d\d|2[AaBb])` + between + `\d{3}|9[78]\d` + between + `\d\d)` + between + `\d{3}$`)

	saysNIR = regexp.MustCompile(`(?i)(?:s[ée]cu\b|s[ée]curit[ée] sociale|social security|\bnir\b|\bnss\b|carte vitale)\D{0,40}$`)
	saysTax = regexp.MustCompile(`(?i)(?:fiscal\w*|\bspi\b|\bimp[ôo]ts?\b|d[ée]clarant(?: \d)?|\btax\b|t[ée]l[ée]d[ée]clarant)\D{0,25}$`)
	// saysAccess comes before the seven digits that open a tax account.
	saysAccess = regexp.MustCompile(`(?i)(?:t[ée]l[ée]d[ée]clarant|d[ée]clarant en ligne|acc[èe]s en ligne)\D{0,25}$`)
	saysCard   = regexp.MustCompile(`(?i)(?:carte (?:bancaire|bleue|de cr[ée]dit|de paiement)|\bcb\b|\bvisa\b|mastercard|amex|credit card|debit card)\D{0,25}$`)
	saysFirm   = regexp.MustCompile(`(?i)(?:siret|siren)\D{0,25}$`)
)

// numbers finds social security and tax numbers and payment cards: the row of
// digits as a whole, or its first groups that make such a number.
func numbers(text string, _ Known) []found {
	var out []found
	for _, run := range digitRun.FindAllStringIndex(text, -1) {
		start, end := run[0], run[1]
		if letterBefore(text, start) || form.MatchString(text[end:]) {
			continue
		}
		for start < end {
			f, ok := numberAt(text, start, end)
			if !ok {
				start = nextGroup(text, start, end)
				continue
			}
			out = append(out, f)
			start = nextGroup(text, f.end-1, end)
		}
	}
	return out
}

// numberAt returns the longest number that begins at start and ends with a
// group of digits.
func numberAt(text string, start, end int) (found, bool) {
	before := wordsBefore(text, start)
	// The longest number with separators is shorter.
	end = min(end, start+maxWritten)
	for e := end; e > start; e = previousGroup(text, start, e) {
		written := text[start:e]
		kind, ok := kindOf(written, before)
		// Amounts side by side may have a checksum by chance.
		ok = ok && (kind != NIR || !inThrees.MatchString(written) || saysNIR.MatchString(before))
		if ok && !letterAfter(text, e) && !saysFirm.MatchString(before) {
			return found{kind, start, e}, true
		}
	}
	return found{}, false
}

// kindOf tells what number is written: by its checksum, or, with one figure
// mistyped or the key left out, by the word before it or its groups.
func kindOf(written, before string) (Kind, bool) {
	digits := compact(written)
	switch n := len(digits); {
	case (n == 15 || n == 13) && looksNIR(digits):
		if n == 15 && validNIR(digits) || saysNIR.MatchString(before) || groupedNIR.MatchString(written) {
			return NIR, true
		}
	case n == 15 && saysNIR.MatchString(before):
		return NIR, true
	}
	if strings.ContainsAny(digits, "AB") {
		return "", false
	}
	switch n := len(digits); {
	case n == 13 && strings.ContainsRune("0123", rune(digits[0])) && validSPI(digits),
		n == 13 && saysTax.MatchString(before),
		n == 7 && saysAccess.MatchString(before):
		return Tax, true
	case n >= 13 && n <= 19 && cardIssuer(digits) && validLuhn(digits) && cardGroups(written),
		n >= 13 && n <= 19 && saysCard.MatchString(before):
		return Card, true
	}
	return "", false
}

// looksNIR tells whether sex, month and place of birth can be those of an NIR
// (Insee: month 01 to 12, or 20 to 42 and 50 to 99 where it is not known).
func looksNIR(d string) bool {
	if !strings.ContainsRune("123478", rune(d[0])) {
		return false
	}
	for i, r := range d {
		if (r == 'A' || r == 'B') && (i != 6 || d[5] != '2') {
			return false
		}
	}
	month, err := strconv.Atoi(d[3:5])
	return err == nil && (month >= 1 && month <= 12 || month >= 20 && month <= 42 || month >= 50)
}

// validNIR checks the key of 15 digits: 97 less the number modulo 97, with 19
// for 2A and 18 for 2B (Insee).
func validNIR(d string) bool {
	body := strings.NewReplacer("2A", "19", "2B", "18").Replace(d[:13])
	n, err := strconv.ParseInt(body, 10, 64)
	key, errKey := strconv.ParseInt(d[13:], 10, 64)
	return err == nil && errKey == nil && key == 97-n%97
}

// validSPI checks the last three of 13 digits: the first ten modulo 511.
func validSPI(d string) bool {
	n, err := strconv.ParseInt(d[:10], 10, 64)
	key, errKey := strconv.ParseInt(d[10:], 10, 64)
	return err == nil && errKey == nil && n > 0 && key == n%511
}

// cardGroups tells whether a number is written as those of cards are: whole, or in
// a few groups, the first of four digits at least.
func cardGroups(written string) bool {
	first := strings.IndexFunc(written, func(r rune) bool { return !unicode.IsDigit(r) })
	return first < 0 || first >= 4 && groupsOf(written) <= 5
}

// cardIssuer tells whether a number begins as those of payment cards do.
func cardIssuer(d string) bool { return strings.ContainsRune("23456", rune(d[0])) }

// validLuhn checks the last digit (ISO/IEC 7812).
func validLuhn(d string) bool {
	sum := 0
	for i := range len(d) {
		v := int(d[len(d)-1-i] - '0')
		if i%2 == 1 {
			if v *= 2; v > 9 {
				v -= 9
			}
		}
		sum += v
	}
	return sum%10 == 0
}

// compact is a number without separators, in capitals.
func compact(written string) string {
	return strings.Map(func(r rune) rune {
		if r < utf8.RuneSelf && (unicode.IsDigit(r) || unicode.IsLetter(r)) {
			return unicode.ToUpper(r)
		}
		return -1
	}, written)
}

func alphanumeric(b byte) bool {
	return '0' <= b && b <= '9' || 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z'
}

// previousGroup returns the end of the group before the one that ends at e, or
// start.
func previousGroup(text string, start, e int) int {
	for e > start && alphanumeric(text[e-1]) {
		e--
	}
	for e > start && !alphanumeric(text[e-1]) {
		e--
	}
	return e
}

// nextGroup returns the beginning of the group after the one at start, or end.
func nextGroup(text string, start, end int) int {
	for start < end && alphanumeric(text[start]) {
		start++
	}
	for start < end && !alphanumeric(text[start]) {
		start++
	}
	return start
}

// groupsOf counts the groups that separators part.
func groupsOf(written string) int {
	n := 0
	for i := 0; i < len(written); i = nextGroup(written, i, len(written)) {
		n++
	}
	return n
}

// maxWritten bounds a number with its separators, in bytes.
const maxWritten = 80

// wordsBefore returns the end of the text before at, where a word may say what
// follows.
func wordsBefore(text string, at int) string {
	from := max(0, at-maxWritten)
	for from < at && !utf8.RuneStart(text[from]) {
		from++
	}
	return text[from:at]
}

func letterBefore(text string, at int) bool {
	r, _ := utf8.DecodeLastRuneInString(text[:at])
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}

func letterAfter(text string, at int) bool {
	r, _ := utf8.DecodeRuneInString(text[at:])
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}
