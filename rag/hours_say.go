package rag

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"guichet/corpus/opening"
	"guichet/internal/almanac"
	"guichet/internal/analysis"
	"guichet/internal/messages"
)

// speaker puts hours into words, of the message catalogue's language.
type speaker struct {
	m       *messages.Messages
	service *opening.Service
	now     time.Time // in the service's zone
	today   opening.Date
	units   []Unit
}

// say adds a sentence that rests on the day's source.
func (s *speaker) say(text string, day opening.Day) {
	s.add(Sentence, capitalised(text), s.cite(day.Source, day.Date))
}

func (s *speaker) add(kind UnitKind, text string, citations []Citation) {
	begins := len(s.units) == 0 || (kind == Item) != (s.units[len(s.units)-1].Kind == Item)
	s.units = append(s.units, Unit{N: len(s.units) + 1, Kind: kind, Text: text, Break: begins, Citations: citations})
}

// cite is the citation of a source: of its quotes, the one that names the
// weekday, else the first.
func (s *speaker) cite(from opening.Source, on opening.Date) []Citation {
	if from.Document == "" {
		return []Citation{}
	}
	c := Citation{Document: from.Document}
	if len(from.Quotes) > 0 {
		c.Quote = from.Quotes[0]
	}
	if !on.IsZero() && s.service.HoursOn(on).Cause != opening.ByHoliday {
		c.Quote = quoteOn(from.Quotes, on.Weekday(), c.Quote)
	}
	return []Citation{c}
}

func quoteOn(quotes []string, day time.Weekday, otherwise string) string {
	name := almanac.Weekdays("fr")[day]
	rowed := func(q string) bool { return strings.HasPrefix(analysis.FoldLine(q), "| ") }
	for _, q := range quotes {
		if rowed(q) && strings.Contains(analysis.FoldLine(q), name) {
			return q
		}
	}
	if day >= time.Monday && day <= time.Friday {
		for _, q := range quotes {
			if rowed(q) && strings.Contains(analysis.FoldLine(q), "du lundi au vendredi") {
				return q
			}
		}
	}
	return otherwise
}

// answer puts oui or non before what is said, when that was asked.
func (s *speaker) answer(ask hoursAsk, open bool, says string) string {
	if !ask.whether {
		return says
	}
	if open != ask.closed {
		return s.m.T("hours.yes", map[string]any{"Says": says})
	}
	return s.m.T("hours.no", map[string]any{"Says": says})
}

// gendered is the message in the service's gender.
func (s *speaker) gendered(id string, data map[string]any) string {
	if s.service.Feminine || strings.HasPrefix(s.service.The, "la ") {
		return s.m.T(id+".f", data)
	}
	return s.m.T(id+".m", data)
}

// the is the service within a sentence.
func (s *speaker) the() string { return s.named(s.service) }

func (s *speaker) named(service *opening.Service) string {
	if s.m.Language == "en" {
		if english := service.English[service.The]; english != "" {
			return english
		}
		return s.m.T("hours.service", map[string]any{"Name": service.Name})
	}
	if service.The == "" {
		return s.m.T("hours.service", map[string]any{"Name": service.Name})
	}
	return typographic(service.The)
}

// word is a note or reason of the file in the reader's language.
func (s *speaker) word(text string) string {
	if english := s.service.English[text]; s.m.Language == "en" && english != "" {
		return english
	}
	return typographic(text)
}

func typographic(text string) string { return strings.ReplaceAll(text, "'", "’") }

// why is the reason of a day's hours in brackets, or "".
func (s *speaker) why(day opening.Day) string {
	reason := ""
	switch day.Cause {
	case opening.ByHoliday:
		reason = s.m.T("hours.why.holiday", map[string]any{"Name": s.m.T("hours.holiday." + day.Name)})
	case opening.BySchool:
		reason = s.m.T("hours.school." + day.Name)
	case opening.ByException:
		reason = s.word(day.Name)
	case opening.Weekly:
		if len(day.Ranges) > 0 { // "horaires d'hiver" is no reason to be closed
			reason = s.word(day.Name)
		}
	}
	if reason == "" {
		return ""
	}
	return s.m.T("hours.why", map[string]any{"Why": reason})
}

