package rag

import (
	"bufio"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"guichet/corpus/demo"
	"guichet/internal/analysis"
	"guichet/internal/messages"
)

func demoHours(t testing.TB, language string) OpeningHours {
	t.Helper()
	services, err := demo.Services()
	if err != nil {
		t.Fatal(err)
	}
	catalogue, err := messages.Load()
	if err != nil {
		t.Fatal(err)
	}
	return OpeningHours{Services: services, Messages: catalogue.For(language)}
}

// plainHours writes times in one way, so that facts compare.
func plainHours(text string) string {
	return strings.ReplaceAll(hoursClock.ReplaceAllString(analysis.FoldLine(strings.ReplaceAll(text, ".", " ")), "${1}h$2 "), "  ", " ")
}

// The published cases on opening hours, written by somebody who saw the
// documents and not the code.
func TestHoursCases(t *testing.T) {
	f, err := os.Open("../eval/cases/hours.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	lines, cases := bufio.NewScanner(f), 0
	for lines.Scan() {
		cases++
		var c struct {
			ID, Lang, Question string
			Now                time.Time
			Relevant, Must     []string
			MustAny            [][]string `json:"must_any"`
			MustNot            []string   `json:"must_not"`
		}
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		units, ok := demoHours(t, c.Lang).Answer(c.Question, "", c.Now)
		if !ok {
			t.Errorf("%s: %q is declined", c.ID, c.Question)
			continue
		}
		said := Answer{Units: units}.Text()
		text := plainHours(said)
		fail := func(what, fact string) {
			t.Errorf("%s: %q at %s\n%s %q in:\n%s", c.ID, c.Question, c.Now.Format("Mon 2006-01-02 15:04"), what, fact, said)
		}
		for _, fact := range c.Must {
			if !strings.Contains(text, strings.TrimSpace(plainHours(fact))) {
				fail("lacks", fact)
			}
		}
		for _, any := range c.MustAny {
			found := false
			for _, fact := range any {
				found = found || strings.Contains(text, strings.TrimSpace(plainHours(fact)))
			}
			if !found {
				fail("lacks any of", strings.Join(any, ", "))
			}
		}
		for _, fact := range c.MustNot {
			if strings.Contains(text, strings.TrimSpace(plainHours(fact))) {
				fail("has", fact)
			}
		}
		cited := ""
		for _, u := range units {
			for _, cite := range u.Citations {
				cited += cite.Document + " "
			}
		}
		right := false
		for _, document := range c.Relevant {
			right = right || strings.Contains(cited, document+".")
		}
		if !right {
			fail("cites "+cited+"instead of", strings.Join(c.Relevant, ", "))
		}
		t.Logf("%s: %s (%s)\n%s\n[%s]", c.ID, c.Question, c.Now.Format("Mon 2006-01-02 15:04"), said, cited)
	}
	if err := lines.Err(); err != nil || cases == 0 {
		t.Fatalf("%d cases read: %v", cases, err)
	}
}
