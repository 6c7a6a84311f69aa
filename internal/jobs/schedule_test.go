package jobs

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestSchedulesFollowTheTownsClock(t *testing.T) {
	for _, c := range []struct{ schedule, zone, after, want string }{
		{"0 5 * * *", "Europe/Paris", "2026-11-26T12:00:00Z", "2026-11-27T05:00:00+01:00"},
		{"0 5 * * *", "Europe/Paris", "2026-07-01T02:59:00Z", "2026-07-01T05:00:00+02:00"},
		{"0 5 * * *", "Indian/Reunion", "2026-07-01T00:59:00Z", "2026-07-01T05:00:00+04:00"},
		{"30 4 * * 1-5", "Europe/Paris", "2026-11-27T12:00:00Z", "2026-11-30T04:30:00+01:00"},
		{"@daily", "Europe/Paris", "2026-11-26T12:00:00Z", "2026-11-27T00:00:00+01:00"},
		// The clock springs from 2 to 3 on 28 March 2027: half past two is made up for.
		{"30 2 * * *", "Europe/Paris", "2027-03-27T12:00:00Z", "2027-03-28T03:30:00+02:00"},
		{"30 2 * * *", "Europe/Paris", "2027-03-28T01:30:00Z", "2027-03-29T02:30:00+02:00"},
		// It falls back from 3 to 2 on 31 October 2027: of two half past two the second counts.
		{"30 2 * * *", "Europe/Paris", "2027-10-30T12:00:00Z", "2027-10-31T02:30:00+01:00"},
		{"30 2 * * *", "Europe/Paris", "2027-10-31T01:15:00Z", "2027-10-31T02:30:00+01:00"},
		{"30 2 * * *", "Europe/Paris", "2027-10-31T01:30:00Z", "2027-11-01T02:30:00+01:00"},
	} {
		after, err := time.Parse(time.RFC3339, c.after)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Next(c.schedule, c.zone, after)
		if err != nil || got.Format(time.RFC3339) != c.want {
			t.Errorf("%s after %s: %s, %v; want %s", c.schedule, c.after, got.Format(time.RFC3339), err, c.want)
		}
	}
	for _, wrong := range []string{"", "5", "0 25 * * *", "0 0 31 2 *", "CRON_TZ=UTC 0 5 * * *", "* * * * * *"} {
		if at, err := Next(wrong, "Europe/Paris", time.Now()); err == nil {
			t.Errorf("%q falls due at %s", wrong, at)
		}
	}
}

// What is wrong is said without the words of the library that reads it.
func TestAWrongScheduleIsToldInPlainWords(t *testing.T) {
	for wrong, says := range map[string]string{
		"bad":                   "it has 1 field, and needs five: minute, hour, day, month, weekday",
		"* * * * * *":           "it has 6 fields",
		"0 25 * * *":            `its hour, "25", is not understood: it goes from 0 to 23, as one`,
		"0 5 * * lundi":         `its weekday, "lundi"`,
		"0 5 * * 7":             "0 (Sunday) to 6",
		"5-1 * * * *":           `its minute, "5-1"`,
		"*/0 * * * *":           `its minute, "*/0"`,
		"@dayly":                "it is none of @hourly, @daily",
		"0 0 31 2 *":            "it never falls due",
		"CRON_TZ=UTC 0 5 * * *": "it names a time zone: leave that out",
	} {
		_, err := Next(wrong, "Indian/Reunion", time.Now())
		if err == nil {
			t.Errorf("%q is taken", wrong)
			continue
		}
		for _, want := range []string{says, `"0 5 * * *", every day`, `"30 4 * * 1-5", Monday to Friday`, "(Indian/Reunion)"} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%q: %q lacks %q", wrong, err, want)
			}
		}
		for _, jargon := range []string{"strconv", "parse", "expected", "maximum", "["} {
			if strings.Contains(err.Error(), jargon) {
				t.Errorf("%q: %q says %q", wrong, err, jargon)
			}
		}
	}
}

// A daily schedule comes once on every day, whatever the clocks do.
func TestADailyScheduleComesOnceADay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		schedule := rapid.SampledFrom([]string{"0 2 * * *", "30 2 * * *", "59 1 * * *", "0 3 * * *", "15 0 * * *"}).Draw(t, "schedule")
		zone := rapid.SampledFrom([]string{"Europe/Paris", "Atlantic/Azores", "America/Cayenne", "Pacific/Noumea", "America/Miquelon"}).Draw(t, "zone")
		place, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		at := time.Date(2027, time.Month(rapid.IntRange(1, 12).Draw(t, "month")), rapid.IntRange(1, 28).Draw(t, "day"), 12, 0, 0, 0, place)
		day := onWall(at)
		for range 60 {
			if at, err = Next(schedule, zone, at); err != nil {
				t.Fatal(err)
			}
			day = day.AddDate(0, 0, 1)
			if onWall(at).YearDay() != day.YearDay() {
				t.Fatalf("%s in %s came at %s, not on %s", schedule, zone, at, day.Format(time.DateOnly))
			}
		}
	})
}
