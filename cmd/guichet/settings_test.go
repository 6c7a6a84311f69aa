package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// environment makes a getenv of these pairs.
func environment(pairs map[string]string) func(string) string {
	return func(name string) string { return pairs[name] }
}

// guichet runs the program as a shell would, and returns what it printed.
func guichet(t *testing.T, env map[string]string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(context.Background(), args, environment(env), strings.NewReader(""), &out, &errs)
	return code, out.String(), errs.String()
}

func TestConfigTellsWhereAValueComesFromAndHidesSecrets(t *testing.T) {
	keyFile := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(keyFile, []byte("s3cret-of-the-file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{
		"GUICHET_DATABASE_URL": "postgres://me:s3cret-of-the-url@db/guichet",
		"GUICHET_LLM_URL":      "http://localhost:11434/v1",
		"GUICHET_LLM_KEY_FILE": keyFile,
	}
	code, stdout, stderr := guichet(t, env, "config", "--json", "--llm-model", "mistral-small")
	if code != exitOK {
		t.Fatalf("exit %d: %s", code, stderr)
	}
	if strings.Contains(stdout+stderr, "s3cret") {
		t.Errorf("a secret is printed:\n%s%s", stdout, stderr)
	}
	var shown []shownSetting
	if err := json.Unmarshal([]byte(stdout), &shown); err != nil {
		t.Fatal(err)
	}
	from := map[string]string{}
	for _, s := range shown {
		from[s.Name] = s.From
	}
	for name, want := range map[string]string{
		"GUICHET_DATABASE_URL": "environment",
		"GUICHET_LLM_KEY":      "file",
		"GUICHET_LLM_MODEL":    "flag",
		"GUICHET_ADDR":         "default",
	} {
		if from[name] != want {
			t.Errorf("%s comes from %q, want %q", name, from[name], want)
		}
	}
}

func TestMistakesOfUsageNameTheMend(t *testing.T) {
	for name, c := range map[string]struct {
		env  map[string]string
		args []string
		want string
	}{
		"embedder":        {map[string]string{"GUICHET_EMBEDDER": "magic"}, []string{"config"}, "builtin or openai"},
		"openai alone":    {map[string]string{"GUICHET_EMBEDDER": "openai"}, []string{"config"}, "GUICHET_EMBEDDER_URL"},
		"model alone":     {map[string]string{"GUICHET_LLM_MODEL": "m"}, []string{"config"}, "GUICHET_LLM_URL"},
		"secret twice":    {map[string]string{"GUICHET_LLM_KEY": "k", "GUICHET_LLM_KEY_FILE": "f"}, []string{"config"}, "keep one"},
		"no such file":    {map[string]string{"GUICHET_LLM_KEY_FILE": "/nowhere/key"}, []string{"config"}, "GUICHET_LLM_KEY"},
		"unknown flag":    {nil, []string{"search", "--frobnicate", "q"}, "--help"},
		"no argument":     {nil, []string{"ask"}, "--help"},
		"limit":           {nil, []string{"search", "-k", "0", "q"}, "from 1 to 100"},
		"empty question":  {nil, []string{"search", " "}, "empty"},
		"delete unasked":  {nil, []string{"town", "delete", "x"}, "--yes"},
		"no cases":        {nil, []string{"evaluate", "/nowhere/cases.jsonl"}, "open cases"},
		"edition":         {nil, []string{"rollback", "first", "--collection", "c"}, "collections"},
		"unknown command": {nil, []string{"sevre"}, "unknown command"},
	} {
		t.Run(name, func(t *testing.T) {
			code, _, stderr := guichet(t, c.env, c.args...)
			if code != exitUsage || !strings.Contains(stderr, c.want) {
				t.Errorf("exit %d, %q; want exit %d and %q", code, stderr, exitUsage, c.want)
			}
		})
	}
}
