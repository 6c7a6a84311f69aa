package rag

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"guichet/internal/messages"
)

// The phrasings that this package's patterns were written with.
func TestDangerPhrasings(t *testing.T) {
	eachLine(t, "testdata/emergencies.tsv", func(line string) {
		want, question, ok := strings.Cut(line, "\t")
		if !ok {
			return
		}
		found, is := emergencyPhrases().Find(question)
		if is == (want == "none") || is && want != "any" && want != found.Kind {
			t.Errorf("%s: %q, want %s (%s)", question, found.Kind, want, found.Line)
		}
	})
}

// The published cases. Patterns and weights were made with all sets but "-4",
// "-6" and "-7", so that these must be right. No pattern and no weight was made with those
// three: they show what to expect of phrasings that nobody foresaw, and are meant to
// stay so.
func TestEmergencyCases(t *testing.T) {
	for _, set := range []struct {
		part                           string
		missed, helped, unfit, falsely int // at most; helped: at least, caught or with the numbers above
	}{
		{"", 0, 146, 0, 0},
		{"-held-out", 0, 72, 0, 0},
		{"-2", 0, 178, 0, 0},
		{"-3", 0, 101, 0, 1},
		{"-4", 6, 58, 4, 5},
		{"-5", 2, 130, 0, 0},
		{"-6", 9, 129, 0, 0},
		{"-7", 6, 147, 0, 1},
		{"-8", 0, 140, 0, 0},
	} {
		t.Run("caught"+set.part, func(t *testing.T) {
			cases := emergencyCases(t, "emergencies"+set.part+".jsonl")
			missed, perhaps, unfit := 0, 0, 0
			for _, c := range cases {
				danger := DangerIn(c.Question)
				if danger.Alarm != Sure {
					missed++
					t.Logf("%s is missed (%q): %s", c.ID, danger.Alarm, c.Question)
				}
				if danger.Alarm == Perhaps {
					perhaps++
				}
				if danger.Alarm != NoAlarm && !shareOne(emergencyNumbers(danger.Kind), c.Numbers) {
					unfit++
					t.Logf("%s: %s gives %v, want one of %v: %s", c.ID, danger.Kind, emergencyNumbers(danger.Kind), c.Numbers, c.Question)
				}
			}
			t.Logf("%d of %d caught, %d more have the numbers above their answer", len(cases)-missed, len(cases), perhaps)
			if helped := len(cases) - missed + perhaps; missed > set.missed || helped < set.helped || unfit > set.unfit {
				t.Errorf("%d missed, %d helped, %d with unfit numbers, want %+v", missed, helped, unfit, set)
			}
		})
		t.Run("silent"+set.part, func(t *testing.T) {
			cases := emergencyCases(t, "emergencies-false"+set.part+".jsonl")
			wrong, perhaps := 0, 0
			for _, c := range cases {
				switch danger := DangerIn(c.Question); danger.Alarm {
				case Sure:
					wrong++
					t.Logf("%s is taken for %s (%s): %s", c.ID, danger.Kind, danger.Why, c.Question)
				case Perhaps:
					perhaps++
				}
			}
			t.Logf("%d of %d are taken for an emergency, %d more have the numbers above their answer", wrong, len(cases), perhaps)
			if wrong > set.falsely {
				t.Errorf("%d false alarms among %d, want at most %d", wrong, len(cases), set.falsely)
			}
		})
	}
}

// Everyday questions that were taken for emergencies in use are so no more.
func TestFalseAlarmsOfUse(t *testing.T) {
	for _, c := range emergencyCases(t, "emergencies-false-in-use.jsonl") {
		if danger := DangerIn(c.Question); danger.Alarm == Sure {
			t.Errorf("%s is taken for %s (%s): %s", c.ID, danger.Kind, danger.Why, c.Question)
		}
	}
}

