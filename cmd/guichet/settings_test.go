package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
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
		"edition":         {nil, []string{"rollback", "first", "--collection", "c"}, "guichet editions"},
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

func TestConfigListsTheSettingsBesideTheirMistakes(t *testing.T) {
	env := map[string]string{
		"GUICHET_LOG_LEVEL":             "loud",
		"GUICHET_DATABASE_CONNECTIONS":  "many",
		"GUICHET_LLM_KEY_FILE":          "/nowhere/key",
		"GUICHET_EMBEDDER_QUERY_PREFIX": "question: ",
	}
	for _, args := range [][]string{{"config"}, {"config", "--json"}} {
		code, stdout, stderr := guichet(t, env, args...)
		if code != exitUsage {
			t.Errorf("%v: exit %d", args, code)
		}
		for _, want := range []string{"loud", "many", "question: ", "mistake"} {
			if !strings.Contains(stdout, want) {
				t.Errorf("%v does not list %q:\n%s", args, want, stdout)
			}
		}
		for _, want := range []string{"GUICHET_LOG_LEVEL", "GUICHET_DATABASE_CONNECTIONS", "GUICHET_LLM_KEY"} {
			if !strings.Contains(stderr, want) {
				t.Errorf("%v does not complain of %s: %s", args, want, stderr)
			}
		}
	}
}

func TestAddressesArePrintedWithoutTheirPasswords(t *testing.T) {
	for address, want := range map[string]string{
		"":                               "",
		"http://localhost:11434/v1":      "http://localhost:11434/v1",
		"https://me:s3cret@host/v1":      "https://xxxxx@host/v1",
		"https://s3cret@host:8443/v1":    "https://xxxxx@host:8443/v1",
		"https://me:s3%cret@host/v1":     "xxxxx@host/v1",
		"me:s3cret@host/v1":              "xxxxx@host/v1",
		"https://me:s3/cret@host@two/v1": "xxxxx@two/v1",
		"https://me:12/s3cret@host/v1":   "xxxxx@host/v1",
	} {
		if got := redacted(address); got != want {
			t.Errorf("%q is printed as %q, want %q", address, got, want)
		}
	}
	env := map[string]string{
		"GUICHET_LLM_URL": "https://me:s3cret@127.0.0.1:1/v1", "GUICHET_LLM_MODEL": "m",
		"GUICHET_EMBEDDER": "openai", "GUICHET_EMBEDDER_URL": "http://me:s3cret@127.0.0.1:1/v1", "GUICHET_EMBEDDER_MODEL": "e",
		"GUICHET_DATABASE_URL": "postgres://me:s3cret@127.0.0.1:1/none?connect_timeout=2",
	}
	for _, args := range [][]string{{"config"}, {"config", "--json"}, {"search", "q"}, {"doctor"}} {
		_, stdout, stderr := guichet(t, env, args...)
		if strings.Contains(stdout+stderr, "s3cret") || !strings.Contains(stdout+stderr, "127.0.0.1:1") {
			t.Errorf("%v prints the password, or no address:\n%s%s", args, stdout, stderr)
		}
	}
}

func TestOwnThesaurus(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mots.txt")
	write := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("# nos mots\nla grange: salle polyvalente\n")
	words, err := openThesaurus(path)
	if err != nil || words.Entries()[0].Key != "la grange" || len(words.Entries()) < 600 {
		t.Errorf("%v", err)
	}
	write("la grange: salle polyvalente\nsans deux-points\n")
	if _, err := openThesaurus(path); !errors.Is(err, errThesaurus) || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("a mistake: %v", err)
	}
	if _, err := openThesaurus(path + ".none"); !errors.Is(err, errThesaurus) {
		t.Errorf("no file: %v", err)
	}
}

func TestUnknownSettingsAreTold(t *testing.T) {
	list := settingList(func(string) string { return "" })
	got := unknownSettings([]string{"GUICHET_LLM_ULR=http://x", "GUICHET_LLM_KEY_FILE=/k", "GUICHET_ADDR=x", "HOME=/root"}, list)
	if len(got) != 1 || !strings.Contains(got[0], "GUICHET_LLM_ULR is no setting") || !strings.Contains(got[0], "is GUICHET_LLM_URL meant") || strings.Contains(got[0], "http") {
		t.Errorf("told %q", got)
	}
}
