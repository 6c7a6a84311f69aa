package rag

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

var (
	// A citation mark: [1], [1, 3], [2-4].
	citationMark = regexp.MustCompile(`\[\s*\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*\s*\]`)
	markAtStart  = regexp.MustCompile(`^\s*\[\s*\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*\s*\]`)
	markPrefix   = regexp.MustCompile(`^\[[\s\d,;–-]*$`)
	markAtEnd    = regexp.MustCompile(`\[\s*\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*\s*\][ \x{a0}\x{202f}]?$`)
	markSpaced   = regexp.MustCompile(`[ \x{a0}\x{202f}]*\[\s*\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*\s*\]`)
)

// parseMarks returns text without its citation marks, and the numbers they
// hold, each once, in order. A range counts both its ends and what is between.
func parseMarks(text string) (clean string, numbers []int) {
	seen := map[int]bool{}
	add := func(n int) {
		if !seen[n] {
			seen[n] = true
			numbers = append(numbers, n)
		}
	}
	for _, mark := range citationMark.FindAllString(text, -1) {
		previous, ranged := 0, false
		for _, part := range splitMark(mark) {
			n, err := strconv.Atoi(part)
			if err != nil {
				ranged = part == "-"
				continue
			}
			if ranged && n > previous && n-previous < 20 {
				for k := previous + 1; k < n; k++ {
					add(k)
				}
			}
			add(n)
			previous, ranged = n, false
		}
	}
	return markSpaced.ReplaceAllString(text, ""), numbers
}

// splitMark returns a mark's numbers, and "-" between those of a range.
func splitMark(mark string) []string {
	mark = strings.NewReplacer("–", " - ", "-", " - ", ",", " ", ";", " ", "[", " ", "]", " ").Replace(mark)
	return strings.FieldsFunc(mark, unicode.IsSpace)
}

// endsWithMark tells whether s ends with a citation mark, a space perhaps
// behind it, as it stands before "?" in French.
func endsWithMark(s string) bool {
	n := len(s)
	if n == 0 || !strings.Contains(s[max(0, n-4):], "]") {
		return false
	}
	return markAtEnd.MatchString(s[max(0, n-64):])
}

// skipMarks returns the offset behind the citation marks at from.
func skipMarks(s string, from int) int {
	for {
		loc := markAtStart.FindStringIndex(s[from:])
		if loc == nil {
			return from
		}
		from += loc[1]
	}
}

// isMarkPrefix tells whether s may become a citation mark.
func isMarkPrefix(s string) bool { return len(s) < 64 && markPrefix.MatchString(s) }
