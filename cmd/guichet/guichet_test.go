package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"guichet/internal/postgrestest"
)

// write puts files below a new folder and returns it.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// pages are a small town's, enough to tell one answer from another.
var pages = map[string]string{
	"piscine.md":    "---\ntitle: Piscine municipale\nurl: https://ville.example/piscine\n---\n\n# Piscine municipale\n\n## Horaires\n\nLa piscine est ouverte le mardi et le jeudi de 12 h à 20 h.\n\n## Tarifs\n\nL'entrée coûte 4,50 € pour un adulte.\n",
	"dechets.md":    "---\ntitle: Collecte des déchets\nurl: https://ville.example/dechets\n---\n\n# Collecte des déchets\n\nLes ordures ménagères sont collectées le lundi matin. Sortez le bac la veille au soir.\n", //nolint:misspell // French
	"mairie.txt":    "Hôtel de ville\n\nLa mairie est ouverte du lundi au vendredi de 9 h à 17 h.\n",
	"notfrench.bin": "\x00\x01",
}

// keys returns the sorted keys of a JSON object.
func keys(t *testing.T, text string) []string {
	t.Helper()
	var object map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &object); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	var names []string
	for name := range object {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func TestAnOperatorLoadsAsksAndMeasures(t *testing.T) {
	env := map[string]string{"GUICHET_DATABASE_URL": postgrestest.URL(t)}
	must := func(args ...string) string {
		t.Helper()
		code, stdout, stderr := guichet(t, env, args...)
		if code != exitOK {
			t.Fatalf("guichet %v: exit %d: %s", args, code, stderr)
		}
		return stdout
	}
	dir := write(t, pages)

	dry := must("ingest", dir, "--collection", "site", "--dry-run", "--json")
	if !strings.Contains(dry, `"added": 3`) {
		t.Errorf("dry run reports %s", dry)
	}
	if out := must("collections"); !strings.Contains(out, "No collection yet") {
		t.Errorf("a dry run left something: %s", out)
	}
	first := must("ingest", dir, "--collection", "site", "--json")
	if !strings.Contains(first, `"added": 3`) {
		t.Errorf("first run reports %s", first)
	}
	second := must("ingest", dir, "--collection", "site", "--json")
	if !strings.Contains(second, `"unchanged": 3`) {
		t.Errorf("second run reports %s", second)
	}

	var found []foundDocument
	if err := json.Unmarshal([]byte(must("search", "--json", "-k", "2", "horaire de la piscine")), &found); err != nil {
		t.Fatal(err)
	}
	if len(found) == 0 || found[0].ID != "piscine" || found[0].URL != "https://ville.example/piscine" || len(found[0].Passages) == 0 {
		t.Errorf("search found %+v", found)
	}

	answer := must("ask", "--json", "combien coute la piscine pour un adulte")
	if got, want := keys(t, answer), []string{"answer", "citations", "mode", "outcome", "timings_ms"}; !slices.Equal(got, want) {
		t.Errorf("ask prints %v, want %v", got, want)
	}
	var a asked
	if err := json.Unmarshal([]byte(answer), &a); err != nil {
		t.Fatal(err)
	}
	if a.Outcome != "answered" || a.Mode != "quoted" || !strings.Contains(a.Answer, "4,50") || len(a.Citations) == 0 || a.Citations[0].Document != "piscine" {
		t.Errorf("answer is %+v", a)
	}
	if err := json.Unmarshal([]byte(must("ask", "--json", "où réparer mon accordéon diatonique")), &a); err != nil {
		t.Fatal(err)
	}
	if a.Outcome != "no_evidence" || a.Answer == "" || a.Citations == nil {
		t.Errorf("a question that nothing answers gives %+v", a)
	}

	cases := filepath.Join(write(t, map[string]string{"cases.jsonl": `{"id":"1","question":"ordures lundi","relevant":["dechets"]}
{"id":"2","question":"ouverture mairie","relevant":["mairie"]}`}), "cases.jsonl")
	scores := must("evaluate", cases, "--json")
	for _, name := range []string{"n", "hit_at_1", "hit_at_3", "hit_at_5", "hit_at_10", "mrr_at_10", "p50_ms", "p95_ms"} {
		if !slices.Contains(keys(t, scores), name) {
			t.Errorf("evaluate lacks %s: %s", name, scores)
		}
	}
	if !strings.Contains(scores, `"hit_at_1": 1`) {
		t.Errorf("easy cases score %s", scores)
	}

	cases = filepath.Join(write(t, map[string]string{"answers.jsonl": `{"id":"1","kind":"direct","question":"tarif piscine adulte","now":"2026-12-12T10:00:00+01:00","history":[{"role":"user","content":"bonjour"}],"relevant":["piscine"],"must":["4.50 euros"],"outcome":"answered"}
{"id":"2","kind":"offtopic","question":"recette du bœuf bourguignon","outcome":"no_evidence"}
{"id":"3","kind":"direct","question":"tarif piscine adulte","relevant":["mairie"],"must":["99 €"],"outcome":"answered"}`}), "answers.jsonl")
	scores = must("evaluate", "--answers", cases, "--json")
	for _, name := range []string{"kinds", "all", "answerable", "must_not_answer", "wrongly_refused", "cases"} {
		if !slices.Contains(keys(t, scores), name) {
			t.Errorf("evaluate --answers lacks %s: %s", name, scores)
		}
	}
	if out := must("evaluate", "--answers", cases); !strings.Contains(out, "missing: 99 €") || !strings.Contains(out, "1 of   2") {
		t.Errorf("evaluate --answers prints %s", out)
	}

	if out := must("collections"); !strings.Contains(out, "published") {
		t.Errorf("collections prints %s", out)
	}
	if out := must("doctor"); !strings.Contains(out, "pgvector") {
		t.Errorf("doctor prints %s", out)
	}
}

func TestExitCodesThatScriptsRelyOn(t *testing.T) {
	env := map[string]string{"GUICHET_DATABASE_URL": postgrestest.URL(t)}
	dir := write(t, map[string]string{"good.txt": "La mairie est ouverte le lundi.", "bad.pdf": "this is no PDF inside"})
	for _, c := range []struct {
		args []string
		want int
		says string
	}{
		{[]string{"ingest", dir, "--collection", "site"}, exitPartial, "bad.pdf"},
		{[]string{"ingest", filepath.Join(dir, "nowhere"), "--collection", "site"}, exitUsage, "nowhere"},
		{[]string{"search", "--town", "nowhere", "q"}, exitNotFound, `guichet: town "nowhere": not found (guichet town list)`},
		{[]string{"search", "--collection", "nowhere", "q"}, exitNotFound, "nowhere"},
		{[]string{"rollback", "9", "--collection", "site"}, exitNotFound, "9"},
		{[]string{"ask", strings.Repeat("a", 2001)}, exitUsage, "2000"},
		{[]string{"ask", "\x00\x01\x02"}, exitUsage, "not text"},
		{[]string{"search", strings.Repeat("a", 2001)}, exitUsage, "2000"},
		{[]string{"search", "piscine\x00"}, exitUsage, "not text"},
		{[]string{"search", " ?! "}, exitUsage, "empty"},
		{[]string{"ask"}, exitUsage, "guichet ask QUESTION"},
		{[]string{"ask", "la", "piscine"}, exitUsage, "quotes"},
		{[]string{"ingest", dir}, exitUsage, "--collection is missing"},
		{[]string{"ingest", dir, "--collection", ""}, exitUsage, "--collection is missing"},
		{[]string{"rollback", "1"}, exitUsage, "--collection is missing"},
		{[]string{"rollback", "1", "--collection", "site"}, exitNotFound, "site has no edition 1 before the published one, 1"},
		{[]string{"serch", "q"}, exitUsage, "did you mean 'search' or"},
		{[]string{"town", "shw"}, exitUsage, "or 'show'?"},
		{[]string{"search", "--addr", "nonsense", "q"}, exitUsage, "host:port"},
		{[]string{"search", "--help"}, exitOK, "Every setting has a flag too"},
	} {
		code, stdout, stderr := guichet(t, env, c.args...)
		if code != c.want || !strings.Contains(stdout+stderr, c.says) {
			t.Errorf("guichet %.60v: exit %d, want %d; must say %q:\n%s%s", c.args, code, c.want, c.says, stdout, stderr)
		}
	}
}

func TestDoctorNamesTheMendWhenTheDatabaseIsDown(t *testing.T) {
	env := map[string]string{"GUICHET_DATABASE_URL": "postgres://nobody@127.0.0.1:1/none?connect_timeout=2"}
	code, stdout, _ := guichet(t, env, "doctor")
	if code != exitFailed || !strings.Contains(stdout, "WRONG") || !strings.Contains(stdout, "->") {
		t.Errorf("exit %d:\n%s", code, stdout)
	}
}
