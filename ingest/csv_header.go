package ingest

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// errNoHeader is the failure of a table whose first row is one like those below.
func errNoHeader(first []string, cell string) error {
	return failuref(codeTable, "the first row must name the columns, and seems to be data (%q, as below it): put a row above it that names them, such as %q",
		clip(cell), columnsSaid(first))
}

// columnsSaid is an example of a header with as many columns as a row has, up to three.
func columnsSaid(row []string) string {
	return strings.Join([]string{"Rue", "Jour", "Bac"}[:min(max(len(row), 1), 3)], ";")
}

// checkHeader tells a first row that is data like the rows below it, which would
// vanish, and become names of columns that no resident understands. Where it is not
// sure, it leaves a note. Rows that say the header again are left out.
func (t *table) checkHeader() error {
	t.rows = slices.DeleteFunc(t.rows, func(row []string) bool { return slices.Equal(row, t.header) })
	repeated := []string{} // cells of the first row that are values below it
	for i, name := range t.header {
		if name == "" {
			continue
		}
		kind, same, filled, again := kindOf(name), 0, 0, false
		for _, row := range t.rows {
			v := cell(row, i)
			if v == "" {
				continue
			}
			filled++
			if strings.EqualFold(v, name) {
				again = true
			}
			if kind != "" && kindOf(v) == kind {
				same++
			}
		}
		if kind != "" && 2*same > filled && !t.labels(kind) {
			return errNoHeader(t.header, name)
		}
		if again {
			repeated = append(repeated, name)
		}
	}
	switch len(repeated) {
	case 0:
	case 1:
		t.notes = append(t.notes, notef(noteHeader, with{"Value": clip(repeated[0])},
			"the first row must name the columns; %q stands in it, and as a value below it: if the first row is data, put a row above it that names the columns", clip(repeated[0])))
	default:
		return errNoHeader(t.header, repeated[0])
	}
	return nil
}

// labels tells numbers that are names of columns, as years and numbers of persons
// are: two or more in the first row, each larger than the one before.
func (t *table) labels(kind string) bool {
	if kind != "number" {
		return false
	}
	last, n := -1, 0
	for _, name := range t.header {
		v, err := strconv.Atoi(name)
		if err != nil {
			continue
		}
		if v <= last {
			return false
		}
		last = v
		n++
	}
	return n > 1
}

// Kinds of cells that name no column.
var cellKinds = []struct {
	kind string
	form *regexp.Regexp
}{
	{"number", regexp.MustCompile(`^[-+]?\d[\d .,]*(?: ?(?:€|%|m²|km))?$`)},
	{"date", regexp.MustCompile(`^(?:\d{1,4}[-/.]\d{1,2}[-/.]\d{2,4}|\d{1,2}(?:er)? \pL{3,9}\.? \d{4})(?:[ T]\d{1,2}[:h].*)?$`)},
	{"hour", regexp.MustCompile(`^\d{1,2} ?[h:] ?(?:\d{2})?(?: ?(?:-|–|à) ?\d{1,2} ?[h:] ?(?:\d{2})?)?$`)},
	{"weekday", regexp.MustCompile(`(?i)^(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)s?$`)},
	{"address", regexp.MustCompile(`^(?:https?://\S+|\S+@\S+\.\pL+)$`)},
}

// kindOf is the kind of a cell that is no word of its own; "": a word.
func kindOf(cell string) string {
	for _, k := range cellKinds[1:] {
		if k.form.MatchString(cell) {
			return k.kind
		}
	}
	if cellKinds[0].form.MatchString(cell) {
		return "number"
	}
	return ""
}

// clip shortens what a message shows of a file.
func clip(s string) string { return prefix(s, 60) }
