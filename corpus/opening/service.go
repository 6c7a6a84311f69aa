package opening

import (
	"cmp"
	"fmt"
	"slices"
	"time"
	_ "time/tzdata" // a machine need not have the zones
)

// DefaultZone is the time zone of a service that names none.
const DefaultZone = "Europe/Paris"

// Service is a place or a counter of the town that residents go to or call.
type Service struct {
	Slug     string   `json:"slug"`               // unique within the town
	Name     string   `json:"name"`               // its title
	The      string   `json:"the,omitempty"`      // within a sentence: "la médiathèque"; singular
	Feminine bool     `json:"feminine,omitempty"` // where The ("l'épicerie") does not show it
	Names    []string `json:"names,omitempty"`    // by which residents call it, besides
	PartOf   string   `json:"part_of,omitempty"`  // slug of the service whose counter it is

	Phone   string `json:"phone,omitempty"`
	Email   string `json:"email,omitempty"`
	URL     string `json:"url,omitempty"`
	Address string `json:"address,omitempty"`
	Remark  string `json:"remark,omitempty"` // a sentence to add to its hours
	Origin  string `json:"origin,omitempty"` // what it was imported from, and when: "directory 2026-01-31"; empty: the town's own file

	Source          // that the hours rest on, unless a week or an exception has its own
	Contact *Source `json:"contact,omitempty"` // that phone and address rest on; nil: Source
	English WordsOf `json:"english,omitempty"` // the file's words in English, as far as given

	TimeZone      string      `json:"time_zone,omitempty"`   // empty: DefaultZone
	SchoolZone    string      `json:"school_zone,omitempty"` // "A", "B", "C"; empty: unknown
	AlsaceMoselle bool        `json:"alsace_moselle,omitempty"`
	OpenHolidays  bool        `json:"open_holidays,omitempty"` // keeps its hours on public holidays
	Weeks         []Week      `json:"weeks,omitempty"`
	Exceptions    []Exception `json:"exceptions,omitempty"`
}

// WordsOf are words of the file and their translation.
type WordsOf map[string]string

// Source is where the town published what is stated.
type Source struct {
	Document string   `json:"document,omitempty"` // its name in the collection; empty: none
	Heading  string   `json:"heading,omitempty"`
	Quotes   []string `json:"quotes,omitempty"` // verbatim; the first is the general one
}

// Week is a weekly pattern, and when it holds: on days within one of the spans
// (none: all days) to which the school condition applies.
type Week struct {
	Spans  []Span `json:"spans,omitempty"`
	School School `json:"school,omitzero"`
	Days   []Line `json:"days"` // a weekday without a line is closed
	Label  string `json:"label,omitempty"`
	Source
}

// School restricts a week to school holidays or to the time between them.
type School struct {
	Term     bool     `json:"term,omitempty"`     // outside all holidays
	Holidays bool     `json:"holidays,omitempty"` // within
	Only     []string `json:"only,omitempty"`     // with Holidays: these alone ("Noël")
}

// Line is the hours of one weekday, or of its nth in the month.
type Line struct {
	Weekday time.Weekday `json:"weekday"`
	Nth     int          `json:"nth,omitempty"` // 1 to 5; -1 the last; 0 every one
	Ranges  []Range      `json:"ranges"`        // in order, apart; none: closed
}

// Exception overrules public holidays and weeks on its days.
type Exception struct {
	Spans   []Span  `json:"spans,omitempty"`
	Holiday string  `json:"holiday,omitempty"` // instead of spans: a public holiday, one of the constants
	Ranges  []Range `json:"ranges,omitempty"`  // none: closed
	Closes  Minute  `json:"closes,omitempty"`  // instead of ranges: the usual ones, but closes then
	Unknown bool    `json:"unknown,omitempty"` // the town has not said
	Reason  string  `json:"reason,omitempty"`
	Source
}

// Minute is a minute of a day's wall clock, 0 to 1440.
type Minute int

// String is the minute as 08:30.
func (m Minute) String() string { return fmt.Sprintf("%02d:%02d", m/60, m%60) }

// Range is when a service is open within a day: From included, To not.
type Range struct {
	From Minute `json:"from"`
	To   Minute `json:"to"`
	Note string `json:"note,omitempty"` // for whom or what: "état civil seulement"
}

// Location is the service's time zone. A name that is unknown, which Parse
// refuses, is UTC.
func (s *Service) Location() *time.Location {
	zone, err := time.LoadLocation(cmp.Or(s.TimeZone, DefaultZone))
	if err != nil {
		return time.UTC
	}
	return zone
}

// HasHours tells whether anything is known of the service's hours.
func (s *Service) HasHours() bool { return len(s.Weeks) > 0 || len(s.Exceptions) > 0 }

// HasNth tells whether some hours are of the nth weekday of a month alone.
func (s *Service) HasNth() bool {
	for _, w := range s.Weeks {
		if slices.ContainsFunc(w.Days, func(l Line) bool { return l.Nth != 0 }) {
			return true
		}
	}
	return false
}
