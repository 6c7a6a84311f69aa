package opening

import (
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"

	"guichet/internal/almanac"
)

// Format writes services as a file that Parse reads back into the same; parts
// stand by themselves, with part_of.
func Format(services []Service) ([]byte, error) {
	list := []yaml.MapSlice{}
	for i := range services {
		list = append(list, services[i].written())
	}
	b, err := yaml.MarshalWithOptions(yaml.MapSlice{{Key: "services", Value: list}}, yaml.IndentSequence(true))
	if err != nil {
		return nil, fmt.Errorf("write services: %w", err)
	}
	return b, nil
}

// entries grow by what is not empty.
type entries yaml.MapSlice

func (e *entries) text(key, value string) {
	if value != "" {
		*e = append(*e, yaml.MapItem{Key: key, Value: value})
	}
}

func (e *entries) texts(key string, values []string) {
	if len(values) > 0 {
		*e = append(*e, yaml.MapItem{Key: key, Value: values})
	}
}

func (e *entries) source(s Source) {
	e.text("document", s.Document)
	e.text("heading", s.Heading)
	e.texts("quote", s.Quotes)
}

func (s *Service) written() yaml.MapSlice {
	var e entries
	e.text("slug", s.Slug)
	e.text("name", s.Name)
	e.text("the", s.The)
	if s.Feminine {
		e = append(e, yaml.MapItem{Key: "feminine", Value: true})
	}
	e.texts("names", s.Names)
	e.text("part_of", s.PartOf)
	e.text("phone", s.Phone)
	e.text("email", s.Email)
	e.text("url", s.URL)
	e.text("address", s.Address)
	e.text("remark", s.Remark)
	e.text("origin", s.Origin)
	e.source(s.Source)
	if s.Contact != nil {
		var contact entries
		contact.source(*s.Contact)
		e = append(e, yaml.MapItem{Key: "contact", Value: yaml.MapSlice(contact)})
	}
	if len(s.English) > 0 {
		e = append(e, yaml.MapItem{Key: "english", Value: map[string]string(s.English)})
	}
	e.text("time_zone", s.TimeZone)
	e.text("school_zone", s.SchoolZone)
	if s.AlsaceMoselle {
		e = append(e, yaml.MapItem{Key: "alsace_moselle", Value: true})
	}
	if s.OpenHolidays {
		e.text("public_holidays", "open")
	}
	var weeks, exceptions []yaml.MapSlice
	for _, w := range s.Weeks {
		weeks = append(weeks, w.written())
	}
	if len(weeks) > 0 {
		e = append(e, yaml.MapItem{Key: "weeks", Value: weeks})
	}
	for _, x := range s.Exceptions {
		exceptions = append(exceptions, x.written())
	}
	if len(exceptions) > 0 {
		e = append(e, yaml.MapItem{Key: "exceptions", Value: exceptions})
	}
	return yaml.MapSlice(e)
}

func (w Week) written() yaml.MapSlice {
	var e entries
	e.texts("dates", spansWritten(w.Spans))
	switch {
	case w.School.Term:
		e.text("school", "term")
	case len(w.School.Only) > 0:
		e.texts("school", w.School.Only)
	case w.School.Holidays:
		e.text("school", "holidays")
	}
	e.text("label", w.Label)
	var hours entries
	for _, l := range w.Days {
		hours.text(dayWritten(l), FormatRanges(l.Ranges))
	}
	if len(hours) == 0 {
		e.text("hours", "fermé")
	} else {
		e = append(e, yaml.MapItem{Key: "hours", Value: yaml.MapSlice(hours)})
	}
	e.source(w.Source)
	return yaml.MapSlice(e)
}

func (x Exception) written() yaml.MapSlice {
	var e entries
	e.texts("dates", spansWritten(x.Spans))
	for name, holiday := range holidayNames() {
		if x.Holiday == holiday && strings.Contains(name, " ") && !strings.HasSuffix(name, "day") {
			e.text("dates", name)
			break
		}
	}
	switch {
	case x.Closes > 0:
		e.text("closes", clockWritten(x.Closes))
	case x.Unknown:
		e.text("hours", "inconnu")
	default:
		e.text("hours", FormatRanges(x.Ranges))
	}
	e.text("reason", x.Reason)
	e.source(x.Source)
	return yaml.MapSlice(e)
}

// FormatRanges writes hours as a file has them: "8 h 30 – 12 h, 14 h – 17 h".
func FormatRanges(ranges []Range) string {
	if len(ranges) == 0 {
		return "fermé"
	}
	var parts []string
	for _, r := range ranges {
		part := clockWritten(r.From) + " – " + clockWritten(r.To)
		if r.Note != "" {
			part += " (" + r.Note + ")"
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", ")
}

func clockWritten(m Minute) string {
	if m%60 == 0 {
		return fmt.Sprintf("%d h", m/60)
	}
	return fmt.Sprintf("%d h %02d", m/60, m%60)
}

func dayWritten(l Line) string {
	day := almanac.Weekdays("fr")[l.Weekday]
	switch l.Nth {
	case 0:
		return day
	case -1:
		return "dernier " + day
	case 1:
		return "premier " + day
	}
	return fmt.Sprintf("%de %s", l.Nth, day)
}

func spansWritten(spans []Span) []string {
	var out []string
	for _, s := range spans {
		first, last := s.From.String(), s.Until.String()
		if s.Yearly {
			first, last = s.First.String(), s.Last.String()
		}
		if first != last {
			first += ".." + last
		}
		out = append(out, first)
	}
	return out
}

// String is the day as 12-24.
func (m MonthDay) String() string { return fmt.Sprintf("%02d-%02d", int(m)/100, int(m)%100) }
