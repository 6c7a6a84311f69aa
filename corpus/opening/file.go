package opening

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"

	"guichet/internal/analysis"
)

// Limits of a file of services.
const (
	MaxFile     = 1 << 20 // bytes
	MaxServices = 500
)

// Mistake is what is wrong in a file of services, and how to mend it.
type Mistake struct {
	Line int // from 1; 0: of the whole file
	Says string
}

func (m *Mistake) Error() string {
	if m.Line == 0 {
		return m.Says
	}
	return fmt.Sprintf("line %d: %s", m.Line, m.Says)
}

// Parse reads a file of services (YAML; docs/hours.md tells its form). The
// parts of a service come out as services of their own, after it. An error is a
// *Mistake.
func Parse(b []byte) ([]Service, error) {
	if len(b) > MaxFile {
		return nil, &Mistake{0, "the file is larger than 1 MB"}
	}
	f, err := unmarshal(b)
	if err != nil {
		return nil, asMistake(err)
	}
	var out []Service
	for i := range f.Services {
		services, err := f.Services[i].services(f.Common, nil)
		if err != nil {
			return nil, err
		}
		out = append(out, services...)
	}
	if len(out) > MaxServices {
		return nil, &Mistake{0, fmt.Sprintf("there are %d services: 500 at most", len(out))}
	}
	return out, checkSlugs(out, f.Services)
}

// unmarshal reads YAML; goccy/go-yaml v1.19.2 panics on tags ("!x") in some
// places, which no file of services needs.
func unmarshal(b []byte) (f file, err error) {
	defer func() {
		if recover() != nil {
			err = &Mistake{0, "the file is no YAML that can be read: write no tags (words that begin with !)"}
		}
	}()
	err = yaml.UnmarshalWithOptions(b, &f, yaml.Strict())
	return f, err
}

func asMistake(err error) error {
	var m *Mistake
	var y yaml.Error
	switch {
	case errors.As(err, &m):
		return m
	case errors.As(err, &y) && y.GetToken() != nil:
		return &Mistake{y.GetToken().Position.Line, y.GetMessage()}
	}
	return &Mistake{0, err.Error()}
}

func checkSlugs(services []Service, written []writtenService) error {
	seen := map[string]bool{}
	for _, s := range services {
		if seen[s.Slug] {
			return &Mistake{lineOf(written, s.Slug), fmt.Sprintf("slug %s stands twice: each service has its own", s.Slug)}
		}
		seen[s.Slug] = true
	}
	for _, s := range services {
		if s.PartOf != "" && !seen[s.PartOf] {
			return &Mistake{lineOf(written, s.Slug), fmt.Sprintf("%s is part_of %s, which is no service of the file", s.Slug, s.PartOf)}
		}
	}
	return nil
}

// lineOf is the last line that a slug stands in.
func lineOf(written []writtenService, slug string) int {
	line := 0
	for _, w := range written {
		if w.Slug.value == slug {
			line = w.Slug.line
		}
		line = max(line, lineOf(w.Parts, slug))
	}
	return line
}

// text is a scalar and the line it stands in.
type text struct {
	value string
	line  int
}

// UnmarshalYAML keeps a scalar as it is written.
func (t *text) UnmarshalYAML(n ast.Node) error {
	t.line = n.GetToken().Position.Line
	switch n := n.(type) {
	case *ast.NullNode:
	case *ast.StringNode:
		t.value = n.Value
	case *ast.LiteralNode:
		t.value = n.Value.Value
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		t.value = n.GetToken().Value
	default:
		return &Mistake{t.line, "a text is wanted here"}
	}
	t.value = strings.TrimSpace(t.value)
	return nil
}

// texts is a scalar or a list of them.
type texts []text

// UnmarshalYAML reads either.
func (l *texts) UnmarshalYAML(n ast.Node) error {
	list, isList := n.(*ast.SequenceNode)
	if !isList {
		var t text
		err := t.UnmarshalYAML(n)
		*l = texts{t}
		return err
	}
	for _, one := range list.Values {
		var t text
		if err := t.UnmarshalYAML(one); err != nil {
			return err
		}
		*l = append(*l, t)
	}
	return nil
}

