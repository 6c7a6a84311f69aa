package analysis

import "testing"

func TestLight(t *testing.T) {
	for written, want := range map[string]string{
		"Écoles": "ecol", "école": "ecol",
		"déclarée": "declar", "déclarer": "declar", "déclarés": "declar", "Déclarez": "declar",
		"inscription": "inscription", "inscriptions": "inscription", "inscrit": "inscrit",
		"prix": "pri", "os": "os", "à": "a", "mer": "mer",
		"rendez-vous": "rendezvou", "12345*02": "", "2e": "", "": "", "…": "", "\xff": "",
	} {
		if got := Light(written); got != want {
			t.Errorf("Light(%q) = %q, want %q", written, got, want)
		}
	}
}
