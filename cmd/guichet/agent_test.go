package main

import (
	"bytes"
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"guichet/internal/agents"
	"guichet/internal/postgrestest"
)

func TestAgentsAreAddedAndGetNewPasswords(t *testing.T) {
	url := postgrestest.URL(t)
	env := map[string]string{"GUICHET_DATABASE_URL": url}
	pool, err := pgxpool.New(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	// A store of its own each time, so that attempts are not counted together.
	signIn := func(login, password string) (token string, err error) {
		token, _, err = agents.NewStore(pool).SignIn(t.Context(), login, password)
		return token, err
	}
	printed := func(args ...string) string {
		t.Helper()
		code, stdout, stderr := guichet(t, env, args...)
		m := regexp.MustCompile(`password +(\S+)`).FindStringSubmatch(stdout)
		if code != exitOK || m == nil {
			t.Fatalf("guichet %v: exit %d: %s%s", args, code, stdout, stderr)
		}
		return m[1]
	}

	first := printed("agent", "add", "marie")
	token, err := signIn("marie", first)
	if err != nil {
		t.Fatalf("the printed password does not sign in: %v", err)
	}
	second := printed("agent", "password", "marie")
	if second == first {
		t.Error("the new password is the old one")
	}
	if _, err := signIn("marie", first); !errors.Is(err, agents.ErrRefused) {
		t.Errorf("the old password: %v", err)
	}
	if _, err := signIn("marie", second); err != nil {
		t.Errorf("the new password: %v", err)
	}
	if _, err := agents.NewStore(pool).Session(t.Context(), token); !errors.Is(err, agents.ErrNoSession) {
		t.Errorf("the session under the old password: %v", err)
	}

	var stdout, stderr bytes.Buffer
	const own = "une phrase bien longue"
	code := run(context.Background(), []string{"agent", "add", "luc", "--password-stdin"}, environment(env), strings.NewReader(own+"\r\n"), &stdout, &stderr)
	if code != exitOK || strings.Contains(stdout.String(), own) {
		t.Fatalf("exit %d, prints %s%s", code, stdout.String(), stderr.String())
	}
	if _, err := signIn("luc", own); err != nil {
		t.Errorf("a password from standard input: %v", err)
	}
}

func TestAgentMistakes(t *testing.T) {
	env := map[string]string{"GUICHET_DATABASE_URL": postgrestest.URL(t)}
	if code, _, stderr := guichet(t, env, "agent", "add", "marie"); code != exitOK {
		t.Fatalf("exit %d: %s", code, stderr)
	}
	for _, c := range []struct {
		stdin string
		args  []string
		want  int
		says  string
	}{
		{"", []string{"agent", "add", "Marie"}, exitFailed, "guichet agent password Marie"},
		{"", []string{"agent", "password", "paul"}, exitNotFound, "paul"},
		{"", []string{"agent", "add", "paul", "--town", "nowhere"}, exitNotFound, "nowhere"},
		{"court\n", []string{"agent", "add", "paul", "--password-stdin"}, exitUsage, "10 to 200"},
		{"", []string{"agent", "add", "paul", "--password-stdin"}, exitUsage, "password"},
		{"", []string{"agent", "add", ""}, exitUsage, "login"},
		{"", []string{"agent", "remove", "marie"}, exitUsage, "remove"},
	} {
		var stdout, stderr bytes.Buffer
		code := run(context.Background(), c.args, environment(env), strings.NewReader(c.stdin), &stdout, &stderr)
		if code != c.want || !strings.Contains(stderr.String(), c.says) {
			t.Errorf("guichet %v: exit %d, want %d; must say %q: %s%s", c.args, code, c.want, c.says, stdout.String(), stderr.String())
		}
	}
}
