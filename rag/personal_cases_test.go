package rag

import (
	"bufio"
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"guichet/corpus"
	"guichet/internal/personal"
)

// personalCase is a question as a resident sends it, what of it must be masked and
// what must stay.
type personalCase struct {
	ID, Question string
	Masked, Kept []string
}

// masked matches what the question comes to: each stretch that must be masked is
// one token, or is swallowed by its neighbour's, and all else is as it was.
func (c personalCase) masked(t *testing.T) *regexp.Regexp {
	t.Helper()
	text := c.Question
	for _, m := range c.Masked {
		text = strings.ReplaceAll(text, m, "QQMASKEDQQ")
	}
	normal, err := Normalise(text)
	if err != nil {
		t.Fatalf("%s: %v", c.ID, err)
	}
	return regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(normal.Text), "QQMASKEDQQ", `\[\p{L}[^\]]*\]`) + "$")
}

// The published cases, through the steps that a question passes, with the numbers
// that the demo town publishes.
func TestPersonalCases(t *testing.T) {
	f, err := os.Open(filepath.Join("..", "eval", "cases", "personal.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	town := publisher{values: demoTownPublishes(t)}
	lines := bufio.NewScanner(f)
	masked, toMask, kept, toKeep := 0, 0, 0, 0
	for lines.Scan() {
		var c personalCase
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		normal, err := Normalise(c.Question)
		if err != nil {
			t.Fatalf("%s: %v", c.ID, err)
		}
		got, _, err := MaskPersonal(context.Background(), town, corpus.Scope{}, corpus.Contact{}, normal.Text)
		right := err == nil && c.masked(t).MatchString(got)
		if !right {
			t.Errorf("%s: %q became %q", c.ID, normal.Text, got)
		}
		hits := map[bool]int{true: 1}[right]
		if len(c.Masked) > 0 {
			masked, toMask = masked+hits, toMask+1
		} else {
			kept, toKeep = kept+hits, toKeep+1
		}
	}
	if err := lines.Err(); err != nil || toMask == 0 || toKeep == 0 {
		t.Fatalf("%d and %d cases read: %v", toMask, toKeep, err)
	}
	t.Logf("masked as they should be %d of %d, left as they were %d of %d", masked, toMask, kept, toKeep)
}

// demoTownPublishes are the telephone numbers and addresses in the demo town's files.
func demoTownPublishes(t *testing.T) map[string]bool {
	t.Helper()
	published := map[string]bool{}
	err := filepath.WalkDir(filepath.Join("..", "corpus", "demo"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) == ".go" {
			return err
		}
		b, err := os.ReadFile(path)
		phones, emails := personal.Candidates(string(b))
		for _, v := range slices.Concat(phones, emails) {
			published[v] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return published
}
