package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"guichet/corpus"
	"guichet/internal/postgres"
)

// some writes n small documents into a new folder.
func some(t *testing.T, n int) string {
	t.Helper()
	files := map[string]string{}
	for i := range n {
		files[fmt.Sprintf("fiche%02d.md", i)] = fmt.Sprintf("# Fiche %d\n\nLe guichet numéro %d est ouvert le lundi.\n", i, i)
	}
	return write(t, files)
}

// lose deletes the documents of some from one number up to another.
func lose(t *testing.T, dir string, from, to int) {
	t.Helper()
	for i := from; i < to; i++ {
		if err := os.Remove(filepath.Join(dir, fmt.Sprintf("fiche%02d.md", i))); err != nil {
			t.Fatal(err)
		}
	}
}

func TestASmallSourceAsksForItsLosses(t *testing.T) {
	o := newOperatorsTown(t)
	strict, usual, large := some(t, 8), some(t, 8), some(t, 30)
	o.run(exitOK, "source", "add", "folder", strict, "--collection", "site", "--max-loss", "0.1")
	o.run(exitOK, "source", "add", "folder", usual, "--collection", "site")
	o.run(exitOK, "source", "add", "folder", large, "--collection", "site")
	o.run(exitOK, "ingest", "--collection", "site")
	o.says(o.run(exitOK, "source", "list", "--json"), `"max_loss": 0.1,`, `"max_loss": null`)

	// An operator's share holds however few documents there are.
	lose(t, strict, 0, 1)
	o.says(o.run(exitWaits, "ingest", "--collection", "site"), "lost 1 of its 8 documents")
	o.run(exitOK, "source", "edit", "1", "--max-loss", "0.5")
	o.says(o.run(exitOK, "ingest", "--collection", "site"), "1 retired")

	// The usual one does not ask for every file, but for most of them.
	lose(t, usual, 0, 2)
	o.says(o.run(exitOK, "ingest", "--collection", "site"), "2 retired")
	lose(t, usual, 2, 5)
	o.says(o.run(exitWaits, "ingest", "--collection", "site"), "lost 3 of its 6 documents")
	o.says(o.run(exitOK, "ingest", "--source", "2", "--retire"), "3 retired")
	lose(t, usual, 5, 7)
	o.says(o.run(exitOK, "ingest", "--collection", "site"), "2 retired")
}

func TestAddingADeclaredSourceTakesNothingBack(t *testing.T) {
	o := newOperatorsTown(t)
	add := func(want int, more ...string) string {
		t.Helper()
		return o.run(want, append([]string{"source", "add", "folder", o.dir, "--collection", "site"}, more...)...)
	}
	add(exitOK, "--schedule", "0 3 * * *", "--max-loss", "0.1")
	before := o.run(exitOK, "source", "list", "--json")
	o.says(add(exitUsage), "source 1", "guichet source edit 1")
	add(exitUsage, "--schedule", "0 4 * * *", "--max-loss", "0.1")
	if after := o.run(exitOK, "source", "list", "--json"); after != before {
		t.Errorf("it was %s and is %s", before, after)
	}
	// The same again is no mistake of a script's.
	o.says(add(exitOK, "--schedule", "0 3 * * *", "--max-loss", "0.1"), "Source 1 is declared already")
	// One that was removed may be declared anew.
	o.run(exitOK, "ingest", "--source", "1")
	o.run(exitOK, "source", "remove", "1")
	o.says(add(exitOK), "Source 1 is declared")
	if list := o.run(exitOK, "source", "list"); strings.Contains(list, "frozen") || !strings.Contains(list, "when asked") {
		t.Errorf("sources are %s", list)
	}
}

func TestAHoldWinsOverTheFlag(t *testing.T) {
	o := newOperatorsTown(t)
	o.run(exitOK, "ingest", o.dir, "--collection", "site")
	o.write("piscine.md", dearPool)
	o.run(exitOK, "ingest", o.dir, "--collection", "site")
	o.run(exitOK, "rollback", "1", "--collection", "site")
	o.says(o.run(exitWaits, "ingest", o.dir, "--collection", "site", "--publish", "auto"),
		"edition 2 was rolled back by", "--publish auto", "guichet resume")
	o.says(o.run(exitOK, "ask", "tarif piscine adulte"), "4,50")
	o.run(exitOK, "resume", "--collection", "site")
	o.says(o.run(exitOK, "ingest", o.dir, "--collection", "site", "--publish", "auto"), "Published as edition 2")
}

