package opening

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func paris(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(DefaultZone)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// naiveOpen tells from first principles whether a service is open at an
// instant: what the wall clock shows, held against the day's hours.
func naiveOpen(s *Service, t time.Time) (open, known bool) {
	t = t.In(s.Location())
	day := s.HoursOn(DateOf(t))
	at := Minute(t.Hour()*60 + t.Minute())
	for _, r := range day.Ranges {
		open = open || r.From <= at && at < r.To
	}
	return open, day.Known
}

// naiveState goes on minute by minute until the state changes, for some days.
func naiveState(s *Service, t time.Time, days int) (open, known bool, change time.Time) {
	open, known = naiveOpen(s, t)
	if !known {
		return false, false, time.Time{}
	}
	for at := t.Truncate(time.Minute).Add(time.Minute); at.Before(t.AddDate(0, 0, days)); at = at.Add(time.Minute) {
		now, nowKnown := naiveOpen(s, at)
		switch {
		case !nowKnown && open:
			return open, true, at
		case !nowKnown:
			return open, true, time.Time{}
		case now != open:
			return open, true, at
		}
	}
	return open, true, time.Time{}
}

func rangesGen() *rapid.Generator[[]Range] {
	return rapid.Custom(func(t *rapid.T) []Range {
		edges := rapid.SliceOfNDistinct(rapid.OneOf(rapid.IntRange(0, 1440), rapid.IntRange(90, 200), rapid.SampledFrom([]int{0, 1440})), 0, 6, rapid.ID[int]).Draw(t, "edges")
		slices.Sort(edges)
		var out []Range
		for i := 0; i+1 < len(edges); i += 2 {
			out = append(out, Range{From: Minute(edges[i]), To: Minute(edges[i+1])})
		}
		return out
	})
}

func spanGen(near Date) *rapid.Generator[Span] {
	return rapid.Custom(func(t *rapid.T) Span {
		from := near.Add(rapid.IntRange(-5, 5).Draw(t, "from"))
		until := from.Add(rapid.IntRange(0, 4).Draw(t, "days"))
		if rapid.Bool().Draw(t, "yearly") {
			return Span{Yearly: true, First: from.monthDay(), Last: until.monthDay()}
		}
		return Span{From: from, Until: until}
	})
}

func serviceGen(near Date) *rapid.Generator[*Service] {
	return rapid.Custom(func(t *rapid.T) *Service {
		s := &Service{
			SchoolZone:    rapid.SampledFrom([]string{"A", "B", "C", ""}).Draw(t, "zone"),
			AlsaceMoselle: rapid.Bool().Draw(t, "alsace"),
			OpenHolidays:  rapid.Bool().Draw(t, "open on holidays"),
		}
		for i := range rapid.IntRange(1, 3).Draw(t, "weeks") {
			var w Week
			if i == 0 && rapid.Bool().Draw(t, "spanned") {
				w.Spans = []Span{spanGen(near).Draw(t, "span")}
			}
			if rapid.IntRange(0, 3).Draw(t, "school") == 0 {
				w.School = rapid.SampledFrom([]School{{Term: true}, {Holidays: true}, {Holidays: true, Only: []string{"Noël"}}}).Draw(t, "which")
			}
			for day := range 7 {
				if rapid.IntRange(0, 3).Draw(t, "has") > 0 {
					w.Days = append(w.Days, Line{Weekday: time.Weekday(day), Ranges: rangesGen().Draw(t, "ranges")})
				}
			}
			w.Days = append(w.Days, Line{Weekday: 0, Nth: rapid.SampledFrom([]int{1, 2, 5, -1}).Draw(t, "nth"), Ranges: rangesGen().Draw(t, "nth ranges")})
			s.Weeks = append(s.Weeks, w)
		}
		for range rapid.IntRange(0, 2).Draw(t, "exceptions") {
			e := Exception{Spans: []Span{spanGen(near).Draw(t, "when")}, Ranges: rangesGen().Draw(t, "hours")}
			switch rapid.IntRange(0, 5).Draw(t, "kind") {
			case 0:
				e.Unknown, e.Ranges = true, nil
			case 1:
				e.Closes, e.Ranges = 960, nil
			case 2:
				e.Holiday, e.Spans = EasterMonday, nil
			}
			s.Exceptions = append(s.Exceptions, e)
		}
		return s
	})
}

func TestStateAgreesWithTheClockMinuteByMinute(t *testing.T) {
	zone := paris(t)
	rapid.Check(t, func(t *rapid.T) {
		near := rapid.SampledFrom([]Date{
			{2026, 3, 28}, {2026, 10, 24}, {2027, 3, 27}, {2026, 12, 24}, {2026, 12, 31}, {2026, 4, 3},
			{2026, 7, 13}, {2026, 10, 31}, {2027, 8, 30}, {2028, 2, 28}, {2026, 11, 26},
		}).Draw(t, "near")
		s := serviceGen(near).Draw(t, "service")
		at := near.In(zone, 0).Add(time.Duration(rapid.IntRange(0, 3*86400).Draw(t, "second")) * time.Second)
		const days = 4
		open, known, change := naiveState(s, at, days)
		got := s.StateAt(at)
		if got.Known != known || got.Open != open {
			t.Fatalf("at %s: %+v, want known %v, open %v", at, got, known, open)
		}
		is := got.Next
		if open {
			is = got.Until
		}
		want := is // a change beyond what was simulated is not judged
		if !change.IsZero() || is.Before(at.AddDate(0, 0, days-1)) {
			want = change
		}
		if !is.Equal(want) {
			t.Fatalf("at %s, open %v: changes at %s, want %s", at, open, is, want)
		}
	})
}

// A day's hours follow from rules that are few enough to write down again.
func TestHoursFollowTheOrderOfRules(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		near := Date{2026, 12, 24}
		s := serviceGen(near).Draw(t, "service")
		d := near.Add(rapid.IntRange(-20, 60).Draw(t, "day"))
		got := s.HoursOn(d)
		if !got.Known && len(got.Ranges) > 0 {
			t.Fatalf("unknown hours: %+v", got)
		}
		named := slices.ContainsFunc(s.Exceptions, func(e Exception) bool { return e.has(d, PublicHoliday(d, s.AlsaceMoselle)) })
		holiday := PublicHoliday(d, s.AlsaceMoselle) != ""
		switch {
		case named && got.Cause != ByException && got.Cause != NotKnown,
			!named && got.Cause == ByException,
			!named && holiday && !s.OpenHolidays && (got.Cause != ByHoliday || len(got.Ranges) > 0):
			t.Fatalf("%s: %+v", d, got)
		}
		for i, r := range got.Ranges {
			if r.From >= r.To || i > 0 && got.Ranges[i-1].To > r.From {
				t.Fatalf("%s: ranges %v", d, got.Ranges)
			}
		}
	})
}

