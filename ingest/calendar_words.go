package ingest

import (
	"fmt"
	"strings"
	"time"

	"guichet/internal/messages"
)

// document says an event in words: when, where, and what it is.
func (c calendar) document(s *series, dates []occurrence, now time.Time) Extracted {
	// What is still to come; of what is over, the last.
	coming := dates
	for len(coming) > 1 && coming[0].lastDay().Before(dayOf(now)) {
		coming = coming[1:]
	}
	e := s.main
	if e == nil {
		e = coming[0].of
	}
	x := Extracted{Title: firstOf(e.title, c.words.T("calendar.untitled")), URL: e.url, Theme: e.theme, PublishedOn: dayOf(e.created), ModifiedOn: dayOf(e.changed)}
	if !e.endless() || e.cancelled {
		x.ValidUntil = dates[len(dates)-1].lastDay()
	}
	var lines []string
	if e.cancelled {
		lines = append(lines, c.words.T("calendar.cancelled"), "")
	}
	if len(coming) == 1 {
		lines = append(lines, c.line("calendar.date", when(c.words, coming[0])))
	} else {
		lines = append(lines, c.words.T("calendar.dates"))
		for i, o := range coming {
			if i == c.settings.Dates {
				lines = append(lines, "", c.words.T("calendar.more"))
				break
			}
			text := when(c.words, o)
			if o.of != e && o.of.place != "" && o.of.place != e.place {
				text += " (" + o.of.place + ")"
			}
			lines = append(lines, "- "+text)
		}
		lines = append(lines, "")
	}
	if e.place != "" {
		lines = append(lines, c.line("calendar.place", e.place))
	}
	if e.url != "" {
		lines = append(lines, c.line("calendar.link", e.url))
	}
	if e.description != "" {
		lines = append(lines, "", e.description)
	}
	x.Sections = []Section{{Text: strings.TrimSpace(strings.Join(lines, "\n"))}}
	return x
}

func (c calendar) line(id, text string) string {
	return c.words.T(id, map[string]any{"Text": text})
}

// when says an occurrence as people do: "samedi 12 décembre 2026, de 9 h à 12 h".
func when(m *messages.Messages, o occurrence) string {
	first, last := dayWords(m, o.start), dayWords(m, o.lastDay())
	from, to := clockWords(m, o.start), clockWords(m, o.end)
	switch {
	case o.allDay && first == last:
		return first
	case o.allDay:
		return m.T("calendar.days", map[string]any{"From": first, "To": last})
	case !o.end.After(o.start):
		return m.T("calendar.at", map[string]any{"Day": first, "From": from})
	case first == last:
		return m.T("calendar.hours", map[string]any{"Day": first, "From": from, "To": to})
	}
	return m.T("calendar.span", map[string]any{"From": first, "FromHour": from, "To": dayWords(m, o.end), "ToHour": to})
}

// dayWords says a day with its weekday and year.
func dayWords(m *messages.Messages, t time.Time) string {
	day := fmt.Sprint(t.Day())
	if t.Day() == 1 {
		day = m.T("calendar.first")
	}
	return m.T("calendar.day", map[string]any{
		"Weekday": nth(m.T("calendar.weekdays"), int(t.Weekday())), "Day": day,
		"Month": nth(m.T("calendar.months"), int(t.Month())-1), "Year": t.Year(),
	})
}

func clockWords(m *messages.Messages, t time.Time) string {
	if t.Minute() == 0 {
		return m.T("calendar.hour", map[string]any{"Hour": t.Hour()})
	}
	return m.T("calendar.minute", map[string]any{"Hour": t.Hour(), "Minute": fmt.Sprintf("%02d", t.Minute())})
}

// nth is a word of a list in which spaces part them.
func nth(list string, n int) string {
	words := strings.Fields(list)
	if n < 0 || n >= len(words) {
		return ""
	}
	return words[n]
}
