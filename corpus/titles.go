package corpus

import (
	"hash/fnv"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"guichet/internal/almanac"
	"guichet/internal/analysis"
)

// titleReading is what a title says beside its words: which stretch of time
// the document is about, and which thing. Two documents whose titles have the
// same words are versions of one thing ("Tarifs de la cantine 2024-2025",
// "Tarifs de la cantine 2026-2027").
type titleReading struct {
	words []uint32 // hashes of the title's terms without its dates, sorted, each once
	// The days that the title names, in days since 1970, or the number of its
	// version; dated tells whether it names any.
	from, until int32
	dated       bool
	version     int32 // "version 2.1" is 2001; 0: none
	record      bool  // it stands for itself: minutes, a bulletin, an order
}

// titlePatterns finds dates in titles, and words of records, whose documents
// follow one another without one taking the other's place.
type titlePatterns struct {
	day, version, numbers, lead, record *regexp.Regexp
}

func newTitlePatterns() *titlePatterns {
	return &titlePatterns{
		// "du 30 novembre au 18 décembre 2026", "1er septembre 2026", "mai 2026"
		day: regexp.MustCompile(`(?i)(?:\b(?:du|au|le|dès|depuis|jusqu.au|à partir du)\s+)?(?:\b(\d{1,2})(?:er)?\s+)?\b(` + almanac.MonthWords("fr") + `)\b(?:\s+((?:19|20)\d\d)\b)?`),
		// "version 2.1", "v3"
		version: regexp.MustCompile(`(?i)\b(?:version\s*|v\.?\s?)(\d{1,3})(?:\.(\d{1,3}))?\b`),
		numbers: regexp.MustCompile(`(n°\s*|no?\.\s*)?\b\d+(?:\s?[-–/.]\s?\d+)*\b`),
		// words that only lead to a year
		lead:   regexp.MustCompile(`(?i)(?:^|[^\pL])(?:années? scolaires?|années?|saison|édition|exercice|millésime)\s*\x00`),
		record: regexp.MustCompile(`(?i)(?:^|[^\pL])(?:séance|délibérations?|procès-verb(?:al|aux)|comptes?[- ]rendus?|arrêtés?|décisions?|bulletins?|magazines?|journa(?:l|ux)|lettres?|recueils?|rapports?|articles?|lois?|décrets?|communiqués?)(?:$|[^\pL])`),
	}
}

// dateMark stands where a date was.
const dateMark = " \x00 "

// read tells what a title says.
func (p *titlePatterns) read(title string, a *analysis.Analyzer) titleReading {
	r := titleReading{record: p.record.MatchString(title)}
	if strings.ContainsAny(title, "0123456789") {
		title = p.cutDates(title, &r)
	}
	for _, term := range a.Terms(title) {
		h := fnv.New32a()
		_, _ = h.Write([]byte(term))
		r.words = append(r.words, h.Sum32())
	}
	slices.Sort(r.words)
	r.words = slices.Compact(r.words)
	return r
}

// cutDates notes the dates of a title and returns it without them.
func (p *titlePatterns) cutDates(title string, r *titleReading) string {
	title = p.version.ReplaceAllStringFunc(title, func(found string) string {
		m := p.version.FindStringSubmatch(found)
		r.version = 1000*number(m[1]) + number(m[2])
		return dateMark
	})
	if year := lastYear(title); year > 0 {
		title = p.day.ReplaceAllStringFunc(title, func(found string) string {
			m := p.day.FindStringSubmatch(found)
			date := dayMonth{number(m[1]), int32(almanac.Month(m[2], "fr")), number(m[3])} //nolint:gosec // twelve months
			if date.year == 0 {
				date.year = year
			}
			r.add(date.period())
			return dateMark
		})
	}
	title = p.numbers.ReplaceAllStringFunc(title, func(found string) string {
		from, until, ok := periodOf(found)
		if !ok || strings.HasPrefix(strings.ToLower(found), "n") {
			return found
		}
		r.add(from, until)
		return dateMark
	})
	return p.lead.ReplaceAllString(title, dateMark)
}

// add widens the days that the title names.
func (r *titleReading) add(from, until int32) {
	if !r.dated {
		r.from, r.until, r.dated = from, until, true
		return
	}
	r.from, r.until = min(r.from, from), max(r.until, until)
}

// dayMonth is a date of a title; day and year may be 0.
type dayMonth struct{ day, month, year int32 }

func (m dayMonth) period() (from, until int32) {
	if m.day > 0 {
		day := dayNumber(int(m.year), time.Month(m.month), int(m.day))
		return day, day
	}
	return dayNumber(int(m.year), time.Month(m.month), 1), dayNumber(int(m.year), time.Month(m.month)+1, 0)
}

// periodOf reads a year, two that follow one another (a school year), a span
// of years, or a date in figures. Other numbers, such as those of an article
// or an order (2025-12, 2026-231), are none.
func periodOf(text string) (from, until int32, ok bool) {
	parts := strings.FieldsFunc(text, func(r rune) bool { return r < '0' || r > '9' })
	switch {
	case len(parts) == 1 && isYear(parts[0]):
		y := int(number(parts[0]))
		return dayNumber(y, time.January, 1), dayNumber(y, time.December, 31), true
	case len(parts) == 2 && isYear(parts[0]):
		first, second := int(number(parts[0])), int(number(parts[1]))
		if len(parts[1]) == 2 {
			second += first - first%100
		}
		switch {
		case len(parts[1]) != 2 && !isYear(parts[1]) || second <= first || len(parts[1]) == 2 && second != first+1:
			return 0, 0, false
		case second == first+1:
			return dayNumber(first, time.September, 1), dayNumber(second, time.August, 31), true
		}
		return dayNumber(first, time.January, 1), dayNumber(second, time.December, 31), true
	case len(parts) == 2 && isYear(parts[1]) && isPart(parts[0], 12):
		from, until := dayMonth{0, number(parts[0]), number(parts[1])}.period()
		return from, until, true
	case len(parts) == 3 && isYear(parts[2]) && isPart(parts[0], 31) && isPart(parts[1], 12):
		from, until := dayMonth{number(parts[0]), number(parts[1]), number(parts[2])}.period()
		return from, until, true
	case len(parts) == 3 && isYear(parts[0]) && isPart(parts[1], 12) && isPart(parts[2], 31):
		from, until := dayMonth{number(parts[2]), number(parts[1]), number(parts[0])}.period()
		return from, until, true
	}
	return 0, 0, false
}

func isYear(s string) bool {
	return len(s) == 4 && (strings.HasPrefix(s, "19") || strings.HasPrefix(s, "20"))
}

func isPart(s string, most int32) bool {
	return len(s) <= 2 && number(s) >= 1 && number(s) <= most
}

// yearsOf returns the years that a text names.
func yearsOf(text string) []int {
	var years []int
	for _, digits := range strings.FieldsFunc(text, func(r rune) bool { return r < '0' || r > '9' }) {
		if isYear(digits) {
			years = append(years, int(number(digits)))
		}
	}
	return years
}

func lastYear(text string) int32 {
	years := yearsOf(text)
	if len(years) == 0 {
		return 0
	}
	return int32(years[len(years)-1]) //nolint:gosec // four digits
}

// number reads at most nine digits; 0 for none.
func number(digits string) int32 {
	n, err := strconv.ParseInt(digits, 10, 32)
	if err != nil {
		return 0
	}
	return int32(n)
}

// dayNumber counts days since 1970.
func dayNumber(year int, month time.Month, day int) int32 {
	return int32(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / 86400) //nolint:gosec // dates of documents
}
