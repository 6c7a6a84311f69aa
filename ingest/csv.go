package ingest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"guichet/corpus"
)

// Bounds of a table.
const (
	maxRows   = 100_000
	maxFields = 200
	maxCells  = 1_000_000
	maxCell   = 20_000   // bytes
	maxHeader = 20_000   // bytes of all names of columns
	maxParts  = 16 << 20 // bytes of the documents that a table is cut into, together
)

// CSVSettings say how a table with a header becomes a document.
type CSVSettings struct {
	FetchSettings
	Name      string   `json:"name,omitempty"`      // the document's title; default: the file's name
	Group     []string `json:"group,omitempty"`     // columns whose equal values make one section, headed by them
	Columns   []string `json:"columns,omitempty"`   // what is kept, in this order; default: all
	Title     string   `json:"title,omitempty"`     // column: each group is a document with this title
	URL       string   `json:"url,omitempty"`       // column: each group is a document at this address
	Separator string   `json:"separator,omitempty"` // ";", ",", "tab" or "|"; default: found out
}

// Validate names the field that is wrong, and the mend.
func (s CSVSettings) Validate() error {
	if !slices.Contains([]string{"", ";", ",", "tab", "|"}, s.Separator) {
		return fmt.Errorf("separator: %q is none: choose ; or , or tab or |", s.Separator)
	}
	for _, names := range [][]string{s.Group, s.Columns} {
		if slices.Contains(names, "") {
			return errors.New("group, columns: a column without a name: write it as it stands in the header")
		}
	}
	return s.FetchSettings.Validate()
}

// CSVExtractor reads a table whose first row is its header. Rows that have the
// same value in the group's columns make one section. Without a setting that is
// the first column that is not made of numbers.
type CSVExtractor struct{ settings *CSVSettings }

// Version implements Extractor.
func (e CSVExtractor) Version() string {
	if e.settings == nil {
		return "csv/2"
	}
	s := *e.settings
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %q %q %q", s.Name, s.Group, s.Columns, s.Title, s.URL, s.Separator))
	return fmt.Sprintf("csv/2 %x", sum[:6])
}

// Extract implements Extractor.
func (e CSVExtractor) Extract(ctx context.Context, in Input) (Extracted, error) {
	if err := checkTextFile(in.Bytes); err != nil {
		return Extracted{}, err
	}
	s := CSVSettings{}
	if e.settings != nil {
		s = *e.settings
	}
	t, err := readTable(ctx, in.Bytes, s)
	if err != nil {
		return Extracted{}, err
	}
	x := Extracted{Title: s.Name, Notes: t.notes}
	said := 0
	for _, g := range t.groups() {
		s, err := g.section(ctx, t)
		if err != nil {
			return Extracted{}, err
		}
		// Each row says the names of its columns again.
		if said += len(s.Text); said > maxText {
			return Extracted{}, errTooMuchText
		}
		x.Sections = append(x.Sections, s)
	}
	if len(x.Sections) == 0 {
		return Extracted{}, failuref(codeNoText, "no rows below the header")
	}
	return x, nil
}

// table is a file's header and rows. Columns are by place in the header.
type table struct {
	header      []string
	rows        [][]string
	group, kept []int
	title, url  int // -1: none
	notes       []corpus.Note
}

// rowGroup is the rows of a table that belong together.
type rowGroup struct {
	name string
	rows [][]string
}