// date is a day in words, with today or tomorrow before it where it is.
func (s *speaker) date(d opening.Date) string {
	day := strconv.Itoa(d.Day)
	if d.Day == 1 && s.m.Language == "fr" {
		day = "1er"
	}
	text := s.m.T("hours.date", map[string]any{
		"Weekday": s.m.T("hours.weekday." + digit(int(d.Weekday()))), "Day": day,
		"Month": s.m.T("hours.month." + strconv.Itoa(int(d.Month))), "Year": d.Year,
	})
	switch d {
	case s.today:
		return s.m.T("hours.today", map[string]any{"Date": text})
	case s.today.Add(1):
		return s.m.T("hours.tomorrow", map[string]any{"Date": text})
	}
	if s.m.Language == "en" {
		return "on " + text
	}
	return text
}

// dayPart is a day and the part of it that was asked about.
func (s *speaker) dayPart(d opening.Date, w hoursWhen) string {
	if w.to == 0 {
		return s.date(d)
	}
	return s.date(d) + " " + s.part(w)
}

// part is the part of a day that was asked about.
func (s *speaker) part(w hoursWhen) string {
	switch {
	case w.to == w.from+1:
		return s.m.T("hours.part.at", map[string]any{"Time": s.clock(w.from)})
	case w.from == 0 && w.to == 12*60:
		return s.m.T("hours.part.morning")
	case w.from == 12*60 && w.to == 18*60:
		return s.m.T("hours.part.afternoon")
	case w.from == 17*60 && w.to == 24*60:
		return s.m.T("hours.part.evening")
	}
	return s.m.T("hours.range", map[string]any{"From": s.clock(w.from), "To": s.clock(w.to)})
}

func digit(n int) string { return strconv.Itoa(n) }

// clock is a time of the day as the language writes it: 9 h 30, 9:30 am.
func (s *speaker) clock(m opening.Minute) string {
	hour, minute := int(m)/60, int(m)%60
	if m == 24*60 || m == 0 {
		return s.m.T("hours.midnight")
	}
	if s.m.Language == "en" {
		half := "am"
		if hour >= 12 {
			half = "pm"
		}
		hour = (hour+11)%12 + 1
		if minute == 0 {
			return fmt.Sprintf("%d %s", hour, half)
		}
		return fmt.Sprintf("%d:%02d %s", hour, minute, half)
	}
	if minute == 0 {
		return fmt.Sprintf("%d\u00a0h", hour)
	}
	return fmt.Sprintf("%d\u00a0h\u00a0%02d", hour, minute)
}

// ranges are hours within a sentence: de 9 h à 12 h et de 14 h à 17 h.
func (s *speaker) ranges(ranges []opening.Range) string { return s.rangesAs("hours.range", ranges) }

func (s *speaker) rangesAs(id string, ranges []opening.Range) string {
	var parts []string
	for _, r := range ranges {
		part := s.m.T(id, map[string]any{"From": s.clock(r.From), "To": s.clock(r.To)})
		if r.From == 0 && r.To == 24*60 {
			part = s.m.T("hours.day_and_night")
		}
		if r.Note != "" {
			part += s.m.T("hours.why", map[string]any{"Why": s.word(r.Note)})
		}
		parts = append(parts, part)
	}
	text := strings.Join(parts, ", ")
	if n := len(parts); n > 1 {
		text = s.m.T("hours.and", map[string]any{"First": strings.Join(parts[:n-1], ", "), "Last": parts[n-1]})
	}
	return text
}

func (s *speaker) rangesOrClosed(ranges []opening.Range) string {
	if len(ranges) == 0 {
		return s.m.T("hours.row.closed")
	}
	return s.ranges(ranges)
}

