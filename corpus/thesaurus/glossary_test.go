package thesaurus_test

import (
	"strings"
	"testing"

	"guichet/corpus/thesaurus"
)

func TestReadsEnglishAndHurriedFrench(t *testing.T) {
	french, err := thesaurus.French()
	if err != nil {
		t.Fatal(err)
	}
	for question, want := range map[string]string{
		"How much is the library card for a student?": "prix carte de médiathèque étudiant ?",
		"When does the town hall open?":               "quand mairie ouvert ?",
		"what is the deadline at place de la Halle?":  "date limite place de la Halle?",
		"kan ouvre la mairi":                          "quand ouvre la mairie",
		"c'est ouvert ?":                              "c'est ouvert ?",
		"on a 3 ans de retard au registre":            "on a 3 ans de retard au registre",
	} {
		got := strings.Join(strings.Fields(thesaurus.Apply(question, french.Read(question))), " ")
		if strings.ReplaceAll(got, " ?", "?") != strings.ReplaceAll(want, " ?", "?") {
			t.Errorf("%q is read as %q, want %q", question, got, want)
		}
	}
}
