// Package almanac knows the names of months and weekdays in French and English,
// for all who read dates in documents, questions and settings. What a resident is
// shown is in the message catalogues.
package almanac

import (
	"strings"
	"time"

	"guichet/internal/analysis"
)

// Languages are those whose names are known.
func Languages() []string { return []string{"fr", "en"} }

// Months returns a language's months, January first, in small letters.
func Months(language string) []string {
	if language == "en" {
		return []string{
			"january", "february", "march", "april", "may", "june",
			"july", "august", "september", "october", "november", "december",
		}
	}
	return []string{
		"janvier", "février", "mars", "avril", "mai", "juin",
		"juillet", "août", "septembre", "octobre", "novembre", "décembre",
	}
}

// Weekdays returns a language's weekdays, Sunday first as in package time, in
// small letters.
func Weekdays(language string) []string {
	if language == "en" {
		return []string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}
	}
	return []string{"dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"}
}

// Month returns the month of this name in one of these languages (none: in any),
// whatever its case and accents; 0 where it is none.
func Month(name string, languages ...string) time.Month {
	return time.Month(place(name, months, languages) + 1)
}

// Weekday returns the weekday of this name, or of its plural, in one of these
// languages (none: in any), whatever its case; false where it is none.
func Weekday(name string, languages ...string) (time.Weekday, bool) {
	day := place(strings.TrimSuffix(analysis.Fold(name), "s"), weekdays, languages)
	return time.Weekday(max(day, 0)), day >= 0
}

// places are where names, folded, stand in their lists, by language.
type places map[string]map[string]int

var months, weekdays = placed(Months), placed(Weekdays)

func placed(of func(string) []string) places {
	p := places{}
	for _, language := range Languages() {
		p[language] = map[string]int{}
		for i, name := range of(language) {
			p[language][analysis.Fold(name)] = i
		}
	}
	return p
}

// place is where the name stands in the list of one of these languages; -1:
// nowhere.
func place(name string, p places, languages []string) int {
	if len(languages) == 0 {
		languages = Languages()
	}
	name = analysis.Fold(name)
	for _, language := range languages {
		if i, ok := p[language][name]; ok {
			return i
		}
	}
	return -1
}

// MonthWords are the months of these languages for a regular expression, in small
// letters, with their accents and without: "janvier|février|fevrier|...".
func MonthWords(languages ...string) string { return words(Months, languages) }

// WeekdayWords are the weekdays of these languages, likewise.
func WeekdayWords(languages ...string) string { return words(Weekdays, languages) }

func words(of func(string) []string, languages []string) string {
	var all []string
	for _, language := range languages {
		for _, name := range of(language) {
			all = append(all, name)
			if plain := analysis.Fold(name); plain != name {
				all = append(all, plain)
			}
		}
	}
	return strings.Join(all, "|")
}