// span is a run of days in words.
func (s *speaker) span(span opening.Span) string {
	bare := func(d opening.Date) string {
		return strings.TrimPrefix((&speaker{m: s.m}).date(d), "on ")
	}
	return s.m.T("hours.span", map[string]any{"From": bare(span.From), "Until": bare(span.Until)})
}

// list adds the usual week as it is from a day on; days in a row with the same
// hours share an item. It is false where a day is unknown.
func (s *speaker) list(title string, from opening.Date) bool {
	var days []opening.Day
	for n := range 7 {
		day := s.service.UsualOn(from.Add((int(time.Monday) - int(from.Weekday()) + 7 + n) % 7))
		if !day.Known {
			return false
		}
		days = append(days, day)
	}
	s.say(title, opening.Day{Source: days[0].Source})
	for i := 0; i < len(days); {
		end := i + 1
		names := []string{s.m.T("hours.weekday." + digit(int(days[i].Date.Weekday())))}
		for end < len(days) && sameHours(days[i].Ranges, days[end].Ranges) {
			names = append(names, s.m.T("hours.weekday."+digit(int(days[end].Date.Weekday()))))
			end++
		}
		hours := s.m.T("hours.row.closed")
		if len(days[i].Ranges) > 0 {
			hours = s.rangesAs("hours.range.row", days[i].Ranges)
		}
		s.add(Item, capitalised(s.m.T("hours.row", map[string]any{"Days": strings.Join(names, ", "), "Hours": hours, "Why": ""})), s.cite(days[i].Source, days[i].Date))
		i = end
	}
	return true
}

// exceptions adds the days of a span whose hours are not the usual ones, days
// in a row that are closed for the same reason as one.
func (s *speaker) exceptions(span opening.Span) {
	type run struct {
		day     opening.Day
		last    opening.Date
		differs bool // from the usual hours, on one of its days
	}
	var runs []run
	for d := span.From; !span.Until.Before(d); d = d.Add(1) {
		day := s.service.HoursOn(d)
		if day.Cause != opening.ByException && day.Cause != opening.ByHoliday {
			continue
		}
		differs := !sameHours(day.Ranges, s.service.UsualOn(d).Ranges)
		if n := len(runs) - 1; n >= 0 && runs[n].last.Add(1) == d && sameHours(runs[n].day.Ranges, day.Ranges) && runs[n].day.Name == day.Name {
			runs[n].last, runs[n].differs = d, runs[n].differs || differs
			continue
		}
		runs = append(runs, run{day, d, differs})
	}
	runs = slices.DeleteFunc(runs, func(r run) bool { return !r.differs })
	if len(runs) == 0 {
		return
	}
	s.say(s.m.T("hours.exceptions"), runs[0].day)
	for _, r := range runs {
		when := s.date(r.day.Date)
		if r.last != r.day.Date {
			when = s.span(opening.Span{From: r.day.Date, Until: r.last})
		}
		s.row(when, r.day)
	}
}

// row adds a day's hours as an item.
func (s *speaker) row(when string, day opening.Day) {
	text := s.m.T("hours.row", map[string]any{"Days": when, "Hours": s.rangesOrClosed(day.Ranges), "Why": s.why(day)})
	s.add(Item, capitalised(text), s.cite(day.Source, day.Date))
}

// remark adds the service's remark, once.
func (s *speaker) remark() {
	remark := s.service.Remark
	text := s.word(remark)
	if remark == "" || slices.ContainsFunc(s.units, func(u Unit) bool { return u.Text == text }) {
		return
	}
	from := s.service.Source
	from.Quotes = []string{remark}
	s.add(Sentence, text, s.cite(from, opening.Date{}))
}

