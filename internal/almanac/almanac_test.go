package almanac

import (
	"regexp"
	"testing"
	"time"

	"guichet/internal/analysis"
)

func TestNames(t *testing.T) {
	for name, want := range map[string]time.Month{
		"janvier": 1, "Février": 2, "fevrier": 2, "AOÛT": 8, "aout": 8, "decembre": 12, "may": 5, "March": 3, "mar": 0, "": 0, "lundi": 0,
	} {
		if got := Month(name); got != want {
			t.Errorf("%q is month %d, want %d", name, got, want)
		}
	}
	if Month("may", "fr") != 0 || Month("mai", "en") != 0 || Month("mai", "fr") != time.May {
		t.Error("a name counts in another language")
	}
	for name, want := range map[string]time.Weekday{"dimanche": 0, "Lundi": 1, "lundis": 1, "SATURDAYS": 6, "wednesday": 3} {
		if got, ok := Weekday(name); got != want || !ok {
			t.Errorf("%q is %s, %v", name, got, ok)
		}
	}
	for _, name := range []string{"", "s", "lun", "mars", "sundayss"} {
		if day, ok := Weekday(name); ok {
			t.Errorf("%q is %s", name, day)
		}
	}
}

// Each name, with its accents and without, is found by the pattern and read back.
func TestWordsForPatterns(t *testing.T) {
	months := regexp.MustCompile(`^(?:` + MonthWords("fr", "en") + `)$`)
	days := regexp.MustCompile(`^(?:` + WeekdayWords("fr", "en") + `)$`)
	for _, language := range Languages() {
		for i, name := range Months(language) {
			for _, written := range []string{name, analysis.Fold(name)} {
				if !months.MatchString(written) || Month(written, language) != time.Month(i+1) {
					t.Errorf("%s: %q", language, written)
				}
			}
		}
		for i, name := range Weekdays(language) {
			if day, _ := Weekday(name, language); !days.MatchString(name) || day != time.Weekday(i) {
				t.Errorf("%s: %q", language, name)
			}
		}
	}
	if days.MatchString("mars") || regexp.MustCompile(`^(?:`+MonthWords("fr")+`)$`).MatchString("march") {
		t.Error("more is found than was asked for")
	}
}
