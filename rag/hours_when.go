package rag

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"guichet/corpus/opening"
	"guichet/internal/almanac"
	"guichet/internal/analysis"
)

// hoursWhen is the time that a question asks about. Nothing set: none was
// named.
type hoursWhen struct {
	now      bool
	days     []opening.Date // in order: one, or those of a weekend
	every    []time.Weekday // "le samedi"
	span     opening.Span   // "pendant les vacances de Noël"
	school   string         // name of the school holidays that span is
	holidays bool           // "les jours fériés"
	unknown  bool           // school holidays of which no dates are known

	// Within the day: from a minute to another, both 0 when none was named.
	// Of a moment ("à 18 h"), to is from + 1; part says that the service
	// should be open all along ("entre midi et deux").
	from, to opening.Minute
	all      bool
}

func (w hoursWhen) named() bool {
	return w.now || len(w.days)+len(w.every) > 0 || !w.span.Until.IsZero() || w.holidays || w.to > 0
}

// hoursClockReader reads the time out of a question's words.
type hoursClockReader struct {
	words []hoursWord
	today opening.Date
	zone  string // of the school holidays
	when  hoursWhen
}

// readWhen reads the time and marks its words as used.
func readWhen(words []hoursWord, today opening.Date, schoolZone string) hoursWhen {
	r := &hoursClockReader{words: words, today: today, zone: schoolZone}
	for i := range words {
		if !words[i].used || hoursWeekday(words[i].text) >= 0 {
			r.at(i)
		}
	}
	if r.when.to > 0 && len(r.when.days)+len(r.when.every) == 0 && r.when.span.Until.IsZero() && !r.when.holidays {
		r.when.days = []opening.Date{today}
	}
	if len(r.when.days) > 0 {
		r.when.every, r.when.now = nil, false
	}
	slices.SortFunc(r.when.days, func(a, b opening.Date) int { return strings.Compare(a.String(), b.String()) })
	r.when.days = slices.Compact(r.when.days)
	return r.when
}

// word is the word at i, "" beyond the question.
func (r *hoursClockReader) word(i int) string {
	if i < 0 || i >= len(r.words) {
		return ""
	}
	return r.words[i].text
}

func (r *hoursClockReader) use(from, to int) {
	for i := max(from, 0); i <= to && i < len(r.words); i++ {
		r.words[i].used = true
	}
}

func (r *hoursClockReader) day(d opening.Date) { r.when.days = append(r.when.days, d) }

// at reads the time that begins at word i.
func (r *hoursClockReader) at(i int) {
	word := r.word(i)
	if r.relative(i, word) || r.partOfDay(i, word) || r.date(i, word) || r.holiday(i, word) || r.period(i, word) {
		return
	}
	day := hoursWeekday(word)
	if day < 0 {
		return
	}
	r.use(i, i)
	before, after := r.word(i-1), r.word(i+1)
	if hoursFigure(after) > 0 && hoursMonth(r.word(i+2)) > 0 {
		return // the date that follows says it all
	}
	ahead := (day - int(r.today.Weekday()) + 7) % 7
	plural := strings.HasSuffix(word, "s")
	switch {
	case strings.HasPrefix(after, "prochain") || before == "next":
		r.use(i-1, i-1)
		if strings.HasPrefix(after, "prochain") {
			r.use(i+1, i+1)
		}
		if ahead == 0 {
			ahead = 7
		}
		r.day(r.today.Add(ahead))
	case plural, before == "le", before == "chaque", before == "every", before == "les":
		if before == "chaque" || before == "every" {
			r.use(i-1, i-1)
		}
		r.when.every = append(r.when.every, time.Weekday(day))
	default:
		r.day(r.today.Add(ahead))
	}
}

// relative reads days counted from today.
func (r *hoursClockReader) relative(i int, word string) bool {
	switch {
	case word == "maintenant" || word == "actuellement" || word == "now" || word == "currently" || word == "la" && r.isLastOfClause(i):
		r.when.now = true
	case word == "la" && r.word(i+1) == "maintenant":
	case word == "aujourdhui" || hoursEdits(word, "aujourdhui", 2) <= 2 || word == "today":
		r.day(r.today)
	case word == "tonight":
		r.day(r.today)
		r.part(17*60, 24*60)
	case word == "apresdemain" || hoursEdits(word, "apresdemain", 2) <= 2:
		r.day(r.today.Add(2))
	case word == "demain" || word == "dmain" || word == "demin" || word == "tomorrow" || word == "tmrw":
		r.day(r.today.Add(1))
	case (word == "dans" || word == "in") && hoursNumber(r.word(i+1)) > 0:
		n := hoursNumber(r.word(i + 1))
		switch r.word(i + 2) {
		case "jour", "jours", "day", "days":
		case "semaine", "semaines", "week", "weeks":
			n *= 7
		default:
			return false
		}
		r.use(i+1, i+2)
		r.day(r.today.Add(min(n, 366)))
	default:
		return false
	}
	r.use(i, i)
	return true
}

