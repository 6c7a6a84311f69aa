package opening

import (
	"fmt"
	"time"
)

// Date is a day of the calendar, without a zone. The zero Date is none.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf is the day of t, in t's own zone.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// IsZero tells whether d is no date.
func (d Date) IsZero() bool { return d == Date{} }

// In is the instant at which the day's wall clock shows this minute.
func (d Date) In(zone *time.Location, m Minute) time.Time {
	return time.Date(d.Year, d.Month, d.Day, int(m)/60, int(m)%60, 0, 0, zone)
}

// Add is the day n days later.
func (d Date) Add(n int) Date { return DateOf(d.noon().AddDate(0, 0, n)) }

// Weekday is the day of the week.
func (d Date) Weekday() time.Weekday { return d.noon().Weekday() }

// Before tells whether d comes before e.
func (d Date) Before(e Date) bool {
	if d.Year != e.Year {
		return d.Year < e.Year
	}
	return d.monthDay() < e.monthDay()
}

// String is the date as 2026-12-24.
func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day) }

// MarshalText writes the date as String does; none is empty.
func (d Date) MarshalText() ([]byte, error) {
	if d.IsZero() {
		return nil, nil
	}
	return []byte(d.String()), nil
}

// UnmarshalText reads what MarshalText wrote.
func (d *Date) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = Date{}
		return nil
	}
	t, err := time.Parse(time.DateOnly, string(b))
	if err != nil {
		return fmt.Errorf("%q is no date such as 2026-12-24", b)
	}
	*d = DateOf(t)
	return nil
}

func (d Date) noon() time.Time {
	return time.Date(d.Year, d.Month, d.Day, 12, 0, 0, 0, time.UTC)
}

func (d Date) monthDay() MonthDay { return MonthDay(int(d.Month)*100 + d.Day) }

// MonthDay is a day of every year, as month*100 + day: 1224 is 24 December.
type MonthDay int

// Span is a run of days, both ends included: of dates, where an end without a
// date is open, or of every year, when Yearly is set; then it may run over the
// year's end (1101 to 331).
type Span struct {
	From   Date     `json:"from,omitzero"`
	Until  Date     `json:"until,omitzero"`
	Yearly bool     `json:"yearly,omitempty"`
	First  MonthDay `json:"first,omitempty"`
	Last   MonthDay `json:"last,omitempty"`
}

// Has tells whether the day lies within.
func (s Span) Has(d Date) bool {
	if s.Yearly {
		at := d.monthDay()
		if s.First <= s.Last {
			return s.First <= at && at <= s.Last
		}
		return at >= s.First || at <= s.Last
	}
	return (s.From.IsZero() || !d.Before(s.From)) && (s.Until.IsZero() || !s.Until.Before(d))
}
