package main

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"guichet/corpus"
	"guichet/internal/postgres"
	"guichet/internal/postgrestest"
	"guichet/rag"
)

// operatorsTown is a town with a declared source, and helpers to run the
// program on it.
type operatorsTown struct {
	t   *testing.T
	env map[string]string
	dir string
}

func newOperatorsTown(t *testing.T) *operatorsTown {
	t.Helper()
	return &operatorsTown{t: t, env: map[string]string{"GUICHET_DATABASE_URL": postgrestest.URL(t)}, dir: write(t, pages)}
}

// run runs the program, wants this exit code, and returns what it printed.
func (o *operatorsTown) run(want int, args ...string) string {
	o.t.Helper()
	code, stdout, stderr := guichet(o.t, o.env, args...)
	if code != want {
		o.t.Fatalf("guichet %v: exit %d, want %d: %s%s", args, code, want, stdout, stderr)
	}
	return stdout + stderr
}

func (o *operatorsTown) write(name, text string) {
	o.t.Helper()
	if err := os.WriteFile(filepath.Join(o.dir, name), []byte(text), 0o600); err != nil {
		o.t.Fatal(err)
	}
}

func (o *operatorsTown) says(text string, wants ...string) {
	o.t.Helper()
	for _, want := range wants {
		if !strings.Contains(text, want) {
			o.t.Errorf("lacks %q:\n%s", want, text)
		}
	}
}

const dearPool = "---\ntitle: Piscine municipale\nurl: https://ville.example/piscine\n---\n\n# Piscine municipale\n\n## Tarifs\n\nL'entrée coûte 9,90 € pour un adulte.\n"

func TestTheGateHoldsWorseAnswersUntilAnOperatorPublishes(t *testing.T) {
	o := newOperatorsTown(t)
	o.says(o.run(exitOK, "source", "add", "folder", o.dir, "--collection", "site"), "Source 1 is declared", "guichet ingest --source 1")
	o.run(exitOK, "ingest", "--collection", "site")
	cases := filepath.Join(write(t, map[string]string{"c.jsonl": `{"id":"prix","question":"tarif piscine adulte","relevant":["piscine"],"must":["4,50 €"],"outcome":"answered"}
{"id":"menage","question":"ordures ménagères","relevant":["dechets"],"outcome":"answered"}`}), "c.jsonl")
	o.says(o.run(exitOK, "cases", "set", cases), "2 cases")
	o.says(o.run(exitOK, "cases", "show"), `"prix"`, `"menage"`)

	// Nothing that a case asks for changes: published.
	o.write("mairie.txt", "Hôtel de ville\n\nLa mairie est ouverte du lundi au samedi de 9 h à 17 h.\n")
	o.says(o.run(exitOK, "ingest", "--source", "1"), "2 cases asked, 0 better, 0 worse", "Published as edition 2")

	o.write("piscine.md", dearPool)
	waits := o.run(exitWaits, "ingest", "--collection", "site")
	o.says(waits, "1 answer got worse", "tarif piscine adulte (does not say 4,50 €)", `guichet publish 3 --collection "site"`)
	o.says(o.run(exitOK, "ask", "tarif piscine adulte"), "4,50")
	o.says(o.run(exitOK, "editions", "--collection", "site"), "waits: 1 answer got worse", "1 document changed", "Piscine municipale", "worse: tarif piscine adulte")
	o.says(o.run(exitOK, "runs"), "asks", "1 answer got worse", `let it through:  guichet publish 3 --collection "site"`)

	// The next run goes on from what waits, and makes no vector again.
	o.write("dechets.md", pages["dechets.md"]+"\n\nLe verre est collecté le mardi.\n") //nolint:misspell // French
	var report struct {
		Embedded, Changed, Prepared int
		Notes                       []string
		Review                      struct {
			Documents struct{ Changed int }
		}
	}
	if err := json.Unmarshal([]byte(strings.SplitAfter(o.run(exitWaits, "ingest", "--collection", "site", "--json"), "\n}\n")[0]), &report); err != nil {
		t.Fatal(err)
	}
	if report.Changed != 1 || report.Review.Documents.Changed != 2 || report.Embedded > 1 || report.Prepared != 3 || len(report.Notes) == 0 {
		t.Errorf("report %+v", report)
	}
	o.says(o.run(exitOK, "publish", "--collection", "site"), "readers now see edition 3")
	o.says(o.run(exitOK, "ask", "tarif piscine adulte"), "9,90")
	o.run(exitNotFound, "publish", "--collection", "site")
}

