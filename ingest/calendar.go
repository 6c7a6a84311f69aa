package ingest

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"
	"github.com/teambition/rrule-go"

	"guichet/corpus"
	"guichet/internal/messages"
)

// CalendarSettings say which events of an iCalendar file become documents.
type CalendarSettings struct {
	FetchSettings
	HorizonDays int `json:"horizon_days,omitempty"` // how far ahead repeated events are computed; default 365
	PastDays    int `json:"past_days,omitempty"`    // how long an event that is over stays on record, unseen by residents; default 90
	Dates       int `json:"dates,omitempty"`        // dates that a repeated event shows; default 10
}

// Validate names the field that is wrong, and the mend.
func (s CalendarSettings) Validate() error {
	for _, n := range []struct {
		name        string
		value, most int
	}{{"horizon_days", s.HorizonDays, 1500}, {"past_days", s.PastDays, 3650}, {"dates", s.Dates, 60}} {
		if n.value < 0 || n.value > n.most {
			return fmt.Errorf("%s: %d is out of bounds: choose a number up to %d", n.name, n.value, n.most)
		}
	}
	return s.FetchSettings.Validate()
}

// Bounds of a calendar.
const (
	calendarBytes  = 10 << 20
	calendarLines  = 400_000 // properties, most of them
	calendarHead   = 4000    // bytes of a property before its value
	maxEvents      = 20_000
	maxOccurrences = 4000 // of one event
	maxRules       = maxReading
	oldestStart    = 1970 // year of the first occurrence of a repeated event
)

// calendar is the events of an iCalendar file. Those of one UID are one
// document, which holds until the day of its last occurrence.
type calendar struct {
	uri      string
	settings CalendarSettings
	deps     Dependencies
	words    *messages.Messages
}

// NewCalendar returns the source of a calendar, at a web address or on disk.
func NewCalendar(uri string, s CalendarSettings, d Dependencies) (Source, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	if rest, ok := strings.CutPrefix(uri, "webcal://"); ok {
		uri = "https://" + rest
	}
	uri, err := sourceURI(uri)
	if err != nil {
		return nil, err
	}
	s.HorizonDays = cmp.Or(s.HorizonDays, 365)
	s.PastDays = cmp.Or(s.PastDays, 90)
	s.Dates = cmp.Or(s.Dates, 10)
	catalogue, err := messages.Load()
	if err != nil {
		return nil, err
	}
	if d.Zone == nil {
		if d.Zone, err = time.LoadLocation("Europe/Paris"); err != nil {
			return nil, fmt.Errorf("load the town's time zone: %w", err)
		}
	}
	return calendar{uri, s, d, catalogue.For(cmp.Or(d.Language, "fr"))}, nil
}

func (c calendar) Ref() corpus.SourceRef { return corpus.SourceRef{Kind: KindCalendar, URI: c.uri} }

// List returns an item for each event, or series of events, that is not over
// for longer than the settings say.
func (c calendar) List(ctx context.Context) (Listing, error) {
	file, err := readSourceFile(ctx, c.uri, c.settings.FetchSettings, c.Ref(), c.deps, calendarBytes)
	if err != nil {
		return Listing{}, err
	}
	series, err := parseCalendar(file.Body, c.deps.Zone)
	if err != nil {
		return Listing{}, fmt.Errorf("%s: %w", c.uri, err)
	}
	now := c.deps.now().In(c.deps.Zone)
	begun := time.Now()
	var l Listing
	for _, uid := range sortedKeys(series) {
		if ctx.Err() != nil {
			return Listing{}, ctx.Err()
		}
		if time.Since(begun) > maxRules {
			return Listing{}, failuref(codeCalendar, "%s: its repetitions took longer than %s to work out", c.uri, maxRules)
		}
		s := series[uid]
		if s.err != nil {
			l.fail(uid, s.err)
			continue
		}
		dates, err := s.occurrences(now.AddDate(0, 0, c.settings.HorizonDays))
		if err != nil {
			l.fail(uid, err)
			continue
		}
		if len(dates) == 0 || dates[len(dates)-1].lastDay().Before(dayOf(now).AddDate(0, 0, -c.settings.PastDays)) {
			continue
		}
		x := c.document(s, dates, now)
		content, err := json.Marshal(x)
		if err != nil {
			return Listing{}, fmt.Errorf("%s: write event %s: %w", c.uri, uid, err)
		}
		if x.URL == "" && isWebAddress(c.uri) {
			x.URL = c.uri
		}
		l.Items = append(l.Items, madeItem(uid, "text/calendar", content, eventExtractor{}, Extracted{Title: x.Title, URL: x.URL}))
	}
	return l, nil
}