// Questions that tell of nothing, most of which nothing was learnt from, are
// answered as they are.
func TestNoAlarm(t *testing.T) {
	questions := append(ordinaryQuestions(t), questionsOf(t, "../eval/attacks/attacks.jsonl")...)
	sure, perhaps := 0, 0
	for _, q := range questions {
		switch danger := DangerIn(q); danger.Alarm {
		case Sure:
			sure++
			t.Logf("%s (%s): %s", danger.Kind, danger.Why, q)
		case Perhaps:
			perhaps++
			t.Logf("perhaps %s (%s): %.200s", danger.Kind, danger.Why, q)
		}
	}
	t.Logf("of %d questions %d are taken for an emergency, %d have the numbers above their answer", len(questions), sure, perhaps)
	if sure > 0 || 100*perhaps > len(questions) { // 1 in 100
		t.Errorf("%d sure, %d perhaps", sure, perhaps)
	}
}

// A few words that no pattern tells of are weighed, but not one word alone, and
// they must say more than a whole sentence.
func TestShortDanger(t *testing.T) {
	for question, want := range map[string]Alarm{
		"les rideaux fument": Sure, "mon bras saigne": Sure, "elle s'étrangle": Sure,
		"don du sang": NoAlarm, "feu rouge cassé": NoAlarm, "bouche incendie": NoAlarm, "ma voisine crie": NoAlarm,
		"saigne": NoAlarm,
	} {
		if got := DangerIn(question); got.Alarm != want {
			t.Errorf("%q: %+v, want %q", question, got, want)
		}
	}
}

type emergencyCase struct {
	ID       string
	Kind     string
	Question string
	Numbers  []string
}

func emergencyCases(t *testing.T, name string) []emergencyCase {
	t.Helper()
	path := filepath.Join("..", "eval", "cases", name)
	var cases []emergencyCase
	eachLine(t, path, func(line string) {
		var c emergencyCase
		if err := json.Unmarshal([]byte(line), &c); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		cases = append(cases, c)
	})
	if len(cases) == 0 {
		t.Fatalf("%s has no cases", path)
	}
	return cases
}

func eachLine(t *testing.T, path string, read func(line string)) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if line := lines.Text(); line != "" && !strings.HasPrefix(line, "#") {
			read(line)
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
}

func shareOne(given, wanted []string) bool {
	for _, w := range wanted {
		for _, g := range given {
			if strings.ReplaceAll(w, " ", "") == g {
				return true
			}
		}
	}
	return len(wanted) == 0
}

// Each kind has its words and numbers in both languages.
func TestEmergencyWording(t *testing.T) {
	catalogue, err := messages.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range phraseKinds(t, "phrases/emergency.*.txt") {
		for _, language := range []string{"fr", "en"} {
			m := catalogue.For(language)
			ids := []string{"rag.emergency." + kind}
			for _, number := range emergencyNumbers(kind) {
				ids = append(ids, "rag.emergency.number."+number)
			}
			for _, id := range ids {
				if m.T(id) == id {
					t.Errorf("%s: no message %s", language, id)
				}
			}
		}
	}
}

// phraseKinds are the kinds that these files of patterns name.
func phraseKinds(t *testing.T, pattern string) []string {
	t.Helper()
	var kinds []string
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: %d files, %v", pattern, len(files), err)
	}
	for _, file := range files {
		eachLine(t, file, func(line string) {
			kind, ok := strings.CutPrefix(line, "[")
			if kind = strings.TrimSuffix(kind, "]"); ok && kind != "hide" && kind != "quiet" && !slices.Contains(kinds, kind) {
				kinds = append(kinds, kind)
			}
		})
	}
	return kinds
}

func BenchmarkDanger(b *testing.B) {
	for name, question := range map[string]string{
		"short": "quels sont les horaires de la piscine le samedi ?",
		"long":  strings.Repeat("mon fils veut aller à la piscine avec sa grand-mère, quels papiers faut-il pour l'inscription ? ", 21)[:2000],
	} {
		b.Run(name, func(b *testing.B) {
			DangerIn(question) // reads the files
			for b.Loop() {
				DangerIn(question)
			}
		})
	}
}
