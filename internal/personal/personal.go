package personal

import (
	"slices"
	"strings"
)

// Kind is what was masked.
type Kind string

// The kinds, each with its token.
const (
	NIR   Kind = "nir"   // French social security number
	Tax   Kind = "tax"   // French tax number, SPI
	Phone Kind = "phone" // of any country with its prefix, of France without
	Email Kind = "email"
	IBAN  Kind = "iban"
	Card  Kind = "card" // payment card
)

// token stands in a text for what was masked. Tokens are French words, as the
// documents are.
func (k Kind) token() string {
	switch k {
	case NIR:
		return "[numéro de sécurité sociale]"
	case Tax:
		return "[numéro fiscal]"
	case Phone:
		return "[téléphone]"
	case Email:
		return "[courriel]"
	case IBAN:
		return "[compte bancaire]"
	}
	return "[carte bancaire]"
}

// Known tells whether the town publishes this telephone number, in the form
// that NormalPhone gives, or this e-mail address, in the form that NormalEmail gives.
type Known func(kind Kind, value string) bool

// found is a stretch of the text, text[start:end], that is masked.
type found struct {
	kind       Kind
	start, end int
}

// Mask returns the text with a token in the place of each personal number or
// address, and the kinds that were found, each once, in the order of the text.
// known may be nil. Mask of a masked text changes nothing.
func Mask(text string, known Known) (masked string, kinds []Kind) {
	if known == nil {
		known = func(Kind, string) bool { return false }
	}
	var all []found
	for _, find := range []func(string, Known) []found{emails, accounts, numbers, phones} {
		for _, f := range find(text, known) {
			if !slices.ContainsFunc(all, func(g found) bool { return f.start < g.end && g.start < f.end }) {
				all = append(all, f)
			}
		}
	}
	slices.SortFunc(all, func(a, b found) int { return a.start - b.start })
	var b strings.Builder
	at := 0
	for _, f := range all {
		b.WriteString(text[at:f.start])
		b.WriteString(f.kind.token())
		at = f.end
		if !slices.Contains(kinds, f.kind) {
			kinds = append(kinds, f.kind)
		}
	}
	b.WriteString(text[at:])
	return b.String(), kinds
}

// Spoken returns a masked text without its tokens: what is left was said by the
// resident, and can be searched.
func Spoken(masked string) string {
	for _, k := range []Kind{NIR, Tax, Phone, Email, IBAN, Card} {
		masked = strings.ReplaceAll(masked, k.token(), " ")
	}
	return strings.TrimSpace(masked)
}

// Candidates returns the telephone numbers, in the form that NormalPhone
// gives, and the e-mail addresses, in that of NormalEmail, that the text holds: what
// a caller looks up to make a Known.
func Candidates(text string) (phoneNumbers, addresses []string) {
	keep := func(kind Kind, value string) bool {
		if kind == Email {
			addresses = append(addresses, value)
		} else {
			phoneNumbers = append(phoneNumbers, value)
		}
		return true
	}
	emails(text, keep)
	phones(text, keep)
	return phoneNumbers, addresses
}
