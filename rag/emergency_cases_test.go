package rag

import (
	"bufio"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
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

// The published cases: all emergencies are caught, with a number that helps,
// and under 2 in 100 questions that only sound like one are taken for one.
func TestEmergencyCases(t *testing.T) {
	for _, part := range []string{"", "-held-out"} {
		t.Run("caught"+part, func(t *testing.T) {
			cases := emergencyCases(t, "emergencies"+part+".jsonl")
			for _, c := range cases {
				kind := dangerIn(c.Question)
				if kind == "" {
					t.Errorf("%s is missed: %s", c.ID, c.Question)
					continue
				}
				if !shareOne(emergencyNumbers(kind), c.Numbers) {
					t.Errorf("%s: %s gives %v, want one of %v: %s", c.ID, kind, emergencyNumbers(kind), c.Numbers, c.Question)
				}
			}
		})
		t.Run("silent"+part, func(t *testing.T) {
			cases := emergencyCases(t, "emergencies-false"+part+".jsonl")
			var wrong []string
			for _, c := range cases {
				if kind := dangerIn(c.Question); kind != "" {
					wrong = append(wrong, kind+": "+c.Question)
				}
			}
			t.Logf("%d of %d are taken for an emergency: %q", len(wrong), len(cases), wrong)
			if 50*len(wrong) >= len(cases) {
				t.Errorf("%d false alarms among %d", len(wrong), len(cases))
			}
		})
	}
}

type emergencyCase struct {
	ID       string
	Question string
	Numbers  []string
}

func emergencyCases(t *testing.T, name string) []emergencyCase {
	t.Helper()
	path := filepath.Join("..", "eval", "cases", name)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		t.Skipf("%s is not there yet", path)
	}
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
	for _, kind := range emergencyPhrases().Kinds() {
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

func BenchmarkDanger(b *testing.B) {
	for name, question := range map[string]string{
		"short": "quels sont les horaires de la piscine le samedi ?",
		"long":  strings.Repeat("mon fils veut aller à la piscine avec sa grand-mère, quels papiers faut-il pour l'inscription ? ", 21)[:2000],
	} {
		b.Run(name, func(b *testing.B) {
			emergencyPhrases()
			for b.Loop() {
				dangerIn(question)
			}
		})
	}
}
