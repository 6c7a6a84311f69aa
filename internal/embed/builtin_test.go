package embed

import (
	"context"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"guichet/corpus"
	"guichet/internal/analysis"
)

var _ corpus.Embedder = (*Embedder)(nil)

func open(t testing.TB) *Embedder {
	t.Helper()
	e, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func cosine(a, b []float32) float64 {
	sum := 0.0
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}

func TestVectorsAreUnitLengthAndTheSameEachTime(t *testing.T) {
	ctx := context.Background()
	e, other := open(t), open(t)
	words := rapid.SampledFrom([]string{"cantine", "Écoles", "l'inscription", "zyglotron", "12345*02", "rendez-vous", "\xff", "的", "\n"})
	text := rapid.OneOf(rapid.String(), rapid.Map(rapid.SliceOf(words), func(w []string) string { return strings.Join(w, " ") }))
	rapid.Check(t, func(t *rapid.T) {
		texts := rapid.SliceOfN(text, 0, 4).Draw(t, "texts")
		vectors, err := e.EmbedPassages(ctx, texts)
		if err != nil || len(vectors) != len(texts) {
			t.Fatalf("%d vectors, %v", len(vectors), err)
		}
		again, err := other.EmbedPassages(ctx, texts)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range vectors {
			query, err := e.EmbedQuery(ctx, texts[i])
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range [][]float32{v, query} {
				if len(v) != e.Space().Dimensions || math.Abs(cosine(v, v)-1) > 1e-5 {
					t.Fatalf("%q: %d dimensions, length² %v", texts[i], len(v), cosine(v, v))
				}
			}
			if !slices.Equal(v, again[i]) {
				t.Fatalf("%q: another vector the second time", texts[i])
			}
		}
	})
}

// TestMeaningBeyondWords asks in words that the right passage does not have.
func TestMeaningBeyondWords(t *testing.T) {
	ctx := context.Background()
	e := open(t)
	for _, c := range []struct{ question, near, far string }{
		{"conduire une moto", "Permis A2 : deux-roues motorisé", "Obtenir un permis de chasser"},
		{"enterrer mon père", "Inhumation au cimetière après un décès", "Obtenir un permis de chasser"},
		{"payer mes impôts", "Déclaration de revenus au centre des finances publiques", "Obtenir un permis de chasser"},
		{"je me marie l'an prochain", "Célébration de l'union des futurs époux en mairie", "Changement de l'adresse du véhicule"},
		{"toucher le chômage", "Allocation d'aide au retour à l'emploi", "Déclaration de naissance"},
		{"louer un appartement", "Obligations du bailleur envers son locataire", "Vote par procuration"},
		{"je voudrais inscrire ma fille a lecole", "Inscription des enfants à l'école maternelle", "Horaires de la déchèterie"},
	} {
		query, err := e.EmbedQuery(ctx, c.question)
		if err != nil {
			t.Fatal(err)
		}
		passages, err := e.EmbedPassages(ctx, []string{c.near, c.far, ""})
		if err != nil {
			t.Fatal(err)
		}
		near, far, empty := cosine(query, passages[0]), cosine(query, passages[1]), cosine(query, passages[2])
		t.Logf("%q: near %.2f, far %.2f, empty %.2f", c.question, near, far, empty)
		if near < far+.1 {
			t.Errorf("%q: near %.2f, far %.2f", c.question, near, far)
		}
	}
}

// TestUnknownWords are near themselves, in whatever form, and near nothing
// else.
func TestUnknownWords(t *testing.T) {
	ctx := context.Background()
	e := open(t)
	for _, word := range []string{"zyglotron", "=zyglotron"} {
		if _, ok := e.table.row[word]; ok {
			t.Fatalf("%q is known", word)
		}
	}
	v, err := e.EmbedPassages(ctx, []string{"le zyglotron", "les Zyglotrons", "la wumbologie", "la naissance"})
	if err != nil {
		t.Fatal(err)
	}
	if same := cosine(v[0], v[1]); same < .99 {
		t.Errorf("the same word in the plural: %.2f", same)
	}
	for _, other := range v[2:] {
		if c := cosine(v[0], other); math.Abs(c) > .25 {
			t.Errorf("another word: %.2f", c)
		}
	}
}

// TestAddedWords move a question towards what they mean, and only so far.
func TestAddedWords(t *testing.T) {
	ctx := context.Background()
	e := open(t)
	embed := func(question, added string, weight float64) []float32 {
		t.Helper()
		v, err := e.EmbedExpanded(ctx, question, added, weight)
		if err != nil || math.Abs(cosine(v, v)-1) > 1e-5 {
			t.Fatalf("length² %v, %v", cosine(v, v), err)
		}
		return v
	}
	plain, err := e.EmbedQuery(ctx, "ma poubelle pleine")
	if err != nil {
		t.Fatal(err)
	}
	added, err := e.EmbedQuery(ctx, "déchets ménagers")
	if err != nil {
		t.Fatal(err)
	}
	for _, same := range [][]float32{
		embed("ma poubelle pleine", "", .3),
		embed("ma poubelle pleine", "déchets ménagers", 0),
		embed("ma poubelle pleine", "poubelles", .3), // the question has it
	} {
		if !slices.Equal(plain, same) {
			t.Error("words that add nothing changed the vector")
		}
	}
	little, much := embed("ma poubelle pleine", "déchets ménagers", .15), embed("ma poubelle pleine", "déchets ménagers", .6)
	if a, b, c := cosine(plain, added), cosine(little, added), cosine(much, added); a >= b || b >= c {
		t.Errorf("cosines to what was added: %.3f without it, %.3f, %.3f", a, b, c)
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := e.EmbedExpanded(cancelled, "a", "b", 1); err == nil {
		t.Error("cancelled: no error")
	}
}

func TestTextWithoutFeatures(t *testing.T) {
	for _, text := range []string{"", "   ", "est-ce que la", "\xff", "😀"} {
		v, err := open(t).EmbedQuery(context.Background(), text)
		if err != nil || v[emptyCoordinate] != 1 {
			t.Errorf("%q: %v, %v", text, v[emptyCoordinate], err)
		}
	}
}

func TestManyAtOnce(t *testing.T) {
	ctx := context.Background()
	e := open(t)
	texts := []string{"carte d'identité perdue", "inscription à la cantine", "acte de naissance", "zyglotron"}
	want, err := e.EmbedPassages(ctx, texts)
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			got, err := e.EmbedPassages(ctx, texts)
			if err != nil || !slices.EqualFunc(got, want, slices.Equal[[]float32]) {
				t.Errorf("other vectors beside others (%v)", err)
			}
		})
	}
	wait.Wait()
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	e := open(t)
	if _, err := e.EmbedPassages(ctx, []string{"a"}); err == nil {
		t.Error("EmbedPassages: no error")
	}
	if _, err := e.EmbedQuery(ctx, "a"); err == nil {
		t.Error("EmbedQuery: no error")
	}
}

