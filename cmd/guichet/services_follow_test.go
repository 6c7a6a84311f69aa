package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"guichet/internal/postgrestest"
)

// The computed hours follow a directory that is a source: what is published of
// it, and never what only waits.
func TestHoursFollowTheDirectorySource(t *testing.T) {
	env := map[string]string{"GUICHET_DATABASE_URL": postgrestest.URL(t), "GUICHET_DATA_DIR": t.TempDir()}
	dir := write(t, map[string]string{
		"annuaire.json": directoryJSON,
		"own.yaml":      "services:\n  - {slug: mairie, name: Mairie, phone: 02 99 99 99 99}\n",
	})
	file := filepath.Join(dir, "annuaire.json")
	run := func(want int, args ...string) string {
		t.Helper()
		code, stdout, stderr := guichet(t, env, args...)
		if code != want {
			t.Fatalf("%s: exit %d: %s%s", strings.Join(args, " "), code, stdout, stderr)
		}
		return stdout
	}
	opens := func(hour string) {
		t.Helper()
		answer := strings.ReplaceAll(run(exitOK, "ask", "À quelle heure ouvre la CAF ?"), "\u00a0", " ")
		if !strings.Contains(answer, hour+" h – 16 h") || !strings.Contains(answer, "Caf - Port-Bleu") {
			t.Errorf("it does not open at %s h:\n%s", hour, answer)
		}
	}
	rewrite := func(content string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	changed := func(hour string) {
		t.Helper()
		rewrite(strings.Replace(directoryJSON, "09:00:00", hour+":00:00", 1))
	}
	run(exitOK, "services", "set", filepath.Join(dir, "own.yaml"))
	run(exitOK, "source", "add", "directory", file, "--collection", "annuaire", "--setting", `areas=["44990"]`)
	run(exitOK, "ingest", "--collection", "annuaire")
	shown := run(exitOK, "services", "show")
	if strings.Count(shown, "slug:") != 2 || !strings.Contains(shown, "origin: directory 20") || !strings.Contains(shown, "02 99 99 99 99") || strings.Contains(shown, "02 99 00 00 01") {
		t.Errorf("the town's own does not stand beside the directory's:\n%s", shown)
	}
	opens("9")

	changed("10")
	run(exitOK, "ingest", "--collection", "annuaire")
	opens("10")

	// A listing that fails changes nothing.
	rewrite(`{"service":[`)
	run(exitFailed, "ingest", "--collection", "annuaire")
	opens("10")

	// What waits changes nothing until it is published; a rollback takes it back.
	changed("11")
	run(exitWaits, "ingest", "--collection", "annuaire", "--publish", "ask")
	opens("10")
	run(exitOK, "publish", "--collection", "annuaire")
	opens("11")
	run(exitOK, "rollback", "2", "--collection", "annuaire")
	opens("10")
	run(exitOK, "publish", "3", "--collection", "annuaire")
	opens("11")

	// The town's file replaces what is its own alone, and wins.
	run(exitOK, "services", "set", filepath.Join(dir, "own.yaml"))
	opens("11")
	own := write(t, map[string]string{"caf.yaml": "services:\n  - {slug: caf, name: CAF, the: la CAF, phone: 32 30, hours: {tous les jours: 7 h – 8 h}}\n"})
	run(exitOK, "services", "set", filepath.Join(own, "caf.yaml"))
	if shown := run(exitOK, "services", "show"); strings.Contains(shown, "slug: caf-port-bleu") || !strings.Contains(shown, "slug: mairie-port-bleu") {
		t.Errorf("after the town's own CAF:\n%s", shown)
	}

	// With its documents the directory's services go.
	run(exitOK, "collections", "delete", "annuaire", "--yes")
	if shown := run(exitOK, "services", "show"); strings.Count(shown, "slug:") != 1 {
		t.Errorf("after the collection is gone:\n%s", shown)
	}
}

// A shared directory would give one town another's town hall.
func TestASharedDirectoryOfSeveralTownsFeedsNone(t *testing.T) {
	env := map[string]string{"GUICHET_DATABASE_URL": postgrestest.URL(t), "GUICHET_DATA_DIR": t.TempDir()}
	dir := write(t, map[string]string{"annuaire.json": directoryJSON, "b.json": `{"slug":"bourg","name":"Bourg"}`})
	if code, stdout, stderr := guichet(t, env, "town", "set", filepath.Join(dir, "b.json")); code != exitOK {
		t.Fatalf("town: exit %d: %s%s", code, stdout, stderr)
	}
	if code, stdout, stderr := guichet(t, env, "source", "add", "directory", filepath.Join(dir, "annuaire.json"), "--collection", "annuaire", "--setting", `areas=["44990"]`); code != exitOK {
		t.Fatalf("add: exit %d: %s%s", code, stdout, stderr)
	}
	code, stdout, stderr := guichet(t, env, "ingest", "--collection", "annuaire")
	if code != exitOK || !strings.Contains(stdout, "gives none of them opening hours") {
		t.Errorf("ingest: exit %d: %s%s", code, stdout, stderr)
	}
	if _, shown, _ := guichet(t, env, "services", "show"); strings.Contains(shown, "slug:") {
		t.Errorf("shown:\n%s", shown)
	}
}
