package opening

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"guichet/internal/almanac"
	"guichet/internal/analysis"
)

const clock = `(?:(\d{1,2}) ?(?:h|:|\.) ?(\d{2})? ?(am|pm)?|(\d{1,2}) ?(am|pm)|(midi|noon)|(minuit|midnight))`

var (
	clockTime  = regexp.MustCompile(`^` + clock + `$`)
	clockRange = regexp.MustCompile(`^(?:de |from )?(` + clock + `) ?(?:-|a|to|jusqu'a|until) ?(` + clock + `)(?: ?sans interruption)?`)
	closedWord = regexp.MustCompile(`^(?:ferme(?:e|s|es)?|closed|-)$`)
	alwaysWord = regexp.MustCompile(`^(?:24 ?h(?: ?/ ?| sur )24(?: ?h)?|jour et nuit|24/7|day and night)$`)
	separator  = regexp.MustCompile(`^ ?(?:,|;|/|et |and |puis ) ?(?:et |and |puis )?`)
)

// parseMinute reads "8 h 30", "8h30", "08:30", "8.30 am", "midi".
func parseMinute(text string) (Minute, error) {
	m := clockTime.FindStringSubmatch(analysis.FoldLine(text))
	if m == nil {
		return 0, fmt.Errorf("%q is no time: write it as 8 h 30 or 08:30", text)
	}
	switch {
	case m[6] != "":
		return 12 * 60, nil
	case m[7] != "":
		return 24 * 60, nil
	}
	hour, _ := strconv.Atoi(m[1] + m[4])
	minute, _ := strconv.Atoi("0" + m[2])
	switch half := m[3] + m[5]; {
	case half != "" && (hour < 1 || hour > 12):
		return 0, fmt.Errorf("%q is no time: am and pm go with 1 to 12", text)
	case half != "":
		hour %= 12
		if half == "pm" {
			hour += 12
		}
	}
	if at := Minute(hour*60 + minute); hour <= 24 && minute < 60 && at <= 24*60 {
		return at, nil
	}
	return 0, fmt.Errorf("%q is no time of the day", text)
}

// parseRanges reads a day's hours: "8 h 30 – 12 h, 13 h 30 – 17 h 30", each
// with a note in brackets if need be, or "fermé".
func parseRanges(text string) ([]Range, error) {
	rest, notes := withoutNotes(text)
	rest = analysis.FoldLine(rest)
	switch {
	case closedWord.MatchString(rest):
		return nil, nil
	case alwaysWord.MatchString(rest):
		return []Range{{From: 0, To: 24 * 60}}, nil
	}
	var out []Range
	for {
		found := clockRange.FindStringSubmatch(rest)
		if found == nil {
			return nil, fmt.Errorf("%q is not understood at %q: write hours as 8 h 30 – 12 h, 13 h 30 – 17 h, or fermé", text, rest)
		}
		from, err := parseMinute(found[1])
		if err != nil {
			return nil, err
		}
		to, err := parseMinute(found[9])
		if err != nil {
			return nil, err
		}
		if to == 0 {
			to = 24 * 60
		}
		r := Range{From: from, To: to}
		rest = strings.TrimPrefix(rest[len(found[0]):], " ")
		if strings.HasPrefix(rest, noteMark) {
			r.Note, notes = notes[0], notes[1:]
			rest = strings.TrimPrefix(rest[len(noteMark):], " ")
		}
		switch n := len(out); {
		case r.From >= r.To:
			return nil, fmt.Errorf("%q ends before it begins: hours after midnight stand on the next day", text)
		case n > 0 && out[n-1].To > r.From:
			return nil, fmt.Errorf("%q overlaps: write the hours in order", text)
		}
		out = append(out, r)
		if rest == "" {
			return out, nil
		}
		gap := separator.FindString(rest)
		if gap == "" {
			return nil, fmt.Errorf("%q is not understood at %q: a comma parts two stretches", text, rest)
		}
		rest = rest[len(gap):]
	}
}

// noteMark stands for a note in brackets while hours are read.
const noteMark = "#"

var note = regexp.MustCompile(`\(([^()]*)\)`)

func withoutNotes(text string) (rest string, notes []string) {
	for _, m := range note.FindAllStringSubmatch(text, -1) {
		notes = append(notes, strings.Join(strings.Fields(m[1]), " "))
	}
	return note.ReplaceAllString(strings.ReplaceAll(text, noteMark, "?"), noteMark), notes
}

// weekday reads a French or English name, or its first three letters.
func weekday(word string) (time.Weekday, bool) {
	for _, language := range almanac.Languages() {
		for day, name := range almanac.Weekdays(language) {
			if word == name[:3] {
				return time.Weekday(day), true
			}
		}
	}
	return almanac.Weekday(word)
}

func nthNames() map[string]int {
	return map[string]int{
		"premier": 1, "1er": 1, "1": 1, "first": 1, "deuxieme": 2, "second": 2, "2e": 2, "troisieme": 3, "third": 3, "3e": 3,
		"quatrieme": 4, "fourth": 4, "4e": 4, "cinquieme": 5, "5e": 5, "fifth": 5, "dernier": -1, "last": -1,
	}
}

