package fact

import (
	"regexp"
	"strings"
)

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
	switch textAt(p, j) {
	case "bis", "ter", "quater", "quinquies", "sexies", "septies", "octies", "nonies", "decies":
		value += p.tokens[j].text
		j++
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

// maxDigits is more than any telephone number has.
const maxDigits = 16

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
		if !p.figure(at) || p.tokens[at].line && at > i || len(digits) > maxDigits {
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
