package main

import (
	"archive/zip"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"guichet/internal/postgrestest"
	"guichet/internal/sheettest"
)

const directoryJSON = `{"service":[
{"id":"a1","nom":"Mairie - Port-Bleu","pivot":[{"type_service_local":"mairie","code_insee_commune":["44990"]}],"telephone":[{"valeur":"02 99 00 00 01"}]},
{"id":"a2","nom":"Caf - Port-Bleu","pivot":[{"type_service_local":"caf","code_insee_commune":["44990"]}],"telephone":[{"valeur":"32 30"}],
 "plage_ouverture":[{"nom_jour_debut":"Lundi","nom_jour_fin":"Vendredi","valeur_heure_debut_1":"09:00:00","valeur_heure_fin_1":"16:00:00"}]}]}`

func TestServicesAreImported(t *testing.T) {
	env := map[string]string{"GUICHET_DATABASE_URL": postgrestest.URL(t), "GUICHET_DATA_DIR": t.TempDir()}
	own := write(t, map[string]string{"services.yaml": "services:\n  - {slug: mairie, name: Mairie, phone: 02 99 99 99 99}\n"})
	if code, _, stderr := guichet(t, env, "services", "set", filepath.Join(own, "services.yaml")); code != exitOK {
		t.Fatalf("set: exit %d: %s", code, stderr)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(directoryJSON)) }))
	defer server.Close()
	args := []string{"services", "import", server.URL + "/directory.json", "--insee", "44990", "--allow-private", "127.0.0.1"}
	if code, stdout, stderr := guichet(t, env, append(args, "--dry-run")...); code != exitOK || !strings.Contains(stdout, "slug: caf-port-bleu") {
		t.Fatalf("dry run: exit %d: %s%s", code, stdout, stderr)
	}
	if code, _, stderr := guichet(t, env, "services", "import", server.URL, "--insee", "44"); code != exitUsage || !strings.Contains(stderr, "is a department") {
		t.Errorf("a department: exit %d: %s", code, stderr)
	}
	for range 2 { // the second time in place of the first
		code, stdout, stderr := guichet(t, env, append(args, "--collection", "annuaire")...)
		if code != exitOK || !strings.Contains(stdout, "1 service of the directory") || !strings.Contains(stdout, "the town's own stands for: Mairie - Port-Bleu") {
			t.Fatalf("import: exit %d: %s%s", code, stdout, stderr)
		}
	}
	_, shown, _ := guichet(t, env, "services", "show")
	if strings.Count(shown, "slug:") != 2 || !strings.Contains(shown, "origin: directory 20") || !strings.Contains(shown, "02 99 99 99 99") {
		t.Errorf("shown:\n%s", shown)
	}
	// An area that matches nothing says so, and takes nothing away.
	other := []string{"services", "import", server.URL + "/directory.json", "--insee", "44991", "--allow-private", "127.0.0.1"}
	if code, _, stderr := guichet(t, env, other...); code == exitOK || !strings.Contains(stderr, "check the INSEE code") || !strings.Contains(stderr, "nothing was changed") {
		t.Errorf("no service: exit %d: %s", code, stderr)
	}
	// Its hours are answered, with the document that was loaded for it.
	code, stdout, stderr := guichet(t, env, "ask", "À quelle heure ouvre la CAF ?")
	if code != exitOK || !strings.Contains(stdout, "9") || !strings.Contains(stdout, "Caf - Port-Bleu") {
		t.Errorf("ask: exit %d: %s%s", code, stdout, stderr)
	}
}

func TestServicePublicArchiveIsRecognised(t *testing.T) {
	env := map[string]string{"GUICHET_DATABASE_URL": postgrestest.URL(t)}
	path := filepath.Join(t.TempDir(), "vosdroits-latest.zip")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := sheettest.Archive(f, 3); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr := guichet(t, env, "ingest", path, "--collection", "service-public", "--json")
	if code != exitOK || !strings.Contains(stdout, `"added": 3`) {
		t.Fatalf("exit %d: %s%s", code, stdout, stderr)
	}
	code, stdout, _ = guichet(t, env, "ingest", path, "--collection", "service-public", "--json")
	if code != exitOK || !strings.Contains(stdout, `"unchanged": 3`) {
		t.Errorf("again: exit %d: %s", code, stdout)
	}
	// Another archive is no source.
	other := filepath.Join(t.TempDir(), "other.zip")
	w, err := os.Create(other)
	if err != nil {
		t.Fatal(err)
	}
	if err := zip.NewWriter(w).Close(); err != nil {
		t.Fatal(err)
	}
	_ = w.Close()
	if code, stdout, _ := guichet(t, env, "ingest", other, "--collection", "x"); code != exitPartial {
		t.Errorf("an empty archive: exit %d: %s", code, stdout)
	}
}
