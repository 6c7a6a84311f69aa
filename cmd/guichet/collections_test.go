package main

import (
	"encoding/json"
	"strings"
	"testing"

	"guichet/internal/postgrestest"
)

func TestCollectionsTellOfTheLastRun(t *testing.T) {
	env := map[string]string{"GUICHET_DATABASE_URL": postgrestest.URL(t)}
	dir := write(t, map[string]string{"good.txt": "La mairie est ouverte le lundi.", "bad.pdf": "this is no PDF inside"})
	if code, _, stderr := guichet(t, env, "ingest", dir, "--collection", "site"); code != exitPartial {
		t.Fatalf("ingest: exit %d: %s", code, stderr)
	}
	_, text, _ := guichet(t, env, "collections")
	if !strings.Contains(text, "completed: 1 added, 0 changed, 0 unchanged, 0 retired, 1 failed ("+dir+")") {
		t.Errorf("collections prints %s", text)
	}
	_, printed, _ := guichet(t, env, "collections", "--json")
	var shown []shownCollection
	if err := json.Unmarshal([]byte(printed), &shown); err != nil {
		t.Fatalf("%v in %s", err, printed)
	}
	if len(shown) != 1 || shown[0].LastRun == nil {
		t.Fatalf("collections prints %s", printed)
	}
	r := shown[0].LastRun
	if r.State != "completed" || r.Source != dir || r.Edition != 1 || r.Added != 1 || r.Failed != 1 || r.Finished == nil {
		t.Errorf("last run is %+v", r)
	}
	if len(r.Failures) != 1 || r.Failures[0].Key != "bad.pdf" || r.Failures[0].Reason == "" || r.Failures[0].Code != "not_pdf" {
		t.Errorf("failures are %+v", r.Failures)
	}
}
