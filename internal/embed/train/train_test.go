package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"guichet/internal/embed"
)

// themes are what the tiny corpus is about: sheets of one theme share words,
// those of two do not.
var themes = []string{
	"cantine repas enfant école menu inscription tarif",
	"déchèterie encombrant ordures bac gravats végétaux apport",
	"passeport photographie empreinte voyage timbre renouvellement mairie",
	"piscine bassin baignade bonnet natation horaire vestiaire",
}

// tinyFolder writes ten sheets about each theme, from a seed.
func tinyFolder(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	random := rand.New(rand.NewPCG(7, 7))
	for theme, words := range themes {
		pool := strings.Fields(words)
		pick := func(n int) string {
			var some []string
			for range n {
				some = append(some, pool[random.IntN(len(pool))])
			}
			return strings.Join(some, " ")
		}
		for sheet := range 10 {
			var b strings.Builder
			fmt.Fprintf(&b, "---\ntitle: %s\n---\n\n", pick(3))
			for range 3 {
				fmt.Fprintf(&b, "## %s\n\n%s.\n%s.\n%s.\n\n", pick(2), pick(5), pick(5), pick(5))
			}
			name := filepath.Join(folder, fmt.Sprintf("%d-%d.md", theme, sheet))
			if err := os.WriteFile(name, []byte(b.String()), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	return folder
}

func tinyCorpus(t *testing.T) *corpus {
	t.Helper()
	documents, err := readFolder(t.Context(), tinyFolder(t))
	if err != nil {
		t.Fatal(err)
	}
	c := newCorpus(embed.NewFeatures(), documents)
	if len(c.titles) != 40 || len(c.passages) != 120 {
		t.Fatalf("%d documents, %d passages", len(c.titles), len(c.passages))
	}
	return c
}

func TestTheSameDocumentsGiveTheSameBytes(t *testing.T) {
	folder, out := tinyFolder(t), t.TempDir()
	var files [][]byte
	for i := range 2 {
		name := filepath.Join(out, fmt.Sprint(i))
		args := []string{"-fiches", folder, "-out", name, "-dimensions", "8", "-runs", "3", "-batch", "16", "-version", "tiny"}
		if err := run(t.Context(), args, io.Discard); err != nil {
			t.Fatal(err)
		}
		file, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	if !bytes.Equal(files[0], files[1]) {
		t.Fatal("the second training gave other bytes")
	}
	table, err := embed.ParseTable(files[0])
	if err != nil {
		t.Fatal(err)
	}
	if o := table.Origin; o.Version != "tiny" || o.Documents != 40 || o.Passages != 120 || table.Dimensions != 8 {
		t.Errorf("%+v, %d dimensions", o, table.Dimensions)
	}
	e, err := embed.New(table)
	if err != nil {
		t.Fatal(err)
	}
	v, err := e.EmbedPassages(t.Context(), []string{"menu de la cantine", "les repas des enfants", "bassin et vestiaires"})
	if err != nil {
		t.Fatal(err)
	}
	near, far := float64(dot(v[0], v[1])), float64(dot(v[0], v[2]))
	if near < far+.3 {
		t.Errorf("one theme %.2f, two themes %.2f", near, far)
	}
}

// TestOnlyTheDocumentsWords holds the table to words of the documents.
func TestOnlyTheDocumentsWords(t *testing.T) {
	c := tinyCorpus(t)
	allowed := make(map[string]bool)
	for _, f := range embed.NewFeatures().Of(strings.Join(themes, " ")) {
		allowed[f] = true
	}
	for _, f := range c.features {
		if !allowed[f] {
			t.Errorf("%q is in no document", f)
		}
	}
	all, _ := c.keep(newMatrix(len(c.features), 1), 1)
	most := slices.Max(c.spread)
	often, vectors := c.keep(newMatrix(len(c.features), 1), most)
	if len(all) != len(c.features) || len(often) == 0 || len(often) >= len(all) || len(vectors) != len(often) {
		t.Errorf("%d features, %d kept in one passage, %d in %d", len(c.features), len(all), len(often), most)
	}
}

// TestHeadingsMeetTheirPassages after training more than before.
func TestHeadingsMeetTheirPassages(t *testing.T) {
	c := tinyCorpus(t)
	start, err := latent(t.Context(), c, lsaSettings{dimensions: 16, iterations: 4, power: .5})
	if err != nil {
		t.Fatal(err)
	}
	settings := defaultContrast()
	settings.batch, settings.epochs = 24, 8
	trained, err := meanOfRuns(t.Context(), c, start, settings, 2)
	if err != nil {
		t.Fatal(err)
	}
	before, after := headingRank(c, start), headingRank(c, trained)
	t.Logf("mean rank of a heading's own passage: %.2f, then %.2f", before, after)
	if after >= before {
		t.Errorf("mean rank of a heading's own passage: %.2f before training, %.2f after", before, after)
	}
}

// headingRank is the mean rank of a passage's body for its title and headings.
func headingRank(c *corpus, vectors *matrix) float64 {
	sum := func(ids []int32) []float32 {
		v := make([]float32, vectors.width)
		for _, id := range ids {
			addTo(v, 1, vectors.row(int(id)))
		}
		multiply(v, 1/length(v))
		return v
	}
	bodies := make([][]float32, len(c.passages))
	for i, p := range c.passages {
		bodies[i] = sum(p.body)
	}
	total := 0
	for i, p := range c.passages {
		query := sum(append(slices.Clone(c.titles[p.document]), p.headings...))
		for _, body := range bodies {
			if dot(query, body) >= dot(query, bodies[i]) {
				total++
			}
		}
	}
	return float64(total) / float64(len(c.passages))
}

// TestDecompose finds the singular vectors of a matrix that has them known.
func TestDecompose(t *testing.T) {
	// Rows are multiples of orthogonal vectors.
	a := &sparse{
		width:   4,
		columns: [][]int32{{0, 1}, {2, 3}, {0, 1}, {2, 3}},
		values:  [][]float32{{3, 4}, {1, 1}, {6, 8}, {-1, -1}},
	}
	right, values, err := decompose(t.Context(), a, 2, 4)
	if err != nil {
		t.Fatal(err)
	}
	wantValues := []float64{math.Sqrt(25 + 100), 2}
	want := [][]float64{{.6, .8, 0, 0}, {0, 0, math.Sqrt(.5), math.Sqrt(.5)}}
	for i := range want {
		if math.Abs(values[i]-wantValues[i]) > 1e-4 {
			t.Errorf("singular value %d: %v, want %v", i, values[i], wantValues[i])
		}
		along := 0.0
		for j, x := range right.row(i) {
			along += float64(x) * want[i][j]
		}
		if math.Abs(math.Abs(along)-1) > 1e-4 {
			t.Errorf("direction %d is %v, want %v", i, right.row(i), want[i])
		}
	}
}

// TestGradient compares what a step follows with the loss's own slope.
func TestGradient(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 3))
	vectors := newMatrix(6, 4)
	for i := range vectors.cells {
		vectors.cells[i] = float32(random.NormFloat64())
	}
	tr := &trainer{settings: contrastSettings{temperature: .5}, vectors: vectors, gradient: map[int32][]float32{}}
	ids := [][2][]int32{{{0, 1}, {2, 3}}, {{1, 4}, {3, 5}}, {{5}, {0, 2}}}
	documents := []int{0, 1, 2}
	sides := func() (queries, answers []text) {
		for _, pair := range ids {
			queries = append(queries, tr.embed(pair[0], []float32{1, 1}))
			answers = append(answers, tr.embed(pair[1], []float32{1, 2}))
		}
		return queries, answers
	}
	loss := func() float64 {
		queries, answers := sides()
		total := 0.0
		for i := range queries {
			sum := 0.0
			for j := range answers {
				sum += math.Exp(float64(dot(queries[i].vector, answers[j].vector)) / .5)
			}
			total += math.Log(sum) - float64(dot(queries[i].vector, answers[i].vector))/.5
		}
		return total / float64(len(queries))
	}
	queries, answers := sides()
	tr.contrast(queries, answers, documents)
	for i := range queries {
		tr.spread(&queries[i])
		tr.spread(&answers[i])
	}
	const h = 1e-2
	for id := range int32(6) {
		for k := range 4 {
			cell := &vectors.row(int(id))[k]
			at := *cell
			*cell = at + h
			up := loss()
			*cell = at - h
			down := loss()
			*cell = at
			want := (up - down) / (2 * h)
			if got := float64(tr.gradient[id][k]); math.Abs(got-want) > 5e-3 {
				t.Errorf("feature %d, coordinate %d: gradient %.4f, slope of the loss %.4f", id, k, got, want)
			}
		}
	}
}

func TestWrongCommandLines(t *testing.T) {
	empty := t.TempDir()
	for _, args := range [][]string{
		{},
		{"-fiches", empty},
		{"-fiches", empty, "-out", filepath.Join(empty, "x")},
		{"-fiches", filepath.Join(empty, "none"), "-out", filepath.Join(empty, "x")},
		{"-fiches", empty, "-out", "x", "-temperature", "0"},
		{"-fiches", empty, "-out", "x", "-batch", "1"},
	} {
		if err := run(t.Context(), args, io.Discard); err == nil {
			t.Errorf("%q: no error", args)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := run(ctx, []string{"-fiches", tinyFolder(t), "-out", filepath.Join(empty, "x")}, io.Discard); err == nil {
		t.Error("cancelled: no error")
	}
}
