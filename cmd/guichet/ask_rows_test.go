package main

import (
	"path/filepath"
	"strings"
	"testing"

	"guichet/internal/postgrestest"
)

// Whoever asks for one street is not told another's days, however the question
// is put, and whichever collection has the table.
func TestARowOfATableAnswersForNoOther(t *testing.T) {
	env := map[string]string{"GUICHET_DATABASE_URL": postgrestest.URL(t)}
	dir := write(t, map[string]string{
		"collecte.csv":          "rue,jour de collecte\nRue Haute,lundi et jeudi\nRue Basse,mardi et vendredi\n",
		"jours-de-collecte.csv": "Rue;Bac gris;Bac jaune\nRue Haute;lundi;jeudi\nRue Basse;mardi;vendredi\n",
	})
	for _, file := range []string{"collecte.csv", "jours-de-collecte.csv"} {
		if code, stdout, stderr := guichet(t, env, "ingest", filepath.Join(dir, file), "--collection", strings.TrimSuffix(file, ".csv")); code != exitOK {
			t.Fatalf("%s: exit %d: %s%s", file, code, stdout, stderr)
		}
	}
	for asked, other := range map[string]string{"Haute": "Basse", "Basse": "Haute"} {
		for _, question := range []string{"jour de collecte rue ", "quand passe le bac jaune rue "} {
			question += strings.ToLower(asked)
			_, answer, _ := guichet(t, env, "ask", question)
			if strings.Contains(answer, "Rue "+other) || !strings.Contains(answer, "Rue "+asked) {
				t.Errorf("%s:\n%s", question, answer)
			}
		}
	}
	if _, answer, _ := guichet(t, env, "ask", "jour de collecte rue haute et rue basse"); !strings.Contains(answer, "Rue Haute") || !strings.Contains(answer, "Rue Basse") {
		t.Errorf("of two streets one is missing:\n%s", answer)
	}
}
