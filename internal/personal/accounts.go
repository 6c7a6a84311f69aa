package personal

import (
	"regexp"
	"strconv"
	"strings"
)

var (
	ibanStart = regexp.MustCompile(`\b[A-Za-z]{2}` + between + `?\d` + between + `?\d(?:` + between + `{0,2}[A-Za-z0-9])+`)
	// rib is an account number as French banks write it: bank, branch, account, key.
	rib      = regexp.MustCompile(`\b\d{5}` + between + `?\d{5}` + between + `?[0-9A-Za-z]{11}` + between + `?\d{2}\b`)
	saysIBAN = regexp.MustCompile(`(?i)(?:\biban\b|\brib\b|compte (?:bancaire|courant)?|bank account)\W{0,3}(?:\w+\W{1,3}){0,2}$`)
	// wordInside is a word between two numbers: "FR83 732 829 320 ou ...".
	wordInside = regexp.MustCompile(`\s[a-z]{2,}\s`)
)

// accounts finds account numbers, IBAN and RIB.
func accounts(text string, known Known) []found {
	out := ibans(text, known)
	for _, m := range rib.FindAllStringIndex(text, -1) {
		if validRIB(compact(text[m[0]:m[1]])) || saysIBAN.MatchString(wordsBefore(text, m[0])) {
			out = append(out, found{IBAN, m[0], m[1]})
		}
	}
	return out
}

// validRIB checks the last two of 23 figures (Comité français d'organisation et de
// normalisation bancaires): bank, branch and account, weighed, modulo 97. Letters
// stand for digits: A and J are 1, S is 2.
func validRIB(code string) bool {
	digits := []byte(code)
	for i, c := range digits {
		switch {
		case 'A' <= c && c <= 'I':
			digits[i] = c - 'A' + '1'
		case 'J' <= c && c <= 'R':
			digits[i] = c - 'J' + '1'
		case 'S' <= c && c <= 'Z':
			digits[i] = c - 'S' + '2'
		}
	}
	part := func(from, to int) int {
		n, _ := strconv.Atoi(string(digits[from:to])) // digits alone
		return n
	}
	return part(21, 23) == 97-(89*part(0, 5)+15*part(5, 10)+3*part(10, 21))%97
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
		if code := compact(text[start:e]); ibanLength(code) && 2*digitsIn(code) > len(code) && validIBAN(code) && !letterAfter(text, e) {
			return e
		}
	}
	before := wordsBefore(text, start)
	if !saysIBAN.MatchString(before) && !strings.EqualFold(text[start:start+2], "FR") {
		return 0
	}
	// Mistyped: groups with digits belong to it. A company's tax number begins
	// with FR too, and is shorter.
	least := 15
	if !saysIBAN.MatchString(before) {
		least = 24
	}
	for e := end; e > start; e = previousGroup(text, start, e) {
		code := compact(text[start:e])
		last := text[strings.LastIndexAny(text[start:e], " -.")+start+1 : e]
		if len(code) >= least && len(code) <= 34 && strings.ContainsAny(last, "0123456789") && digitsIn(code) > len(code)/2 && !wordInside.MatchString(text[start:e]) {
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
