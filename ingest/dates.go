package ingest

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"guichet/internal/almanac"
	"guichet/internal/analysis"
)

var (
	dayFirst  = regexp.MustCompile(`^(\d{1,2})[/.](\d{1,2})[/.](\d{4})`)
	dayMonth  = regexp.MustCompile(`^(\d{1,2})(?:er|st|nd|rd|th)?\s+(?:of\s+)?(\pL+)\.?,?\s+(\d{4})`)
	monthDay  = regexp.MustCompile(`^(\pL+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})`)
	yearFirst = regexp.MustCompile(`^(\d{4})-(\d{1,2})(?:-(\d{1,2}))?`)
	compact   = regexp.MustCompile(`^(\d{4})(\d{2})(\d{2})(?:\D|$)`)
)

// parseDate reads the day in the ways that French and English files write it:
// 2024-03-01 (a time after it is dropped), 01/03/2024, 1er mars 2024, March 1,
// 2024.
func parseDate(s string) (time.Time, bool) {
	s = strings.ToLower(oneLine(s))
	if _, rest, ok := strings.Cut(s, " "); ok && isWeekday(s[:strings.IndexByte(s, ' ')]) {
		s = rest
	}
	if m := yearFirst.FindStringSubmatch(s); m != nil {
		day := m[3]
		if day == "" {
			day = "1"
		}
		return makeDate(m[1], m[2], day)
	}
	if m := compact.FindStringSubmatch(s); m != nil {
		return makeDate(m[1], m[2], m[3])
	}
	if m := dayFirst.FindStringSubmatch(s); m != nil {
		return makeDate(m[3], m[2], m[1])
	}
	if m := dayMonth.FindStringSubmatch(s); m != nil {
		return makeDate(m[3], monthNumber(m[2]), m[1])
	}
	if m := monthDay.FindStringSubmatch(s); m != nil {
		return makeDate(m[3], monthNumber(m[1]), m[2])
	}
	return time.Time{}, false
}

// makeDate refuses what no calendar has, such as 31/02.
func makeDate(year, month, day string) (time.Time, bool) {
	y, errY := strconv.Atoi(year)
	m, errM := strconv.Atoi(month)
	d, errD := strconv.Atoi(day)
	if errY != nil || errM != nil || errD != nil || y < 1000 {
		return time.Time{}, false
	}
	t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	return t, t.Year() == y && int(t.Month()) == m && t.Day() == d
}

// monthNumber returns "3" for mars, mar. and march, and "" for what is no month.
func monthNumber(name string) string {
	if len(name) < 3 || name == "jui" {
		return ""
	}
	name = analysis.Fold(name)
	for i := range 12 {
		for _, language := range almanac.Languages() {
			if strings.HasPrefix(analysis.Fold(almanac.Months(language)[i]), name) {
				return strconv.Itoa(i + 1)
			}
		}
	}
	return ""
}

func isWeekday(word string) bool {
	word = strings.TrimRight(word, ",.")
	_, ok := almanac.Weekday(word)
	return ok || word == "le"
}
