package ingest

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"guichet/corpus"
	"guichet/corpus/opening"
)

const directoryFile = "testdata/directory/local.json"

func readDirectory(t *testing.T, path string, areas ...string) (Directory, error) {
	t.Helper()
	return ReadDirectory(t.Context(), path, DirectorySettings{Areas: areas}, OpenLocal)
}

func TestGoldenDirectory(t *testing.T) {
	d, err := readDirectory(t, directoryFile, "44990", "44:prefecture,caf")
	if err != nil {
		t.Fatal(err)
	}
	d.On = time.Date(2026, 3, 15, 0, 0, 0, 0, time.UTC)
	var got bytes.Buffer
	services, err := opening.Format(d.Services(true))
	if err != nil {
		t.Fatal(err)
	}
	got.Write(services)
	source, err := d.Source(directoryFile)
	if err != nil {
		t.Fatal(err)
	}
	l, err := source.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range l.Items {
		r, err := item.Open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		b, _ := io.ReadAll(r)
		x, err := extract(t.Context(), item.Extractor, Input{Name: item.Key, Bytes: b})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&got, "\n---- %s\n%s", item.Key, render(x))
	}
	if strings.Contains(got.String(), "DURAND") {
		t.Error("a person is named")
	}
	wantGolden(t, "testdata/directory/local.golden", got.Bytes())
	// What the file format holds comes back whole.
	again, err := opening.Parse(services)
	if err != nil || len(again) != len(d.Entries) || again[0].Origin != "directory 2026-03-15" {
		t.Errorf("%d services, %v", len(again), err)
	}
}

// What services rest on stands in the documents, word for word.
func TestDirectoryServicesRestOnTheirDocuments(t *testing.T) {
	d, err := readDirectory(t, directoryFile, "44990", "44:prefecture,caf")
	if err != nil {
		t.Fatal(err)
	}
	b := newBench(t)
	source, err := d.Source(directoryFile)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.ingester.Ingest(t.Context(), Request{Collection: corpus.Collection{ID: 1, Name: "annuaire"}, Sources: []Source{source}}); err != nil {
		t.Fatal(err)
	}
	for _, s := range d.Services(true) {
		text := b.store.text(s.Document)
		for _, quote := range append(s.Quotes, s.Contact.Quotes...) {
			if !strings.Contains(text, quote) {
				t.Errorf("%s does not say %q:\n%s", s.Document, quote, text)
			}
		}
		if s.Phone != "" && !strings.Contains(strings.Join(s.Contact.Quotes, "\n"), s.Phone) {
			t.Errorf("%s: no quote has the telephone", s.Slug)
		}
	}
}

func TestDirectoryHours(t *testing.T) {
	d, err := readDirectory(t, directoryFile, "44990", "44:prefecture,caf")
	if err != nil {
		t.Fatal(err)
	}
	friday := opening.Date{Year: 2026, Month: 3, Day: 20}
	want := map[string]string{
		"mairie-port-bleu": "9 h – 12 h (sur rendez-vous), 14 h – 16 h",
		"caisse-d-allocations-familiales-caf-port-bleu": "unknown", // closed on some Thursdays
		"prefecture-de-loire-bleue":                     "unknown", // a day without hours
		"france-services-port-bleu":                     "unknown",
	}
	for _, s := range d.Services(false) {
		day := s.HoursOn(friday)
		got := opening.FormatRanges(day.Ranges)
		if !day.Known {
			got = "unknown"
		}
		if got != want[s.Slug] {
			t.Errorf("%s: %s, not %s", s.Slug, got, want[s.Slug])
		}
		delete(want, s.Slug)
	}
	if len(want) > 0 {
		t.Errorf("missing: %v", want)
	}
}

func TestHoursOfTheDirectory(t *testing.T) {
	for _, c := range []struct{ json, monday, sunday string }{
		{`[{"nom_jour_debut":"Lundi","nom_jour_fin":"Dimanche","valeur_heure_debut_1":"00:00:00","valeur_heure_fin_1":"24:00:00"}]`, "0 h – 24 h", "0 h – 24 h"},
		{`[{"nom_jour_debut":"samedi","nom_jour_fin":"lundi","valeur_heure_debut_1":"9h","valeur_heure_fin_1":"12h30"}]`, "9 h – 12 h 30", "9 h – 12 h 30"},
		{`[{"nom_jour_debut":"Lundi","valeur_heure_debut_1":"18:00:00","valeur_heure_fin_1":"00:00:00"}]`, "18 h – 24 h", "fermé"},
		{`[{"nom_jour_debut":"Lundi","valeur_heure_debut_1":"9:00","valeur_heure_fin_1":"12:00"},{"nom_jour_debut":"Lundi","valeur_heure_debut_1":"11:00","valeur_heure_fin_1":"13:00"}]`, "9 h – 13 h", "fermé"},
		{`[{"nom_jour_debut":"Lundi","valeur_heure_debut_1":"12:00","valeur_heure_fin_1":"9:00"}]`, "unknown", "unknown"},
		{`[{"nom_jour_debut":"Lundi","valeur_heure_debut_1":"9:00"}]`, "unknown", "unknown"},
		{`[{"nom_jour_debut":"Lundi","nom_jour_fin":"Jamais","valeur_heure_debut_1":"9:00","valeur_heure_fin_1":"12:00"}]`, "unknown", "unknown"},
		{`[{"nom_jour_debut":"Lundi","valeur_heure_debut_1":"9:00","valeur_heure_fin_1":"12:00","commentaire":"semaines paires"}]`, "unknown", "unknown"},
		{`[]`, "unknown", "unknown"}, {`null`, "unknown", "unknown"}, {`"fermé"`, "unknown", "unknown"},
	} {
		var r directoryRecord
		if err := r.Hours.UnmarshalJSON([]byte(c.json)); err != nil {
			t.Fatal(err)
		}
		s := DirectoryEntry{record: r}.service(false)
		for date, want := range map[opening.Date]string{{Year: 2026, Month: 3, Day: 16}: c.monday, {Year: 2026, Month: 3, Day: 22}: c.sunday} {
			day := s.HoursOn(date)
			got := opening.FormatRanges(day.Ranges)
			if !day.Known {
				got = "unknown"
			}
			if got != want {
				t.Errorf("%s on %s: %s, not %s", c.json, date, got, want)
			}
		}
	}
}

