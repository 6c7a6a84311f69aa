package main

import "fmt"

// plural is a number of things, in English: "1 page", "2 pages". A plural that
// is not the noun and an "s" is given.
func plural(n int, noun string, many ...string) string {
	switch {
	case n == 1:
		return "1 " + noun
	case len(many) > 0:
		return fmt.Sprintf("%d %s", n, many[0])
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