// parseDays reads which weekdays a line of hours is for: "lundi", "du lundi au
// vendredi", "mercredi et samedi", "premier dimanche", "tous les jours".
func parseDays(text string) ([]Line, error) {
	mistake := fmt.Errorf("%q names no day: write lundi, du lundi au vendredi, mercredi et samedi, premier dimanche or tous les jours", text)
	folded := analysis.FoldLine(text)
	switch folded {
	case "tous les jours", "chaque jour", "every day", "daily":
		folded = "lundi a dimanche"
	}
	var out []Line
	var nths []int
	numbers, through := nthNames(), false
	for word := range strings.FieldsFuncSeq(strings.ReplaceAll(folded, "-", " a "), func(r rune) bool { return r == ' ' || r == ',' || r == '.' }) {
		if n, ok := numbers[word]; ok {
			nths = append(nths, n)
			continue
		}
		day, isDay := weekday(word)
		switch {
		case isDay && through:
			if len(out) == 0 || out[len(out)-1].Nth != 0 || len(nths) > 0 {
				return nil, mistake
			}
			for d := (out[len(out)-1].Weekday + 1) % 7; ; d = (d + 1) % 7 {
				out = append(out, Line{Weekday: d})
				if d == day {
					break
				}
				if len(out) > 7 {
					return nil, mistake
				}
			}
			through = false
		case isDay && len(nths) == 0:
			out = append(out, Line{Weekday: day})
		case isDay:
			for _, n := range nths {
				out = append(out, Line{Weekday: day, Nth: n})
			}
			nths = nil
		case word == "au" || word == "a" || word == "to":
			through = true
		case word == "du" || word == "le" || word == "les" || word == "et" || word == "and" || word == "from" || word == "the":
		default:
			return nil, mistake
		}
	}
	if len(out) == 0 || through || len(nths) > 0 {
		return nil, mistake
	}
	return out, nil
}

var (
	spanEnds  = regexp.MustCompile(`^(.+?)(?: ?\.\. ?| au | a | to | until | - )(.+)$`)
	isoDate   = regexp.MustCompile(`^(\d{4})-(\d{2})-(\d{2})$`)
	isoYearly = regexp.MustCompile(`^(\d{2})-(\d{2})$`)
	dayMonth  = regexp.MustCompile(`^(?:(\d{1,2})(?:er|st|nd|rd|th)? )?([a-z]+)(?: (\d{4}))?$`)
	dayAlone  = regexp.MustCompile(`^(\d{1,2})(?:er)?$`)
	filler    = regexp.MustCompile(`\b(?:du|le|les|from|the|` + almanac.WeekdayWords("fr") + `)\b `)
)

// edge is one end of a span as it is written: year 0 is none, day 0 the whole
// month.
type edge struct {
	year, day int
	month     time.Month
}

// parseSpan reads a day or a run of days: 2026-12-24, 24 décembre 2026,
// 2026-12-24..2027-01-02, du 4 au 17 janvier 2027; and of every year: 08-01..08-31,
// 1er avril au 31 octobre, août, novembre à mars.
func parseSpan(text string) (Span, error) {
	mistake := fmt.Errorf("%q names no days: write 2026-12-24, 2026-12-24..2027-01-02, or of every year 08-01..08-31", text)
	from := filler.ReplaceAllString(analysis.FoldLine(text), "")
	until := from
	if ends := spanEnds.FindStringSubmatch(from); ends != nil {
		from, until = ends[1], ends[2]
	}
	last, ok := parseEdge(until)
	if !ok || last.month == 0 {
		return Span{}, mistake
	}
	first, ok := parseEdge(from)
	if !ok {
		return Span{}, mistake
	}
	if first.month == 0 {
		first.month, first.year = last.month, last.year
	}
	if first.year == 0 && last.year != 0 {
		first.year = last.year
	}
	if first.day == 0 {
		first.day = 1
	}
	if last.day == 0 {
		last.day = daysIn(last.month, last.year)
	}
	if first.day < 1 || last.day < 1 || first.day > daysIn(first.month, first.year) || last.day > daysIn(last.month, last.year) || (first.year == 0) != (last.year == 0) {
		return Span{}, mistake
	}
	if last.year == 0 {
		return Span{Yearly: true, First: MonthDay(int(first.month)*100 + first.day), Last: MonthDay(int(last.month)*100 + last.day)}, nil
	}
	s := Span{From: Date{first.year, first.month, first.day}, Until: Date{last.year, last.month, last.day}}
	if s.Until.Before(s.From) {
		return Span{}, fmt.Errorf("%q ends before it begins", text)
	}
	return s, nil
}

func parseEdge(text string) (edge, bool) {
	if m := isoDate.FindStringSubmatch(text); m != nil {
		return edge{number(m[1]), number(m[3]), time.Month(number(m[2]))}, number(m[1]) > 0 && validMonth(m[2])
	}
	if m := isoYearly.FindStringSubmatch(text); m != nil {
		return edge{0, number(m[2]), time.Month(number(m[1]))}, validMonth(m[1])
	}
	if m := dayAlone.FindStringSubmatch(text); m != nil {
		return edge{day: number(m[1])}, true
	}
	if m := dayMonth.FindStringSubmatch(text); m != nil {
		month := almanac.Month(m[2])
		return edge{number(m[3]), number(m[1]), month}, month != 0
	}
	return edge{}, false
}

func validMonth(text string) bool { n := number(text); return n >= 1 && n <= 12 }

func number(digits string) int {
	n, err := strconv.Atoi(digits)
	if err != nil {
		return 0
	}
	return n
}

// daysIn is how many days a month has; without a year, February has 29.
func daysIn(m time.Month, year int) int {
	if year == 0 {
		year = 2024
	}
	return time.Date(year, m+1, 0, 0, 0, 0, 0, time.UTC).Day()
}
