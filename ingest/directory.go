package ingest

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"guichet/corpus"
	"guichet/internal/analysis"
)

// KindDirectory is the national directory of public services, in JSON.
const KindDirectory = "directory"

// maxListed bounds the services that are taken out of the directory at once.
const maxListed = 2000

// DirectorySettings say which services of the directory are meant.
type DirectorySettings struct {
	// Areas are INSEE codes of communes (44109), whose services are all meant,
	// and of communes or departments with kinds of service behind a colon
	// (44:prefecture,caf). Kinds are the directory's "type_service_local".
	Areas []string `json:"areas"`
}

// Validate names the field that is wrong, and the mend.
func (s DirectorySettings) Validate() error {
	_, err := s.areas()
	return err
}

// area is a commune or a department, and the kinds of service that are meant
// there; none: all.
type area struct {
	code  string
	kinds []string
}

var (
	inseeCommune    = regexp.MustCompile(`^(?:\d{2}|2[AB])\d{3}$`)
	inseeDepartment = regexp.MustCompile(`^(?:\d{2}|2[AB]|97\d)$`)
	serviceKind     = regexp.MustCompile(`^[a-z0-9_-]+$`)
)

func (s DirectorySettings) areas() ([]area, error) {
	if len(s.Areas) == 0 {
		return nil, errors.New("areas: none: give the INSEE code of the commune, such as 44109")
	}
	var all []area
	for _, written := range s.Areas {
		code, kinds, _ := strings.Cut(strings.ReplaceAll(written, " ", ""), ":")
		a := area{code: strings.ToUpper(code)}
		if kinds != "" {
			a.kinds = strings.Split(strings.ToLower(kinds), ",")
		}
		switch {
		case slices.ContainsFunc(a.kinds, func(k string) bool { return !serviceKind.MatchString(k) }):
			return nil, fmt.Errorf("areas: %q: kinds are names such as prefecture,caf", written)
		case inseeCommune.MatchString(a.code):
		case !inseeDepartment.MatchString(a.code):
			return nil, fmt.Errorf("areas: %q is no INSEE code: a commune's is like 44109 or 2A004, a department's like 44", written)
		case len(a.kinds) == 0:
			return nil, fmt.Errorf("areas: %q is a department: say which of its services are meant, such as %s:prefecture,caf", written, code)
		}
		all = append(all, a)
	}
	return all, nil
}

// takes tells whether an area means a service of this kind that belongs to
// this commune.
func (a area) takes(kind, commune string) bool {
	return (len(a.kinds) == 0 || slices.Contains(a.kinds, kind)) && strings.HasPrefix(commune, a.code)
}

// NothingMeant says that the areas match nothing in the directory.
const NothingMeant = "no service of the directory is of these areas and kinds: check the INSEE code, which is not the postcode, and the kinds behind it"

// DirectoryEntry is a service of the directory.
type DirectoryEntry struct {
	Key    string // name of its document, the same from file to file
	Kind   string // "mairie", "caf"
	record directoryRecord
}

// Directory is what was read out of a file of the directory.
type Directory struct {
	Entries []DirectoryEntry // by kind and name
	On      time.Time        // when the file was made
}

// ReadDirectory reads the services that the settings mean out of the directory
// at a path or an address: JSON, plain or packed (.gz, .bz2, .tar of these). It
// reads the file as a stream.
func ReadDirectory(ctx context.Context, uri string, s DirectorySettings, open FileOpener) (Directory, error) {
	areas, err := s.areas()
	if err != nil {
		return Directory{}, err
	}
	f, err := open(ctx, uri)
	if err != nil {
		return Directory{}, err
	}
	defer func() { _ = f.Close() }()
	r, on, err := unpackDirectory(f)
	if err != nil {
		return Directory{}, fmt.Errorf("%s: %w", uri, err)
	}
	d := Directory{On: on}
	total := 0
	err = eachRecord(ctx, r, func(one directoryRecord) error {
		total++
		kind, ok := one.within(areas)
		if !ok || one.Name == "" {
			return nil
		}
		if len(d.Entries) == maxListed {
			return fmt.Errorf("more than %d services are meant: name fewer areas, or kinds behind them", maxListed)
		}
		d.Entries = append(d.Entries, DirectoryEntry{Kind: kind, record: one})
		return nil
	})
	if err == nil && total == 0 {
		err = errors.New("no service in this file: take the directory's JSON")
	}
	if err != nil {
		return Directory{}, fmt.Errorf("%s: %w", uri, err)
	}
	d.name()
	return d, nil
}