func TestMergeServices(t *testing.T) {
	own := []opening.Service{
		{Slug: "mairie", Name: "Mairie"},
		{Slug: "accueil-caf", Name: "Point accueil", Phone: "+33 2 99 00 00 09"},
		{Slug: "old", Name: "Old", Origin: "directory 2025-01-01"},
	}
	imported := []opening.Service{
		{Slug: "mairie-port-bleu", Name: "Mairie - Port-Bleu", Names: []string{"mairie"}},
		{Slug: "caf", Name: "CAF", Phone: "02.99.00.00.09"},
		{Slug: "prefecture", Name: "Préfecture", Origin: "directory 2026-01-01"},
	}
	m, err := MergeServices(own, imported)
	if err != nil || m.Imported != 1 || m.Replaced != 1 || len(m.Kept) != 2 || len(m.Services) != 3 || m.Services[2].Slug != "prefecture" {
		t.Fatalf("%+v, %v", m, err)
	}
	again, err := MergeServices(m.Services, imported)
	if err != nil || again.Replaced != 1 || len(again.Services) != 3 {
		t.Errorf("again: %+v, %v", again, err)
	}
}

func TestFollowDirectory(t *testing.T) {
	d, err := readDirectory(t, directoryFile, "44990")
	if err != nil {
		t.Fatal(err)
	}
	var published []corpus.ServiceDocument
	for _, e := range d.Entries {
		b, err := json.Marshal(documentedService{Kind: e.Kind, Service: d.service(e, true)})
		if err != nil {
			t.Fatal(err)
		}
		published = append(published, corpus.ServiceDocument{Name: "as-" + e.Key, Service: b})
	}
	own := opening.Service{Slug: "mairie", Name: "Mairie"} // stands for the directory's
	loose := opening.Service{Slug: "caf", Name: "CAF", Origin: "directory 2025-01-01"}
	old := opening.Service{Slug: "old", Name: "Old", Source: opening.Source{Document: "annuaire-old"}, Origin: "directory 2025-01-01"}
	got, err := FollowDirectory([]opening.Service{own, loose, old}, published)
	if err != nil || len(got) != len(published)+1 || got[0].Slug != "mairie" || got[len(got)-1].Slug != "caf" {
		t.Fatalf("%+v, %v", got, err)
	}
	if s := got[1]; s.Document != "as-annuaire-"+s.Slug || s.Contact.Document != s.Document {
		t.Errorf("it rests on %s", s.Document)
	}
	if again, err := FollowDirectory(got, published); err != nil || len(again) != len(got) {
		t.Errorf("again: %+v, %v", again, err)
	}
	if left, err := FollowDirectory(got, nil); err != nil || len(left) != 2 {
		t.Errorf("without documents: %+v, %v", left, err)
	}
	// One that an earlier program read says nothing of its service.
	published[0].Service = []byte("{}")
	if same, err := FollowDirectory([]opening.Service{old}, published); err != nil || len(same) != 1 || same[0].Slug != "old" {
		t.Errorf("with an old document: %+v, %v", same, err)
	}
}

