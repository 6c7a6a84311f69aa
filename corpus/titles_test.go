package corpus

import (
	"slices"
	"testing"
	"time"

	"guichet/internal/analysis"
)

func readTitle(title string) titleReading {
	return newTitlePatterns().read(title, analysis.For("fr"))
}

func TestTitlesOfVersionsHaveTheSameWords(t *testing.T) {
	for _, pair := range [][2]string{
		{"Tarifs de la restauration scolaire 2024-2025", "Tarifs de la restauration scolaire 2026-2027"},
		{"Tarifs de la restauration scolaire 2024/2025", "Tarifs de la restauration scolaire, année scolaire 2026-27"},
		{"Marché de Noël 2025", "Marché de Noël 2026"},
		{"Marché de Noël : édition 2025", "Marché de Noël"},
		{"Horaires d'été du 6 juillet au 29 août 2025", "Horaires d'été du 5 juillet au 28 août 2026"},
		{"Tarifs au 1er janvier 2025", "Tarifs au 01/01/2026"},
		{"Menus de mai 2026", "Menus de juin 2026"},
		{"Règlement de la piscine, version 1.2", "Règlement de la piscine (v2)"},
		{"Plan climat 2014-2020", "Plan climat 2021-2026"},
	} {
		a, b := readTitle(pair[0]), readTitle(pair[1])
		if !slices.Equal(a.words, b.words) || len(a.words) == 0 {
			t.Errorf("%q and %q: %v, %v", pair[0], pair[1], a.words, b.words)
		}
	}
}

func TestTitlesOfOtherThingsDoNot(t *testing.T) {
	for _, pair := range [][2]string{
		{"Marché couvert, lot 1", "Marché couvert, lot 2"},
		{"Article 2025-12", "Article 2025-13"},
		{"Arrêté n° 2026-231", "Arrêté n° 2026-232"},
		{"Arrêté n° 2025", "Arrêté n° 2026"},
		{"Zone 1", "Zone 2"},
		{"École 2025", "Crèche 2026"},
		{"Vacances de février", "Vacances d'avril"},
		{"Formulaire 12345*02", "Formulaire 12345*03"},
	} {
		a, b := readTitle(pair[0]), readTitle(pair[1])
		if slices.Equal(a.words, b.words) {
			t.Errorf("%q and %q have the same words", pair[0], pair[1])
		}
	}
}

func TestTitlesNameDays(t *testing.T) {
	for title, want := range map[string][2]string{
		"Tarifs 2024-2025":                           {"2024-09-01", "2025-08-31"},
		"Tarifs 2024-25":                             {"2024-09-01", "2025-08-31"},
		"Marché de Noël 2025":                        {"2025-01-01", "2025-12-31"},
		"Plan 2021-2026":                             {"2021-01-01", "2026-12-31"},
		"Agenda de mai 2026":                         {"2026-05-01", "2026-05-31"},
		"Tarifs au 1er septembre 2026":               {"2026-09-01", "2026-09-01"},
		"Travaux du 30 novembre au 18 décembre 2026": {"2026-11-30", "2026-12-18"},
		"Conseil du 12/03/2025":                      {"2025-03-12", "2025-03-12"},
		"Conseil du 2025-03-12":                      {"2025-03-12", "2025-03-12"},
		"Budget 02/2026":                             {"2026-02-01", "2026-02-28"},
		"Rue du 8 mai 1945":                          {"1945-05-08", "1945-05-08"},
		"Lot 2":                                      {},
		"Article 2025-12":                            {},
		"Place du 11 novembre":                       {},
	} {
		r := readTitle(title)
		if r.dated != (want[0] != "") {
			t.Errorf("%q: dated %v", title, r.dated)
			continue
		}
		if r.dated && (dateOf(r.from).Format(time.DateOnly) != want[0] || dateOf(r.until).Format(time.DateOnly) != want[1]) {
			t.Errorf("%q: %s to %s, want %v", title, dateOf(r.from).Format(time.DateOnly), dateOf(r.until).Format(time.DateOnly), want)
		}
	}
}

func TestRecordsStandForThemselves(t *testing.T) {
	for title, want := range map[string]bool{
		"Compte rendu du conseil municipal du 12 mars 2025": true,
		"Procès-verbal de la séance":                        true,
		"Bulletin municipal, automne 2026":                  true,
		"Arrêté n° 2026-231":                                true,
		"Délibérations 2025":                                true,
		"Tarifs de la restauration scolaire 2024-2025":      false,
		"Marché de Noël 2025":                               false,
		"Journalistes : accréditations 2026":                false,
	} {
		if got := readTitle(title).record; got != want {
			t.Errorf("%q: record %v", title, got)
		}
	}
}