func TestPublicHolidays(t *testing.T) {
	want := map[Date]string{
		{2026, 1, 1}: NewYear, {2026, 4, 6}: EasterMonday, {2026, 5, 1}: LabourDay, {2026, 5, 8}: Victory,
		{2026, 5, 14}: Ascension, {2026, 5, 25}: WhitMonday, {2026, 7, 14}: NationalDay, {2026, 8, 15}: Assumption,
		{2026, 11, 1}: AllSaints, {2026, 11, 11}: Armistice, {2026, 12, 25}: Christmas,
		{2027, 3, 29}: EasterMonday, {2027, 5, 6}: Ascension, {2027, 5, 17}: WhitMonday,
		{2026, 4, 3}: GoodFriday, {2027, 3, 26}: GoodFriday, {2026, 12, 26}: SaintStephen, {2027, 12, 26}: SaintStephen,
	}
	for year := 2026; year <= 2026; year++ {
		for d := (Date{year, 1, 1}); d.Year == year; d = d.Add(1) {
			name := want[d]
			if got := PublicHoliday(d, true); got != name {
				t.Errorf("%s in Alsace: %q, want %q", d, got, name)
			}
			if name == GoodFriday || name == SaintStephen {
				name = ""
			}
			if got := PublicHoliday(d, false); got != name {
				t.Errorf("%s: %q, want %q", d, got, name)
			}
		}
	}
	for d, name := range want {
		if got := PublicHoliday(d, true); got != name || HolidayDate(name, d.Year) != d {
			t.Errorf("%s: %q on %s, want %q", d, got, HolidayDate(name, d.Year), name)
		}
	}
}

