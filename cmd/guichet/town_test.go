package main

import (
	"encoding/json"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"guichet/corpus"
	"guichet/internal/postgrestest"
)

func TestATownIsShownAsItWasSet(t *testing.T) {
	env := map[string]string{"GUICHET_DATABASE_URL": postgrestest.URL(t)}
	want := townFile{
		Slug: "saint-aubin", Name: "Saint-Aubin-les-Étangs", Origins: []string{"https://www.saint-aubin.example"},
		Contact: corpus.Contact{
			Name: "Accueil <de> la mairie", Phone: "02 99 00 00 00", Email: "mairie@saint-aubin.example",
			URL: "https://www.saint-aubin.example", Address: "1 place de l’Église", Hours: "Du lundi au vendredi, de 9 h à 17 h",
		},
		Color: "#1f6f5c", Languages: []string{"fr", "en"}, Suggestions: []string{"Quand passe le camion ?"},
	}
	set := func(f townFile) (int, string) {
		t.Helper()
		text, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		dir := write(t, map[string]string{"town.json": string(text)})
		code, stdout, stderr := guichet(t, env, "town", "set", filepath.Join(dir, "town.json"))
		return code, stdout + stderr
	}
	show := func(args ...string) townFile {
		t.Helper()
		code, stdout, stderr := guichet(t, env, append([]string{"town", "show"}, args...)...)
		if code != exitOK {
			t.Fatalf("town show %v: exit %d: %s", args, code, stderr)
		}
		var f townFile
		if err := json.Unmarshal([]byte(stdout), &f); err != nil {
			t.Fatal(err)
		}
		return f
	}

	if code, says := set(want); code != exitOK || !strings.Contains(says, "saint-aubin") {
		t.Fatalf("town set: exit %d: %s", code, says)
	}
	if got := show("saint-aubin"); !reflect.DeepEqual(got, want) {
		t.Errorf("set %+v, shown %+v", want, got)
	}
	if got := show(); got.Slug != "ma-ville" || !got.Default {
		t.Errorf("the default town is %+v", got)
	}
	// What is shown can be set again: here, as the default town.
	want = show("saint-aubin")
	want.Default, want.Name = true, "Saint-Aubin"
	if code, says := set(want); code != exitOK {
		t.Fatalf("town set: exit %d: %s", code, says)
	}
	if got := show(); !reflect.DeepEqual(got, want) {
		t.Errorf("set %+v as the default, shown %+v", want, got)
	}
	if _, list, _ := guichet(t, env, "town", "list"); strings.Count(list, "(default)") != 1 || !strings.Contains(list, "ma-ville") {
		t.Errorf("town list prints %s", list)
	}
}

func TestAWrongTownFileIsRefused(t *testing.T) {
	env := map[string]string{"GUICHET_DATABASE_URL": postgrestest.URL(t)}
	for name, c := range map[string]struct{ file, says string }{
		"no JSON":       {"name: Ma ville", "no town file"},
		"unknown field": {`{"slug":"a","name":"A","colour":"#000000"}`, "colour"},
		"slug":          {`{"slug":"Ma Ville","name":"A"}`, "slug"},
		"name":          {`{"slug":"a","name":""}`, "name"},
		"color":         {`{"slug":"a","name":"A","color":"red"}`, "#rrggbb"},
	} {
		dir := write(t, map[string]string{"town.json": c.file})
		code, _, stderr := guichet(t, env, "town", "set", filepath.Join(dir, "town.json"))
		if code != exitUsage || !strings.Contains(stderr, c.says) || strings.Contains(stderr, "SQLSTATE") {
			t.Errorf("%s: exit %d, must say %q: %s", name, code, c.says, stderr)
		}
	}
	if _, list, _ := guichet(t, env, "town", "list"); strings.Count(list, "\n") != 1 {
		t.Errorf("a refused file left a town: %s", list)
	}
}