func readTable(ctx context.Context, b []byte, s CSVSettings) (table, error) {
	if isBinary(b) && !bytes.HasPrefix(b, []byte{0xFF, 0xFE}) && !bytes.HasPrefix(b, []byte{0xFE, 0xFF}) {
		return table{}, errBinary
	}
	text, err := decodeText(b)
	if err != nil {
		return table{}, err
	}
	r := csv.NewReader(strings.NewReader(text))
	r.Comma = separator(text, s.Separator)
	r.LazyQuotes = true
	r.FieldsPerRecord = -1
	if strings.Count(text, string(r.Comma)) > maxCells {
		return table{}, tooManyCells()
	}
	t := table{title: -1, url: -1}
	cells := 0
	for n := 0; ; n++ {
		if n%1000 == 0 && ctx.Err() != nil {
			return table{}, ctx.Err()
		}
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return table{}, failuref(codeTable, "the table is broken: %v", err)
		}
		if cells += len(record); len(record) > maxFields || n > 2*maxRows || cells > maxCells {
			return table{}, tooManyCells()
		}
		for i, cell := range record {
			if record[i] = oneLine(cell); len(cell) > maxCell {
				return table{}, failuref(codeTable, "a cell of more than %d characters: a quote is perhaps missing near row %d", maxCell, len(t.rows)+1)
			}
		}
		switch {
		case strings.Join(record, "") == "":
		case t.header == nil:
			t.header = record
			if len(strings.Join(record, "")) > maxHeader {
				return table{}, failuref(codeTable, "a first row of more than %d characters: it must name the columns, in a few words each", maxHeader)
			}
		default:
			t.rows = append(t.rows, record)
		}
		if len(t.rows) > maxRows {
			return table{}, tooManyCells()
		}
	}
	if len(t.header) == 0 {
		return table{}, errNoText
	}
	if err := t.choose(s); err != nil {
		return table{}, err
	}
	// Columns that the settings name were found: the first row names them.
	if len(s.Group)+len(s.Columns) > 0 || s.Title != "" || s.URL != "" {
		return t, nil
	}
	return t, t.checkHeader()
}

func tooManyCells() error {
	return failuref(codeTooLong, "more than %d rows, %d columns or %d cells: cut the table into several", maxRows, maxFields, maxCells)
}

// separator is the one that the settings name, or the one that the first lines
// have most evenly.
func separator(text, named string) rune {
	switch named {
	case "":
	case "tab":
		return '\t'
	default:
		r, _ := utf8.DecodeRuneInString(named)
		return r
	}
	lines := strings.SplitN(text, "\n", 12)
	best, most := ';', 0
	for _, candidate := range []rune{';', '\t', ',', '|'} {
		counts := 0
		head := countOutside(lines[0], candidate)
		for _, line := range lines[:min(len(lines), 11)] {
			if n := countOutside(line, candidate); n == head {
				counts += n
			}
		}
		if counts > most {
			best, most = candidate, counts
		}
	}
	return best
}

// countOutside counts a separator outside quotes.
func countOutside(line string, sep rune) int {
	n, quoted := 0, false
	for _, r := range line {
		switch r {
		case '"':
			quoted = !quoted
		case sep:
			if !quoted {
				n++
			}
		}
	}
	return n
}

// choose finds the columns that the settings name.
func (t *table) choose(s CSVSettings) error {
	find := func(field, name string) (int, error) {
		for i, h := range t.header {
			if strings.EqualFold(h, oneLine(name)) {
				return i, nil
			}
		}
		return -1, failuref(codeTable, "%s: no column %q; there are %s", field, name, prefix(strings.Join(t.header, ", "), 400))
	}
	for _, list := range []struct {
		field string
		names []string
		to    *[]int
	}{{"group", s.Group, &t.group}, {"columns", s.Columns, &t.kept}} {
		for _, name := range list.names {
			i, err := find(list.field, name)
			if err != nil {
				return err
			}
			*list.to = append(*list.to, i)
		}
	}
	for _, one := range []struct {
		field, name string
		to          *int
	}{{"title", s.Title, &t.title}, {"url", s.URL, &t.url}} {
		if one.name != "" {
			i, err := find(one.field, one.name)
			if err != nil {
				return err
			}
			*one.to = i
		}
	}
	if len(t.group) == 0 {
		t.group = []int{t.naming()}
	}
	if len(t.kept) == 0 {
		for i := range t.header {
			t.kept = append(t.kept, i)
		}
	}
	return nil
}

// naming is the title's column, or the first with a letter in most rows.
func (t *table) naming() int {
	if t.title >= 0 {
		return t.title
	}
	for i := range t.header {
		worded := 0
		for _, row := range t.rows {
			if strings.ContainsFunc(cell(row, i), unicode.IsLetter) {
				worded++
			}
		}
		if 2*worded > len(t.rows) {
			return i
		}
	}
	return 0
}

func cell(row []string, i int) string {
	if i < 0 || i >= len(row) {
		return ""
	}
	return row[i]
}

// groups returns the rows by the values of the group's columns, in the order
// of their first rows.
func (t *table) groups() []rowGroup {
	var groups []rowGroup
	at := map[string]int{}
	for _, row := range t.rows {
		var values []string
		for _, i := range t.group {
			if v := cell(row, i); v != "" {
				values = append(values, v)
			}
		}
		name := strings.Join(values, ", ")
		key := strings.ToLower(name)
		i, ok := at[key]
		if !ok {
			i = len(groups)
			at[key] = i
			groups = append(groups, rowGroup{name: name})
		}
		groups[i].rows = append(groups[i].rows, row)
	}
	return groups
}