func TestARollbackHoldsUntilItIsResumed(t *testing.T) {
	o := newOperatorsTown(t)
	o.run(exitOK, "ingest", o.dir, "--collection", "site")
	o.write("piscine.md", dearPool)
	o.run(exitOK, "ingest", o.dir, "--collection", "site")
	o.says(o.run(exitOK, "rollback", "1", "--collection", "site"), "edition 1 (before: 2)", `guichet resume --collection "site"`)
	o.says(o.run(exitWaits, "ingest", o.dir, "--collection", "site"), "edition 2 was rolled back by")
	o.says(o.run(exitOK, "ask", "tarif piscine adulte"), "4,50")
	o.says(o.run(exitOK, "runs"), "Edition 2 was rolled back by", "until 'guichet resume")
	o.says(o.run(exitOK, "reject", "--collection", "site"), "discarded")
	o.run(exitNotFound, "reject", "--collection", "site")
	o.run(exitOK, "resume", "--collection", "site")
	o.run(exitNotFound, "resume", "--collection", "site")
	o.says(o.run(exitOK, "ingest", o.dir, "--collection", "site"), "Published as edition 2")
	o.says(o.run(exitOK, "ask", "tarif piscine adulte"), "9,90")
}

func TestPublishAskAndNever(t *testing.T) {
	o := newOperatorsTown(t)
	o.run(exitOK, "ingest", o.dir, "--collection", "site")
	o.run(exitUsage, "collections", "set", "site", "--publish", "perhaps")
	o.run(exitUsage, "ingest", o.dir, "--collection", "site", "--publish", "perhaps")
	o.says(o.run(exitOK, "collections", "set", "site", "--publish", "ask"), "publish ask")
	o.write("piscine.md", dearPool)
	o.says(o.run(exitWaits, "ingest", o.dir, "--collection", "site"), "an operator publishes it")
	o.run(exitOK, "reject", "--collection", "site")
	o.says(o.run(exitOK, "ingest", o.dir, "--collection", "site", "--publish", "never"), "prepared and not published")
	o.says(o.run(exitOK, "ask", "tarif piscine adulte"), "4,50")
	o.says(o.run(exitOK, "ingest", o.dir, "--collection", "site", "--publish", "auto"), "1 changed", "Published as edition 2")
}

func TestSourcesAreDeclaredEditedAndRemoved(t *testing.T) {
	o := newOperatorsTown(t)
	add := func(want int, more ...string) string {
		t.Helper()
		return o.run(want, append([]string{"source", "add", "folder", o.dir, "--collection", "site"}, more...)...)
	}
	o.says(add(exitUsage, "--schedule", "every day"), "schedule", "0 5 * * *")
	o.says(add(exitUsage, "--setting", "depth=3"), "settings", "depth")
	o.says(add(exitUsage, "--max-loss", "2"), "--max-loss", "0 to 1")
	o.says(o.run(exitUsage, "source", "add", "gopher", "x", "--collection", "site"), "gopher", "folder")
	o.says(o.run(exitUsage, "source", "add", "folder", "/nowhere", "--collection", "site"), "/nowhere")
	o.says(o.run(exitOK, "collections"), "No collection yet")
	add(exitOK, "--schedule", "0 5 * * *")
	if err := os.Mkdir(filepath.Join(o.dir, "sub"), 0o750); err != nil {
		t.Fatal(err)
	}
	o.says(o.run(exitUsage, "source", "add", "folder", filepath.Join(o.dir, "sub"), "--collection", "site"), "one inside the other")
	o.says(o.run(exitOK, "source", "list"), "declared", "05:00", o.dir)
	o.says(o.run(exitOK, "ingest", "--collection", "site"), "3 added")
	o.run(exitOK, "source", "edit", "1", "--pause")
	o.says(o.run(exitOK, "source", "list", "--json"), `"state": "paused"`, `"documents": 3`)
	o.run(exitUsage, "source", "edit", "one", "--pause")
	o.run(exitNotFound, "source", "edit", "7", "--pause")
	o.says(o.run(exitOK, "source", "remove", "1"), "It stays frozen, with 3 documents")
	o.says(o.run(exitOK, "source", "list"), "frozen")
	o.says(o.run(exitUsage, "ingest", "--collection", "site"), "guichet source add")
	o.says(o.run(exitOK, "ask", "tarif piscine adulte"), "4,50")
	o.says(o.run(exitOK, "source", "remove", "1", "--retire"), "3 retired", "Published as edition 2")
}

func TestASourceThatHasNothingIsGoneOnceItIsRemoved(t *testing.T) {
	o := newOperatorsTown(t)
	o.run(exitOK, "source", "add", "folder", o.dir, "--collection", "site")
	o.run(exitOK, "source", "add", "folder", o.dir, "--collection", "own", "--town", "ma-ville")
	o.says(o.run(exitOK, "source", "list"), "ma-ville  own", "(shared)  site")
	o.says(o.run(exitOK, "source", "remove", "1"), "It had no documents")
	if list := o.run(exitOK, "source", "list", "--json"); strings.Contains(list, `"id": 1`) || !strings.Contains(list, `"town": "ma-ville"`) {
		t.Errorf("sources are %s", list)
	}
	o.run(exitNotFound, "source", "remove", "1")
	// One whose documents an edition has stays, whoever sees that.
	o.run(exitWaits, "ingest", "--source", "2", "--publish", "ask")
	o.says(o.run(exitOK, "source", "remove", "2"), "It stays frozen, with 0 documents")
	o.says(o.run(exitOK, "source", "list"), "frozen")
}

