package ingest

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"guichet/corpus"
)

// zipFile writes an archive of these files and returns its path.
func zipFile(t testing.TB, files map[string][]byte) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(files[name]); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "vosdroits-latest.zip")
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func sampleSheets(t testing.TB) map[string][]byte {
	t.Helper()
	names, err := filepath.Glob("testdata/servicepublic/*.xml")
	if err != nil || len(names) == 0 {
		t.Fatalf("no sheets: %v", err)
	}
	files := map[string][]byte{}
	for _, name := range names {
		if files[filepath.Base(name)], err = os.ReadFile(name); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

func TestGoldenSheets(t *testing.T) {
	for name, content := range sampleSheets(t) {
		if name[0] == 'N' || name == "R9009.xml" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			x, err := extract(t.Context(), sheetExtractor{pages: ServicePublicSettings{}.pages()}, Input{Name: name, Bytes: content})
			if err != nil {
				t.Fatal(err)
			}
			wantGolden(t, filepath.Join("testdata/servicepublic", name+".golden"), render(x))
		})
	}
}

func wantGolden(t *testing.T, golden string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("it differs from %s (go test -update rewrites it):\n%s", golden, got)
	}
}

// Every case stands under all conditions that lead to it, and what follows a
// case does not.
func TestCasesKeepTheirConditions(t *testing.T) {
	x, err := extract(t.Context(), sheetExtractor{}, Input{Name: "F90001.xml", Bytes: sampleSheets(t)["F90001.xml"]})
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"taille S":                "Vous êtes majeur > Quels documents fournir ? > Vous êtes marié > Avec un enfant",
		"Une photo suffit":        "Vous êtes majeur > Quels documents fournir ? > Vous êtes marié > Sans enfant",
		"signez ensemble":         "Vous êtes majeur > Quels documents fournir ? > Vous êtes marié",
		"Rien à joindre":          "Vous êtes majeur > Quels documents fournir ? > Vous êtes célibataire",
		"Gardez une copie":        "Vous êtes majeur > Quels documents fournir ?",
		"Vos parents":             "Vous êtes mineur",
		"La carte arrive":         "",
		"selon votre âge":         "",
		"| À rames | Basse | 9 €": "Vous êtes majeur > Combien ça coûte ?",
	} {
		found := 0
		for _, s := range x.Sections {
			if strings.Contains(s.Text, text) {
				found++
				if got := strings.Join(s.Headings, " > "); got != want {
					t.Errorf("%q stands under %q, not %q", text, got, want)
				}
			}
		}
		if found != 1 {
			t.Errorf("%q stands in %d sections", text, found)
		}
	}
}

func newServicePublic(t *testing.T, path string) Source {
	t.Helper()
	s, err := NewServicePublic(path, ServicePublicSettings{}, OpenLocal)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.(io.Closer).Close() })
	return s
}

func TestServicePublicIsIngested(t *testing.T) {
	b := newBench(t)
	files := sampleSheets(t)
	path := zipFile(t, files)
	run := func() (Report, error) {
		return b.ingester.Ingest(b.Context(), Request{Collection: corpus.Collection{ID: 1, Name: "service-public"}, Sources: []Source{newServicePublic(t, path)}})
	}
	r, err := run()
	if err != nil {
		t.Fatal(err)
	}
	b.wantCounts(r, corpus.Counts{Added: 4})
	b.wantNames("F90001", "F90002", "R9003", "R9005")
	for id, d := range b.store.contents {
		if id.key == "F90002.xml" && (d.Theme != "Loisirs" || d.URL != "https://www.service-public.fr/particuliers/vosdroits/F90002") {
			t.Errorf("theme %q, address %q", d.Theme, d.URL)
		}
		if id.key == "R9003.xml" && d.Theme != "" {
			t.Errorf("a definition has the theme %q", d.Theme)
		}
	}
	if r, err = run(); err != nil {
		t.Fatal(err)
	}
	b.wantCounts(r, corpus.Counts{Unchanged: 4})
	files["F90002.xml"] = bytes.ReplaceAll(files["F90002.xml"], []byte("consulat"), []byte("phare"))
	if err := os.Rename(zipFile(t, files), path); err != nil {
		t.Fatal(err)
	}
	if r, err = run(); err != nil {
		t.Fatal(err)
	}
	b.wantCounts(r, corpus.Counts{Changed: 1, Unchanged: 3})
}

