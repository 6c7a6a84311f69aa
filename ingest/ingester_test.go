package ingest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"guichet/corpus"
)

// bench is a folder, a store in memory and an ingester between them.
type bench struct {
	*testing.T
	dir      string
	store    *memory
	embedder *fakeEmbedder
	ingester *Ingester
}

func newBench(t *testing.T) *bench {
	b := &bench{T: t, store: newMemory(), embedder: &fakeEmbedder{}}
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	b.dir = dir
	b.ingester = &Ingester{Store: b.store, Embedder: b.embedder}
	return b
}

func (b *bench) path(name string) string { return filepath.Join(b.dir, filepath.FromSlash(name)) }

func (b *bench) write(name, text string) {
	b.Helper()
	if err := os.MkdirAll(filepath.Dir(b.path(name)), 0o755); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(b.path(name), []byte(text), 0o644); err != nil {
		b.Fatal(err)
	}
}

func (b *bench) remove(name string) {
	b.Helper()
	if err := os.RemoveAll(b.path(name)); err != nil {
		b.Fatal(err)
	}
}

func (b *bench) request(paths ...string) Request {
	req := Request{Collection: corpus.Collection{ID: 1, Name: "ville", Published: b.store.number}}
	for _, p := range paths {
		req.Paths = append(req.Paths, b.path(p))
	}
	return req
}

func (b *bench) ingest(paths ...string) Report {
	b.Helper()
	r, err := b.ingester.Ingest(b.Context(), b.request(paths...))
	if err != nil {
		b.Fatalf("ingest %v: %v", paths, err)
	}
	return r
}

func (b *bench) wantNames(want ...string) {
	b.Helper()
	slices.Sort(want)
	if got := b.store.names(); !slices.Equal(got, want) {
		b.Fatalf("readers see %q, want %q", got, want)
	}
}

func (b *bench) wantCounts(r Report, want corpus.Counts) {
	b.Helper()
	if r.Counts != want {
		b.Fatalf("counts are %+v, want %+v (failures %+v)", r.Counts, want, r.Failures)
	}
}

func TestFolderIsAddedChangedAndRetired(t *testing.T) {
	b := newBench(t)
	b.write("a.md", "# A\n\nUn.")
	b.write("sub/b.txt", "Deux.")
	b.write("c.md", "# C\n\nTrois.")
	b.write("photo.jpg", "x")
	b.write(".hidden.md", "# H\n\nx")
	b.write(".git/d.md", "# D\n\nx")
	r := b.ingest(".")
	b.wantCounts(r, corpus.Counts{Added: 3})
	b.wantNames("a", "b", "c")
	if r.Skipped != 1 || !r.Published || r.Edition != 1 {
		t.Fatalf("report %+v", r)
	}

	calls := b.embedder.calls
	r = b.ingest(".")
	b.wantCounts(r, corpus.Counts{Unchanged: 3})
	if b.embedder.calls != calls || r.Published {
		t.Fatalf("an unchanged run embedded or published: %+v", r)
	}

	b.write("a.md", "# A\n\nUn et demi.")
	b.remove("c.md")
	r = b.ingest(".")
	b.wantCounts(r, corpus.Counts{Changed: 1, Unchanged: 1, Retired: 1})
	b.wantNames("a", "b")
	if got := b.store.text("a"); !strings.Contains(got, "et demi") {
		t.Fatalf("readers see %q", got)
	}
}

func TestFailureKeepsTheOldVersion(t *testing.T) {
	b := newBench(t)
	b.write("a.md", "# A\n\nUn.")
	b.write("b.md", "# B\n\nDeux.")
	b.ingest(".")
	b.write("a.md", "---\ntitle: [\n---\n")
	b.write("b.md", "# B\n\nDeux bis.")
	b.write("c.pdf", "no pdf")
	r := b.ingest(".")
	b.wantCounts(r, corpus.Counts{Changed: 1, Failed: 2})
	b.wantNames("a", "b")
	if got := b.store.text("a"); !strings.Contains(got, "Un.") {
		t.Fatalf("the old version is gone: %q", got)
	}
	for _, f := range r.Failures {
		if f.Reason == "" || f.Source != b.dir {
			t.Errorf("failure %+v", f)
		}
	}
}

