// Package english writes what commands and reports tell an operator as a person
// would: "1 page", "2 pages". Text for residents is in the message catalogues.
package english

import "fmt"

// Count writes a number of things. A plural that is not the noun and an "s" is
// given: Count(2, "entry", "entries").
func Count(n int, noun string, plural ...string) string {
	switch {
	case n == 1:
		return "1 " + noun
	case len(plural) > 0:
		return fmt.Sprintf("%d %s", n, plural[0])
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// Be is the form of "to be" that goes with n things: "is" or "are".
func Be(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}
