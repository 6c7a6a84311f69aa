package ingest

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"guichet/corpus"
)

func TestReportForms(t *testing.T) {
	r := Report{
		Collection: "ville", Edition: 3, Published: true, Counts: corpus.Counts{Added: 2, Failed: 1},
		Skipped: 4, Passages: 10, Embedded: 9, Seconds: 2, PublishedIn: .9,
		Failures: []Failure{{Source: "/docs", Key: "a.pdf", Reason: "no text inside"}}, Notes: []string{"one note"},
	}
	var text bytes.Buffer
	if err := r.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"2 added", "1 failed", "4 skipped", "a.pdf: no text inside", "one note.", "edition 3", "5 passages/s", "published after 1 s"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the report lacks %q:\n%s", want, text.String())
		}
	}
	content, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]any
	if err := json.Unmarshal(content, &fields); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{
		"collection", "edition", "published", "dry_run", "interrupted", "resumed", "added", "changed", "unchanged", "retired",
		"failed", "skipped", "passages", "embedded", "seconds", "published_seconds", "sources", "failures", "notes",
	} {
		if _, ok := fields[name]; !ok {
			t.Errorf("the JSON form lacks %q: %s", name, content)
		}
	}
}

func TestLinesTellRateAndTimeLeft(t *testing.T) {
	var out bytes.Buffer
	clock := time.Unix(0, 0)
	p := &lines{out: &out, every: 5 * time.Second, now: func() time.Time { return clock }}
	p.Start(10)
	for range 10 {
		clock = clock.Add(2 * time.Second)
		p.Step()
	}
	p.Done()
	want := "10 files to look at\n3 of 10 files, 0/s, 14s left\n6 of 10 files, 0/s, 8s left\n9 of 10 files, 0/s, 2s left\n10 of 10 files in 20s\n"
	if out.String() != want {
		t.Errorf("got %q", out.String())
	}
}

func TestBarEndsItsLine(t *testing.T) {
	for _, steps := range []int{0, 1, 2} {
		var out bytes.Buffer
		p := Bar(&out)
		p.Start(2)
		for range steps {
			p.Step()
		}
		p.Done()
		if !strings.HasSuffix(out.String(), "\n") {
			t.Errorf("after %d steps: %q", steps, out.String())
		}
	}
}

// What lies in a folder that could not be read stays, and so does a file whose
// listing failed.
func TestNothingRetiresUnderAnUnreadableFolder(t *testing.T) {
	ref := corpus.SourceRef{Kind: KindFolder, URI: "/docs"}
	w := work{source: folder{path: "/docs"}, at: "/docs", whole: true}
	l := Listing{Unlisted: []string{"locked/"}}
	l.fail("link.md", errors.New("the link leads nowhere"))
	p := pass{}
	for key, want := range map[string]bool{"locked/a.md": false, "locked2/a.md": true, "link.md": false, "gone.md": true} {
		d := corpus.LiveDocument{Source: ref, Key: key}
		if got := p.leaves(d, []work{w}, []Listing{l}, map[string]bool{}); got != want {
			t.Errorf("%s leaves: %v, want %v", key, got, want)
		}
	}
}

func TestPublicNamesDependOnTheSetAlone(t *testing.T) {
	one := corpus.SourceRef{Kind: KindFolder, URI: "/x/one"}
	two := corpus.SourceRef{Kind: KindFolder, URI: "/x/two"}
	other := corpus.SourceRef{Kind: KindFolder, URI: "/y/two"}
	single := corpus.SourceRef{Kind: KindFile, URI: "/z/plan.pdf"}
	names := publicNames(map[docID]corpus.SourceRef{
		{"/x/one", "a.md"}: one, {"/x/one", "sub/a.md"}: one, {"/x/one", "b.md"}: one, {"/x/one", "b.html"}: one,
		{"/x/two", "c.md"}: two, {"/y/two", "c.md"}: other, {"/z/plan.pdf", "plan.pdf"}: single,
	})
	for id, want := range map[docID]string{
		{"/x/one", "a.md"}: "a.md", {"/x/one", "sub/a.md"}: "sub/a.md", {"/x/one", "b.md"}: "b.md", {"/x/one", "b.html"}: "b.html",
		{"/x/two", "c.md"}: "/x/two/c.md", {"/y/two", "c.md"}: "/y/two/c.md", {"/z/plan.pdf", "plan.pdf"}: "plan",
	} {
		if names[id] != want {
			t.Errorf("%v is named %q, want %q", id, names[id], want)
		}
	}
}