// TestBuiltin holds the table that is shipped to what is said of it.
func TestBuiltin(t *testing.T) {
	e := open(t)
	if want := (corpus.Space{Embedder: "builtin", Version: "2", Dimensions: 256}); e.Space() != want {
		t.Errorf("space %v, want %v", e.Space(), want)
	}
	o := e.Origin()
	if o.Analysis != analysis.Version || o.Documents != 936 || o.Passages == 0 || o.Parameters == "" ||
		!strings.Contains(o.Source, "DILA") || !strings.Contains(o.Licence, "Licence Ouverte 2.0") {
		t.Errorf("origin %+v", o)
	}
	if len(builtin) > 8<<20 {
		t.Errorf("%d bytes are too many for a binary", len(builtin))
	}
}

func TestTermsOfAnotherAnalysisAreRefused(t *testing.T) {
	table, err := NewTable(Origin{Version: "x", Analysis: "0"}, []string{"a"}, [][]float32{{1, 2}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := New(table); err == nil {
		t.Error("no error")
	}
}

func BenchmarkEmbedPassages(b *testing.B) {
	text := strings.Repeat("Pour inscrire votre enfant à la cantine, l'école vous demande un justificatif de domicile. ", 6) +
		strings.Repeat("Les encombrants sont ramassés chaque premier mardi du mois ; la déchèterie accueille les particuliers sur présentation d'une carte. ", 5)
	e := open(b)
	for b.Loop() {
		if _, err := e.EmbedPassages(context.Background(), []string{text}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEmbedQuery(b *testing.B) {
	e := open(b)
	for b.Loop() {
		if _, err := e.EmbedQuery(context.Background(), "je voudrai mettre mon fils a la cantine mais je travail que le matin"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkBuiltin(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Builtin(); err != nil {
			b.Fatal(err)
		}
	}
}
