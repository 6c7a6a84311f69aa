package demo_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"guichet/corpus/demo"
)

func TestTown(t *testing.T) {
	town, err := demo.Town()
	if err != nil {
		t.Fatal(err)
	}
	if town.Slug != "saint-aubin-les-etangs" || town.Name != "Saint-Aubin-les-Étangs" {
		t.Errorf("town is %q, %q", town.Slug, town.Name)
	}
	if !regexp.MustCompile(`^#[0-9a-f]{6}$`).MatchString(town.Color) {
		t.Errorf("color is %q, which the database refuses", town.Color)
	}
	c := town.Contact
	for _, field := range []string{c.Name, c.Phone, c.Email, c.URL, c.Address, c.Hours} {
		if field == "" {
			t.Errorf("contact lacks a field: %+v", c)
		}
	}
	if len(town.Suggestions) != 4 || len(town.Languages) != 2 || len(town.Origins) != 1 {
		t.Errorf("suggestions %q, languages %q, origins %q", town.Suggestions, town.Languages, town.Origins)
	}
}

func documents(t *testing.T) []string {
	t.Helper()
	names, err := fs.Glob(demo.FS(), "documents/*")
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	b, err := fs.ReadFile(demo.FS(), name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestDocumentsAreOfAllKinds(t *testing.T) {
	kinds := map[string]int{}
	seen := map[string]bool{}
	for _, name := range documents(t) {
		ext := path.Ext(name)
		kinds[ext]++
		id := strings.TrimSuffix(path.Base(name), ext)
		if seen[id] {
			t.Errorf("two documents are called %s", id)
		}
		seen[id] = true
	}
	if kinds[".md"] < 15 || kinds[".html"] < 6 || kinds[".pdf"] < 3 {
		t.Errorf("kinds of documents: %v", kinds)
	}
}

// frontMatter is what a document in Markdown says of itself.
type frontMatter struct {
	Title      string `yaml:"title"`
	URL        string `yaml:"url"`
	Theme      string `yaml:"theme"`
	Date       string `yaml:"date"`
	ValidFrom  string `yaml:"valid_from"`
	ValidUntil string `yaml:"valid_until"`
}

func TestMarkdownHasFrontMatter(t *testing.T) {
	for _, name := range documents(t) {
		if path.Ext(name) != ".md" {
			continue
		}
		parts := bytes.SplitN(read(t, name), []byte("---\n"), 3)
		if len(parts) != 3 || len(parts[0]) != 0 {
			t.Errorf("%s has no front matter", name)
			continue
		}
		var fm frontMatter
		if err := yaml.UnmarshalWithOptions(parts[1], &fm, yaml.Strict()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if fm.Title == "" || fm.URL == "" || fm.Theme == "" || fm.Date == "" {
			t.Errorf("%s: front matter lacks a field: %+v", name, fm)
		}
		for _, date := range []string{fm.Date, fm.ValidFrom, fm.ValidUntil} {
			if _, err := time.Parse(time.DateOnly, date); date != "" && err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// Numbers that really ring, or sites that really exist, must not stand in an
// invented town, but for national ones.
func TestContactsAreFictional(t *testing.T) {
	phone := regexp.MustCompile(`\b0\d(?:[ .\x{a0}]?\d\d){4}\b|\+33\d{9}`)
	fictional := regexp.MustCompile(`^(019900|026191|035301|046571|053649|063998)`)
	email := regexp.MustCompile(`[\w.-]+@[\w.-]+\w`)
	for _, name := range documents(t) {
		if path.Ext(name) == ".pdf" {
			continue // made from the sources, which are read below
		}
		checkContacts(t, name, read(t, name), phone, fictional, email)
	}
	sources, err := filepath.Glob("sources/*.html")
	if err != nil || len(sources) == 0 {
		t.Fatalf("sources: %v, %v", sources, err)
	}
	for _, name := range sources {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		checkContacts(t, name, b, phone, fictional, email)
	}
}

func checkContacts(t *testing.T, name string, text []byte, phone, fictional, email *regexp.Regexp) {
	t.Helper()
	for _, number := range phone.FindAllString(string(text), -1) {
		plain := strings.NewReplacer(" ", "", ".", "", "\u00a0", "", "+33", "0").Replace(number)
		if !fictional.MatchString(plain) {
			t.Errorf("%s has the number %s, outside the ranges for fiction", name, number)
		}
	}
	for _, address := range email.FindAllString(string(text), -1) {
		if !strings.HasSuffix(address, ".example") {
			t.Errorf("%s has the address %s", name, address)
		}
	}
}

func TestEveryPDFHasItsSource(t *testing.T) {
	for _, name := range documents(t) {
		if path.Ext(name) != ".pdf" {
			continue
		}
		id := strings.TrimSuffix(path.Base(name), ".pdf")
		if _, err := os.Stat(filepath.Join("sources", id+".html")); err != nil {
			t.Errorf("%s has no source: %v", name, err)
		}
		if b := read(t, name); !bytes.HasPrefix(b, []byte("%PDF-")) || len(b) > 60_000 {
			t.Errorf("%s is no PDF under 60 KB (%d bytes)", name, len(b))
		}
	}
}

func TestUnpack(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "demo")
	for range 2 { // a second time over the first
		if err := demo.Unpack(dir); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range documents(t) {
		got, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, read(t, name)) {
			t.Errorf("%s was not written as it is", name)
		}
	}
}

func TestUnpackSaysWhereItFailed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	err := demo.Unpack(file)
	if err == nil || !strings.Contains(err.Error(), "unpack demo documents") {
		t.Errorf("Unpack onto a file: %v", err)
	}
}

// The cases that are kept for the demo name documents that it has.
func TestCasesNameDocuments(t *testing.T) {
	names := map[string]bool{}
	for _, name := range documents(t) {
		names[strings.TrimSuffix(path.Base(name), path.Ext(name))] = true
	}
	file, err := os.Open("../../eval/testdata/demo-cases.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	cases := json.NewDecoder(file)
	ids := map[string]bool{}
	for cases.More() {
		var c struct {
			ID, Question string
			Relevant     []string
		}
		if err := cases.Decode(&c); err != nil {
			t.Fatal(err)
		}
		if ids[c.ID] || c.Question == "" || len(c.Relevant) == 0 {
			t.Errorf("case %+v repeats another or lacks a field", c)
		}
		ids[c.ID] = true
		for _, name := range c.Relevant {
			if !names[name] {
				t.Errorf("case %s names %s, which is no document of the demo", c.ID, name)
			}
		}
	}
	if len(ids) < 60 {
		t.Errorf("%d cases, want 60", len(ids))
	}
}