// eventExtractor reads the documents that a calendar wrote.
type eventExtractor struct{}

// Version implements Extractor.
func (eventExtractor) Version() string { return "event/1" }

// Extract implements Extractor.
func (eventExtractor) Extract(_ context.Context, in Input) (Extracted, error) {
	var x Extracted
	if err := json.Unmarshal(in.Bytes, &x); err != nil {
		return Extracted{}, fmt.Errorf("read event: %w", err)
	}
	return x, nil
}

// event is one VEVENT, its times in the town's zone.
type event struct {
	start, end  time.Time // end: exclusive, as iCalendar has it; never before start
	allDay      bool
	rule        string
	more        []time.Time // RDATE
	except      []time.Time // EXDATE
	instead     time.Time   // RECURRENCE-ID; zero: it is no exception to a series
	cancelled   bool
	title       string
	place       string
	description string
	url         string
	theme       string
	created     time.Time
	changed     time.Time
}

// series is the events of one UID: one that may repeat, and exceptions to it.
type series struct {
	main       *event
	exceptions []event
	err        error
}

// occurrence is when an event takes place once.
type occurrence struct {
	start, end time.Time
	allDay     bool
	of         *event
}

// lastDay is the day on which it ends.
func (o occurrence) lastDay() time.Time {
	end := o.end
	if end.After(o.start) {
		end = end.Add(-time.Second)
	}
	return dayOf(end)
}

// parseCalendar returns the events by their UID.
func parseCalendar(body []byte, zone *time.Location) (all map[string]*series, err error) {
	defer func() {
		if broken := recover(); broken != nil {
			all, err = nil, fmt.Errorf("the reader broke on this calendar: %v", broken)
		}
	}()
	// Found out before the parser makes objects of them.
	if bytes.Count(body, []byte("BEGIN:VEVENT")) > maxEvents || bytes.Count(body, []byte("\n")) > calendarLines {
		return nil, failuref(codeTooLong, "more than %d events or %d lines: cut the calendar into several, or export fewer years", maxEvents, calendarLines)
	}
	if err := checkProperties(body); err != nil {
		return nil, err
	}
	parsed, err := ics.ParseCalendar(bytes.NewReader(body))
	if err != nil {
		return nil, failuref(codeCalendar, "this is no iCalendar file: %v", err)
	}
	events := parsed.Events()
	if len(events) > maxEvents {
		return nil, failuref(codeTooLong, "more than %d events: cut the calendar into several, or export fewer years", maxEvents)
	}
	all = map[string]*series{}
	for i, raw := range events {
		e, err := readEvent(raw, zone)
		uid := oneLine(textOf(raw, ics.ComponentPropertyUniqueId))
		if uid == "" || len(uid) > maxAddress {
			uid = fmt.Sprintf("event %d", i+1)
		}
		s := all[uid]
		if s == nil {
			s = &series{}
			all[uid] = s
		}
		switch {
		case err != nil:
			s.err = err
		case !e.instead.IsZero():
			s.exceptions = append(s.exceptions, e)
		case s.main == nil || e.changed.After(s.main.changed):
			s.main = &e
		}
	}
	return all, nil
}

// checkProperties refuses a line with more before its value than any has: the
// parser's time grows with the square of it.
func checkProperties(body []byte) error {
	head, inHead, quoted := 0, true, false
	for i, c := range body {
		switch {
		case c == '\n' && (i+1 == len(body) || body[i+1] != ' ' && body[i+1] != '\t'):
			head, inHead, quoted = 0, true, false
		case !inHead:
		case c == '"':
			quoted = !quoted
		case c == ':' && !quoted:
			inHead = false
		default:
			if head++; head > calendarHead {
				return failuref(codeCalendar, "a property with more than %d characters before its value: export the calendar again", calendarHead)
			}
		}
	}
	return nil
}

func textOf(raw *ics.VEvent, name ics.ComponentProperty) string {
	if p := raw.GetProperty(name); p != nil {
		return p.Value
	}
	return ""
}