func TestDirectoryFormsAndMistakes(t *testing.T) {
	plain, err := os.ReadFile(directoryFile)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := func(name string, content []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	made := time.Date(2026, 3, 14, 0, 0, 0, 0, time.UTC)
	var packed, wrapped bytes.Buffer
	tw := tar.NewWriter(&wrapped)
	if err := tw.WriteHeader(&tar.Header{Name: "data/local.json", Size: int64(len(plain)), Mode: 0o600, ModTime: made, Typeflag: tar.TypeReg}); err != nil {
		t.Fatal(err)
	}
	_, _ = tw.Write(plain)
	_ = tw.Close()
	gz := gzip.NewWriter(&packed)
	_, _ = gz.Write(wrapped.Bytes())
	_ = gz.Close()
	d, err := readDirectory(t, file("a.tar.gz", packed.Bytes()), "44990")
	if err != nil || len(d.Entries) != 3 || !d.On.Equal(made) {
		t.Errorf("tar.gz: %d entries of %v, %v", len(d.Entries), d.On, err)
	}
	one := `{"id":"1","nom":"Mairie","pivot":[{"type_service_local":"mairie","code_insee_commune":["44990"]}]}`
	for form, ok := range map[string]bool{
		"[" + one + "]": true, `{"total_count":1,"results":[` + one + `]}`: true, "[" + one: false, "": false, "[]": false, "<html>": false, `"x"`: false,
		`{"results":{}}`: false, "PK\x03\x04": false, `[{"nom":"` + strings.Repeat("a", 3*maxRecord) + `"}]`: false,
	} {
		d, err := readDirectory(t, file("b.json", []byte(form)), "44990")
		if (err == nil) != ok || ok && len(d.Entries) != 1 {
			t.Errorf("%.60s: %d entries, %v", form, len(d.Entries), err)
		}
	}
	for area, want := range map[string]string{"": "no INSEE code", "44": "is a department", "Nantes": "no INSEE code", "44109:!": "kinds"} {
		if err := (DirectorySettings{Areas: []string{area}}).Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", area, err)
		}
	}
	if err := (DirectorySettings{Areas: []string{"2A004", "971:caf", "44:prefecture, caf"}}).Validate(); err != nil {
		t.Error(err)
	}
}

func TestDownloadsAreKept(t *testing.T) {
	body, etag, sent := "one", `"1"`, 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", etag)
		if r.Header.Get("If-None-Match") == etag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		sent++
		_, _ = io.WriteString(w, body)
	}))
	defer server.Close()
	d := Downloads{Dir: filepath.Join(t.TempDir(), "kept"), Get: func(ctx context.Context, address, etag, _ string, to *os.File) (Download, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			return Download{}, err
		}
		req.Header.Set("If-None-Match", etag)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return Download{}, err
		}
		defer func() { _ = resp.Body.Close() }()
		if _, err := io.Copy(to, resp.Body); err != nil {
			return Download{}, err
		}
		return Download{ETag: resp.Header.Get("ETag"), Unchanged: resp.StatusCode == http.StatusNotModified}, nil
	}}
	want := func(text string, times int) {
		t.Helper()
		f, err := d.Open(t.Context(), server.URL)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = f.Close() }()
		b, err := io.ReadAll(f)
		if err != nil || string(b) != text || sent != times {
			t.Errorf("%q, sent %d times, %v", b, sent, err)
		}
		if files, _ := os.ReadDir(d.Dir); len(files) != 2 {
			t.Errorf("%d files are kept", len(files))
		}
	}
	want("one", 1)
	want("one", 1)
	// What a killed program left goes, once nobody can be writing to it.
	for _, name := range []string{"download-1", "aa.json.download-1"} {
		left := filepath.Join(d.Dir, name)
		if err := os.WriteFile(left, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
		long := time.Now().Add(-2 * abandonedAfter)
		if err := os.Chtimes(left, long, long); err != nil {
			t.Fatal(err)
		}
	}
	body, etag = "two", `"2"`
	want("two", 2)
	late := filepath.Join(d.Dir, "download-2")
	if err := os.WriteFile(late, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	d.sweep()
	if err := os.Remove(late); err != nil {
		t.Error("a download that may go on was swept: ", err)
	}
	files, _ := filepath.Glob(filepath.Join(d.Dir, "download-*"))
	for _, f := range files {
		_ = os.Remove(f)
	}
	want("two", 3)
	// What fails leaves nothing, and what is kept stays.
	server.Close()
	if _, err := d.Open(t.Context(), server.URL); err == nil {
		t.Error("a server that is gone has answered")
	}
	if files, _ := os.ReadDir(d.Dir); len(files) != 2 {
		t.Errorf("%d files are kept after a failure", len(files))
	}
}

func FuzzDirectory(f *testing.F) {
	plain, err := os.ReadFile(directoryFile)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(plain)
	f.Add([]byte(`[{"nom":"a","pivot":{"type_service_local":"caf","code_insee_commune":44990},"plage_ouverture":"[{}]"}]`))
	areas, err := DirectorySettings{Areas: []string{"44990", "44:caf"}}.areas()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var d Directory
		err := eachRecord(t.Context(), bytes.NewReader(b), func(r directoryRecord) error {
			if kind, ok := r.within(areas); ok && r.Name != "" {
				d.Entries = append(d.Entries, DirectoryEntry{Kind: kind, record: r})
			}
			return nil
		})
		if err != nil {
			return
		}
		d.name()
		services := d.Services(true)
		written, err := opening.Format(services)
		if err != nil {
			t.Fatal(err)
		}
		if len(services) > opening.MaxServices || len(written) > opening.MaxFile {
			return
		}
		if again, err := opening.Parse(written); err != nil || len(again) != len(services) {
			t.Errorf("it is written and not read again: %v\n%s", err, written)
		}
	})
}
