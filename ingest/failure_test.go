package ingest

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"guichet/corpus"
	"guichet/internal/messages"
	"guichet/internal/postgrestest"
)

func TestEveryCodeHasItsText(t *testing.T) {
	code, err := os.ReadFile("failure.go")
	if err != nil {
		t.Fatal(err)
	}
	catalogue, err := messages.Load()
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`code\w+\s+= "(\w+)"`).FindAllStringSubmatch(string(code), -1)
	if len(found) < 10 {
		t.Fatalf("only %d codes were found in failure.go", len(found))
	}
	for _, language := range []string{"fr", "en"} {
		texts := catalogue.For(language).Area("admin.reason.")
		for _, m := range found {
			if texts["admin.reason."+m[1]] == "" {
				t.Errorf("%s: no text for the code %q", language, m[1])
			}
		}
	}
}

func TestRunsTellWhatHappened(t *testing.T) {
	w := newTown(t, postgrestest.Open(t))
	runs := func(limit int) []corpus.RunInfo {
		t.Helper()
		runs, err := w.store.Runs(t.Context(), w.collection.ID, limit)
		if err != nil {
			t.Fatal(err)
		}
		return runs
	}
	if got := runs(5); len(got) != 0 {
		t.Fatalf("runs before the first one: %+v", got)
	}
	w.write("a.md", sheet("Cantine", "Les tarifs de la cantine", 1))
	w.write("b.pdf", "no PDF")
	if _, err := w.ingest(&fakeEmbedder{}); err != nil {
		t.Fatal(err)
	}
	w.write("c.md", sheet("Piscine", "Les horaires", 1))
	w.write("b.pdf", "")
	if _, err := w.ingest(&fakeEmbedder{}); err != nil {
		t.Fatal(err)
	}
	got := runs(5)
	if len(got) != 2 {
		t.Fatalf("%d runs, want 2: %+v", len(got), got)
	}
	for i, want := range []struct {
		edition int
		counts  corpus.Counts
		code    string
		reason  string
	}{
		{2, corpus.Counts{Added: 1, Unchanged: 1, Failed: 1}, codeEmpty, "empty"},
		{1, corpus.Counts{Added: 1, Failed: 1}, codeNotPDF, "no PDF inside"},
	} {
		r := got[i]
		if r.SourceURI != w.dir || r.Edition != want.edition || r.State != "completed" || r.Counts != want.counts {
			t.Errorf("run %d: %+v, want edition %d and %+v", i, r, want.edition, want.counts)
		}
		if len(r.Failures) != 1 || r.Failures[0].Key != "b.pdf" || r.Failures[0].Code != want.code || !strings.Contains(r.Failures[0].Reason, want.reason) {
			t.Errorf("run %d: failures %+v, want b.pdf with %q", i, r.Failures, want.code)
		}
		if r.Started.IsZero() || r.Finished.Before(r.Started) {
			t.Errorf("run %d: from %v to %v", i, r.Started, r.Finished)
		}
	}
	if got := runs(1); len(got) != 1 || got[0].Edition != 2 {
		t.Errorf("the newest run alone: %+v", got)
	}
}
