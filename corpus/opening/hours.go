package opening

import (
	"slices"
	"time"
)

// Cause is why a day's hours are as they are.
type Cause string

// The causes.
const (
	Weekly      Cause = "weekly"    // the usual hours
	BySchool    Cause = "school"    // those of school holidays
	ByHoliday   Cause = "holiday"   // a public holiday
	ByException Cause = "exception" // a closure or other hours by date
	NotKnown    Cause = "unknown"   // the town has not said
)

// Day is a day's hours.
type Day struct {
	Date   Date
	Known  bool    // false: nothing is said of this day
	Ranges []Range // in order; none: closed
	Cause  Cause
	Name   string // of the public or school holiday; the exception's reason; the week's label
	Source Source // that it rests on
}

// HoursOn returns the hours of a day.
func (s *Service) HoursOn(d Date) Day {
	holiday := PublicHoliday(d, s.AlsaceMoselle)
	for _, e := range s.Exceptions {
		if !e.has(d, holiday) {
			continue
		}
		day := Day{Date: d, Known: !e.Unknown, Ranges: e.Ranges, Cause: ByException, Name: e.Reason, Source: s.sourceOr(e.Source)}
		if e.Unknown {
			day.Cause = NotKnown
		}
		if e.Closes > 0 {
			usual := s.onOrdinary(d, holiday)
			day.Known, day.Ranges = usual.Known, until(usual.Ranges, e.Closes)
		}
		return day
	}
	return s.onOrdinary(d, holiday)
}

// onOrdinary is what holds on a day without exceptions.
func (s *Service) onOrdinary(d Date, holiday string) Day {
	if holiday != "" && !s.OpenHolidays && len(s.Weeks) > 0 {
		return Day{Date: d, Known: true, Cause: ByHoliday, Name: holiday, Source: s.Source}
	}
	return s.usual(d)
}

// usual is what the weekly patterns say of a day, public holidays and
// exceptions aside.
func (s *Service) usual(d Date) Day {
	unknown := Day{Date: d, Cause: NotKnown, Source: s.Source}
	school, schoolKnown := SchoolHolidayOn(d, s.SchoolZone)
	for _, w := range s.Weeks {
		if !inSpans(w.Spans, d) {
			continue
		}
		if w.School.asks() && !schoolKnown {
			return unknown
		}
		if !w.School.holds(school) {
			continue
		}
		day := Day{Date: d, Known: true, Ranges: w.on(d), Cause: Weekly, Name: w.Label, Source: s.sourceOr(w.Source)}
		if w.School.Holidays {
			day.Cause, day.Name = BySchool, school
		}
		return day
	}
	return unknown
}

// UsualOn is HoursOn without exceptions and public holidays: what holds on
// such a weekday at that time of the year.
func (s *Service) UsualOn(d Date) Day { return s.usual(d) }

func (s *Service) sourceOr(own Source) Source {
	if own.Document == "" {
		own.Document, own.Heading = s.Document, s.Heading
		if len(own.Quotes) == 0 {
			own.Quotes = s.Quotes
		}
	}
	return own
}

func (e Exception) has(d Date, holiday string) bool {
	if e.Holiday != "" {
		return e.Holiday == holiday
	}
	return len(e.Spans) > 0 && inSpans(e.Spans, d)
}

func (c School) asks() bool { return c.Term || c.Holidays }

func (c School) holds(holiday string) bool {
	switch {
	case c.Term:
		return holiday == ""
	case c.Holidays:
		return holiday != "" && (len(c.Only) == 0 || slices.Contains(c.Only, holiday))
	}
	return true
}

// until cuts ranges off at a minute.
func until(ranges []Range, at Minute) []Range {
	var out []Range
	for _, r := range ranges {
		if r.From < at {
			r.To = min(r.To, at)
			out = append(out, r)
		}
	}
	return out
}

func inSpans(spans []Span, d Date) bool {
	if len(spans) == 0 {
		return true
	}
	return slices.ContainsFunc(spans, func(s Span) bool { return s.Has(d) })
}

// on is what the pattern says of a day: the line of its weekday's number in
// the month before the line of every such weekday.
func (w Week) on(d Date) []Range {
	var every []Range
	for _, l := range w.Days {
		if l.Weekday != d.Weekday() {
			continue
		}
		switch {
		case l.Nth == 0:
			every = l.Ranges
		case l.Nth == (d.Day-1)/7+1, l.Nth == -1 && d.Add(7).Month != d.Month:
			return l.Ranges
		}
	}
	return every
}

// State is whether a service is open at an instant.
type State struct {
	Known bool // false: nothing is said of this day
	Open  bool
	Note  string    // of the range that is open
	Until time.Time // when open: when it closes; zero if not within a year
	Next  time.Time // when closed: when it opens; zero if not within a year, or if a day before is unknown
	Day   Day       // of the instant
}

// horizon is how many days ahead StateAt looks.
const horizon = 366

// StateAt returns the service's state at t, in its own time zone.
func (s *Service) StateAt(t time.Time) State {
	zone := s.Location()
	t = t.In(zone)
	today := DateOf(t)
	state := State{Day: s.HoursOn(today)}
	state.Known = state.Day.Known
	if !state.Known {
		return state
	}
	for n := range horizon + 1 {
		day := state.Day
		if n > 0 {
			day = s.HoursOn(today.Add(n))
		}
		if !day.Known {
			// A service that is open until midnight closes then, for all that is
			// known; one that is closed may open on the unknown day.
			return state
		}
		for _, open := range day.stretches(zone) {
			switch {
			case !open.to.After(t):
			case state.Open && !open.from.After(state.Until):
				state.Until = open.to
			case state.Open:
				return state
			case !open.from.After(t):
				state.Open, state.Until, state.Note = true, open.to, open.note
			default:
				state.Next = open.from
				return state
			}
		}
		if state.Open && state.Until.Before(today.Add(n+1).In(zone, 0)) {
			return state
		}
	}
	if state.Open {
		state.Until = time.Time{} // open day and night
	}
	return state
}

// stretches are a day's ranges on the clock that never jumps.
func (d Day) stretches(zone *time.Location) []stretch {
	var out []stretch
	midnight, next := d.Date.In(zone, 0), d.Date.Add(1).In(zone, 0)
	if next.Sub(midnight) == 24*time.Hour {
		for _, r := range d.Ranges {
			from, to := midnight.Add(time.Duration(r.From)*time.Minute), midnight.Add(time.Duration(r.To)*time.Minute)
			out = append(out, stretch{from, to, r.Note})
		}
		return out
	}
	// The clock is put forward or back: some minutes do not come, others come
	// twice. It is twice a year, so each minute is looked at.
	for t := midnight; t.Before(next); t = t.Add(time.Minute) {
		wall := Minute(t.Hour()*60 + t.Minute())
		for _, r := range d.Ranges {
			if wall < r.From || wall >= r.To {
				continue
			}
			if n := len(out); n > 0 && out[n-1].to.Equal(t) && out[n-1].note == r.Note {
				out[n-1].to = t.Add(time.Minute)
			} else {
				out = append(out, stretch{t, t.Add(time.Minute), r.Note})
			}
		}
	}
	return out
}

// stretch is a piece of time, to not included.
type stretch struct {
	from, to time.Time
	note     string
}
