package rag

import (
	"slices"
	"time"

	"guichet/corpus/opening"
	"guichet/internal/messages"
)

// OpeningHours answers questions about the opening hours and the contact of one
// service of the town, without a search and without a model. It may be used by
// many at once.
type OpeningHours struct {
	Services []opening.Service
	Messages *messages.Messages // of the answer's language
}

// Answer computes the answer to a question that was asked at now. before is the
// question before it, which "et le samedi ?" leans on, or "". ok is false for
// every question that asks anything else, or whose answer the services do not
// hold: others have to answer it then.
//
// Each unit that states something carries a citation with the name of the
// document that it rests on and a quote from it, its other fields empty; the
// quote is empty for an address or a mail of which the file quotes nothing.
// Where a service rests on no document, its units cite nothing.
func (h OpeningHours) Answer(question, before string, now time.Time) (units []Unit, ok bool) {
	services := nameServices(h.Services)
	var last *hoursAsk
	if before != "" {
		if ask, ok := readHours(before, now, services, nil); ok {
			last = &ask
		}
	}
	ask, ok := readHours(question, now, services, last)
	if !ok {
		return nil, false
	}
	s := &speaker{m: h.Messages, service: ask.service, now: now.In(ask.service.Location())}
	s.today = opening.DateOf(s.now)
	if ask.hours || ask.when.named() {
		if !ask.service.HasHours() || !s.sayHours(ask) {
			return nil, false
		}
		if ask.contact {
			s.contact()
		} else {
			s.contactLine()
		}
	} else if !s.contact() {
		return nil, false
	}
	s.others(ask.others)
	return s.units, true
}

// sayHours says what is asked of the hours; false: they are not known.
func (s *speaker) sayHours(ask hoursAsk) bool {
	w := ask.when
	switch {
	case ask.next:
		return s.sayNext(s.service.StateAt(s.now))
	case w.holidays:
		return s.sayHolidays(ask)
	case w.now:
		return s.sayNow(ask)
	case len(w.days) > 0:
		for _, d := range w.days {
			if !s.sayDay(ask, d) {
				return false
			}
		}
		return true
	case len(w.every) > 0 && s.service.HasNth():
		return s.sayDates()
	case len(w.every) > 0:
		for _, day := range w.every {
			if !s.sayEvery(ask, day) {
				return false
			}
		}
		return true
	case !w.span.Until.IsZero():
		return s.saySpan(w)
	case ask.whether:
		return s.sayNow(ask) // "la mairie est ouverte ?"
	}
	if s.service.HasNth() {
		return s.sayDates()
	}
	return s.sayWeek()
}

// sayNow says whether the service is open at this moment.
func (s *speaker) sayNow(ask hoursAsk) bool {
	state := s.service.StateAt(s.now)
	if !state.Known {
		return false
	}
	data := map[string]any{"The": s.the(), "Why": s.why(state.Day), "Note": "", "Until": ""}
	if !state.Open {
		if len(state.Day.Ranges) > 0 {
			data["Why"] = "" // it is closed at this hour alone
		}
		s.say(s.answer(ask, false, s.gendered("hours.now.closed", data)), state.Day)
		if !state.Next.IsZero() {
			s.next(state.Next)
		}
		return true
	}
	if state.Note != "" {
		data["Note"] = s.m.T("hours.why", map[string]any{"Why": s.word(state.Note)})
	}
	if state.Until.IsZero() {
		data["When"], data["Hours"] = s.date(s.today), s.m.T("hours.day_and_night")
		s.say(s.answer(ask, true, s.gendered("hours.open", data)), state.Day)
		return true
	}
	data["Until"] = s.clock(minuteOf(state.Until))
	if until := opening.DateOf(state.Until); until != s.today && minuteOf(state.Until) > 0 {
		data["Until"] = s.m.T("hours.at", map[string]any{"When": s.date(until), "Time": s.clock(minuteOf(state.Until))})
	}
	s.say(s.answer(ask, true, s.gendered("hours.now.open", data)), state.Day)
	s.remark()
	return true
}

// sayNext says when the service opens next.
func (s *speaker) sayNext(state opening.State) bool {
	if state.Open {
		return s.sayNow(hoursAsk{service: s.service})
	}
	if !state.Known || state.Next.IsZero() && s.anyUnknown() {
		return false
	}
	if state.Next.IsZero() {
		s.say(s.m.T("hours.next.none"), state.Day)
		return true
	}
	s.next(state.Next)
	return true
}

