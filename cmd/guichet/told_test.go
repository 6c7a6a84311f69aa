package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
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