func TestFileOfAFolderUpdatesThatDocumentAlone(t *testing.T) {
	b := newBench(t)
	b.write("a.md", "# A\n\nUn.")
	b.write("sub/b.md", "# B\n\nDeux.")
	b.write("sub/c.md", "# C\n\nTrois.")
	b.ingest(".")
	b.remove("a.md")
	b.write("sub/b.md", "# B\n\nDeux bis.")
	b.remove("sub/c.md")
	r := b.ingest("sub/b.md")
	b.wantCounts(r, corpus.Counts{Changed: 1})
	b.wantNames("a", "b", "c")
	if b.store.refs != nil {
		t.Fatal("a pass over a part could resume an interrupted pass over the whole")
	}
	// The subfolder retires inside itself only.
	r = b.ingest("sub")
	b.wantCounts(r, corpus.Counts{Unchanged: 1, Retired: 1})
	b.wantNames("a", "b")
	if n := len(b.store.sources); n != 1 {
		t.Fatalf("%d sources, want the folder alone", n)
	}
	b.ingest(".")
	b.wantNames("b")
}

func TestFolderAbsorbsWhatLiesInIt(t *testing.T) {
	b := newBench(t)
	b.write("sub/a.md", "# A\n\nUn.")
	b.write("sub/b.md", "# B\n\nDeux.")
	b.write("c.md", "# C\n\nTrois.")
	b.write("d.md", "# D\n\nQuatre.")
	b.ingest("sub")
	b.ingest("c.md")
	b.ingest("d.md")
	b.wantNames("a", "b", "c", "d")
	b.remove("sub/b.md")
	b.write("d.md", "---\nbroken: [\n---\n")
	r := b.ingest(".")
	b.wantCounts(r, corpus.Counts{Added: 2, Retired: 3, Failed: 1})
	b.wantNames("a", "c", "d")
	// d failed under its new source, so its old version stayed; mended, it moves.
	b.write("d.md", "# D\n\nQuatre bis.")
	r = b.ingest(".")
	b.wantCounts(r, corpus.Counts{Added: 1, Retired: 1, Unchanged: 2})
	b.wantNames("a", "c", "d")
	// The outer folder owns the subfolder from now on.
	r = b.ingest("sub")
	b.wantCounts(r, corpus.Counts{Unchanged: 1})
	b.wantNames("a", "c", "d")
}

// However many names are shared, one note tells it, with a few examples.
func TestCollidingNamesAreToldInOneNote(t *testing.T) {
	b := newBench(t)
	for _, dir := range []string{"one", "two", "three"} {
		for _, file := range []string{"a", "b", "c", "d", "e"} {
			if dir == "three" && file != "a" {
				continue
			}
			b.write(dir+"/"+file+".md", "# "+dir+" "+file+"\n\nUn texte.")
		}
	}
	b.write("one/seul.md", "# Seul\n\nUn texte.")
	r := b.ingest("one", "two", "three")
	want := `11 documents share 5 names and go by their paths: a (one/a.md, three/a.md, ...), b (one/b.md, two/b.md), c (one/c.md, two/c.md), ...`
	if len(r.Notes) != 1 || r.Notes[0] != want {
		t.Errorf("notes %q, want %s alone", r.Notes, want)
	}
}

func TestCollidingNames(t *testing.T) {
	b := newBench(t)
	b.write("one/horaires.md", "# H\n\nUn.")
	b.ingest("one")
	b.wantNames("horaires")
	b.write("two/horaires.md", "# H\n\nDeux.")
	b.write("two/sub/horaires.html", "<main><h1>H</h1><p>Trois.</p></main>")
	r := b.ingest("two")
	b.wantNames("one/horaires.md", "two/horaires.md", "sub/horaires.html")
	if !strings.Contains(strings.Join(r.Notes, "\n"), "horaires") {
		t.Fatalf("the report is silent about the collision: %q", r.Notes)
	}
	// Once alone, the document has its plain name back.
	b.remove("two")
	b.write("two/autre.md", "# Autre\n\nx")
	b.ingest("two")
	b.wantNames("horaires", "autre")
}