// next says when the service opens next, and for what.
func (s *speaker) next(at time.Time) {
	day := s.service.HoursOn(opening.DateOf(at))
	note := ""
	for _, r := range day.Ranges {
		if r.From == minuteOf(at) && r.Note != "" {
			note = s.m.T("hours.why", map[string]any{"Why": s.word(r.Note)})
		}
	}
	s.say(s.m.T("hours.next", map[string]any{"When": s.date(day.Date), "Time": s.clock(minuteOf(at)), "Note": note}), day)
}

// anyUnknown tells whether a day of the coming year is unknown.
func (s *speaker) anyUnknown() bool {
	for n := range 366 {
		if !s.service.HoursOn(s.today.Add(n)).Known {
			return true
		}
	}
	return false
}

// sayDay says the hours of a day and, where asked, whether it is open within a
// part of it.
func (s *speaker) sayDay(ask hoursAsk, d opening.Date) bool {
	day := s.service.HoursOn(d)
	if !day.Known {
		return false
	}
	w := ask.when
	within, all := day.Ranges, true
	if w.to > 0 {
		within = between(day.Ranges, w.from, w.to)
		all = minutes(within) == w.to-w.from
	}
	data := map[string]any{"The": s.the(), "When": s.dayPart(d, w), "Hours": s.ranges(day.Ranges), "Why": s.why(day)}
	open := len(within) > 0
	switch {
	case open && (ask.whether || w.to > 0) && w.all && !all:
		s.say(s.m.T("hours.partly", map[string]any{"Says": s.gendered("hours.open", withWhen(data, s.date(d)))}), day)
	case open:
		s.say(s.answer(ask, true, s.gendered("hours.open", withWhen(data, s.date(d)))), day)
	case len(day.Ranges) > 0:
		data["Why"] = ""
		s.say(s.answer(ask, false, s.gendered("hours.closed", data)), day)
		s.say(s.m.T("hours.that_day", map[string]any{"Hours": s.ranges(day.Ranges), "Why": s.why(day)}), day)
	default:
		s.say(s.answer(ask, false, s.gendered("hours.closed", withWhen(data, s.date(d)))), day)
	}
	if open {
		if d == s.today && w.to == 0 {
			s.say(s.rightNow(s.service.StateAt(s.now)), day)
		}
		s.remark()
		return true
	}
	if next := s.nextAfter(d, w); !next.IsZero() {
		s.next(next)
	}
	return true
}

func withWhen(data map[string]any, when string) map[string]any {
	data["When"] = when
	return data
}

// nextAfter is the first opening after the part of the day that was asked.
func (s *speaker) nextAfter(d opening.Date, w hoursWhen) time.Time {
	zone := s.service.Location()
	at := d.In(zone, max(w.from, 0))
	if at.Before(s.now) {
		at = s.now
	}
	state := s.service.StateAt(at)
	if state.Open {
		return time.Time{}
	}
	return state.Next
}

// sayEvery says the hours of a weekday, and where its next one differs.
func (s *speaker) sayEvery(ask hoursAsk, weekday time.Weekday) bool {
	next := s.today.Add((int(weekday) - int(s.today.Weekday()) + 7) % 7)
	day := s.service.UsualOn(next)
	if !day.Known {
		return false
	}
	w := ask.when
	within := day.Ranges
	if w.to > 0 {
		within = between(day.Ranges, w.from, w.to)
	}
	every := s.m.T("hours.every", map[string]any{"Day": s.m.T("hours.weekday." + digit(int(weekday)))})
	data := map[string]any{"The": s.the(), "When": every, "Hours": s.ranges(day.Ranges), "Why": s.why(day)}
	id := "hours.open"
	if len(within) == 0 {
		id = "hours.closed"
		if w.to > 0 && len(day.Ranges) > 0 {
			data["When"] = every + " " + s.part(w)
		}
	}
	s.say(s.answer(ask, len(within) > 0, s.gendered(id, data)), day)
	if len(within) == 0 && len(day.Ranges) > 0 {
		s.say(s.m.T("hours.that_day", map[string]any{"Hours": s.ranges(day.Ranges), "Why": ""}), day)
	}
	for n := 0; n < 35; n += 7 {
		actual := s.service.HoursOn(next.Add(n))
		if actual.Known && !sameHours(actual.Ranges, day.Ranges) {
			s.say(s.m.T("hours.except", map[string]any{"When": s.date(actual.Date), "Hours": s.rangesOrClosed(actual.Ranges), "Why": s.why(actual)}), actual)
		}
	}
	return true
}

