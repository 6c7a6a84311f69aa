package personal

import (
	"regexp"
	"strings"
)

// What stands for the sign and the dots of an address where people avoid or
// dictate them: "jean (at) free [point] fr", "jean arobase free point fr".
const (
	spokenDot  = `(?:\s?[(\[{]\s?(?:point|dot|\.)\s?[)\]}]\s?|\s(?:point|dot)\s)`
	spokenSign = `(?:point|dot|tiret du bas|tiret bas|tiret|underscore)`
	label      = `[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?`
	lastLabel  = `\p{L}(?:[\p{L}\p{N}-]*[\p{L}\p{N}])?` // no amount or hour: "@ 18.30"
	endings    = `(?:fr|com|net|org|eu|be|ch|re)\b`
)

var (
	// at is the sign between name and domain: the sign itself, in brackets, a
	// word.
	at = regexp.MustCompile(`(?i)@{1,2}|[(\[{<]\s?(?:at|arr?oba(?:se)?s?)\s?[)\]}>]|\s(?:arr?oba(?:se)?s?|at)\s`)
	// localPart is the name before it.
	localPart = regexp.MustCompile(`(?i)[\p{L}\p{N}._%+'’-]*[\p{L}\p{N}_%+-]$`)
	// spokenLocal is a dictated one: "jean point dupont".
	spokenLocal = regexp.MustCompile(`(?i)[\p{L}\p{N}_-]+(?:\s` + spokenSign + `\s[\p{L}\p{N}_-]+)+$`)
	// domain is what comes behind it. Of the large providers the name is enough.
	domain = regexp.MustCompile(`(?i)^(?:` + label + `(?:\.` + label + `)*\.` + lastLabel +
		`|` + label + `(?:(?:\.|` + spokenDot + `)` + label + `)*(?:\.|` + spokenDot + `)` + lastLabel +
		`|` + label + `\s?[.,]\s?` + endings +
		`|(?:gmail|hotmail|outlook|icloud|yahoo|orange|wanadoo|laposte|sfr|bbox)\b)`)
	aSpokenDot = regexp.MustCompile(`(?i)` + spokenDot)
	// likeALocal tells a name that is no everyday word: "at" is one.
	likeALocal = regexp.MustCompile(`[._\d]|\s`)
	joiners    = regexp.MustCompile(`(?i)\s(?:point|dot)\s`)
	underlines = regexp.MustCompile(`(?i)\s(?:tiret du bas|tiret bas|underscore)\s`)
	hyphens    = regexp.MustCompile(`(?i)\stiret\s`)
	blanks     = regexp.MustCompile(`\s+`)
)

// emails finds e-mail addresses, those too that are written in words.
func emails(text string, known Known) []found {
	var out []found
	done := 0
	for _, sign := range at.FindAllStringIndex(text, -1) {
		if sign[0] < done {
			continue
		}
		start, end, ok := around(text, done, sign[0], sign[1])
		if !ok {
			continue
		}
		done = end
		if !known(Email, NormalEmail(text[start:end])) {
			out = append(out, found{Email, start, end})
		}
	}
	return out
}

// around returns the address around a sign, text[from:to], that begins at least at.
func around(text string, least, from, to int) (start, end int, ok bool) {
	least = max(least, from-len(wordsBefore(text, from)))
	before := strings.TrimRight(text[least:from], " \n\u00a0\u202f")
	after := strings.TrimLeft(text[to:], " \n\u00a0\u202f")
	rest := domain.FindStringIndex(after)
	if rest == nil || len(text[least:from])-len(before) > maxGap || len(text[to:])-len(after) > maxGap {
		return 0, 0, false
	}
	end = len(text) - len(after) + rest[1]
	local := spokenLocal.FindString(before)
	if local == "" {
		local = strings.TrimLeft(localPart.FindString(before), ".'’-")
	}
	// "Is the form at ville.fr?" gives no address.
	if strings.EqualFold(strings.TrimSpace(text[from:to]), "at") && !aSpokenDot.MatchString(after[:rest[1]]) && !likeALocal.MatchString(local) {
		return 0, 0, false
	}
	return least + len(before) - len(local), end, local != ""
}

// maxGap bounds the blanks beside the sign, in bytes.
const maxGap = 3

// NormalEmail is an e-mail address in lower case with its signs:
// "mairie@ville.example" for "Mairie (at) ville point example".
func NormalEmail(written string) string {
	s := aSpokenDot.ReplaceAllString(strings.ToLower(written), ".")
	s = underlines.ReplaceAllString(joiners.ReplaceAllString(s, "."), "_")
	s = at.ReplaceAllString(hyphens.ReplaceAllString(s, "-"), "@")
	return strings.ReplaceAll(blanks.ReplaceAllString(s, ""), ",", ".")
}
