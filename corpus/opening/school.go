package opening

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"
)

//go:embed school.txt
var schoolFile string

// SchoolHoliday is one period without school.
type SchoolHoliday struct {
	Zones string // such as "ABC"
	Name  string // "Toussaint", "Noël", "hiver", "printemps", "été"
	Span
}

type schoolCalendar struct {
	years    []Span
	holidays []SchoolHoliday
}

// theSchoolCalendar reads school.txt once; a mistake in it is a defect of the
// build, which a test finds.
var theSchoolCalendar = sync.OnceValue(func() schoolCalendar {
	c, err := readSchoolCalendar(schoolFile)
	if err != nil {
		panic(err)
	}
	return c
})

func readSchoolCalendar(text string) (schoolCalendar, error) {
	var c schoolCalendar
	for n, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(line, "#") || line == "" {
			continue
		}
		fields := strings.Split(line, "\t")
		isYear := fields[0] == "year"
		if isYear {
			fields = append([]string{"", ""}, fields[1:]...)
		}
		if len(fields) != 4 {
			return c, fmt.Errorf("school.txt, line %d: want zones, name, first and last day", n+1)
		}
		var span Span
		if err := span.From.UnmarshalText([]byte(fields[2])); err != nil {
			return c, fmt.Errorf("school.txt, line %d: %w", n+1, err)
		}
		if err := span.Until.UnmarshalText([]byte(fields[3])); err != nil {
			return c, fmt.Errorf("school.txt, line %d: %w", n+1, err)
		}
		if isYear {
			c.years = append(c.years, span)
			continue
		}
		c.holidays = append(c.holidays, SchoolHoliday{fields[0], fields[1], span})
	}
	return c, nil
}

// SchoolHolidayOn is the name of the zone's school holidays on this day, ""
// in term; known is false where the calendar of the day or the zone is not.
func SchoolHolidayOn(d Date, zone string) (name string, known bool) {
	c := theSchoolCalendar()
	for _, y := range c.years {
		known = known || y.Has(d)
	}
	if !known || zone != "A" && zone != "B" && zone != "C" {
		return "", false
	}
	for _, h := range c.holidays {
		if strings.Contains(h.Zones, zone) && h.Has(d) {
			return h.Name, true
		}
	}
	return "", true
}

// NextSchoolHoliday is the zone's first holiday of this name ("" for any) that
// ends on day d or later; ok is false where none is known.
func NextSchoolHoliday(name string, d Date, zone string) (h SchoolHoliday, ok bool) {
	for _, h := range theSchoolCalendar().holidays {
		if zone != "" && strings.Contains(h.Zones, zone) && (name == "" || h.Name == name) && !h.Until.Before(d) {
			return h, true
		}
	}
	return SchoolHoliday{}, false
}
