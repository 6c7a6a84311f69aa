package personal

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// between is what people put between the digits of one number.
const between = `[ \x{a0}\x{202f}\x{2009}./\-\x{2010}\x{2011}]`

var (
	// digitRun is a row of digits with separators, and Corsica's letter in
	// the sixth or seventh place of an NIR.
	digitRun = regexp.MustCompile(`\d(?:` + between + `{0,3}\d|` + between + `?[ABab]` + between + `?\d)*`)
	inThrees = regexp.MustCompile(`^\d{3}(?:[^0-9]+\d{3})+$`)
	// form is the end of a form number: "15726*02".
	form      = regexp.MustCompile(`^\*\d`)
	ibanStart = regexp.MustCompile(`\b[A-Za-z]{2}` + between + `?\d` + between + `?\d(?:` + between + `{0,2}[A-Za-z0-9])+`)

	saysNIR  = regexp.MustCompile(`(?i)(?:s[ée]cu\b|s[ée]curit[ée] sociale|social security|\bnir\b|\bnss\b|carte vitale)\D{0,40}$`)
	saysTax  = regexp.MustCompile(`(?i)(?:fiscal\w*|\bspi\b|\bimp[ôo]ts?\b|d[ée]clarant(?: \d)?|\btax\b|t[ée]l[ée]d[ée]clarant)\D{0,25}$`)
	saysCard = regexp.MustCompile(`(?i)(?:carte (?:bancaire|bleue|de cr[ée]dit|de paiement)|\bcb\b|\bvisa\b|mastercard|amex|credit card|debit card)\D{0,25}$`)
	saysIBAN = regexp.MustCompile(`(?i)(?:\biban\b|\brib\b|compte (?:bancaire|courant)?|bank account)\W{0,3}(?:\w+\W{1,3}){0,2}$`)
	saysFirm = regexp.MustCompile(`(?i)(?:siret|siren)\D{0,25}$`)
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
		kind, ok := kindOf(compact(written), groupsOf(written), before)
		// Amounts side by side may have a checksum by chance.
		ok = ok && (kind != NIR || !inThrees.MatchString(written) || saysNIR.MatchString(before))
		if ok && !letterAfter(text, e) && !saysFirm.MatchString(before) {
			return found{kind, start, e}, true
		}
	}
	return found{}, false
}

// kindOf tells what number these digits are: by their checksum, or, with one
// figure mistyped or the key left out, by the word before them.
func kindOf(digits string, groups int, before string) (Kind, bool) {
	switch n := len(digits); {
	case (n == 15 || n == 13) && looksNIR(digits):
		if n == 15 && validNIR(digits) || saysNIR.MatchString(before) {
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
		n == 13 && saysTax.MatchString(before):
		return Tax, true
	case n >= 13 && n <= 19 && cardIssuer(digits) && validLuhn(digits) && groups <= 5,
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

// ibans finds account numbers: a country's two letters, two check digits, and
// up to 30 letters and digits, ending where the check (ISO 13616, mod 97)
// holds or, after the word IBAN, where its digits end.
func ibans(text string, _ Known) []found {
	var out []found
	for at := 0; at < len(text); {
		m := ibanStart.FindStringIndex(text[at:])
		if m == nil {
			return out
		}
		start, end := at+m[0], min(at+m[1], at+m[0]+maxWritten)
		at = start + 2
		if letterBefore(text, start) {
			continue
		}
		if e := ibanEnd(text, start, end); e > 0 {
			out = append(out, found{IBAN, start, e})
			at = e
		}
	}
	return out
}

func ibanEnd(text string, start, end int) int {
	for e := end; e > start; e = previousGroup(text, start, e) {
		if code := compact(text[start:e]); ibanLength(code) && validIBAN(code) && !letterAfter(text, e) {
			return e
		}
	}
	if !saysIBAN.MatchString(wordsBefore(text, start)) && !strings.EqualFold(text[start:start+2], "FR") {
		return 0
	}
	// Mistyped: groups with digits belong to it.
	for e := end; e > start; e = previousGroup(text, start, e) {
		code := compact(text[start:e])
		last := text[strings.LastIndexAny(text[start:e], " -.")+start+1 : e]
		if len(code) >= 15 && len(code) <= 34 && strings.ContainsAny(last, "0123456789") && digitsIn(code) > len(code)/2 {
			return e
		}
	}
	return 0
}

// ibanLength tells whether an account number of this country is so long (Swift's
// registry); of a country that is not listed, 15 to 34.
func ibanLength(code string) bool {
	if len(code) < 15 || len(code) > 34 {
		return false
	}
	switch code[:2] {
	case "NO":
		return len(code) == 15
	case "BE":
		return len(code) == 16
	case "DK", "FI", "NL":
		return len(code) == 18
	case "AT", "EE", "LT", "LU":
		return len(code) == 20
	case "CH", "HR", "LV":
		return len(code) == 21
	case "BG", "DE", "GB", "IE":
		return len(code) == 22
	case "AD", "CZ", "ES", "RO", "SE", "SK", "TN":
		return len(code) == 24
	case "PT":
		return len(code) == 25
	case "FR", "GR", "IT", "MC":
		return len(code) == 27
	case "CY", "HU", "MA", "PL":
		return len(code) == 28
	}
	return true
}

func validIBAN(code string) bool {
	rest := 0
	for _, r := range code[4:] + code[:4] {
		switch {
		case '0' <= r && r <= '9':
			rest = (rest*10 + int(r-'0')) % 97
		case 'A' <= r && r <= 'Z':
			rest = (rest*100 + int(r-'A') + 10) % 97
		default:
			return false
		}
	}
	return rest == 1
}

func digitsIn(s string) int {
	return len(s) - len(strings.Map(func(r rune) rune {
		if '0' <= r && r <= '9' {
			return -1
		}
		return r
	}, s))
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