// sayHolidays says whether the service is open on public holidays.
func (s *speaker) sayHolidays(ask hoursAsk) bool {
	if len(s.service.Weeks) == 0 {
		return false
	}
	day := opening.Day{Source: s.service.Source}
	id := "hours.holidays.closed"
	if s.service.OpenHolidays {
		id = "hours.holidays.open"
	}
	s.say(s.answer(ask, s.service.OpenHolidays, s.gendered(id, map[string]any{"The": s.the()})), day)
	for n := range 366 {
		day := s.service.HoursOn(s.today.Add(n))
		if day.Cause == opening.ByException && opening.PublicHoliday(day.Date, s.service.AlsaceMoselle) != "" && (len(day.Ranges) > 0) != s.service.OpenHolidays {
			s.say(s.m.T("hours.except", map[string]any{"When": s.date(day.Date), "Hours": s.rangesOrClosed(day.Ranges), "Why": s.why(day)}), day)
		}
	}
	return true
}

// sayWeek lists the usual week of this time of the year, and what is unusual
// in the coming month.
func (s *speaker) sayWeek() bool {
	if s.closedAllWeek() {
		return s.sayDates()
	}
	if !s.list(s.m.T("hours.list", map[string]any{"Name": typographic(s.service.Name)}), s.today) {
		return false
	}
	s.exceptions(opening.Span{From: s.today, Until: s.today.Add(30)})
	school := slices.ContainsFunc(s.service.Weeks, func(w opening.Week) bool { return w.School.Holidays })
	if h, ok := opening.NextSchoolHoliday("", s.today, s.service.SchoolZone); ok && school && s.today.Before(h.From) {
		day := s.service.UsualOn(h.From.Add(2))
		if day.Known && day.Cause == opening.BySchool {
			s.say(s.m.T("hours.school.changes", map[string]any{"Holidays": s.m.T("hours.school." + h.Name), "Span": s.span(h.Span)}), day)
		}
	}
	s.remark()
	return true
}

// closedAllWeek tells whether the usual week of this time of the year has no
// hours at all: the service opens at times.
func (s *speaker) closedAllWeek() bool {
	for n := range 7 {
		if day := s.service.UsualOn(s.today.Add(n)); !day.Known || len(day.Ranges) > 0 {
			return false
		}
	}
	return true
}

// maxDates is how many days sayDates lists.
const maxDates = 4

// sayDates lists the next days on which the service opens: for those that do
// not open every week.
func (s *speaker) sayDates() bool {
	var days []opening.Day
	for n := 0; n <= 366 && len(days) < maxDates; n++ {
		day := s.service.HoursOn(s.today.Add(n))
		if !day.Known {
			break
		}
		if len(day.Ranges) > 0 {
			days = append(days, day)
		}
	}
	if len(days) == 0 {
		return false
	}
	s.say(s.m.T("hours.dates", map[string]any{"Name": typographic(s.service.Name)}), days[0])
	for _, day := range days {
		s.row(s.date(day.Date), day)
	}
	return true
}

// saySpan lists the hours of a run of days, and what is unusual within.
func (s *speaker) saySpan(w hoursWhen) bool {
	from := w.span.From
	if from.Before(s.today) {
		from = s.today
	}
	when := s.span(w.span)
	if w.school != "" {
		when = s.m.T("hours.why", map[string]any{"Why": s.m.T("hours.school." + w.school)})
		when = s.span(w.span) + when
	}
	if s.service.HasNth() {
		return false
	}
	for d := from; !w.span.Until.Before(d); d = d.Add(1) {
		if !s.service.HoursOn(d).Known {
			return false
		}
	}
	if !s.list(s.m.T("hours.list.when", map[string]any{"Name": typographic(s.service.Name), "When": when}), from) {
		return false
	}
	s.exceptions(opening.Span{From: from, Until: w.span.Until})
	return true
}

// between cuts ranges to a part of the day.
func between(ranges []opening.Range, from, to opening.Minute) []opening.Range {
	var out []opening.Range
	for _, r := range ranges {
		if r.From < to && from < r.To {
			r.From, r.To = max(r.From, from), min(r.To, to)
			out = append(out, r)
		}
	}
	return out
}

func minutes(ranges []opening.Range) opening.Minute {
	var sum opening.Minute
	for _, r := range ranges {
		sum += r.To - r.From
	}
	return sum
}

func sameHours(a, b []opening.Range) bool {
	return slices.EqualFunc(a, b, func(x, y opening.Range) bool { return x.From == y.From && x.To == y.To })
}

func minuteOf(t time.Time) opening.Minute { return opening.Minute(t.Hour()*60 + t.Minute()) }
