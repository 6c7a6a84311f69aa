package main

import (
	"encoding/json"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

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
		TimeZone: "Indian/Reunion",
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
		"time zone":     {`{"slug":"a","name":"A","time_zone":"Europe/Pari"}`, "Europe/Paris"},
		"color":         {`{"slug":"a","name":"A","color":"red"}`, "#rrggbb"},
		"origin":        {`{"slug":"a","name":"A","origins":["https://a.fr","b.fr"]}`, `"b.fr": it must be https://host`},
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

// A town's schedules, events and printed times go by its own clock.
func TestATownHasItsTimeZone(t *testing.T) {
	env := map[string]string{"GUICHET_DATABASE_URL": postgrestest.URL(t)}
	dir := write(t, map[string]string{
		"town.json":  `{"slug":"saint-aubin","name":"Saint-Aubin","time_zone":"Europe/Paris"}`,
		"agenda.ics": "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\nSUMMARY:Concert\r\nDTSTART:20990110T100000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
	})
	run := func(want int, args ...string) string {
		t.Helper()
		code, stdout, stderr := guichet(t, env, args...)
		if code != want {
			t.Fatalf("%v: exit %d: %s%s", args, code, stdout, stderr)
		}
		return stdout + stderr
	}
	file := filepath.Join(dir, "town.json")
	run(exitOK, "town", "set", file)
	run(exitOK, "source", "add", "calendar", filepath.Join(dir, "agenda.ics"), "--collection", "agenda", "--town", "saint-aubin", "--schedule", "0 5 * * *")
	if says := run(exitUsage, "town", "set", file, "--time-zone", "Reunion"); !strings.Contains(says, "Indian/Reunion") {
		t.Errorf("a zone that is none: %s", says)
	}
	run(exitOK, "town", "set", file, "--time-zone", "Indian/Reunion")
	if list := run(exitOK, "source", "list", "--town", "saint-aubin"); !strings.Contains(list, " 05:00 ") {
		t.Errorf("its schedule falls due at\n%s", list)
	}
	run(exitOK, "ingest", "--collection", "agenda", "--town", "saint-aubin")
	if found := run(exitOK, "search", "concert", "--town", "saint-aubin"); !strings.Contains(found, "14 h") {
		t.Errorf("the concert of 10 h UTC is found as\n%s", found)
	}
	now := time.Now().In(corpus.Zone("Indian/Reunion"))
	for _, list := range []string{run(exitOK, "runs", "--town", "saint-aubin"), run(exitOK, "collections", "--town", "saint-aubin")} {
		if !strings.Contains(list, now.Format("2006-01-02 15:")) && !strings.Contains(list, now.Add(-time.Minute).Format("2006-01-02 15:")) {
			t.Errorf("it is %s there, and a run was at\n%s", now.Format("15:04"), list)
		}
	}
}

func TestOriginsAreWhatBrowsersSend(t *testing.T) {
	for _, good := range []string{
		"https://www.ville.fr", "http://localhost:3000", "http://192.168.0.4", "http://[::1]:8080", "https://xn--pr-fja.fr",
	} {
		if err := checkOrigin(good); err != nil {
			t.Error(err)
		}
	}
	for _, bad := range []string{
		"", "*", "null", "www.ville.fr", "https://", "https://*.ville.fr", "https://www.ville.fr/", "https://www.ville.fr/mairie",
		"https://www.ville.fr?a=b", "https://www.ville.fr#a", "https://me@www.ville.fr", "ftp://www.ville.fr", "HTTPS://www.ville.fr",
		"https://www.Ville.fr", "https://pré.fr", "https://www.ville.fr:", "https://www.ville.fr:0", "https://www.ville.fr:99999",
		"https://a b.fr", "https://www.ville.fr ", "https://a..fr", "https://www.ville.fr; script-src *",
	} {
		if err := checkOrigin(bad); err == nil || !strings.Contains(err.Error(), "https://www.ville.fr") {
			t.Errorf("%q is taken: %v", bad, err)
		}
	}
}

func TestTheDefaultTownCannotBeDeleted(t *testing.T) {
	env := map[string]string{"GUICHET_DATABASE_URL": postgrestest.URL(t)}
	for _, c := range []struct {
		slug string
		want int
		says string
	}{
		{"ma-ville", exitUsage, `"default": true`},
		{"zz", exitNotFound, `town "zz": not found (guichet town list)`},
	} {
		code, _, stderr := guichet(t, env, "town", "delete", c.slug, "--yes")
		if code != c.want || !strings.Contains(stderr, c.says) {
			t.Errorf("delete %s: exit %d, want %d; must say %q: %s", c.slug, code, c.want, c.says, stderr)
		}
	}
	if _, list, _ := guichet(t, env, "town", "list"); !strings.Contains(list, "ma-ville") {
		t.Errorf("towns that are left: %s", list)
	}
}