// isLastOfClause tells "ouvert là ?" from "la piscine".
func (r *hoursClockReader) isLastOfClause(i int) bool {
	next := i + 1
	return i > 0 && r.words[i-1].clause == r.words[i].clause &&
		(next == len(r.words) || r.words[next].clause != r.words[i].clause)
}

// partOfDay reads parts of the day and times of the clock.
func (r *hoursClockReader) partOfDay(i int, word string) bool {
	before := r.word(i - 1)
	this := before == "ce" || before == "cet" || before == "cette" || before == "this"
	switch {
	case word == "matin" || word == "matinee" || word == "matins" || word == "morning" || word == "mornings":
		r.part(0, 12*60)
	case word == "apresmidi" || word == "afternoon" || word == "afternoons":
		r.part(12*60, 18*60)
	case word == "soir" || word == "soiree" || word == "soirs" || word == "evening" || word == "evenings":
		r.part(17*60, 24*60)
	case word == "pausemidi" || word == "midi" && r.word(i-1) == "le":
		r.part(12*60, 14*60)
		r.when.all = true
	case word == "midi" || word == "noon":
		r.part(12*60, 12*60+1)
	case word == "nuit" || word == "night":
		r.part(21*60, 24*60)
	default:
		at, ok := hoursTime(word)
		if !ok {
			return false
		}
		switch r.word(i - 1) {
		case "apres", "after", "partir":
			r.use(i-1, i-1)
			r.part(at, 24*60)
		case "avant", "before":
			r.use(i-1, i-1)
			r.part(0, at)
		default:
			if r.when.to == r.when.from+1 && r.when.from < at { // "de 14 h à 16 h"
				r.part(r.when.from, at)
				r.when.all = true
				break
			}
			r.part(at, at+1)
		}
	}
	if this {
		r.day(r.today)
	}
	r.use(i, i)
	return true
}

func (r *hoursClockReader) part(from, to opening.Minute) { r.when.from, r.when.to = from, to }

// date reads "24 décembre 2026", "december 24th", "24/12", "le 24".
func (r *hoursClockReader) date(i int, word string) bool {
	if a, b, slashed := strings.Cut(word, "/"); slashed {
		month, year, _ := strings.Cut(b, "/")
		return r.calendar(i, i, hoursFigure(a), time.Month(hoursFigure(month)), hoursFigure(year))
	}
	n := hoursFigure(word)
	if month := hoursMonth(word); n == 0 && month > 0 && hoursFigure(r.word(i+1)) > 0 && hoursFigure(r.word(i+1)) <= 31 {
		last, year := i+1, 0
		if y := hoursFigure(r.word(i + 2)); y > 2000 {
			last, year = i+2, y
		}
		return r.calendar(i, last, hoursFigure(r.word(i+1)), month, year)
	}
	if n < 1 || n > 31 {
		return false
	}
	next := i + 1
	if r.word(next) == "of" {
		next++
	}
	if month := hoursMonth(r.word(next)); month > 0 {
		last, year := next, 0
		if y := hoursFigure(r.word(next + 1)); y > 2000 {
			last, year = next+1, y
		}
		return r.calendar(i, last, n, month, year)
	}
	if before := r.word(i - 1); before != "le" && before != "the" && hoursWeekday(before) < 0 {
		return false
	}
	for j := i + 1; j < i+4; j++ { // "le 24 et le 31 décembre": the month of the last
		if month := hoursMonth(r.word(j + 1)); hoursFigure(r.word(j)) > 0 && month > 0 {
			year := hoursFigure(r.word(j + 2))
			if year <= 2000 {
				year = 0
			}
			return r.calendar(i, i, n, month, year)
		}
	}
	d := opening.Date{Year: r.today.Year, Month: r.today.Month, Day: n}
	if n < r.today.Day {
		if d.Month++; d.Month > 12 {
			d.Year, d.Month = d.Year+1, 1
		}
	}
	if hoursWeekday(r.word(i-1)) >= 0 {
		r.when.days = nil // of the weekday alone
	}
	return r.calendar(i, i, d.Day, d.Month, d.Year)
}

