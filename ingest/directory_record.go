package ingest

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
)

// directoryRecord is what is read of a service. People who are named in the
// directory are not read.
type directoryRecord struct {
	ID       looseString                `json:"id"`
	Name     looseString                `json:"nom"`
	Pivot    loose[directoryPivot]      `json:"pivot"`
	Insee    looseString                `json:"code_insee_commune"`
	Address  loose[directoryAddress]    `json:"adresse"`
	Phone    loose[directoryValue]      `json:"telephone"`
	Email    loose[looseString]         `json:"adresse_courriel"`
	Site     loose[directoryValue]      `json:"site_internet"`
	Hours    loose[directoryHoursRange] `json:"plage_ouverture"`
	Page     looseString                `json:"url_service_public"`
	Modified looseString                `json:"date_modification"`
	Mission  looseString                `json:"mission"`
	Note     looseString                `json:"information_complementaire"`
}

type directoryPivot struct {
	Kind  looseString        `json:"type_service_local"`
	Codes loose[looseString] `json:"code_insee_commune"`
}

type directoryAddress struct {
	Kind     looseString `json:"type_adresse"`
	Extra1   looseString `json:"complement1"`
	Extra2   looseString `json:"complement2"`
	Street   looseString `json:"numero_voie"`
	Box      looseString `json:"service_distribution"`
	PostCode looseString `json:"code_postal"`
	Town     looseString `json:"nom_commune"`
}

type directoryValue struct {
	Value looseString `json:"valeur"`
	About looseString `json:"description"`
	Label looseString `json:"libelle"`
}

// UnmarshalJSON reads a bare text, too.
func (v *directoryValue) UnmarshalJSON(b []byte) error {
	type plain directoryValue
	if len(b) > 0 && b[0] == '"' {
		return v.Value.UnmarshalJSON(b)
	}
	return json.Unmarshal(b, (*plain)(v))
}

// looseString is a text; another scalar is read as it is written, and what is
// no scalar as nothing.
type looseString string

// UnmarshalJSON implements json.Unmarshaler. It never fails.
func (s *looseString) UnmarshalJSON(b []byte) error {
	var text string
	switch {
	case len(b) == 0 || b[0] == '{' || b[0] == '[' || string(b) == "null":
	case b[0] == '"':
		if err := json.Unmarshal(b, &text); err != nil {
			return err
		}
	default:
		text = string(b)
	}
	*s = looseString(oneLine(text))
	return nil
}

// maxLoose bounds the values of one field; a service of a whole department
// names a thousand communes.
const maxLoose = 5000

// loose is a list, in the forms that the directory's files have: a list, a text
// that holds a list as JSON, a single value, an empty text, null. What does not
// fit is left out.
type loose[T any] []T

// UnmarshalJSON implements json.Unmarshaler. It never fails.
func (l *loose[T]) UnmarshalJSON(b []byte) error {
	*l = nil
	b = bytes.TrimSpace(b)
	if len(b) > 0 && b[0] == '"' {
		var inner string
		if json.Unmarshal(b, &inner) != nil {
			return nil
		}
		inner = strings.TrimSpace(inner)
		switch {
		case inner == "":
			return nil
		case (inner[0] == '[' || inner[0] == '{') && json.Valid([]byte(inner)):
			b = []byte(inner)
		}
	}
	values := []json.RawMessage{b}
	if len(b) > 0 && b[0] == '[' {
		if json.Unmarshal(b, &values) != nil {
			return nil
		}
	}
	for _, v := range values[:min(len(values), maxLoose)] {
		var one T
		if v = bytes.TrimSpace(v); string(v) != "null" && json.Unmarshal(v, &one) == nil {
			*l = append(*l, one)
		}
	}
	return nil
}

// within returns the kind by which one of the areas means the service.
func (r directoryRecord) within(areas []area) (kind string, ok bool) {
	for _, p := range r.Pivot {
		for _, a := range areas {
			if a.takes(string(p.Kind), string(r.Insee)) ||
				slices.ContainsFunc(p.Codes, func(code looseString) bool { return a.takes(string(p.Kind), string(code)) }) {
				return string(p.Kind), true
			}
		}
	}
	return "", false
}

// page is the service's page in the directory, else its own site.
func (r directoryRecord) page() string {
	if strings.HasPrefix(string(r.Page), "https://") {
		return string(r.Page)
	}
	return r.site()
}

func (r directoryRecord) site() string {
	for _, s := range r.Site {
		if isWebAddress(string(s.Value)) {
			return string(s.Value)
		}
	}
	return ""
}

// address is where residents go: not where they write.
func (r directoryRecord) address() string {
	for _, a := range r.Address {
		if !strings.Contains(strings.ToLower(string(a.Kind)), "postale") {
			return a.line()
		}
	}
	for _, a := range r.Address {
		return a.line()
	}
	return ""
}