// What needs a person is named by the doctor, with the mend, until it is done.
func TestDoctorNamesTheSourcesThatNeedAPerson(t *testing.T) {
	o := newOperatorsTown(t)
	o.run(exitOK, "source", "add", "folder", o.dir, "--collection", "site", "--town", "ma-ville")
	o.run(exitOK, "ingest", "--source", "1")
	o.says(o.run(exitOK, "doctor"), "1 source declared; no run failed")

	aside := o.dir + "-aside"
	if err := os.Rename(o.dir, aside); err != nil {
		t.Fatal(err)
	}
	o.run(exitFailed, "ingest", "--source", "1")
	o.says(o.run(exitFailed, "doctor"), "WRONG", "site, source 1 ("+o.dir+")", "it failed: source 1:", "guichet ingest --source 1\n")
	o.run(exitOK, "source", "edit", "1", "--pause")
	o.says(o.run(exitOK, "doctor"), "no run failed")

	if err := os.Mkdir(o.dir, 0o750); err != nil {
		t.Fatal(err)
	}
	o.run(exitOK, "source", "edit", "1", "--resume")
	o.run(exitWaits, "ingest", "--source", "1")
	o.says(o.run(exitFailed, "doctor"), "it asks:", "lost 3 of its 3", "guichet ingest --source 1 --retire")
	o.says(o.run(exitOK, "runs"), "guichet ingest --source 1 --retire")
	if err := os.Remove(o.dir); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(aside, o.dir); err != nil {
		t.Fatal(err)
	}
	o.run(exitOK, "ingest", "--source", "1")
	o.run(exitOK, "doctor")
	if runs := o.run(exitOK, "runs"); strings.Contains(runs, "let it through") {
		t.Errorf("nothing is asked any more:\n%s", runs)
	}

	o.run(exitOK, "collections", "set", "site", "--town", "ma-ville", "--publish", "ask")
	o.write("piscine.md", dearPool)
	o.run(exitWaits, "ingest", "--source", "1")
	o.says(o.run(exitOK, "doctor"), "warning", "edition 2 waits: an operator publishes it", `guichet publish 2 --collection "site" --town ma-ville`)
	o.run(exitOK, "publish", "--collection", "site", "--town", "ma-ville")
	o.run(exitOK, "rollback", "1", "--collection", "site", "--town", "ma-ville")
	o.says(o.run(exitOK, "doctor"), "warning", "edition 2 was rolled back by", `guichet resume --collection "site" --town ma-ville`)
}

func TestARunKeepsItsNotes(t *testing.T) {
	o := newOperatorsTown(t)
	o.run(exitOK, "source", "add", "folder", o.dir, "--collection", "site")
	for _, name := range []string{"a.pdf", "b.pdf", "c.pdf", "d.pdf"} {
		o.write(name, "this is no PDF inside")
	}
	o.run(exitPartial, "ingest", "--source", "1")
	list := o.run(exitOK, "runs")
	o.says(list, "4 failed", "failed: a.pdf: ", "failed: c.pdf: ", "1 more failed", "note", "guichet runs 1")
	if strings.Contains(list, "d.pdf") {
		t.Errorf("a list names three failures:\n%s", list)
	}
	o.says(o.run(exitOK, "runs", "1"), "completed", "note: files that are not read, by kind: .bin 1", "failed: d.pdf: ")
	o.says(o.run(exitOK, "runs", "1", "--json"), `"notes": [`, ".bin 1")
	o.run(exitNotFound, "runs", "9")
	o.says(o.run(exitUsage, "runs", "nine"), "guichet runs")
}

func TestDemandsAreShownWhileTheyAreOpen(t *testing.T) {
	o := newOperatorsTown(t)
	o.run(exitOK, "source", "add", "folder", o.dir, "--collection", "site")
	o.run(exitOK, "ingest", "--source", "1")
	o.run(exitOK, "collections", "set", "site", "--publish", "ask")
	demands := func(want int) {
		t.Helper()
		if runs := o.run(exitOK, "runs"); strings.Count(runs, "let it through:") != want {
			t.Errorf("%d demands should be open:\n%s", want, runs)
		}
	}
	o.write("piscine.md", dearPool)
	o.run(exitWaits, "ingest", "--source", "1")
	demands(1)
	o.run(exitWaits, "ingest", "--source", "1") // prepared anew
	demands(1)
	o.run(exitOK, "reject", "--collection", "site")
	demands(0)
	o.run(exitWaits, "ingest", "--source", "1")
	demands(1)
	o.run(exitOK, "publish", "--collection", "site")
	demands(0)
	o.run(exitOK, "collections", "set", "site", "--publish", "auto")
	o.run(exitOK, "rollback", "1", "--collection", "site")
	o.run(exitWaits, "ingest", "--source", "1")
	demands(1)
	o.says(o.run(exitOK, "publish", "--collection", "site"), "holds it no longer", "publishes auto")
	demands(0)
	for _, told := range []string{o.run(exitOK, "editions", "--collection", "site"), o.run(exitOK, "runs")} {
		if strings.Contains(told, "by itself") || strings.Contains(told, "nobody has resumed") {
			t.Errorf("nothing is held any more:\n%s", told)
		}
	}
	o.run(exitNotFound, "resume", "--collection", "site")
}