// calendar takes a date; without a year, the next such one.
func (r *hoursClockReader) calendar(first, last, day int, month time.Month, year int) bool {
	if year > 0 && year < 100 {
		year += 2000
	}
	d := opening.Date{Year: year, Month: month, Day: day}
	if year == 0 {
		d.Year = r.today.Year
		if d.Before(r.today) {
			d.Year++
		}
	}
	if month < 1 || month > 12 || day < 1 || d.Add(0) != d {
		return false
	}
	r.use(first, last)
	r.day(d)
	return true
}

// holiday reads public holidays by name.
func (r *hoursClockReader) holiday(i int, word string) bool {
	name, shift := "", 0
	switch word {
	case "joursferies", "feries", "ferie":
		r.when.holidays = true
		r.use(i, i)
		return true
	case "noel", "christmas":
		name = opening.Christmas
	case "veillenoel":
		name, shift = opening.Christmas, -1
	case "saintsylvestre":
		name, shift = opening.NewYear, -1
	case "nouvelan":
		name = opening.NewYear
	case "lundipaques":
		name = opening.EasterMonday
	case "paques", "easter":
		name, shift = opening.EasterMonday, -1
	case "ascension":
		name = opening.Ascension
	case "lundipentecote":
		name = opening.WhitMonday
	case "pentecote", "pentecost":
		name, shift = opening.WhitMonday, -1
	case "fetenationale":
		name = opening.NationalDay
	case "fetetravail":
		name = opening.LabourDay
	case "assomption", "assumption":
		name = opening.Assumption
	case "toussaint":
		name = opening.AllSaints
	case "armistice":
		name = opening.Armistice
	default:
		return false
	}
	r.use(i, i)
	for year := r.today.Year; ; year++ {
		d := opening.HolidayDate(name, year).Add(shift)
		if !d.Before(r.today) {
			r.day(d)
			return true
		}
	}
}

// period reads weekends, weeks, months and school holidays.
func (r *hoursClockReader) period(i int, word string) bool {
	switch {
	case word == "weekend" || word == "weekends":
		r.use(i, i)
		if before := r.word(i - 1); before == "le" || before == "les" || word == "weekends" {
			r.when.every = append(r.when.every, time.Saturday, time.Sunday)
			return true
		}
		saturday := r.today.Add((6 - int(r.today.Weekday()) + 7) % 7)
		if r.today.Weekday() == time.Sunday {
			saturday = r.today.Add(-1)
		}
		if strings.HasPrefix(r.word(i+1), "prochain") || r.word(i-1) == "next" {
			r.use(i+1, i+1)
		}
		for _, d := range []opening.Date{saturday, saturday.Add(1)} {
			if !d.Before(r.today) {
				r.day(d)
			}
		}
	case (word == "semaine" || word == "week") && (strings.HasPrefix(r.word(i+1), "prochain") || r.word(i-1) == "next"):
		if word == "semaine" {
			r.use(i+1, i+1)
		}
		r.use(i-1, i)
		monday := r.today.Add((8 - int(r.today.Weekday())) % 7)
		if monday == r.today {
			monday = monday.Add(7)
		}
		r.when.span = opening.Span{From: monday, Until: monday.Add(6)}
	case (word == "semaine" || word == "week") && (r.word(i-1) == "cette" || r.word(i-1) == "this"):
		r.use(i, i)
		r.when.span = opening.Span{From: r.today, Until: r.today.Add((7 - int(r.today.Weekday())) % 7)}
	case strings.HasPrefix(word, "vacance") || word == "holidays" || word == "conges":
		return r.vacation(i)
	case hoursMonth(word) > 0 && (r.word(i-1) == "en" || r.word(i-1) == "in" || r.word(i-1) == "d"):
		r.use(i, i)
		month := opening.Date{Year: r.today.Year, Month: hoursMonth(word), Day: 1}
		if month.Month < r.today.Month {
			month.Year++
		}
		next := month.Add(31)
		r.when.span = opening.Span{From: month, Until: opening.Date{Year: next.Year, Month: next.Month, Day: 1}.Add(-1)}
	default:
		return false
	}
	return true
}