// name sorts the entries and gives each its key, from its own name; those of
// one name are told apart by their identifiers.
func (d *Directory) name() {
	slices.SortFunc(d.Entries, func(a, b DirectoryEntry) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.record.Name, b.record.Name), cmp.Compare(a.record.ID, b.record.ID))
	})
	d.Entries = slices.CompactFunc(d.Entries, func(a, b DirectoryEntry) bool { return a.record.ID != "" && a.record.ID == b.record.ID })
	times := map[string]int{}
	for i := range d.Entries {
		e := &d.Entries[i]
		e.Key = cmp.Or(slugOf(string(e.record.Name)), "service")
		times[e.Key]++
	}
	taken := map[string]int{}
	for i := range d.Entries {
		e := &d.Entries[i]
		if times[e.Key] > 1 {
			if id := slugOf(string(e.record.ID)); id != "" {
				e.Key += "-" + id[:min(8, len(id))]
			}
		}
		e.Key = "annuaire-" + e.Key
		if taken[e.Key]++; taken[e.Key] > 1 {
			e.Key = fmt.Sprintf("%s-%d", e.Key, taken[e.Key])
		}
	}
}

// slugOf is a name in small letters, digits and single hyphens.
func slugOf(name string) string {
	var b strings.Builder
	for _, r := range analysis.FoldLine(name) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
		if b.Len() >= 80 {
			break
		}
	}
	return strings.Trim(b.String(), "-")
}

// directorySource is the source of the entries as documents.
type directorySource struct {
	uri  string
	read func(context.Context) (Directory, error)
}

// NewDirectory returns the source of one document for each service that the
// settings mean: its address, telephone and hours.
func NewDirectory(uri string, s DirectorySettings, open FileOpener) (Source, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	place, err := sourceURI(uri)
	if err != nil {
		return nil, err
	}
	return directorySource{place, func(ctx context.Context) (Directory, error) { return ReadDirectory(ctx, place, s, open) }}, nil
}

// Source returns the source that NewDirectory makes, of what was read already.
func (d Directory) Source(uri string) (Source, error) {
	place, err := sourceURI(uri)
	if err != nil {
		return nil, err
	}
	return directorySource{place, func(context.Context) (Directory, error) { return d, nil }}, nil
}

// Ref implements Source.
func (s directorySource) Ref() corpus.SourceRef {
	return corpus.SourceRef{Kind: KindDirectory, URI: s.uri}
}

// List implements Source.
func (s directorySource) List(ctx context.Context) (Listing, error) {
	d, err := s.read(ctx)
	if err != nil {
		return Listing{}, err
	}
	var l Listing
	if len(d.Entries) == 0 {
		l.Notes = append(l.Notes, notef(noteDirectory, nil, NothingMeant))
	}
	for _, e := range d.Entries {
		content, err := json.Marshal(e.record)
		if err != nil {
			return Listing{}, fmt.Errorf("write %s: %w", e.Key, err)
		}
		service, err := json.Marshal(documentedService{Kind: e.Kind, Service: d.service(e, true)})
		if err != nil {
			return Listing{}, fmt.Errorf("write the service of %s: %w", e.Key, err)
		}
		l.Items = append(l.Items, Item{
			Key: e.Key, MediaType: "application/json", Extractor: entryExtractor{service},
			Open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil },
		})
	}
	return l, nil
}

// entryExtractor reads one record of the directory, whose service is known.
type entryExtractor struct{ service json.RawMessage }

// Version implements Extractor.
func (entryExtractor) Version() string { return "directory/2" }

// Extract implements Extractor.
func (e entryExtractor) Extract(_ context.Context, in Input) (Extracted, error) {
	var r directoryRecord
	if err := json.Unmarshal(in.Bytes, &r); err != nil {
		return Extracted{}, fmt.Errorf("this is no record of the directory: %w", err)
	}
	day, _ := parseDate(string(r.Modified))
	x := Extracted{
		Title: string(r.Name), URL: r.page(), Theme: "Annuaire de l’administration", Language: "fr", ModifiedOn: day,
		Sections: []Section{{Text: strings.Join(r.contactLines(), "\n")}},
		Service:  e.service,
	}
	if mission := string(r.Mission); mission != "" {
		x.Sections = append(x.Sections, Section{Headings: []string{"Missions"}, Text: mission})
	}
	if hours := r.hours().lines(); len(hours) > 0 {
		x.Sections = append(x.Sections, Section{Headings: []string{"Horaires d’ouverture"}, Text: strings.Join(hours, "\n")})
	}
	return x, nil
}

// fileDate is when a file was made.
func fileDate(f *os.File) time.Time {
	info, err := f.Stat()
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}
