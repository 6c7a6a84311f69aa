package ingest

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// tabular returns a page's text with its tables as pipe rows, from the page as
// pdftotext lays it out. ok is false when the page has no table, or has prose
// in columns, which only the reading order of the plain mode gets right.
func tabular(layout string) (text string, ok bool) {
	lines := strings.Split(strings.TrimRight(layout, "\n"), "\n")
	var out []string
	for i := 0; i < len(lines); {
		end, columns := tableAt(lines, i)
		if end == 0 {
			out = append(out, strings.TrimSpace(lines[i]))
			i++
			continue
		}
		rows := tableRows(lines[i:end], columns)
		if !looksLikeTable(lines[i:end], rows, columns) {
			return "", false
		}
		header := !slices.ContainsFunc(rows[0], func(cell string) bool {
			return cell == "" || strings.Contains(cell, "€")
		})
		out = append(out, "", strings.TrimRight(pipeTable(rows, header), "\n"), "")
		ok = true
		i = end
	}
	return strings.Join(out, "\n"), ok
}

// span is a column of a laid-out page: from one character up to another.
type span struct{ from, to int }

// tableAt finds the table that begins at line i: where it ends, and its
// columns. end is 0 when none begins there. Two empty lines, or a line that
// runs across the columns, end a table.
func tableAt(lines []string, i int) (end int, columns []span) {
	if len(stretches(lines[i])) < 2 {
		return 0, nil
	}
	var filled []bool // by character: some line has text there
	filled = fill(filled, lines[i])
	columns = gaps(filled)
	count, empty := 1, 0
	end = i + 1
	for j := i + 1; j < len(lines) && empty < 2; j++ {
		cells := len(stretches(lines[j]))
		if cells == 0 {
			empty++
			continue
		}
		wider := fill(slices.Clone(filled), lines[j])
		narrowed := gaps(wider)
		if len(narrowed) < 2 || cells == 1 && len(narrowed) < len(columns) {
			break
		}
		filled, columns = wider, narrowed
		count++
		empty = 0
		end = j + 1
	}
	if count < 3 {
		return 0, nil
	}
	return end, columns
}

// stretches parts a laid-out line where it has two spaces or more.
func stretches(line string) []string {
	var all []string
	for part := range strings.SplitSeq(line, "  ") {
		if part = strings.TrimSpace(part); part != "" {
			all = append(all, part)
		}
	}
	return all
}

// fill marks the characters that a line has text at; a single space between
// words counts as text.
func fill(filled []bool, line string) []bool {
	at := 0
	runes := []rune(line)
	for len(filled) < len(runes) {
		filled = append(filled, false)
	}
	for ; at < len(runes); at++ {
		inside := at > 0 && at+1 < len(runes) && !unicode.IsSpace(runes[at-1]) && !unicode.IsSpace(runes[at+1])
		if !unicode.IsSpace(runes[at]) || inside {
			filled[at] = true
		}
	}
	return filled
}

// gaps returns the columns between stretches of at least two characters where
// no line has text.
func gaps(filled []bool) []span {
	var columns []span
	for i, f := range filled {
		if !f {
			continue
		}
		if n := len(columns); n > 0 && i-columns[n-1].to < 2 {
			columns[n-1].to = i + 1
		} else {
			columns = append(columns, span{i, i + 1})
		}
	}
	return columns
}

// tableRows reads the cells. Where empty lines part the rows, the lines
// between two of them are one row.
func tableRows(lines []string, columns []span) [][]string {
	parted := false
	for _, line := range lines {
		parted = parted || strings.TrimSpace(line) == ""
	}
	var rows [][]string
	fresh := true
	for _, line := range lines {
		if strings.TrimSpace(line) == "" {
			fresh = true
			continue
		}
		if fresh || !parted {
			rows = append(rows, make([]string, len(columns)))
			fresh = false
		}
		row := rows[len(rows)-1]
		runes := []rune(line)
		for c, column := range columns {
			if column.from >= len(runes) {
				continue
			}
			cell := strings.TrimSpace(string(runes[column.from:min(column.to, len(runes))]))
			row[c] = joinCell(row[c], cell)
		}
	}
	return rows
}

// joinCell puts a cell's next line behind it: words that go on, or another
// entry.
func joinCell(cell, next string) string {
	first, _ := utf8.DecodeRuneInString(next)
	switch {
	case cell == "" || next == "":
		return cell + next
	case unicode.IsLower(first):
		return cell + " " + next
	}
	return cell + ", " + next
}

// looksLikeTable tells a table from prose set in columns, whose lines all fill
// their column.
func looksLikeTable(lines []string, rows [][]string, columns []span) bool {
	if len(rows) < 2 {
		return false
	}
	full, cells, length := 0, 0, 0
	for _, line := range lines {
		runes := []rune(line)
		for _, column := range columns {
			if column.from >= len(runes) {
				continue
			}
			cell := strings.TrimSpace(string(runes[column.from:min(column.to, len(runes))]))
			n := utf8.RuneCountInString(cell)
			if n == 0 {
				continue
			}
			cells++
			length += n
			if n*5 >= (column.to-column.from)*4 {
				full++
			}
		}
	}
	// No column of prose is as narrow as figures, hours and numbers are.
	return cells > 0 && (length <= 14*cells || length <= 30*cells && full*3 <= cells*2)
}