func (l texts) values() []string {
	var out []string
	for _, t := range l {
		if t.value != "" {
			out = append(out, t.value)
		}
	}
	return out
}

// lines are hours by day, in the order of the file; given tells that there
// were any.
type lines struct {
	given bool
	days  []Line
}

// UnmarshalYAML reads "lundi: 8 h 30 – 12 h" and so on.
func (l *lines) UnmarshalYAML(n ast.Node) error {
	l.given = true
	at := n.GetToken().Position.Line
	if s, ok := n.(*ast.StringNode); ok && closedWord.MatchString(analysis.FoldLine(s.Value)) {
		return nil
	}
	var entries []*ast.MappingValueNode
	switch n := n.(type) {
	case *ast.MappingNode:
		entries = n.Values
	case *ast.MappingValueNode:
		entries = []*ast.MappingValueNode{n}
	default:
		return &Mistake{at, "hours are wanted here, a day a line: lundi: 8 h 30 – 12 h"}
	}
	for _, e := range entries {
		var value text
		if err := value.UnmarshalYAML(e.Value); err != nil {
			return err
		}
		line := e.Key.GetToken().Position.Line
		days, err := parseDays(e.Key.GetToken().Value)
		if err != nil {
			return &Mistake{line, err.Error()}
		}
		ranges, err := parseRanges(value.value)
		if err != nil {
			return &Mistake{line, err.Error()}
		}
		for _, d := range days {
			if slices.ContainsFunc(l.days, func(o Line) bool { return o.Weekday == d.Weekday && o.Nth == d.Nth }) {
				return &Mistake{line, fmt.Sprintf("%q is a day that stands above already", e.Key.GetToken().Value)}
			}
			d.Ranges = ranges
			l.days = append(l.days, d)
		}
	}
	return nil
}

// writtenSource, writtenWeek and so on are the file as it is written.
type writtenSource struct {
	Document text  `yaml:"document"`
	Heading  text  `yaml:"heading"`
	Quote    texts `yaml:"quote"`
}

func (w writtenSource) source() Source {
	return Source{w.Document.value, w.Heading.value, w.Quote.values()}
}

type writtenWeek struct {
	Dates  texts         `yaml:"dates"`
	School texts         `yaml:"school"`
	Label  text          `yaml:"label"`
	Hours  lines         `yaml:"hours"`
	Source writtenSource `yaml:",inline"`
}

type writtenException struct {
	Dates  texts         `yaml:"dates"`
	Hours  text          `yaml:"hours"`
	Closes text          `yaml:"closes"`
	Reason text          `yaml:"reason"`
	Source writtenSource `yaml:",inline"`
}

// common is what holds for the services below it unless they say otherwise.
type common struct {
	TimeZone      text              `yaml:"time_zone"`
	SchoolZone    text              `yaml:"school_zone"`
	AlsaceMoselle *bool             `yaml:"alsace_moselle"`
	English       map[string]string `yaml:"english"`
}

type file struct {
	Common   common           `yaml:",inline"`
	Services []writtenService `yaml:"services"`
}

type writtenService struct {
	Common     common             `yaml:",inline"`
	Source     writtenSource      `yaml:",inline"`
	Slug       text               `yaml:"slug"`
	Name       text               `yaml:"name"`
	The        text               `yaml:"the"`
	Feminine   bool               `yaml:"feminine"`
	Names      texts              `yaml:"names"`
	PartOf     text               `yaml:"part_of"`
	Phone      text               `yaml:"phone"`
	Email      text               `yaml:"email"`
	URL        text               `yaml:"url"`
	Address    text               `yaml:"address"`
	Remark     text               `yaml:"remark"`
	Origin     text               `yaml:"origin"`
	Contact    *writtenSource     `yaml:"contact"`
	Holidays   text               `yaml:"public_holidays"`
	Hours      lines              `yaml:"hours"`
	Weeks      []writtenWeek      `yaml:"weeks"`
	Exceptions []writtenException `yaml:"exceptions"`
	Parts      []writtenService   `yaml:"parts"`
}

var slugForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// services are the service and its parts.
func (w *writtenService) services(c common, whole *Service) ([]Service, error) {
	if !slugForm.MatchString(w.Slug.value) {
		return nil, &Mistake{cmp.Or(w.Slug.line, w.Name.line), fmt.Sprintf("slug is %q: give one of small letters, digits and single hyphens, such as hotel-de-ville", w.Slug.value)}
	}
	if w.Name.value == "" {
		return nil, &Mistake{w.Slug.line, w.Slug.value + " has no name: give one"}
	}
	s := Service{
		Slug: w.Slug.value, Name: w.Name.value, The: w.The.value, Feminine: w.Feminine, Names: w.Names.values(), PartOf: w.PartOf.value,
		Phone: w.Phone.value, Email: w.Email.value, URL: w.URL.value, Address: w.Address.value, Remark: w.Remark.value, Origin: w.Origin.value,
		Source: w.Source.source(), English: w.english(c.English),
	}
	if w.Contact != nil {
		contact := w.Contact.source()
		s.Contact = &contact
	}
	if err := w.calendar(&s, &c); err != nil {
		return nil, err
	}
	if err := w.hours(&s); err != nil {
		return nil, err
	}
	if whole != nil {
		s.inherit(whole)
		if w.Holidays.value == "" {
			s.OpenHolidays = whole.OpenHolidays
		}
	}
	out := []Service{s}
	for i := range w.Parts {
		parts, err := w.Parts[i].services(c, &s)
		if err != nil {
			return nil, err
		}
		out = append(out, parts...)
	}
	return out, nil
}

// inherit takes from the whole what the part does not say of itself.
func (s *Service) inherit(whole *Service) {
	s.PartOf = whole.Slug
	if len(s.Weeks) > 0 {
		for _, e := range whole.Exceptions {
			e.Source = whole.sourceOr(e.Source)
			s.Exceptions = append(s.Exceptions, e)
		}
	}
	s.Phone = cmp.Or(s.Phone, whole.Phone)
	s.URL = cmp.Or(s.URL, whole.URL)
	s.Address = cmp.Or(s.Address, whole.Address)
	if s.Contact == nil {
		s.Contact = whole.Contact
	}
	if s.Document == "" {
		s.Document = whole.Document
		s.Heading = cmp.Or(s.Heading, whole.Heading)
		if len(s.Quotes) == 0 {
			s.Quotes = whole.Quotes
		}
	}
}

// english are the words of the service itself before those of the file.
func (w *writtenService) english(common map[string]string) WordsOf {
	if len(common)+len(w.Common.English) == 0 {
		return nil
	}
	out := WordsOf{}
	for _, words := range []map[string]string{common, w.Common.English} {
		for k, v := range words {
			out[k] = v
		}
	}
	return out
}

// calendar settles by which calendar the service lives; c becomes what its
// parts inherit.
func (w *writtenService) calendar(s *Service, c *common) error {
	if w.Common.TimeZone.value != "" {
		c.TimeZone = w.Common.TimeZone
	}
	if w.Common.SchoolZone.value != "" {
		c.SchoolZone = w.Common.SchoolZone
	}
	if w.Common.AlsaceMoselle != nil {
		c.AlsaceMoselle = w.Common.AlsaceMoselle
	}
	c.English = s.English
	s.TimeZone, s.SchoolZone = c.TimeZone.value, strings.ToUpper(c.SchoolZone.value)
	s.AlsaceMoselle = c.AlsaceMoselle != nil && *c.AlsaceMoselle
	if _, err := time.LoadLocation(cmp.Or(s.TimeZone, DefaultZone)); err != nil || s.TimeZone == "Local" {
		return &Mistake{c.TimeZone.line, fmt.Sprintf("time_zone is %q: write one such as Europe/Paris or Indian/Reunion", s.TimeZone)}
	}
	if !slices.Contains([]string{"", "A", "B", "C"}, s.SchoolZone) {
		return &Mistake{c.SchoolZone.line, fmt.Sprintf("school_zone is %q: write A, B or C", s.SchoolZone)}
	}
	switch w.Holidays.value {
	case "", "closed":
	case "open":
		s.OpenHolidays = true
	default:
		return &Mistake{w.Holidays.line, fmt.Sprintf("public_holidays is %q: write closed (which is meant without it) or open; single days go into exceptions", w.Holidays.value)}
	}
	return nil
}

