package opening

import (
	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/aa"
	"github.com/rickar/cal/v2/fr"
)

// The French public holidays (code du travail, article L3133-1), and the two
// that Alsace and Moselle have besides (article L3134-13).
const (
	NewYear      = "new_year"
	GoodFriday   = "good_friday" // Alsace-Moselle
	EasterMonday = "easter_monday"
	LabourDay    = "labour_day"
	Victory      = "victory"
	Ascension    = "ascension"
	WhitMonday   = "whit_monday"
	NationalDay  = "national_day"
	Assumption   = "assumption"
	AllSaints    = "all_saints"
	Armistice    = "armistice"
	Christmas    = "christmas"
	SaintStephen = "saint_stephen" // Alsace-Moselle
)

// ofAlsaceMoselle is how many holidays at the end of the list are theirs alone.
const ofAlsaceMoselle = 2

type holiday struct {
	name string
	rule *cal.Holiday
}

// holidays are all of them, those of Alsace and Moselle last.
func holidays() []holiday {
	return []holiday{
		{NewYear, fr.NouvelAn},
		{EasterMonday, fr.LundiDePâques},
		{LabourDay, fr.FêteDuTravail},
		{Victory, fr.FêteDeLaVictoire},
		{Ascension, fr.Ascension},
		{WhitMonday, fr.LundiDePentecôte},
		{NationalDay, fr.FêteNationale},
		{Assumption, fr.Assomption},
		{AllSaints, fr.Toussaint},
		{Armistice, fr.Armistice1918},
		{Christmas, fr.Noël},
		{GoodFriday, aa.GoodFriday},
		{SaintStephen, aa.ChristmasDay2},
	}
}

// HolidayDate is the day of a public holiday in a year; the zero Date for a
// name that is none.
func HolidayDate(name string, year int) Date {
	for _, h := range holidays() {
		if h.name == name {
			actual, _ := h.rule.Calc(year)
			return DateOf(actual)
		}
	}
	return Date{}
}

// PublicHoliday is the name of the day's public holiday, "" if it has none.
func PublicHoliday(d Date, alsaceMoselle bool) string {
	all := holidays()
	if !alsaceMoselle {
		all = all[:len(all)-ofAlsaceMoselle]
	}
	for _, h := range all {
		if actual, _ := h.rule.Calc(d.Year); DateOf(actual) == d {
			return h.name
		}
	}
	return ""
}