func TestSchoolCalendar(t *testing.T) {
	c, err := readSchoolCalendar(schoolFile)
	if err != nil {
		t.Fatal(err)
	}
	for _, zone := range []string{"A", "B", "C"} {
		var last Date
		for _, h := range c.holidays {
			if !strings.Contains(h.Zones, zone) {
				continue
			}
			// Holidays begin on a Saturday and end on a Sunday, those of the summer
			// aside, and last sixteen days.
			if h.Name != "été" && (h.From.Weekday() != time.Saturday || h.From.Add(15) != h.Until) || h.From.Weekday() != time.Saturday {
				t.Errorf("zone %s: %s from %s to %s", zone, h.Name, h.From, h.Until)
			}
			if !last.IsZero() && !last.Before(h.From) {
				t.Errorf("zone %s: %s begins before the one above ends", zone, h.Name)
			}
			last = h.Until
		}
	}
	for _, c := range []struct {
		d     Date
		zone  string
		name  string
		known bool
	}{
		{Date{2026, 12, 18}, "B", "", true},
		{Date{2026, 12, 19}, "B", "Noël", true},
		{Date{2027, 1, 3}, "B", "Noël", true},
		{Date{2027, 1, 4}, "B", "", true},
		{Date{2027, 2, 22}, "B", "hiver", true},
		{Date{2027, 2, 22}, "C", "", true},
		{Date{2027, 9, 1}, "B", "", false},
		{Date{2025, 8, 31}, "B", "", false},
		{Date{2026, 12, 20}, "", "", false},
	} {
		if name, known := SchoolHolidayOn(c.d, c.zone); name != c.name || known != c.known {
			t.Errorf("%s in %s: %q, %v", c.d, c.zone, name, known)
		}
	}
}

func TestStateAt(t *testing.T) {
	zone := paris(t)
	usual := []Range{{From: 510, To: 720}, {From: 810, To: 1050}}
	s := &Service{Weeks: []Week{{Days: []Line{
		{Weekday: 1, Ranges: usual}, {Weekday: 2, Ranges: usual}, {Weekday: 3, Ranges: usual}, {Weekday: 4, Ranges: usual}, {Weekday: 5, Ranges: usual},
	}}}}
	for _, c := range []struct {
		at   string
		want string
	}{
		{"2026-11-26T08:29:59", "closed until 2026-11-26 08:30"},
		{"2026-11-26T08:30:00", "open until 2026-11-26 12:00"},
		{"2026-11-26T12:00:00", "closed until 2026-11-26 13:30"},
		{"2026-11-27T17:30:00", "closed until 2026-11-30 08:30"},
		{"2026-12-24T18:00:00", "closed until 2026-12-28 08:30"},
		{"2026-07-14T10:00:00", "closed until 2026-07-15 08:30"},
	} {
		at, err := time.ParseInLocation("2006-01-02T15:04:05", c.at, zone)
		if err != nil {
			t.Fatal(err)
		}
		// The machine's zone makes no difference.
		state := s.StateAt(at.In(time.FixedZone("elsewhere", -7*3600)))
		got := "closed until " + state.Next.Format("2006-01-02 15:04")
		if state.Open {
			got = "open until " + state.Until.Format("2006-01-02 15:04")
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.at, got, c.want)
		}
	}
	always := &Service{OpenHolidays: true, Weeks: []Week{{Days: everyDay([]Range{{From: 0, To: 1440}})}}}
	if got := always.StateAt(time.Now()); !got.Open || !got.Until.IsZero() {
		t.Errorf("open day and night: %+v", got)
	}
	never := &Service{Weeks: []Week{{}}}
	if got := never.StateAt(time.Now()); !got.Known || got.Open || !got.Next.IsZero() {
		t.Errorf("never open: %+v", got)
	}
}

func everyDay(r []Range) []Line {
	var out []Line
	for day := range 7 {
		out = append(out, Line{Weekday: time.Weekday(day), Ranges: r})
	}
	return out
}

func BenchmarkNextOpening(b *testing.B) {
	s := &Service{SchoolZone: "B", Weeks: []Week{{}}}
	at := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	for b.Loop() {
		_ = fmt.Sprint(s.StateAt(at).Known)
	}
}
