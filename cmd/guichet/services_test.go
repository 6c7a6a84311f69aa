package main

import (
	"path/filepath"
	"strings"
	"testing"

	"guichet/internal/postgrestest"
)

func TestServicesAreSetShownAndChecked(t *testing.T) {
	env := map[string]string{"GUICHET_DATABASE_URL": postgrestest.URL(t)}
	dir := write(t, map[string]string{
		"services.yaml": `
services:
  - slug: mairie
    name: Mairie
    phone: 02 99 00 00 00
    hours: {du lundi au vendredi: 8 h 30 – 12 h}
    exceptions:
      - dates: 2027-01-14
        hours: fermé
        reason: vœux
`,
		"bad.yaml": "services:\n  - slug: mairie\n    name: Mairie\n    hours: {lundit: fermé}\n",
	})
	if code, stdout, stderr := guichet(t, env, "services", "check"); code != exitOK || !strings.Contains(stdout, "No service yet") {
		t.Fatalf("without services: exit %d: %s%s", code, stdout, stderr)
	}
	if code, _, stderr := guichet(t, env, "services", "set", filepath.Join(dir, "services.yaml")); code != exitOK {
		t.Fatalf("set: exit %d: %s", code, stderr)
	}
	code, stdout, stderr := guichet(t, env, "services", "check", "--from", "2026-12-24")
	if code != exitOK {
		t.Fatalf("check: exit %d: %s", code, stderr)
	}
	for _, want := range []string{"Thu 2026-12-24  8 h 30 – 12 h", "Fri 2026-12-25  fermé", "holiday christmas", "Thu 2027-01-14  fermé", "exception vœux"} {
		if !strings.Contains(stdout, want) {
			t.Errorf("check does not say %q:\n%s", want, stdout)
		}
	}
	// A file with a mistake is refused by line, and leaves what was set.
	if code, _, stderr := guichet(t, env, "services", "set", filepath.Join(dir, "bad.yaml")); code != exitUsage || !strings.Contains(stderr, "bad.yaml, line 4") {
		t.Errorf("bad file: exit %d: %s", code, stderr)
	}
	code, shown, stderr := guichet(t, env, "services", "show")
	if code != exitOK || !strings.Contains(shown, "slug: mairie") {
		t.Fatalf("show: exit %d: %s%s", code, shown, stderr)
	}
	again := write(t, map[string]string{"shown.yaml": shown})
	if code, _, stderr := guichet(t, env, "services", "set", filepath.Join(again, "shown.yaml")); code != exitOK {
		t.Errorf("what is shown cannot be set: exit %d: %s", code, stderr)
	}
	if code, _, _ := guichet(t, env, "services", "show", "--town", "nulle-part"); code != exitNotFound {
		t.Errorf("no such town: exit %d", code)
	}
}