func TestHostileArchives(t *testing.T) {
	good := sampleSheets(t)["F90002.xml"]
	list := func(path string) (Listing, error) { return newServicePublic(t, path).List(t.Context()) }
	many := map[string][]byte{}
	for i := range maxFeedEntries + 1 {
		many[fmt.Sprintf("F%d.xml", i)] = nil
	}
	noZip := filepath.Join(t.TempDir(), "a.zip")
	if err := os.WriteFile(noZip, []byte("PK\x03\x04 no archive"), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		zipFile(t, many): "more than 50000 entries",
		zipFile(t, map[string][]byte{"a.xml": good}): "no sheet",
		noZip:                              "no zip archive",
		filepath.Join(t.TempDir(), "none"): "does not exist",
	} {
		s, err := NewServicePublic(path, ServicePublicSettings{}, OpenLocal)
		if err == nil {
			_, err = s.List(t.Context())
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, not %q", path, err, want)
		}
	}
	deep := []byte("<Publication>" + strings.Repeat("<Cas>", 200) + strings.Repeat("</Cas>", 200) + "</Publication>")
	var parts strings.Builder
	for i := range xmlNodes / 2 {
		fmt.Fprintf(&parts, `<a n="%d"/>`, i)
	}
	l, err := list(zipFile(t, map[string][]byte{
		"F1.xml": bytes.Repeat([]byte(" "), maxFeedEntry+1),
		"F2.xml": append(bytes.Repeat([]byte(" "), 4<<20), good...),
		"F3.xml": deep,
		"F4.xml": []byte(`<!DOCTYPE p [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Publication>&b;</Publication>`),
		"F5.xml": []byte(`<Publication><Texte><Paragraphe>&eacute;</Paragraphe></Texte></Publication>`),
		"F6.xml": []byte(`<Publication><Texte>` + parts.String() + `</Texte></Publication>`),
		"F7.xml": []byte(`<html/>`), "F8.xml": nil, "F9.xml": good,
	}))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"more than 8 MB", "300 times", "nested", "entities", "broken", "larger", "no sheet of service-public", "no XML", ""} {
		item := l.Items[i]
		got := ""
		if r, err := item.Open(context.Background()); err != nil {
			got = err.Error()
		} else {
			b, err := io.ReadAll(r)
			if err == nil {
				_, err = extract(t.Context(), item.Extractor, Input{Name: item.Key, Bytes: b})
			}
			if err != nil {
				got = err.Error()
			}
		}
		if want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%s: %q, not %q", item.Key, got, want)
		}
	}
}

// TestEncryptedEntriesAreNamed has an archive of which one sheet asks for a password.
func TestEncryptedEntriesAreNamed(t *testing.T) {
	name := filepath.Join(t.TempDir(), "feed.zip")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	z := zip.NewWriter(f)
	w, err := z.CreateRaw(&zip.FileHeader{Name: "F1.xml", Flags: 1, CompressedSize64: 4, UncompressedSize64: 4})
	if err == nil {
		_, err = w.Write([]byte("????"))
	}
	if err := errors.Join(err, z.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	s, err := NewServicePublic(name, ServicePublicSettings{}, OpenLocal)
	if err != nil {
		t.Fatal(err)
	}
	l, err := s.List(t.Context())
	if err != nil || len(l.Items) != 1 {
		t.Fatalf("%d items, %v", len(l.Items), err)
	}
	if _, err := l.Items[0].Open(t.Context()); codeOf(err) != codeEncrypted || !strings.Contains(err.Error(), "password") {
		t.Errorf("%v", err)
	}
}

// TestSourceIsOneHoweverItIsReached names a file by a link, and an address in
// capitals.
func TestSourceIsOneHoweverItIsReached(t *testing.T) {
	file := zipFile(t, sampleSheets(t))
	link := filepath.Join(t.TempDir(), "latest.zip")
	if err := os.Symlink(file, link); err != nil {
		t.Fatal(err)
	}
	for given, want := range map[string]string{
		link: file, file: file, link + ".not": link + ".not",
		"HTTPS://Data.Example/a.zip": "https://data.example/a.zip",
	} {
		if resolved, err := filepath.EvalSymlinks(want); err == nil {
			want = resolved
		}
		if got, err := sourceURI(given); err != nil || got != want {
			t.Errorf("%s: %s, %v", given, got, err)
		}
	}
	for _, wrong := range []string{"", "ftp://data.example/a.zip", "https://me:secret@data.example/"} {
		if got, err := sourceURI(wrong); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %q, %v", wrong, got, err)
		}
	}
}

func TestServicePublicSettings(t *testing.T) {
	if _, err := NewServicePublic("x.zip", ServicePublicSettings{Audience: "pro"}, OpenLocal); err == nil || !strings.Contains(err.Error(), "audience") {
		t.Errorf("%v", err)
	}
	if !IsServicePublic(zipFile(t, sampleSheets(t))) || IsServicePublic("testdata") || IsServicePublic("testdata/cantine.pdf") {
		t.Error("an archive is taken for what it is not")
	}
}

func FuzzSheet(f *testing.F) {
	for _, content := range sampleSheets(f) {
		f.Add(content)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		x, err := extract(t.Context(), sheetExtractor{pages: "https://www.service-public.fr/"}, Input{Name: "F1.xml", Bytes: b})
		if err != nil {
			if strings.Contains(err.Error(), "broke on this file") {
				t.Fatal(err)
			}
			return
		}
		if x.Title == "" || !strings.HasPrefix(x.URL, "https://") {
			t.Errorf("title %q, address %q", x.Title, x.URL)
		}
	})
}
