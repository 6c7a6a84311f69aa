package corpus

import (
	"context"
	"testing"
)

// learnedWords is an embedder that learned these words.
type learnedWords map[string]bool

func (learnedWords) Space() Space { return Space{Embedder: "words", Version: "1", Dimensions: 1} }

func (learnedWords) EmbedPassages(_ context.Context, texts []string) ([][]float32, error) {
	return make([][]float32, len(texts)), nil
}

func (learnedWords) EmbedQuery(context.Context, string) ([]float32, error) { return []float32{1}, nil }

func (w learnedWords) Knows(term string) bool { return w[term] }

func TestTrust(t *testing.T) {
	terms := []TermWeight{
		{Term: "combien", Weight: 1, Frequency: 9},
		{Term: "teleassist", Weight: 3, Frequency: 1},
		{Term: "bonjourr", Weight: 5},                              // no passage has it
		{Term: "domicil", Weight: 5, Frequency: 4, From: "maison"}, // the thesaurus's
	}
	for name, c := range map[string]struct {
		knows []string
		want  float64
	}{
		"all":     {[]string{"combien", "teleassist"}, 1},
		"a share": {[]string{"combien", "domicil"}, 1. / 16},
		"nothing": {nil, 0},
	} {
		words := learnedWords{}
		for _, k := range c.knows {
			words[k] = true
		}
		if got := trust(words, terms); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	if got := trust(learnedWords{}, terms[2:]); got != 1 {
		t.Errorf("no term that counts: %v, want 1", got)
	}
	if got := trust(nil, terms); got != 1 {
		t.Errorf("no embedder: %v, want 1", got)
	}
}

// What the evidence is weighed by is the order with the vector in full.
func TestAsTrusted(t *testing.T) {
	q := &inquiry{ranking: Ranking{VectorWeight: 1}}
	found := []candidate{{document: 1, score: 5, cosine: .1}, {document: 2, score: 4, cosine: .9}}
	if got := q.asTrusted(found, 9); got[0].document != 2 || found[0].document != 1 {
		t.Errorf("in full %d comes first, as asked %d", got[0].document, found[0].document)
	}
	if got := q.asTrusted(found, 1); got[0].document != 1 {
		t.Errorf("trusted in full, %d comes first", got[0].document)
	}
}
