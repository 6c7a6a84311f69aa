package agents

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"guichet/internal/postgrestest"
)

func open(t *testing.T) (*Store, *pgxpool.Pool, int64) {
	t.Helper()
	pool := postgrestest.Open(t)
	var town int64
	if err := pool.QueryRow(t.Context(), `SELECT id FROM towns WHERE is_default`).Scan(&town); err != nil {
		t.Fatal(err)
	}
	return NewStore(pool), pool, town
}

func TestSignInSessionSignOut(t *testing.T) {
	s, pool, town := open(t)
	if _, err := s.Create(t.Context(), town, " Marie ", "a good password"); err != nil {
		t.Fatal(err)
	}
	token, session, err := s.SignIn(t.Context(), "MARIE", "a good password")
	if err != nil {
		t.Fatal(err)
	}
	if session.Agent.Login != "marie" || session.Agent.TownID != town || session.Agent.Town != "ma-ville" || len(token) != 43 || session.CSRF == "" || session.CSRF == token {
		t.Errorf("session: %+v", session)
	}
	got, err := s.Session(t.Context(), token)
	if err != nil || got.Agent != session.Agent || got.CSRF != session.CSRF {
		t.Errorf("Session = %+v, %v", got, err)
	}
	var stored string
	if err := pool.QueryRow(t.Context(), `SELECT string_agg(s::text || a::text, ' ') FROM agent_sessions s, agents a`).Scan(&stored); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(stored, token) || strings.Contains(stored, "a good password") {
		t.Error("the token or the password itself is stored")
	}
	if err := s.SignOut(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Session(t.Context(), token); !errors.Is(err, ErrNoSession) {
		t.Errorf("after SignOut: %v", err)
	}
	if err := s.SignOut(t.Context(), token); err != nil {
		t.Errorf("SignOut again: %v", err)
	}
}

func TestASessionRunsOut(t *testing.T) {
	s, pool, town := open(t)
	password, err := s.Create(t.Context(), town, "marie", "")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	s.now = func() time.Time { return now }
	token, _, err := s.SignIn(t.Context(), "marie", password)
	if err != nil {
		t.Fatal(err)
	}
	now = now.Add(SessionLife - time.Minute)
	if _, err := s.Session(t.Context(), token); err != nil {
		t.Errorf("just before its end: %v", err)
	}
	now = now.Add(2 * time.Minute)
	if _, err := s.Session(t.Context(), token); !errors.Is(err, ErrNoSession) {
		t.Errorf("after its end: %v", err)
	}
	if _, _, err := s.SignIn(t.Context(), "marie", password); err != nil {
		t.Fatal(err)
	}
	var n int
	if err := pool.QueryRow(t.Context(), `SELECT count(*) FROM agent_sessions`).Scan(&n); err != nil || n != 1 {
		t.Errorf("%d sessions are kept, %v; want the new one alone", n, err)
	}
}

func TestRefusals(t *testing.T) {
	s, _, town := open(t)
	if _, err := s.Create(t.Context(), town, "marie", "a good password"); err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct{ login, password string }{
		{"marie", "another password"}, {"nobody", "a good password"}, {"", ""}, {"a\x00b", "x"}, {strings.Repeat("x", 1000), "x"}, {"marie", strings.Repeat("x", 5000)},
	} {
		if _, _, err := s.SignIn(t.Context(), x.login, x.password); !errors.Is(err, ErrRefused) {
			t.Errorf("%.20q with %.20q: %v", x.login, x.password, err)
		}
	}
	for _, x := range []struct {
		login, password string
		want            error
	}{
		{"Marie", "a good password", ErrTaken},
		{"paul", "too short", ErrWeakPassword},
		{"paul", strings.Repeat("x", 201), ErrWeakPassword},
		{"  ", "a good password", ErrBadLogin},
		{strings.Repeat("x", 101), "a good password", ErrBadLogin},
	} {
		if _, err := s.Create(t.Context(), town, x.login, x.password); !errors.Is(err, x.want) {
			t.Errorf("Create %.20q: %v, want %v", x.login, err, x.want)
		}
	}
}

func TestAttemptsAreThrottledByLogin(t *testing.T) {
	s, _, town := open(t)
	for _, login := range []string{"marie", "paul"} {
		if _, err := s.Create(t.Context(), town, login, "a good password"); err != nil {
			t.Fatal(err)
		}
	}
	for range loginBurst {
		if _, _, err := s.SignIn(t.Context(), "marie", "a wrong password"); !errors.Is(err, ErrRefused) {
			t.Fatal(err)
		}
	}
	if _, _, err := s.SignIn(t.Context(), "marie", "a good password"); !errors.Is(err, ErrThrottled) {
		t.Errorf("after %d attempts: %v", loginBurst, err)
	}
	if _, _, err := s.SignIn(t.Context(), "paul", "a good password"); err != nil {
		t.Errorf("another agent: %v", err)
	}
}

func TestThrottle(t *testing.T) {
	th := newThrottle()
	for i := range 3 * loginsKept {
		th.allow(string(rune('a' + i)))
	}
	if n := len(th.byLogin); n > loginsKept {
		t.Errorf("%d logins are kept", n)
	}
	if th.allow("somebody new") {
		t.Error("many logins are not throttled together")
	}
}

func TestEnsureFirst(t *testing.T) {
	s, pool, town := open(t)
	var other int64
	if err := pool.QueryRow(t.Context(), `INSERT INTO towns (slug, name) VALUES ('autre', 'Autre') RETURNING id`).Scan(&other); err != nil {
		t.Fatal(err)
	}
	// Two servers start at once: one of them makes the account.
	var wg sync.WaitGroup
	var mu sync.Mutex
	passwords := map[string]string{}
	for range 4 {
		wg.Go(func() {
			login, password, err := NewStore(pool).EnsureFirst(t.Context(), town)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			if login != "" {
				passwords[login] = password
			}
		})
	}
	wg.Wait()
	var n int
	if err := pool.QueryRow(t.Context(), `SELECT count(*) FROM agents`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	if n != 1 || len(passwords) != 1 || passwords["agent"] == "" {
		t.Fatalf("%d accounts made, told: %v", n, passwords)
	}
	if _, _, err := s.SignIn(t.Context(), "agent", passwords["agent"]); err != nil {
		t.Error(err)
	}
	if login, password, err := s.EnsureFirst(t.Context(), town); login != "" || password != "" || err != nil {
		t.Errorf("again: %q, %v", login, err)
	}
	login, password, err := s.EnsureFirst(t.Context(), other)
	if err != nil || login == "agent" || password == "" {
		t.Fatalf("another town: %q, %v", login, err)
	}
	if _, session, err := s.SignIn(t.Context(), login, password); err != nil || session.Agent.Town != "autre" {
		t.Errorf("another town's agent: %+v, %v", session, err)
	}
}

func TestPasswordHashes(t *testing.T) {
	h := newHasher()
	a, err := h.hash(t.Context(), "un mot de passe")
	if err != nil {
		t.Fatal(err)
	}
	b, err := h.hash(t.Context(), "un mot de passe")
	if err != nil {
		t.Fatal(err)
	}
	if a == b || !strings.HasPrefix(a, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("hashes %s and %s", a, b)
	}
	for password, want := range map[string]bool{"un mot de passe": true, "un mot de passe ": false, "": false} {
		if got, err := h.matches(t.Context(), password, a); err != nil || got != want {
			t.Errorf("matches(%q) = %v, %v", password, got, err)
		}
	}
	if ok, err := h.matches(t.Context(), "", unknownHash); ok || err != nil {
		t.Errorf("the hash of unknown logins: %v, %v", ok, err)
	}
}

func FuzzParsePHC(f *testing.F) {
	f.Add(unknownHash)
	f.Add("$argon2id$v=19$m=4294967295,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	f.Add("$argon2id$v=19$m=,t=,p=$$")
	f.Add("")
	f.Fuzz(func(t *testing.T, s string) {
		p, err := parsePHC(s)
		if err == nil && (p.memory > 1<<18 || p.passes < 1 || p.passes > 16 || p.lanes < 1 || len(p.key) < 16 || len(p.salt) < 8) {
			t.Errorf("%q is taken: %+v", s, p)
		}
	})
}