func TestKindsOfSourceAreTold(t *testing.T) {
	help := newOperatorsTown(t).run(exitOK, "source", "add", "--help")
	doc, err := os.ReadFile("../../docs/sources.md")
	if err != nil {
		t.Fatal(err)
	}
	for kind := range (&session{}).openers(corpus.Collection{}, io.Discard) {
		if !strings.Contains(help, "\n  "+kind+" ") || !strings.Contains(string(doc), "| `"+kind+"` |") {
			t.Errorf("%s is not told of in the help or in docs/sources.md", kind)
		}
	}
}

func TestCasesAreSetShownAndRemoved(t *testing.T) {
	o := newOperatorsTown(t)
	dir := write(t, map[string]string{"c.jsonl": `{"id":"prix","question":"tarif piscine","relevant":["piscine"]}` + "\n", "none.jsonl": ""})
	o.says(o.run(exitOK, "cases", "set", filepath.Join(dir, "c.jsonl")), "Ma ville (ma-ville): new editions are held against 1 case.")
	_, shown, told := guichet(t, o.env, "cases", "show")
	if want := `{"id":"prix","lang":"fr","question":"tarif piscine","relevant":["piscine"]}` + "\n"; shown != want || !strings.Contains(told, "Ma ville (ma-ville)") {
		t.Errorf("shown %q, want %q; told %q", shown, want, told)
	}
	o.says(o.run(exitOK, "cases", "set", filepath.Join(dir, "none.jsonl")), "there are no cases")
	if _, shown, _ := guichet(t, o.env, "cases", "show"); shown != "" {
		t.Errorf("after they were removed: %s", shown)
	}
	o.says(o.run(exitUsage, "evaluate", "--answers", filepath.Join(dir, "none.jsonl")), "holds no case")
}

func TestNothingWaitsToBePublished(t *testing.T) {
	o := newOperatorsTown(t)
	o.run(exitOK, "ingest", o.dir, "--collection", "site")
	o.says(o.run(exitNotFound, "publish", "--collection", "site"), "nothing waits", "readers see edition 1")
	o.run(exitNotFound, "publish", "2", "--collection", "site")
}

func TestAnApprovedAnswerIsReviewedSomeDay(t *testing.T) {
	o := newOperatorsTown(t)
	o.run(exitOK, "ingest", o.dir, "--collection", "site")
	set := func(want int, day string) string {
		t.Helper()
		dir := write(t, map[string]string{"a.json": `{"questions": ["Combien coûte la piscine ?"], "answer": "L'entrée coûte 4,50 € pour un adulte.",
			"owner": "marie", "review_on": "` + day + `", "rests_on": ["piscine"]}`})
		return o.run(want, "approved", "set", filepath.Join(dir, "a.json"))
	}
	o.says(set(exitUsage, "2020-01-31"), "review_on is 2020-01-31, a day that is past")
	o.says(set(exitUsage, "soon"), "2027-06-30")
	o.says(set(exitOK, "2999-01-31"), "is served", "rests on 1 passage.")
	o.says(o.run(exitOK, "approved", "list"), "served")
	// An answer of an older time, which would be refused today.
	db, err := postgres.Open(t.Context(), postgres.Config{URL: o.env["GUICHET_DATABASE_URL"], MaxConns: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Pool.Exec(t.Context(), `UPDATE approved_answers SET answer = 'La piscine est gratuite.'`); err != nil {
		t.Fatal(err)
	}
	o.says(o.run(exitOK, "approved", "list"), "stopped: its source does not say all of it")
	// A question that never comes to it, as an agent should know.
	if _, err := db.Pool.Exec(t.Context(), `UPDATE approved_answers SET answer = 'L''entrée coûte 4,50 € pour un adulte.'`); err != nil {
		t.Fatal(err)
	}
	for question, step := range map[string]string{"Que pensez-vous du maire ?": "scope", "Au secours, il y a le feu": "emergency"} {
		if _, err := db.Pool.Exec(t.Context(), `UPDATE approved_answers SET questions = ARRAY[$1]`, question); err != nil {
			t.Fatal(err)
		}
		o.says(o.run(exitOK, "approved", "list"), "never given")
		if got := rag.StoppedBefore(question); string(got) != step {
			t.Errorf("%s: stopped by %q", question, got)
		}
	}
}

func TestALossAsksAndAFailureTells(t *testing.T) {
	o := newOperatorsTown(t)
	o.run(exitOK, "source", "add", "folder", o.dir, "--collection", "site")
	o.run(exitOK, "ingest", "--source", "1")
	aside := o.dir + "-aside"
	if err := os.Rename(o.dir, aside); err != nil {
		t.Fatal(err)
	}
	o.run(exitFailed, "ingest", "--source", "1")
	if err := os.Mkdir(o.dir, 0o750); err != nil {
		t.Fatal(err)
	}
	o.run(exitWaits, "ingest", "--source", "1")
	o.says(o.run(exitOK, "runs"), "asks", "lost 3 of its 3 documents", "guichet ingest --source 1 --retire")
	o.says(o.run(exitOK, "ask", "tarif piscine adulte"), "4,50")
	o.says(o.run(exitOK, "ingest", "--source", "1", "--retire"), "3 retired", "Published as edition 2")
	o.run(exitNotFound, "runs", "cancel", "1")
}
