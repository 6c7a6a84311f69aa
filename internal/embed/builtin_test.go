package embed

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"guichet/corpus"
)

var _ corpus.Embedder = (*Embedder)(nil)

func cosine(a, b []float32) float64 {
	sum := 0.0
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}

func TestVectorsAreUnitLengthAndTheSameEachTime(t *testing.T) {
	ctx := context.Background()
	e := Builtin()
	rapid.Check(t, func(t *rapid.T) {
		texts := rapid.SliceOfN(rapid.String(), 0, 4).Draw(t, "texts")
		vectors, err := e.EmbedPassages(ctx, texts)
		if err != nil || len(vectors) != len(texts) {
			t.Fatalf("%d vectors, %v", len(vectors), err)
		}
		for i, v := range vectors {
			if len(v) != e.Space().Dimensions || math.Abs(cosine(v, v)-1) > 1e-5 {
				t.Fatalf("%q: %d dimensions, length² %v", texts[i], len(v), cosine(v, v))
			}
			again, err := Builtin().EmbedQuery(ctx, texts[i])
			if err != nil || !slices.Equal(v, again) {
				t.Fatalf("%q: another vector the second time (%v)", texts[i], err)
			}
		}
	})
}

func TestNearTextsAreNearer(t *testing.T) {
	ctx := context.Background()
	e := Builtin()
	query, _ := e.EmbedQuery(ctx, "je voudrais inscrire ma fille a la cantine")
	passages, _ := e.EmbedPassages(ctx, []string{
		"Inscription à la cantine scolaire : inscrire son enfant",
		"Horaires de la déchèterie et des encombrants",
		"", // near nothing
	})
	near, far, empty := cosine(query, passages[0]), cosine(query, passages[1]), cosine(query, passages[2])
	if near < far+.2 || math.Abs(empty) > 1e-6 {
		t.Errorf("near %.2f, far %.2f, empty %.2f", near, far, empty)
	}
}

func TestTextWithoutTerms(t *testing.T) {
	for _, text := range []string{"", "   ", "est-ce que la", "\xff", "😀"} {
		v, err := Builtin().EmbedQuery(context.Background(), text)
		if err != nil || v[emptyCoordinate] != 1 {
			t.Errorf("%q: %v, %v", text, v[emptyCoordinate], err)
		}
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Builtin().EmbedPassages(ctx, []string{"a"}); err == nil {
		t.Error("EmbedPassages: no error")
	}
	if _, err := Builtin().EmbedQuery(ctx, "a"); err == nil {
		t.Error("EmbedQuery: no error")
	}
}

func BenchmarkEmbedPassages(b *testing.B) {
	text := strings.Repeat("Pour inscrire votre enfant à la cantine, l'école vous demande un justificatif de domicile. ", 6) +
		strings.Repeat("Les encombrants sont ramassés chaque premier mardi du mois ; la déchèterie accueille les particuliers sur présentation d'une carte. ", 5)
	e := Builtin()
	for b.Loop() {
		if _, err := e.EmbedPassages(context.Background(), []string{text}); err != nil {
			b.Fatal(err)
		}
	}
}