func (a directoryAddress) line() string {
	var parts []string
	for _, p := range []looseString{a.Extra1, a.Extra2, a.Street, a.Box, a.PostCode + " " + a.Town} {
		if text := oneLine(string(p)); text != "" {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, ", ")
}

// phone is the first number.
func (r directoryRecord) phone() string {
	for _, p := range r.Phone {
		if p.Value != "" {
			return string(p.Value)
		}
	}
	return ""
}

// email is the first address that is one: some records have a form's.
func (r directoryRecord) email() string {
	for _, e := range r.Email {
		if strings.Contains(string(e), "@") && !strings.Contains(string(e), "://") {
			return string(e)
		}
	}
	return ""
}

// contactLines say how to reach the service.
func (r directoryRecord) contactLines() []string {
	lines := []string{string(r.Name)}
	for _, a := range r.Address {
		label := "Adresse"
		if strings.Contains(strings.ToLower(string(a.Kind)), "postale") {
			label = "Adresse postale"
		}
		if line := a.line(); line != "" {
			lines = append(lines, label+"\u00a0: "+line)
		}
	}
	for _, p := range r.Phone {
		if p.Value != "" {
			lines = append(lines, "Téléphone\u00a0: "+join2(string(p.Value), " - ", string(p.About)))
		}
	}
	for _, e := range r.Email {
		if e != "" {
			lines = append(lines, "Courriel\u00a0: "+string(e))
		}
	}
	if site := r.site(); site != "" {
		lines = append(lines, "Site internet\u00a0: "+site)
	}
	if r.Note != "" {
		lines = append(lines, string(r.Note))
	}
	return lines
}

// Bounds of a file of the directory.
const (
	maxDirectoryBytes = 2 << 30 // unpacked
	maxRecord         = 8 << 20 // of one value
)

// unpackDirectory returns the JSON in a file, which may be packed as a gzip or
// bzip2 stream and lie in a tar archive, and when it was made.
func unpackDirectory(f *os.File) (io.Reader, time.Time, error) {
	on := fileDate(f)
	in := bufio.NewReaderSize(f, 64<<10)
	head, _ := in.Peek(4) // a shorter file is no JSON, which is found out below
	switch {
	case bytes.HasPrefix(head, []byte("BZh")):
		in = bufio.NewReaderSize(bzip2.NewReader(in), 64<<10)
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, on, fmt.Errorf("the gzip stream is damaged: %w", err)
		}
		in = bufio.NewReaderSize(z, 64<<10)
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return nil, on, errors.New("zip archives are not read: unpack the JSON file")
	}
	limited := bufio.NewReaderSize(io.LimitReader(in, maxDirectoryBytes), 64<<10)
	head, _ = limited.Peek(512)
	if len(head) < 262 || string(head[257:262]) != "ustar" {
		return limited, on, nil
	}
	entries := tar.NewReader(limited)
	for range 1000 {
		e, err := entries.Next()
		if err != nil {
			return nil, on, fmt.Errorf("no JSON file in the archive: %w", err)
		}
		if e.Typeflag == tar.TypeReg && strings.HasSuffix(strings.ToLower(e.Name), ".json") {
			return entries, e.ModTime, nil
		}
	}
	return nil, on, errors.New("no JSON file among the first 1000 of the archive")
}

// eachRecord hands over the services of a directory one by one: those of a
// list, or of a list within an object, as the file ("service") and the API
// ("results") have it.
func eachRecord(ctx context.Context, r io.Reader, f func(directoryRecord) error) error {
	in := &boundedValues{r: r}
	d := json.NewDecoder(in)
	open, err := in.token(d)
	if err != nil {
		return jsonReason(err)
	}
	if open == json.Delim('[') {
		return records(ctx, in, d, f)
	}
	if open != json.Delim('{') {
		return errors.New("this is no JSON of the directory: it begins neither with [ nor with {")
	}
	for {
		key, err := in.token(d)
		if err != nil {
			return jsonReason(err)
		}
		if key == json.Delim('}') {
			return nil
		}
		if key != "service" && key != "services" && key != "results" {
			in.read = 0
			if err := d.Decode(new(json.RawMessage)); err != nil {
				return jsonReason(err)
			}
			continue
		}
		if list, err := in.token(d); err != nil || list != json.Delim('[') {
			return fmt.Errorf("%q is no list of services", key)
		}
		if err := records(ctx, in, d, f); err != nil {
			return err
		}
	}
}

// records reads a list whose bracket was read.
func records(ctx context.Context, in *boundedValues, d *json.Decoder, f func(directoryRecord) error) error {
	for d.More() {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		in.read = 0
		var one directoryRecord
		err := d.Decode(&one)
		var kind *json.UnmarshalTypeError
		if errors.As(err, &kind) { // a value that is no object
			continue
		}
		if err != nil {
			return jsonReason(err)
		}
		if err := f(one); err != nil {
			return err
		}
	}
	_, err := in.token(d)
	return jsonReason(err)
}

func jsonReason(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("the JSON ends too early: is the file whole?")
	}
	return fmt.Errorf("the JSON is broken: %w", err)
}

// boundedValues refuses a value so large that a decoder would fill the memory.
type boundedValues struct {
	r    io.Reader
	read int
}

// Read implements io.Reader.
func (b *boundedValues) Read(p []byte) (int, error) {
	if b.read > maxRecord {
		return 0, fmt.Errorf("a value of more than %d MB", maxRecord>>20)
	}
	n, err := b.r.Read(p)
	b.read += n
	return n, err
}

func (b *boundedValues) token(d *json.Decoder) (json.Token, error) {
	b.read = 0
	return d.Token()
}