func TestDryRunWritesNothing(t *testing.T) {
	b := newBench(t)
	b.write("a.md", "# A\n\nUn.")
	b.write("b.md", "# B\n\nDeux.")
	b.ingest(".")
	opened, calls := b.store.opened, b.embedder.calls
	b.write("a.md", "# A\n\nUn bis.")
	b.remove("b.md")
	b.write("c.md", "# C\n\nTrois.")
	b.write("d.pdf", "no pdf")
	req := b.request(".")
	req.DryRun = true
	r, err := b.ingester.Ingest(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	b.wantCounts(r, corpus.Counts{Added: 1, Changed: 1, Retired: 1, Failed: 1})
	if b.store.opened != opened || b.embedder.calls != calls || r.Published {
		t.Fatal("a dry run opened an edition or embedded")
	}
	b.wantNames("a", "b")
}

func TestEmbedderThatChokesOnOneText(t *testing.T) {
	b := newBench(t)
	for _, name := range []string{"a", "b", "c", "d"} {
		b.write(name+".md", "# "+name+"\n\nTexte "+name+".")
	}
	b.embedder.fails = func(texts []string) error {
		for _, s := range texts {
			if strings.Contains(s, "Texte c") {
				return errors.New("choked")
			}
		}
		return nil
	}
	r := b.ingest(".")
	b.wantCounts(r, corpus.Counts{Added: 3, Failed: 1})
	b.wantNames("a", "b", "d")
}

func TestDeadEmbedderStopsTheRun(t *testing.T) {
	b := newBench(t)
	b.write("a.md", "# A\n\nUn.")
	b.ingest(".")
	for _, name := range []string{"b", "c", "d", "e"} {
		b.write(name+".md", "# "+name+"\n\nTexte "+name+".")
	}
	b.embedder.fails = func([]string) error { return errors.New("connection refused") }
	r, err := b.ingester.Ingest(t.Context(), b.request("."))
	if !errors.Is(err, ErrEmbedder) || !strings.Contains(err.Error(), "connection refused") {
		t.Fatalf("error %v", err)
	}
	if r.Published {
		t.Fatal("published")
	}
	b.wantNames("a")
}

func TestCancelledRunPublishesNothing(t *testing.T) {
	b := newBench(t)
	b.write("a.md", "# A\n\nUn.")
	b.ingest(".")
	b.write("b.md", "# B\n\nDeux.")
	ctx, cancel := context.WithCancel(t.Context())
	b.embedder.fails = func([]string) error { cancel(); return nil }
	r, err := b.ingester.Ingest(ctx, b.request("."))
	if !errors.Is(err, context.Canceled) || !r.Interrupted || r.Published {
		t.Fatalf("error %v, report %+v", err, r)
	}
	b.wantNames("a")
}

type gateFunc func(corpus.Collection, int) error

func (g gateFunc) Admit(_ context.Context, c corpus.Collection, edition int) (Verdict, error) {
	return Verdict{}, g(c, edition)
}

func TestGateHoldsAnEditionBack(t *testing.T) {
	b := newBench(t)
	b.write("a.md", "# A\n\nUn.")
	b.ingester.Gate = gateFunc(func(_ corpus.Collection, edition int) error {
		if edition != 1 {
			t.Errorf("gate asked about edition %d", edition)
		}
		return errors.New("3 questions lost their source")
	})
	r, err := b.ingester.Ingest(t.Context(), b.request("."))
	if !errors.Is(err, ErrRejected) || r.Rejected == "" || r.Published {
		t.Fatalf("error %v, report %+v", err, r)
	}
	b.wantNames()
}

func TestLinksAndBounds(t *testing.T) {
	b := newBench(t)
	b.write("outside.md", "# Secret\n\nx")
	b.write("in/real.md", "# Real\n\nx")
	b.write("in/..data/mounted.md", "# Mounted\n\nx")
	for link, target := range map[string]string{
		"in/escape.md": "../outside.md", "in/gone.md": "nowhere.md",
		"in/twin.md": "real.md", "in/mounted.md": "..data/mounted.md",
	} {
		if err := os.Symlink(target, b.path(link)); err != nil {
			t.Fatal(err)
		}
	}
	b.write("in/big.txt", strings.Repeat("x ", 600))
	b.write("in/empty.md", "")
	b.ingester.MaxBytes = 1000
	r := b.ingest("in")
	b.wantNames("real", "mounted")
	b.wantCounts(r, corpus.Counts{Added: 2, Failed: 4})
	if r.Skipped != 1 {
		t.Errorf("skipped %d", r.Skipped)
	}
}

func TestMissingPathIsRefusedBeforeAnything(t *testing.T) {
	b := newBench(t)
	b.write("a.md", "# A\n\nUn.")
	_, err := b.ingester.Ingest(t.Context(), b.request("a.md", "nowhere"))
	if err == nil || b.store.opened != 0 {
		t.Fatalf("error %v, %d editions opened", err, b.store.opened)
	}
}

// Listing, reading and embedding find failures at different times.
func TestFailuresAreInTheOrderOfTheirKeys(t *testing.T) {
	b := newBench(t)
	b.write("one/good.md", "# Good\n\nx")
	for _, name := range []string{"one/c.pdf", "one/a.pdf", "one/e.md", "two/b.pdf"} {
		b.write(name, "no pdf")
	}
	b.write("one/e.md", "")
	for _, link := range []string{"one/d.md", "one/b.md", "two/z.md"} {
		if err := os.Symlink("nowhere", b.path(link)); err != nil {
			t.Fatal(err)
		}
	}
	r := b.ingest("two", "one")
	var got []string
	for _, f := range r.Failures {
		got = append(got, filepath.Base(f.Source)+"/"+f.Key)
	}
	if want := []string{"one/a.pdf", "one/b.md", "one/c.pdf", "one/d.md", "one/e.md", "two/b.pdf", "two/z.md"}; !slices.Equal(got, want) {
		t.Errorf("failures are %q, want %q", got, want)
	}
}

func TestReportTellsDocumentsWithoutAddress(t *testing.T) {
	b := newBench(t)
	b.write("a.md", "---\nurl: https://ville.fr/a\n---\n# A\n\nUn.")
	b.write("b.md", "# B\n\nDeux.")
	if r := b.ingest("."); !strings.Contains(strings.Join(r.Notes, "\n"), "no address to show residents: 1 document (") {
		t.Errorf("notes %q", r.Notes)
	}
	c := newBench(t)
	c.write("a.md", "# A\n\nUn.")
	if r := c.ingest("."); len(r.Notes) != 0 {
		t.Errorf("none has an address, yet: %q", r.Notes)
	}
}

// TestAFolderWithoutDocumentsSaysSo tells a folder that is empty, or the wrong one.
func TestAFolderWithoutDocumentsSaysSo(t *testing.T) {
	b := newBench(t)
	b.write("photos/mairie.jpg", "x")
	r, err := b.ingester.Ingest(t.Context(), b.request("."))
	if err != nil || !strings.Contains(strings.Join(r.Notes, "\n"), "holds no document that is read") {
		t.Errorf("notes %q, %v", r.Notes, err)
	}
	b.write("a.md", "# A\n\nUn texte.\n")
	if r := b.ingest("."); strings.Contains(strings.Join(r.Notes, "\n"), "holds no document") {
		t.Errorf("notes %q", r.Notes)
	}
}

func TestTheTitleOfATextHasNoMark(t *testing.T) {
	for text, want := range map[string]string{"# Déchèterie\n\nOuverte.": "Déchèterie", "## Un  \nB.": "Un", "#1 des marchés\nB.": "#1 des marchés", "Mairie\nB.": "Mairie"} {
		x, err := PlainExtractor{}.Extract(t.Context(), Input{Name: "a.txt", Bytes: []byte(text)})
		if err != nil || x.Title != want {
			t.Errorf("%q: %q, %v", text, x.Title, err)
		}
	}
}
