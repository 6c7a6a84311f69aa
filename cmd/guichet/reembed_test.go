package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"guichet/internal/postgrestest"
)

// embeddings serves an OpenAI-compatible endpoint whose vectors count letters.
func embeddings(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var asked struct{ Input []string }
		if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		type item struct {
			Index     int       `json:"index"`
			Embedding []float32 `json:"embedding"`
		}
		var data []item
		for i, text := range asked.Input {
			v := make([]float32, 26)
			v[0] = .1
			for _, letter := range strings.ToLower(text) {
				if letter >= 'a' && letter <= 'z' {
					v[letter-'a']++
				}
			}
			data = append(data, item{i, v})
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"object": "list", "data": data, "model": "letters"})
	}))
	t.Cleanup(server.Close)
	return server.URL + "/v1"
}

func TestReembedMovesToAnotherEmbedder(t *testing.T) {
	old := map[string]string{"GUICHET_DATABASE_URL": postgrestest.URL(t)}
	now := map[string]string{
		"GUICHET_DATABASE_URL":   old["GUICHET_DATABASE_URL"],
		"GUICHET_EMBEDDER":       "openai",
		"GUICHET_EMBEDDER_URL":   embeddings(t),
		"GUICHET_EMBEDDER_MODEL": "letters",
	}
	must := func(env map[string]string, args ...string) string {
		t.Helper()
		code, stdout, stderr := guichet(t, env, args...)
		if code != exitOK {
			t.Fatalf("guichet %v: exit %d: %s", args, code, stderr)
		}
		return stdout
	}
	dir := write(t, pages)
	must(old, "ingest", dir, "--collection", "site")
	for _, args := range [][]string{{"search", "piscine"}, {"ingest", write(t, map[string]string{"a.txt": "Un texte."}), "--collection", "site"}} {
		code, _, stderr := guichet(t, now, args...)
		if code != exitFailed || !strings.Contains(stderr, `guichet reembed --collection "site"`) {
			t.Errorf("guichet %v with another embedder: exit %d: %s", args, code, stderr)
		}
	}
	if out := must(now, "reembed", "--grace", "0s"); !strings.Contains(out, "site: moved from builtin") || !strings.Contains(out, "letters") {
		t.Errorf("reembed prints %s", out)
	}
	if out := must(now, "reembed"); !strings.Contains(out, "already") {
		t.Errorf("a second reembed prints %s", out)
	}
	if out := must(now, "search", "--json", "horaire de la piscine"); !strings.Contains(out, `"piscine"`) {
		t.Errorf("search prints %s", out)
	}
	if out := must(now, "ingest", dir, "--collection", "site", "--json"); !strings.Contains(out, `"unchanged": 3`) {
		t.Errorf("an ingestion after the move reports %s", out)
	}
	if code, _, stderr := guichet(t, now, "reembed", "--collection", "nowhere"); code != exitNotFound {
		t.Errorf("exit %d: %s", code, stderr)
	}
	if out := must(old, "reembed", "--keep-old"); !strings.Contains(out, "moved from letters") {
		t.Errorf("going back prints %s", out)
	}
}

func TestCollectionsDelete(t *testing.T) {
	env := map[string]string{"GUICHET_DATABASE_URL": postgrestest.URL(t)}
	if code, _, stderr := guichet(t, env, "ingest", write(t, map[string]string{"a.txt": "La mairie est ouverte."}), "--collection", "site"); code != exitOK {
		t.Fatalf("ingest: exit %d: %s", code, stderr)
	}
	for _, c := range []struct {
		args []string
		want int
		says string
	}{
		{[]string{"collections", "delete"}, exitUsage, "delete NAME"},
		{[]string{"collections", "delete", "site"}, exitUsage, "1 published document, 1 edition: add --yes"},
		{[]string{"collections", "delete", "site", "--town", "ma-ville", "--yes"}, exitNotFound, "ma-ville"},
		{[]string{"collections", "delete", "site", "--yes"}, exitOK, "Deleted: collection site"},
		{[]string{"collections", "delete", "site", "--yes"}, exitNotFound, "site"},
		{[]string{"collections"}, exitOK, "No collection yet"},
	} {
		code, stdout, stderr := guichet(t, env, c.args...)
		if code != c.want || !strings.Contains(stdout+stderr, c.says) {
			t.Errorf("guichet %v: exit %d, want %d; must say %q:\n%s%s", c.args, code, c.want, c.says, stdout, stderr)
		}
	}
}
