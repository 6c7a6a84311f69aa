package ingest

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"guichet/corpus/opening"
	"guichet/internal/almanac"
)

// directoryHoursRange is hours of the directory: of the days from one to
// another, in up to two ranges.
type directoryHoursRange struct {
	FirstDay looseString `json:"nom_jour_debut"`
	LastDay  looseString `json:"nom_jour_fin"`
	From1    looseString `json:"valeur_heure_debut_1"`
	To1      looseString `json:"valeur_heure_fin_1"`
	From2    looseString `json:"valeur_heure_debut_2"`
	To2      looseString `json:"valeur_heure_fin_2"`
	Comment  looseString `json:"commentaire"`
}

// directoryHours are a service's hours. Where they hang on what no weekly
// pattern says, or where a day's are missing, days is nil: then nothing is
// computed, and written says them as they stand in the directory.
type directoryHours struct {
	days    []opening.Line // by weekday from Monday
	remarks []string       // that hold for all
	written []string
}

// conditional are words of comments that make hours hold on some days alone:
// such hours are read by people, not computed with.
var conditional = regexp.MustCompile(`(?i)\b(?:im)?paires?\b|premi|derni|\b1er\b|\d ?e(?:me|r)?s?\b|\bmois\b|\bsemaines?\b|vacance|scolaire|sauf|except|ferm|altern|janv|f[ée]vr|\bmars\b|avril|\bmai\b|juin|juil|ao[uû]t|sept|octo|nov|d[ée]cem|été|hiver|jusqu|partir|compter|période|provisoire|temporaire|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|\b\d{1,2} ?(?:h|:)`)

// hours reads what the directory says.
func (r directoryRecord) hours() directoryHours {
	var h directoryHours
	byDay := map[time.Weekday][]opening.Range{}
	whole := len(r.Hours) > 0
	var comments []string
	for _, p := range r.Hours {
		days := p.days()
		ranges, ok := p.ranges()
		whole = whole && ok && len(days) > 0 && len(ranges) > 0 && !conditional.MatchString(string(p.Comment))
		h.written = append(h.written, p.written(ranges))
		if p.Comment != "" && !slices.Contains(comments, string(p.Comment)) {
			comments = append(comments, string(p.Comment))
		}
		for _, d := range days {
			byDay[d] = append(byDay[d], ranges...)
		}
	}
	if !whole {
		return h
	}
	for i := range 7 {
		d := time.Weekday((i + 1) % 7)
		line := opening.Line{Weekday: d, Ranges: inOrder(byDay[d])}
		h.days = append(h.days, line)
	}
	for _, c := range comments {
		if len(c) > maxHoursNote {
			h.remarks = append(h.remarks, c)
		}
	}
	return h
}

// maxHoursNote is the longest comment that stands behind hours in brackets.
const maxHoursNote = 60

// weekdayOf reads a day's name.
func weekdayOf(name string) (time.Weekday, bool) {
	return almanac.Weekday(name, "fr")
}

// days are those from the first to the last; none where they are not named.
func (p directoryHoursRange) days() []time.Weekday {
	first, ok := weekdayOf(string(p.FirstDay))
	if !ok {
		return nil
	}
	last := first
	if p.LastDay != "" {
		if last, ok = weekdayOf(string(p.LastDay)); !ok {
			return nil
		}
	}
	days := []time.Weekday{first}
	for d := first; d != last; {
		d = (d + 1) % 7
		days = append(days, d)
	}
	return days
}

// ranges are the hours; ok is false when one of them is half said or wrong.
func (p directoryHoursRange) ranges() (ranges []opening.Range, ok bool) {
	ok = true
	note := ""
	if len(p.Comment) <= maxHoursNote {
		note = strings.Trim(string(p.Comment), " .;,()")
	}
	for _, pair := range [][2]looseString{{p.From1, p.To1}, {p.From2, p.To2}} {
		if pair[0] == "" && pair[1] == "" {
			continue
		}
		from, okFrom := minuteOf(string(pair[0]))
		to, okTo := minuteOf(string(pair[1]))
		if okTo && to == 0 && from > 0 {
			to = 24 * 60 // midnight
		}
		if !okFrom || !okTo || from >= to {
			ok = false
			continue
		}
		ranges = append(ranges, opening.Range{From: from, To: to, Note: note})
	}
	return ranges, ok
}

var clockTime = regexp.MustCompile(`^(\d{1,2}) ?[:hH] ?(\d{2})?(?::\d{2})?$`)

// minuteOf reads 09:00:00, 9:00 and 9h.
func minuteOf(s string) (opening.Minute, bool) {
	m := clockTime.FindStringSubmatch(s)
	if m == nil {
		return 0, false
	}
	hour, _ := strconv.Atoi(m[1]) // digits
	minute, _ := strconv.Atoi(cmp.Or(m[2], "0"))
	at := opening.Minute(hour*60 + minute)
	return at, minute < 60 && at <= 24*60
}

// inOrder sorts ranges and joins those that touch.
func inOrder(ranges []opening.Range) []opening.Range {
	slices.SortStableFunc(ranges, func(a, b opening.Range) int { return int(a.From - b.From) })
	var out []opening.Range
	for _, r := range ranges {
		if n := len(out); n > 0 && r.From <= out[n-1].To {
			out[n-1].To = max(out[n-1].To, r.To)
			if out[n-1].Note != r.Note {
				out[n-1].Note = ""
			}
			continue
		}
		out = append(out, r)
	}
	return out
}

// written is the range as a line for people.
func (p directoryHoursRange) written(ranges []opening.Range) string {
	days := strings.ToLower(string(p.FirstDay))
	if p.LastDay != "" && p.LastDay != p.FirstDay {
		days = "du " + days + " au " + strings.ToLower(string(p.LastDay))
	}
	hours := ""
	ranges = slices.Clone(ranges)
	for i := range ranges {
		ranges[i].Note = ""
	}
	if len(ranges) > 0 {
		hours = opening.FormatRanges(ranges)
	}
	if p.Comment != "" && hours != "" {
		hours += " (" + string(p.Comment) + ")"
	} else {
		hours += string(p.Comment)
	}
	return join2(capital(days), "\u00a0: ", hours)
}

func capital(s string) string {
	if s == "" || s[0] < 'a' || s[0] > 'z' {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// hoursFrom is the line of a service's document that its hours rest on.
const hoursFrom = "Horaires publiés dans l’annuaire de l’administration."

// lines are the hours as a document has them: a row a day where they are
// computed with.
func (h directoryHours) lines() []string {
	if h.days == nil {
		var lines []string
		for _, w := range h.written {
			lines = append(lines, nonEmpty(strings.TrimSpace("- "+w))...)
		}
		return lines
	}
	lines := []string{hoursFrom, "", "| Jour | Horaires |", "| --- | --- |"}
	lines = append(lines, h.rows()...)
	if len(h.remarks) > 0 {
		lines = append(append(lines, ""), h.remarks...)
	}
	return lines
}

// rows are the rows of the days, as documents have them and answers quote them.
func (h directoryHours) rows() []string {
	var rows []string
	for _, d := range h.days {
		name := []string{"Dimanche", "Lundi", "Mardi", "Mercredi", "Jeudi", "Vendredi", "Samedi"}[d.Weekday]
		rows = append(rows, strings.TrimRight(pipeTable([][]string{{name, opening.FormatRanges(d.Ranges)}}, false), "\n"))
	}
	return rows
}
