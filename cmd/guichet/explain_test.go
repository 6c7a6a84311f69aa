package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestIngestExplainNeedsNoDatabase(t *testing.T) {
	dir := t.TempDir()
	page := filepath.Join(dir, "piscine.html")
	if err := os.WriteFile(page, []byte("<html><body><nav><a href=/>Accueil</a></nav><main><h1>Piscine</h1><h2>Horaires</h2><p>Ouverte le mardi.</p></main></body></html>"), 0o600); err != nil {
		t.Fatal(err)
	}
	sheet := filepath.Join(dir, "tarifs.xlsx")
	if err := os.WriteFile(sheet, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	// A data folder that cannot be made: nothing may look for it.
	getenv := func(name string) string {
		if name == "GUICHET_DATA_DIR" {
			return "/dev/null/none"
		}
		return os.Getenv(name)
	}
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"ingest", "--explain", page}, exitOK, "== Section 1: Horaires"},
		{[]string{"ingest", "--explain", sheet}, exitPartial, "spreadsheet"},
		{[]string{"ingest", "--explain", page, sheet}, exitUsage, "one file"},
		{[]string{"ingest", "--explain", page + "x"}, exitUsage, "cannot read"},
		{[]string{"ingest", page}, exitUsage, "--collection is missing"},
		{[]string{"ingest", "--explain", page, "--ocr", "sometimes"}, exitUsage, "auto or never"},
		{[]string{"ingest", "--explain", page, "--ocr-language", "fra;rm"}, exitUsage, "names of languages"},
	} {
		var out, errs bytes.Buffer
		code := run(t.Context(), c.args, getenv, strings.NewReader(""), &out, &errs)
		if code != c.code || !strings.Contains(out.String()+errs.String(), c.want) {
			t.Errorf("%v: exit %d, want %d and %q:\n%s%s", c.args, code, c.code, c.want, &out, &errs)
		}
	}
	var out, errs bytes.Buffer
	run(t.Context(), []string{"ingest", "--explain", page, "--json"}, getenv, strings.NewReader(""), &out, &errs)
	var told struct{ Title string }
	if err := json.Unmarshal(out.Bytes(), &told); err != nil || told.Title != "Piscine" {
		t.Errorf("%q, %v", told.Title, err)
	}
}