func TestWhatIsNeverPublishedIsSaidToWait(t *testing.T) {
	o := newOperatorsTown(t)
	o.run(exitOK, "source", "add", "folder", o.dir, "--collection", "site")
	o.run(exitOK, "ingest", "--source", "1")
	o.run(exitOK, "collections", "set", "site", "--publish", "never")
	o.write("piscine.md", dearPool)
	o.says(o.run(exitOK, "ingest", "--source", "1"), "Edition 2 is prepared and not published", `guichet publish 2 --collection "site"`)
	o.says(o.run(exitOK, "runs"), "completed: 0 added, 1 changed", "edition 2 waits unpublished", `let it through:  guichet publish 2 --collection "site"`)
	o.says(o.run(exitOK, "runs", "--json"), `"reason": "edition 2 waits`, `"mend": "guichet publish 2`)
	o.run(exitOK, "publish", "--collection", "site")
	if runs := o.run(exitOK, "runs"); strings.Contains(runs, "let it through") {
		t.Errorf("nothing waits any more:\n%s", runs)
	}
}

func TestMistypedSourcesAreToldBeforeTheyAreStored(t *testing.T) {
	o := newOperatorsTown(t)
	table := filepath.Join(write(t, map[string]string{"t.csv": "Rue;Jour\nRue des Lilas;lundi\n"}), "t.csv")
	for _, c := range []struct {
		args  []string
		wants []string
	}{
		{[]string{"website", "https://ville.example/", "--setting", "allow_private=localhost"}, []string{"setting allow_private: it takes a list", `'allow_private=["localhost"]'`}},
		{[]string{"website", "https://ville.example/", "--setting", "max_pages=many"}, []string{"setting max_pages: it takes a number", "'max_pages=10'"}},
		{[]string{"csv", "www/nope.csv"}, []string{"cannot read www/nope.csv"}},
		{[]string{"feed", "www.ville.fr/feed.xml"}, []string{"www.ville.fr/feed.xml", "https://www.ville.fr/feed.xml"}},
		{[]string{"csv", table, "--setting", `group=["Nope"]`}, []string{`group: no column "Nope"; there are Rue, Jour`}},
	} {
		told := o.run(exitUsage, append([]string{"source", "add", "--collection", "site"}, c.args...)...)
		o.says(told, c.wants...)
		if strings.Contains(told, "Go struct") {
			t.Errorf("%v: %s", c.args, told)
		}
	}
	o.says(o.run(exitOK, "collections"), "No collection yet")
	o.run(exitOK, "source", "add", "csv", table, "--collection", "site", "--setting", `group=["Rue"]`)
}

func TestAnotherDatabasesAddressIsNamed(t *testing.T) {
	code, stdout, stderr := guichet(t, map[string]string{"GUICHET_DATABASE_URL": "mysql://me:hush@host/db"}, "collections")
	if code != exitUsage || !strings.Contains(stderr, "GUICHET_DATABASE_URL begins with mysql://") || strings.Contains(stdout+stderr, "hush") {
		t.Errorf("exit %d: %s%s", code, stdout, stderr)
	}
}

func TestABusyCollectionNamesItsRun(t *testing.T) {
	o := newOperatorsTown(t)
	o.run(exitOK, "source", "add", "folder", o.dir, "--collection", "site")
	db, err := postgres.Open(t.Context(), postgres.Config{URL: o.env["GUICHET_DATABASE_URL"], MaxConns: 4})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	store := corpus.NewStore(db.Pool)
	src, err := store.Source(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	e, err := store.Claim(t.Context(), src.Collection)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if _, err := store.AnnounceRuns(t.Context(), src.Collection.ID, []corpus.SourceRef{src.SourceRef}); err != nil {
		t.Fatal(err)
	}
	o.says(o.run(exitBusy, "ingest", "--source", "1"), `collection "site"`, "run 1, over "+o.dir)
}
