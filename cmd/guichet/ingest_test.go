package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"guichet/internal/postgrestest"
)

func TestAnEmptiedFolderIsNotPublished(t *testing.T) {
	env := map[string]string{"GUICHET_DATABASE_URL": postgrestest.URL(t)}
	dir := write(t, pages)
	if code, _, stderr := guichet(t, env, "ingest", dir, "--collection", "site"); code != exitOK {
		t.Fatalf("exit %d: %s", code, stderr)
	}
	for name := range pages {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{{"--dry-run"}, nil} {
		code, stdout, _ := guichet(t, env, append([]string{"ingest", dir, "--collection", "site"}, args...)...)
		if code != exitWaits || !strings.Contains(stdout, "lost 3 of its 3 documents") || !strings.Contains(stdout, "--retire") {
			t.Errorf("%v: exit %d: %s", args, code, stdout)
		}
	}
	if code, stdout, _ := guichet(t, env, "ingest", dir, "--collection", "site", "--retire"); code != exitOK || !strings.Contains(stdout, "3 retired") {
		t.Errorf("exit %d: %s", code, stdout)
	}
}