// hours reads the service's weeks and exceptions.
func (w *writtenService) hours(s *Service) error {
	for _, one := range w.Weeks {
		spans, holiday, err := parseDates(one.Dates)
		if err != nil {
			return err
		}
		if holiday != "" {
			return &Mistake{one.Dates[0].line, "a week does not hold on a public holiday alone: write an exception"}
		}
		school, err := parseSchool(one.School)
		if err != nil {
			return err
		}
		if !one.Hours.given {
			return &Mistake{w.Slug.line, fmt.Sprintf("a week of %s has no hours: give them, or hours: fermé", s.Slug)}
		}
		s.Weeks = append(s.Weeks, Week{Spans: spans, School: school, Days: one.Hours.days, Label: one.Label.value, Source: one.Source.source()})
	}
	if w.Hours.given {
		s.Weeks = append(s.Weeks, Week{Days: w.Hours.days})
	}
	for _, one := range w.Exceptions {
		e, err := one.exception(w.Slug.line)
		if err != nil {
			return err
		}
		s.Exceptions = append(s.Exceptions, e)
	}
	return nil
}

func (w writtenException) exception(line int) (Exception, error) {
	e := Exception{Reason: w.Reason.value, Source: w.Source.source()}
	if len(w.Dates) == 0 {
		return e, &Mistake{line, "an exception has no dates: give them, such as dates: 2026-12-24"}
	}
	var err error
	if e.Spans, e.Holiday, err = parseDates(w.Dates); err != nil {
		return e, err
	}
	line = w.Dates[0].line
	switch hours := analysis.FoldLine(w.Hours.value); {
	case w.Hours.value != "" && w.Closes.value != "":
		return e, &Mistake{w.Closes.line, "an exception has either hours or closes"}
	case w.Closes.value != "":
		e.Closes, err = parseMinute(w.Closes.value)
		line = w.Closes.line
	case hours == "inconnu" || hours == "unknown":
		e.Unknown = true
	case hours == "":
		return e, &Mistake{line, "an exception has no hours: give them, or hours: fermé, closes: 16 h, or hours: inconnu"}
	default:
		e.Ranges, err = parseRanges(w.Hours.value)
		line = w.Hours.line
	}
	if err != nil {
		return e, &Mistake{line, err.Error()}
	}
	return e, nil
}

// parseDates reads spans, or the name of one public holiday.
func parseDates(written texts) (spans []Span, holiday string, err error) {
	for _, t := range written {
		if name := holidayNames()[analysis.FoldLine(t.value)]; name != "" && len(written) == 1 {
			return nil, name, nil
		}
		span, err := parseSpan(t.value)
		if err != nil {
			return nil, "", &Mistake{t.line, err.Error()}
		}
		spans = append(spans, span)
	}
	return spans, "", nil
}

// holidayNames are the public holidays that move, as a file names them; the
// others are dates.
func holidayNames() map[string]string {
	return map[string]string{
		"lundi de paques": EasterMonday, "easter monday": EasterMonday,
		"ascension": Ascension, "jeudi de l'ascension": Ascension,
		"lundi de pentecote": WhitMonday, "whit monday": WhitMonday,
		"vendredi saint": GoodFriday, "good friday": GoodFriday,
	}
}

func schoolNames() map[string]string {
	return map[string]string{
		"toussaint": "Toussaint", "noel": "Noël", "hiver": "hiver", "fevrier": "hiver", "printemps": "printemps", "paques": "printemps", "ete": "été",
	}
}

// parseSchool reads "term", "holidays", or the names of holidays.
func parseSchool(written texts) (School, error) {
	var s School
	for _, t := range written {
		switch name := analysis.FoldLine(t.value); {
		case name == "term" && len(written) == 1:
			s.Term = true
		case name == "holidays" && len(written) == 1:
			s.Holidays = true
		case schoolNames()[name] != "":
			s.Holidays = true
			s.Only = append(s.Only, schoolNames()[name])
		default:
			return s, &Mistake{t.line, fmt.Sprintf("school is %q: write term, holidays, or some of Toussaint, Noël, hiver, printemps, été", t.value)}
		}
	}
	return s, nil
}