// section says each row's values behind the names of their columns: on lines
// of their own when there is one row, else as items of a list.
func (g rowGroup) section(ctx context.Context, t table) (Section, error) {
	var lines []string
	length := 0
	for n, row := range g.rows {
		if n%1000 == 0 && ctx.Err() != nil {
			return Section{}, ctx.Err()
		}
		var said []string
		for _, i := range t.kept {
			v := cell(row, i)
			if v == "" || slices.Contains(t.group, i) || i == t.title || i == t.url {
				continue
			}
			if name := strings.TrimRight(cell(t.header, i), " \u00a0:"); name != "" {
				v = name + "\u00a0: " + v
			}
			said = append(said, v)
			if length += len(v); length > maxText {
				return Section{}, errTooMuchText
			}
		}
		switch {
		case len(said) == 0:
		case len(g.rows) == 1:
			lines = append(lines, said...)
		default:
			lines = append(lines, "- "+strings.Join(said, "\u00a0; "))
		}
	}
	s := Section{Text: strings.Join(lines, "\n")}
	if g.name != "" {
		s.Headings = []string{g.name}
	}
	if s.Text == "" { // a list of names
		s.Text = strings.TrimRight(cell(t.header, t.group[0]), " \u00a0:") + "\u00a0: " + g.name
	}
	return s, nil
}

// csvSource is one table, at a web address or on disk.
type csvSource struct {
	uri      string
	settings CSVSettings
	deps     Dependencies
}

// NewCSV returns the source of a table.
func NewCSV(uri string, s CSVSettings, d Dependencies) (Source, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	uri, err := sourceURI(uri)
	if err != nil {
		return nil, err
	}
	return csvSource{uri, s, d}, nil
}

func (c csvSource) Ref() corpus.SourceRef { return corpus.SourceRef{Kind: KindCSV, URI: c.uri} }

// List returns the table as one document, or each of its groups as one where a
// column has their titles or addresses.
func (c csvSource) List(ctx context.Context) (Listing, error) {
	file, err := readSourceFile(ctx, c.uri, c.settings.FetchSettings, c.Ref(), c.deps, textBytes)
	if err != nil {
		return Listing{}, err
	}
	t, err := readTable(ctx, file.Body, c.settings)
	if err != nil {
		return Listing{}, fmt.Errorf("%s: %w", c.uri, err)
	}
	e := CSVExtractor{settings: &c.settings}
	address := ""
	if isWebAddress(c.uri) {
		address = c.uri
	}
	if c.settings.Title == "" && c.settings.URL == "" {
		name := c.uri[strings.LastIndexAny(c.uri, `/\`)+1:]
		return Listing{Items: []Item{madeItem(name, CSV, file.Body, e, Extracted{URL: address})}}, nil
	}
	// The settings' separator is that of the source's file, not of the parts
	// that are written here.
	part := c.settings
	part.Separator = ","
	e = CSVExtractor{settings: &part}
	l := Listing{Notes: t.notes}
	taken := map[string]bool{}
	written := 0
	for _, g := range t.groups() {
		said := Extracted{Title: firstOf(cell(g.rows[0], t.title), g.name), URL: firstOf(webAddress(cell(g.rows[0], t.url)), address)}
		if said.Title == "" {
			l.fail("row of "+strings.Join(g.rows[0], ", "), failuref(codeTable, "a row without a title: fill the column"))
			continue
		}
		key := firstOf(g.name, said.Title)
		for n := 2; taken[key]; n++ {
			key = fmt.Sprintf("%s (%d)", firstOf(g.name, said.Title), n)
		}
		taken[key] = true
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		if err := w.WriteAll(append([][]string{t.header}, g.rows...)); err != nil {
			return Listing{}, fmt.Errorf("%s: write rows: %w", c.uri, err)
		}
		if written += b.Len(); written > maxParts {
			return Listing{}, failuref(codeTooLong, "%s: more than %d MB of rows with their header again: cut the table into several, or shorten the names of its columns", c.uri, maxParts>>20)
		}
		l.Items = append(l.Items, madeItem(key, CSV, b.Bytes(), e, said))
	}
	return l, nil
}
