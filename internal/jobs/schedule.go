package jobs

import (
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"guichet/internal/english"
)

// Next returns when the schedule, five fields in cron's form, next falls due
// after t, by the wall clock of the zone. An hour that a change of clocks skips
// is made up for right after it; of one that comes twice the second counts. What
// is wrong with a schedule is told in an operator's words, with examples.
func Next(schedule, zone string, t time.Time) (time.Time, error) {
	place, err := time.LoadLocation(zone)
	if err != nil {
		return time.Time{}, fmt.Errorf("time zone %q: %w", zone, err)
	}
	if strings.HasPrefix(schedule, "TZ=") || strings.HasPrefix(schedule, "CRON_TZ=") {
		return time.Time{}, mistake(schedule, zone, "it names a time zone: leave that out")
	}
	due, err := cron.ParseStandard(schedule)
	if err != nil {
		return time.Time{}, mistake(schedule, zone, wrongIn(schedule))
	}
	// The wall clock is written as if it were UTC, where no hour is skipped.
	wall := onWall(t.In(place))
	for {
		wall = due.Next(wall)
		if wall.IsZero() {
			return time.Time{}, mistake(schedule, zone, "it never falls due: no month that it names has such a day")
		}
		at := time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), wall.Second(), 0, place)
		// In a skipped hour Date may answer with the hour before it.
		if late := onWall(at); late.Before(wall) {
			at = at.Add(wall.Sub(late))
		}
		if at.After(t) {
			return at, nil
		}
	}
}

func onWall(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

// mistake is the error of a wrong schedule.
func mistake(schedule, zone, wrong string) error {
	return fmt.Errorf("schedule %q: %s. Right ones are \"0 5 * * *\", every day at 5:00, "+
		"and \"30 4 * * 1-5\", Monday to Friday at 4:30, by the town's clock (%s)", schedule, wrong, zone)
}

// wrongIn tells what is wrong with a schedule that is not understood.
func wrongIn(schedule string) string {
	if strings.HasPrefix(schedule, "@") {
		return "it is none of @hourly, @daily, @weekly, @monthly and @yearly"
	}
	fields := strings.Fields(schedule)
	places := [...]struct{ name, takes string }{
		{"minute", "0 to 59"},
		{"hour", "0 to 23"},
		{"day", "1 to 31"},
		{"month", "1 to 12, or jan to dec"},
		{"weekday", "0 (Sunday) to 6, or sun to sat"},
	}
	if len(fields) != len(places) {
		return fmt.Sprintf("it has %s, and needs five: minute, hour, day, month, weekday", english.Count(len(fields), "field"))
	}
	for i, place := range places {
		alone := [len(places)]string{"*", "*", "*", "*", "*"}
		alone[i] = fields[i]
		if _, err := cron.ParseStandard(strings.Join(alone[:], " ")); err != nil {
			return fmt.Sprintf("its %s, %q, is not understood: it goes from %s, as one of them, a list (1,3), a range (1-5), * for all or */2 for every second",
				place.name, fields[i], place.takes)
		}
	}
	return "it is not understood" // none is wrong by itself
}