// citeContact is the citation of a phone number, an address and so on: with the
// quote that holds it; without a quote where the file gives none that does.
func (s *speaker) citeContact(value string) []Citation {
	sources := []opening.Source{s.service.Source}
	if s.service.Contact != nil {
		sources = append([]opening.Source{*s.service.Contact}, sources...)
	}
	for _, from := range sources {
		for _, quote := range from.Quotes {
			if from.Document != "" && strings.Contains(quote, value) {
				return []Citation{{Document: from.Document, Quote: quote}}
			}
		}
	}
	return s.cite(opening.Source{Document: s.service.Document}, opening.Date{})
}

// contactLine adds the telephone after what was said of the hours.
func (s *speaker) contactLine() {
	if s.service.Phone != "" {
		s.add(Sentence, s.m.T("hours.contact.line", map[string]any{"Phone": s.service.Phone}), s.citeContact(s.service.Phone))
	}
}

// contact lists the ways to reach the service; false: none is known.
func (s *speaker) contact() bool {
	said := false
	for _, way := range []struct{ id, value string }{
		{"phone", s.service.Phone}, {"email", s.service.Email}, {"url", s.service.URL}, {"address", s.service.Address},
	} {
		if way.value == "" {
			continue
		}
		if !said {
			s.add(Sentence, capitalised(s.m.T("hours.contact", map[string]any{"The": s.the()})), s.citeContact(way.value))
			said = true
		}
		s.add(Item, s.m.T("hours.contact."+way.id, map[string]any{"Value": typographic(way.value)}), s.citeContact(way.value))
	}
	return said
}

// reach adds the one way to reach the service that is said first.
func (s *speaker) reach() {
	for _, way := range []struct{ id, value string }{{"phone", s.service.Phone}, {"email", s.service.Email}} {
		if way.value != "" {
			s.add(Item, s.m.T("hours.contact."+way.id, map[string]any{"Value": way.value}), s.citeContact(way.value))
			return
		}
	}
}

// sayToday adds as an item what is left of the day's hours and whether it is open at
// this moment, or when it opens next; nothing where that is not known.
func (s *speaker) sayToday() {
	state := s.service.StateAt(s.now)
	if !state.Known || !s.service.HasHours() {
		return
	}
	day := state.Day
	now := s.rightNow(state)
	if n := len(day.Ranges); n > 0 && minuteOf(s.now) < day.Ranges[n-1].To {
		s.row(strings.TrimSuffix(s.date(s.today), ","), day)
		s.units[len(s.units)-1].Text += ". " + now
		return
	}
	if len(day.Ranges) == 0 && day.Cause != opening.Weekly {
		now = s.m.T("hours.today.closed.why", map[string]any{"Why": s.why(day)})
	}
	citations := s.cite(day.Source, day.Date)
	if !state.Next.IsZero() {
		s.next(state.Next)
		last := s.units[len(s.units)-1]
		s.units = s.units[:len(s.units)-1]
		now += " " + last.Text
		citations = append(citations, last.Citations...)
	}
	s.add(Item, now, citations)
}

// rightNow tells whether it is open, and when that changes, where it does today.
func (s *speaker) rightNow(state opening.State) string {
	id, until := "hours.today.closed", state.Next
	if state.Open {
		id, until = "hours.today.open", state.Until
	}
	if until.IsZero() || opening.DateOf(until) != s.today {
		return s.m.T(id)
	}
	return s.m.T(id+".until", map[string]any{"Time": s.clock(minuteOf(until))})
}

// title is the service by itself: its name, or what English answers call it.
func (s *speaker) title() string {
	if s.m.Language == "en" && s.service.English[s.service.The] != "" {
		return s.service.English[s.service.The]
	}
	return typographic(s.service.Name)
}

// others names the services that are called alike.
func (s *speaker) others(others []*opening.Service) {
	var names []string
	cited := []Citation{}
	for _, o := range others {
		names = append(names, s.named(o))
		cited = append(cited, s.cite(o.Source, opening.Date{})...)
	}
	if len(names) > 0 {
		s.add(Sentence, s.m.T("hours.others", map[string]any{"Names": strings.Join(names, ", ")}), cited)
	}
}

func capitalised(text string) string {
	r, n := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(r)) + text[n:]
}
