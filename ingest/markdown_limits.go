package ingest

import "strings"

// Bounds of one Markdown file: its parser's time grows with the square of the
// marks in a block that lead to nothing, and with the depth of a line.
const (
	markdownDepth = 60
	markdownMarks = 400_000_000 // the squares of each block's marks, summed: 20 000 in one
	markdownCells = 200_000     // of one table: its parser fills short rows up
)

// checkMarkdown refuses what its parser would spend minutes on. Files that
// people wrote are far from it.
func checkMarkdown(body string) error {
	if err := checkText(body); err != nil {
		return err
	}
	marks, cost := 0, 0
	rows, columns := 0, 0
	for line := range strings.SplitSeq(body, "\n") {
		if strings.TrimSpace(line) == "" {
			cost += marks * marks
			marks, rows, columns = 0, 0, 0
			continue
		}
		rows++
		columns = max(columns, strings.Count(line, "|"))
		if columns > 1 && rows*columns > markdownCells {
			return failuref(codeTooComplex, "a table of more than %d cells: cut it into several", markdownCells)
		}
		if lineDepth(line) > markdownDepth {
			return failuref(codeTooComplex, "quotes or lists nested more than %d deep: save it in a plainer form", markdownDepth)
		}
		for _, c := range []byte(line) {
			switch c {
			case '[', ']', '(', '*', '_', '`', '<', '!', '&', '~':
				marks++
			}
		}
		if cost+marks*marks > markdownMarks {
			return failuref(codeTooComplex, "more marks in its paragraphs than is read: save it in a plainer form")
		}
	}
	return nil
}

// lineDepth counts the marks of quotes and lists that a line begins with.
func lineDepth(line string) int {
	if strings.Trim(line, "-*. ") == "" {
		return 0 // a rule, or leaders
	}
	depth := 0
	for i := 0; i < len(line); i++ {
		switch c := line[i]; c {
		case '>', '-', '+', '*', '.', ')':
			depth++
		case ' ', '\t':
		default:
			if c < '0' || c > '9' {
				return depth
			}
		}
	}
	return depth
}
