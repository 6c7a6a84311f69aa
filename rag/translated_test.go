package rag_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"guichet/rag"
)

var inLanguage = regexp.MustCompile(`^(es|de|pt|it) ([+-]) (.*)$`)

var questions = map[string]string{
	"es": "¿Cuáles son las condiciones y los horarios, por favor?",
	"de": "Wie sind die Bedingungen und wann ist es offen?",
	"pt": "Quais são as condições e os horários, por favor?",
	"it": "Quali sono le condizioni e gli orari, per favore?",
}

// translations are the units of a file of testdata by language and kind: of the
// town's sentences, translations ("+") and false ones ("-").
func translations(t *testing.T, name string, each func(kind string, shown bool, told string)) {
	t.Helper()
	documents := demoPassages(t)
	content, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	var sources []rag.Source
	stretch := ""
	for line := range strings.SplitSeq(strings.TrimSpace(string(content)), "\n") {
		if name, ok := strings.CutPrefix(line, "# "); ok {
			if sources = documents[name]; len(sources) == 0 {
				t.Fatalf("no document %s", name)
			}
			continue
		}
		if words, ok := strings.CutPrefix(line, "= "); ok {
			stretch = words
			continue
		}
		m := inLanguage.FindStringSubmatch(line)
		if m == nil {
			t.Fatalf("%q", line)
		}
		u := cited(rag.Sentence, m[3]+" « "+stretch+" »", sources...)
		_, reason := rag.Grounded{Town: "Saint-Aubin-les-Étangs", Question: questions[m[1]]}.Unit(t.Context(), u, sources)
		each(m[1]+" "+m[2], reason == nil, fmt.Sprintf("%s (%s) %+v", line, stretch, reason))
	}
}

// TestTranslations holds translations of the demo town's sentences, and false
// ones, to the words that they bring. Of each language and kind every second one
// was set aside before the rules were made; a second file was written to find holes
// and words that lacked, a third when all was done.
func TestTranslations(t *testing.T) {
	t.Parallel()
	shown, aside, second, unseen := map[string]*tally{}, map[string]*tally{}, map[string]*tally{}, map[string]*tally{}
	senses, understood := 0, 0
	for _, language := range []string{"es", "de", "pt", "it"} {
		for _, kind := range []string{" +", " -"} {
			for _, of := range []map[string]*tally{shown, aside, second, unseen} {
				of[language+kind] = &tally{}
			}
		}
	}
	seen := map[string]int{}
	translations(t, "languages.txt", func(kind string, passed bool, told string) {
		seen[kind]++
		if seen[kind]%2 == 1 {
			aside[kind].add(passed)
			return
		}
		shown[kind].add(passed)
		if passed != strings.HasSuffix(kind, "+") {
			t.Log(told)
		}
	})
	translations(t, "languages-second.txt", func(kind string, passed bool, told string) {
		second[kind].add(passed)
		if passed != strings.HasSuffix(kind, "+") {
			t.Log(told)
		}
	})
	translations(t, "languages-unseen.txt", func(kind string, passed bool, _ string) { unseen[kind].add(passed) })
	for _, language := range []string{"es", "de", "pt", "it"} {
		for _, kind := range []string{language + " +", language + " -"} {
			t.Logf("%s: %v; set aside: %v; second: %v; unseen: %v", kind, shown[kind], aside[kind], second[kind], unseen[kind])
		}
		honest, altered := language+" +", language+" -"
		if shown[altered].shown+aside[altered].shown+unseen[altered].shown > 0 {
			t.Errorf("%s: altered units are shown", language)
		}
		if shown[honest].share() < .95 || aside[honest].share() < .8 || second[honest].share() < .75 {
			t.Errorf("%s: honest units are withheld", language)
		}
		senses += second[altered].shown
		understood += unseen[honest].shown
	}
	// Three senses of the second file are known to be shown; of the unseen 22 honest
	// units twelve are.
	if senses > 3 || understood < 12 {
		t.Errorf("%d altered units of the second file are shown, %d honest ones of the unseen", senses, understood)
	}
}
