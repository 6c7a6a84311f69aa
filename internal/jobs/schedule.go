package jobs

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// Next returns when the schedule, five fields in cron's form, next falls due
// after t, by the wall clock of the zone. An hour that a change of clocks skips
// is made up for right after it; of one that comes twice the second counts.
func Next(schedule, zone string, t time.Time) (time.Time, error) {
	place, err := time.LoadLocation(zone)
	if err != nil {
		return time.Time{}, fmt.Errorf("time zone %q: %w", zone, err)
	}
	if strings.HasPrefix(schedule, "TZ=") || strings.HasPrefix(schedule, "CRON_TZ=") {
		return time.Time{}, errors.New("schedule: it is in the town's time zone, and names none")
	}
	due, err := cron.ParseStandard(schedule)
	if err != nil {
		return time.Time{}, fmt.Errorf("schedule %q: it must have cron's form, minute hour day month weekday, such as \"0 5 * * *\": %w", schedule, err)
	}
	// The wall clock is written as if it were UTC, where no hour is skipped.
	wall := onWall(t.In(place))
	for {
		wall = due.Next(wall)
		if wall.IsZero() {
			return time.Time{}, fmt.Errorf("schedule %q: it never falls due", schedule)
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