// vacation reads which school holidays are meant: those that are named beside
// the word, else the next.
func (r *hoursClockReader) vacation(i int) bool {
	name := ""
	names := map[string]string{
		"noel": "Noël", "christmas": "Noël", "toussaint": "Toussaint", "autumn": "Toussaint", "hiver": "hiver", "fevrier": "hiver", "winter": "hiver",
		"printemps": "printemps", "paques": "printemps", "spring": "printemps", "easter": "printemps", "ete": "été", "summer": "été",
	}
	r.use(i, i)
	for _, near := range []int{i - 2, i - 1, i + 1, i + 2, i + 3} {
		word := r.word(near)
		if known := names[word]; known != "" && name == "" {
			name = known
			r.use(near, near)
			r.when.days = nil // it was no public holiday
		}
		if strings.HasPrefix(word, "scolaire") || word == "school" || strings.HasPrefix(word, "prochain") && near == i+1 || word == "pendant" || word == "during" || word == "durant" {
			r.use(near, near)
		}
	}
	h, ok := opening.NextSchoolHoliday(name, r.today, r.zone)
	if !ok {
		r.when.unknown = true
		return true
	}
	r.when.span, r.when.school = h.Span, h.Name
	return true
}

// hoursWeekday is the number of a weekday that a word names, or -1. A slip is
// forgiven, two in long words, as long as the first letter is right.
func hoursWeekday(word string) int {
	if day, ok := almanac.Weekday(word); ok {
		return int(day)
	}
	switch word {
	case "dim", "dims":
		return 0
	case "sam", "sams":
		return 6
	}
	for day := range 7 {
		for _, language := range almanac.Languages() {
			name := almanac.Weekdays(language)[day]
			allowed := 1
			if len(name) >= 8 && len(word) >= 7 {
				allowed = 2
			}
			if len(word) >= 5 && len(name) >= 5 && word[0] == name[0] && hoursMonth(word) == 0 && hoursEdits(word, name, allowed) <= allowed {
				return day
			}
		}
	}
	return -1
}

// hoursMonth is the month that a word names, or 0.
func hoursMonth(word string) time.Month {
	if month := almanac.Month(word); month > 0 {
		return month
	}
	for i, short := range []string{"janv jan", "fev feb", "", "apr", "", "", "juil", "aug", "sept", "oct", "nov", "dec"} {
		if slices.Contains(strings.Fields(short), word) {
			return time.Month(i + 1)
		}
	}
	for i := range 12 {
		for _, language := range almanac.Languages() {
			if name := analysis.Fold(almanac.Months(language)[i]); len(name) > 6 && hoursEdits(word, name, 1) <= 1 {
				return time.Month(i + 1)
			}
		}
	}
	return 0
}

// hoursNumber is a number in figures or in a word, or 0.
func hoursNumber(word string) int {
	for i, names := range []string{"", " un une a one ", " deux two ", " trois three ", " quatre four ", " cinq five ", " six ", " sept seven ", " huit eight "} {
		if strings.Contains(names, " "+word+" ") {
			return i
		}
	}
	return hoursFigure(word)
}

// hoursFigure is a number in figures, perhaps an ordinal, or 0.
func hoursFigure(word string) int {
	if word == "premier" {
		return 1
	}
	for _, ending := range []string{"er", "st", "nd", "rd", "th"} {
		word = strings.TrimSuffix(word, ending)
	}
	n, err := strconv.Atoi(word)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// hoursTime reads 14h, 14h30, 5h30pm.
func hoursTime(word string) (opening.Minute, bool) {
	hour, rest, found := strings.Cut(word, "h")
	if !found {
		return 0, false
	}
	h, err := strconv.Atoi(hour)
	if err != nil {
		return 0, false
	}
	half := ""
	if n := len(rest); n >= 2 && rest[n-1] == 'm' {
		half, rest = rest[n-2:], rest[:n-2]
	}
	m := 0
	if rest != "" {
		if m, err = strconv.Atoi(rest); err != nil {
			return 0, false
		}
	}
	if half == "pm" && h < 12 {
		h += 12
	}
	if half == "am" && h == 12 {
		h = 0
	}
	return opening.Minute(h*60 + m), h < 24 && m < 60
}