func readEvent(raw *ics.VEvent, zone *time.Location) (event, error) {
	e := event{
		title: oneLine(textOf(raw, ics.ComponentPropertySummary)), place: oneLine(textOf(raw, ics.ComponentPropertyLocation)),
		url: webAddress(textOf(raw, ics.ComponentPropertyUrl)), rule: textOf(raw, ics.ComponentPropertyRrule),
		cancelled: strings.EqualFold(textOf(raw, ics.ComponentPropertyStatus), "CANCELLED"),
	}
	e.theme, _, _ = strings.Cut(oneLine(textOf(raw, ics.ComponentPropertyCategories)), ",")
	e.description = textOf(raw, ics.ComponentPropertyDescription)
	if strings.Contains(e.description, "</") || strings.Contains(e.description, "<br") {
		e.description = fragmentText(e.description)
	}
	e.description = cleanText(e.description)
	start := raw.GetProperty(ics.ComponentPropertyDtStart)
	if start == nil {
		return e, failuref(codeCalendar, "an event without a start")
	}
	var err error
	if e.start, e.allDay, err = eventTime(start.Value, start.ICalParameters, zone); err != nil {
		return e, err
	}
	e.end = e.start
	if e.allDay {
		e.end = e.start.AddDate(0, 0, 1)
	}
	if end := raw.GetProperty(ics.ComponentPropertyDtEnd); end != nil {
		to, _, err := eventTime(end.Value, end.ICalParameters, zone)
		if err != nil {
			return e, err
		}
		if to.After(e.end) {
			e.end = to
		}
	} else if d, ok := duration(textOf(raw, ics.ComponentPropertyDuration)); ok {
		e.end = e.start.Add(d)
	}
	for _, list := range []struct {
		name ics.ComponentProperty
		to   *[]time.Time
	}{{ics.ComponentPropertyRdate, &e.more}, {ics.ComponentPropertyExdate, &e.except}} {
		for _, p := range raw.GetProperties(list.name) {
			for value := range strings.SplitSeq(p.Value, ",") {
				value, _, _ = strings.Cut(value, "/") // a period's start
				t, _, err := eventTime(value, p.ICalParameters, zone)
				if err != nil {
					return e, err
				}
				if *list.to = append(*list.to, t); len(*list.to) > maxOccurrences {
					return e, failuref(codeCalendar, "an event of more than %d dates", maxOccurrences)
				}
			}
		}
	}
	if p := raw.GetProperty(ics.ComponentPropertyRecurrenceId); p != nil {
		if e.instead, _, err = eventTime(p.Value, p.ICalParameters, zone); err != nil {
			return e, err
		}
	}
	// Times that cannot be read only leave out when the event was written.
	if p := raw.GetProperty(ics.ComponentPropertyCreated); p != nil {
		e.created, _, _ = eventTime(p.Value, p.ICalParameters, zone)
	}
	if p := raw.GetProperty(ics.ComponentPropertyLastModified); p != nil {
		e.changed, _, _ = eventTime(p.Value, p.ICalParameters, zone)
	}
	return e, nil
}

// Names that Windows gives to zones, in the files of its programs.
var windowsZones = map[string]string{
	"romance standard time":        "Europe/Paris",
	"w. europe standard time":      "Europe/Berlin",
	"central european time":        "Europe/Paris",
	"central europe standard time": "Europe/Budapest",
	"gmt standard time":            "Europe/London",
	"greenwich standard time":      "UTC",
	"reunion standard time":        "Indian/Reunion",
	"mauritius standard time":      "Indian/Reunion",
	"sa western standard time":     "America/Martinique",
	"sa eastern standard time":     "America/Cayenne",
}

// eventTime reads a date or a time and brings it to the town's zone. One that
// names no zone, or one that nobody knows, is the town's.
func eventTime(value string, parameters map[string][]string, zone *time.Location) (t time.Time, allDay bool, err error) {
	value = strings.TrimSpace(value)
	from := zone
	if ids := parameters["TZID"]; len(ids) > 0 {
		id := strings.Trim(ids[0], `"/ `)
		if known, ok := windowsZones[strings.ToLower(id)]; ok {
			id = known
		}
		if named, err := time.LoadLocation(id); err == nil && id != "" && id != "Local" {
			from = named
		}
	}
	switch {
	case len(value) == 8:
		t, err = time.ParseInLocation("20060102", value, zone)
		allDay = true
	case strings.HasSuffix(value, "Z"):
		t, err = time.Parse("20060102T150405Z", value)
	default:
		t, err = time.ParseInLocation("20060102T150405", value, from)
	}
	if err != nil || !isSaneYear(t) {
		return time.Time{}, false, failuref(codeCalendar, "a date that is none: %q", value)
	}
	return t.In(zone), allDay, nil
}

