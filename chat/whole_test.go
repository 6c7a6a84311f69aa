package chat_test

import (
	"crypto/sha256"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"guichet/chat"
	"guichet/corpus"
	"guichet/internal/embed"
	"guichet/internal/llm"
	"guichet/internal/llmtest"
	"guichet/internal/messages"
	"guichet/rag"
)

// publish puts these documents into a shared collection that every town reads.
func publish(t testing.TB, pool *pgxpool.Pool, embedder corpus.Embedder, docs []corpus.Document) *corpus.Store {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ctx, store := t.Context(), corpus.NewStore(pool)
	c, err := store.EnsureCollection(ctx, 0, "site", "fr")
	must(err)
	source := corpus.SourceRef{Kind: "folder", URI: "/demo"}
	edition, err := store.Claim(ctx, c)
	must(err)
	defer edition.Close()
	must(edition.Open(ctx, embedder.Space(), []corpus.SourceRef{source}))
	run, err := edition.StartRun(ctx, source)
	must(err)
	for _, d := range docs {
		var texts []string
		for _, p := range d.Passages {
			texts = append(texts, corpus.EmbeddingText(d.Title, p))
		}
		vectors, err := embedder.EmbedPassages(ctx, texts)
		must(err)
		must(run.Put(ctx, d, vectors))
	}
	must(run.Finish(ctx, corpus.Counts{Added: len(docs)}, nil))
	_, err = edition.Complete(ctx)
	must(err)
	must(edition.Publish(ctx))
	return store
}

// document is a page of one passage.
func document(name, title, text string) corpus.Document {
	hash := sha256.Sum256([]byte(text))
	return corpus.Document{
		Key: name + ".md", Name: name, Title: title, URL: "https://ville.test/" + name, MediaType: "text/markdown",
		ContentHash: hash[:], Extractor: "test",
		Passages: []corpus.Passage{{Text: text, Tokens: len(strings.Fields(text))}},
	}
}

// whole makes the real answerer on the real corpus, asking the model at url.
func whole(t testing.TB, store *corpus.Store, embedder corpus.Embedder, url string) *rag.Answerer {
	t.Helper()
	return wholeWith(t, store, embedder, modelConfig(url))
}

func modelConfig(url string) llm.Config { return llm.Config{URL: url, Model: "scripted", Attempts: 1} }

// wholeWith changes the answerer's configuration before it is made.
func wholeWith(t testing.TB, store *corpus.Store, embedder corpus.Embedder, cfg llm.Config, change ...func(*rag.Config)) *rag.Answerer {
	t.Helper()
	catalogue, err := messages.Load()
	if err != nil {
		t.Fatal(err)
	}
	model, err := llm.NewModel(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(model.Close)
	conf := rag.Config{Retriever: corpus.NewSearcher(store, embedder), Model: model, Messages: catalogue}
	for _, f := range change {
		f(&conf)
	}
	answerer, err := rag.NewAnswerer(conf)
	if err != nil {
		t.Fatal(err)
	}
	return answerer
}

var passageMark = regexp.MustCompile(`<passage n="(\d+)">`)

// passageWith returns the number of the prompt's passage that holds text.
func passageWith(prompt, text string) string {
	for _, part := range strings.Split(prompt, "</passage>") {
		if m := passageMark.FindStringSubmatch(part); m != nil && strings.Contains(part, text) {
			return m[1]
		}
	}
	return "0"
}

// TestTheWholeWay asks over a real websocket, is answered by the real answerer
// from a real corpus with a scripted model, and reads it back.
func TestTheWholeWay(t *testing.T) {
	const opening = "La déchèterie des Étangs est ouverte le lundi de 9 h à 12 h."
	const card = "La carte d'accès se retire en mairie avec un justificatif de domicile."
	script := func(r llmtest.Request) llmtest.Script {
		n := passageWith(r.Last(), "déchèterie")
		answer := strings.TrimSuffix(opening, ".") + " [" + n + "].\n- " + strings.TrimSuffix(card, ".") + " [" + n + "].\n"
		switch {
		case strings.Contains(r.Last(), "lentement"):
			return llmtest.Ending(answer, llmtest.EndHang)
		case strings.Contains(r.Last(), "panne"):
			return llmtest.Status(500, "out of memory on gpu-7")
		}
		return llmtest.Good(answer)
	}
	model := llmtest.NewFunc(t, script)
	f := newFixture(t, nil, chat.Limits{Grace: time.Hour})
	embedder, err := embed.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	store := publish(t, f.pool, embedder, []corpus.Document{
		document("dechets", "La déchèterie", opening+" "+card),
		document("piscine", "La piscine", "La piscine municipale ferme ses portes au mois de septembre pour la vidange annuelle."),
		document("marche", "Le marché", "Le marché se tient chaque samedi sur la place de l'église."),
	})
	server := f.beside(whole(t, store, embedder, model.URL), chat.Limits{Grace: time.Hour}, func(c *chat.Config) {
		c.Scopes, c.Towns = store, store
	})
	c := server.dial()
	conversation, turn := id(), id()
	ask := func(question string, after int) {
		t.Helper()
		c.send(map[string]any{"type": "ask", "conversation": conversation, "turn": turn, "question": question, "language": "fr", "after": after})
	}
	question := "Quand ouvre la déchèterie, " + secret + " ?"
	for range 2 { // live, then read back
		ask(question, 0)
		if s := c.want("sources"); len(s.Sources) == 0 {
			t.Fatal("no sources")
		}
		passage := opening + " " + card
		for i, want := range []string{opening, card} {
			u := c.want("delta").Unit
			if u.N != i+1 || u.Text != (rag.Unit{Text: want}).Typeset().Text || len(u.Citations) != 1 ||
				u.Citations[0].Document != "dechets" || !strings.Contains(passage, u.Citations[0].Quote) {
				t.Fatalf("unit %+v, want %q", u, want)
			}
		}
		if done := c.want("done"); done.Outcome != rag.Answered || done.Mode != rag.ModeModel {
			t.Fatalf("done: %+v", done)
		}
	}

	turn = id() // stopped in the middle; the model never ends by itself
	ask("Réponds lentement : quand ouvre la déchèterie ?", 0)
	c.want("sources")
	c.want("delta")
	c.send(map[string]any{"type": "stop", "turn": turn})
	var end frame
	for end.Type != "done" {
		end = c.recv()
	}
	if end.State != chat.Cancelled {
		t.Errorf("done: %+v", end)
	}

	turn = id() // the model is down: quoted, and no inner word of it
	ask("En cas de panne, quand ouvre la déchèterie ?", 0)
	c.want("sources")
	cited := false
	for end = c.recv(); end.Type != "done"; end = c.recv() {
		cited = cited || len(end.Unit.Citations) > 0
		if end.Type == "error" || strings.Contains(fmt.Sprint(end), "gpu-7") {
			t.Fatalf("frame %+v", end)
		}
	}
	if end.Mode != rag.ModeQuoted || end.State != chat.Complete || !cited {
		t.Errorf("done: %+v", end)
	}
}