// duration reads the forms of iCalendar: P1D, PT1H30M, P2W.
func duration(s string) (time.Duration, bool) {
	rest, ok := strings.CutPrefix(strings.TrimSpace(s), "P")
	if !ok {
		return 0, false
	}
	units := map[byte]time.Duration{'W': 7 * 24 * time.Hour, 'D': 24 * time.Hour, 'H': time.Hour, 'M': time.Minute, 'S': time.Second}
	var total time.Duration
	n := 0
	for i := range len(rest) {
		switch c := rest[i]; {
		case c == 'T':
		case c >= '0' && c <= '9':
			if n = n*10 + int(c-'0'); n > 100_000 {
				return 0, false
			}
		default:
			unit, ok := units[c]
			if !ok {
				return 0, false
			}
			total += time.Duration(n) * unit
			n = 0
		}
	}
	return total, total > 0
}

// occurrences returns when a series takes place, in order, up to the horizon. A
// single event, or one that begins beyond the horizon, is returned whatever its
// date is. Of a series that was cancelled all are returned, since its document
// says so.
func (s *series) occurrences(horizon time.Time) ([]occurrence, error) {
	var starts []time.Time
	length := time.Duration(0)
	if s.main != nil {
		length = s.main.end.Sub(s.main.start)
		starts = append(starts, s.main.start)
		starts = append(starts, s.main.more...)
		repeated, err := s.main.repeated(horizon)
		if err != nil {
			return nil, err
		}
		starts = append(starts, repeated...)
	}
	slices.SortFunc(starts, time.Time.Compare)
	starts = slices.CompactFunc(starts, time.Time.Equal)
	var all []occurrence
	for _, at := range starts {
		if s.main.leavesOut(at) || slices.ContainsFunc(s.exceptions, func(e event) bool { return e.instead.Equal(at) }) {
			continue
		}
		end := at.Add(length)
		if s.main.allDay { // days of 23 or 25 hours
			end = at.AddDate(0, 0, int((length+12*time.Hour)/(24*time.Hour)))
		}
		all = append(all, occurrence{at, end, s.main.allDay, s.main})
	}
	for i := range s.exceptions {
		if e := &s.exceptions[i]; !e.cancelled {
			all = append(all, occurrence{e.start, e.end, e.allDay, e})
		}
	}
	slices.SortFunc(all, func(a, b occurrence) int { return a.start.Compare(b.start) })
	return all, nil
}

// leavesOut tells whether a date is among the exceptions. A bare date leaves
// out all of that day.
func (e *event) leavesOut(at time.Time) bool {
	return slices.ContainsFunc(e.except, func(x time.Time) bool {
		return x.Equal(at) || dayOf(x).Equal(dayOf(at)) && x.Hour() == 0 && x.Minute() == 0
	})
}

// repeated returns the starts that an event's rule gives, up to the horizon.
func (e *event) repeated(horizon time.Time) ([]time.Time, error) {
	if e.rule == "" {
		return nil, nil
	}
	option, err := rrule.StrToROptionInLocation(e.rule, e.start.Location())
	if err != nil {
		return nil, failuref(codeCalendar, "a rule of repetition that is none: %q", e.rule)
	}
	if option.Freq > rrule.DAILY || len(option.Byhour)+len(option.Byminute)+len(option.Bysecond) > 0 || e.start.Year() < oldestStart {
		return nil, failuref(codeCalendar, "a repetition within a day, or from before %d, is not read: %q", oldestStart, e.rule)
	}
	option.Dtstart = e.start
	if option.Until.IsZero() || option.Until.After(horizon) {
		option.Until = horizon
	}
	rule, err := rrule.NewRRule(*option)
	if err != nil {
		return nil, failuref(codeCalendar, "a rule of repetition that is none: %q", e.rule)
	}
	var starts []time.Time
	next := rule.Iterator()
	for {
		at, ok := next()
		if !ok {
			return starts, nil
		}
		if starts = append(starts, at); len(starts) > maxOccurrences {
			starts = starts[1:]
		}
	}
}

// endless tells whether a rule has no end of its own.
func (e *event) endless() bool {
	rule := strings.ToUpper(e.rule)
	return rule != "" && !strings.Contains(rule, "UNTIL=") && !strings.Contains(rule, "COUNT=")
}
