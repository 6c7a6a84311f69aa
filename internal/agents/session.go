package agents

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// SessionLife is how long a sign-in lasts.
const SessionLife = 12 * time.Hour

// Session is a signed-in agent.
type Session struct {
	Agent   Agent
	CSRF    string // to be carried by every form of the session
	Expires time.Time
}

// unknownHash is the hash that a password is compared with when its login is
// unknown, so that the time taken does not tell. No password has this key.
const unknownHash = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// SignIn opens a session and returns its token, which is not stored. It
// returns ErrRefused or ErrThrottled when the agent must try again.
func (s *Store) SignIn(ctx context.Context, login, password string) (token string, _ Session, err error) {
	login = normalLogin(login)
	if len(login) > 4*maxLogin || len(password) > 4*maxPassword || strings.ContainsRune(login, 0) {
		return "", Session{}, ErrRefused
	}
	if !s.throttle.allow(login) {
		return "", Session{}, ErrThrottled
	}
	agent, hash, err := s.byLogin(ctx, login)
	known := err == nil
	if errors.Is(err, pgx.ErrNoRows) {
		hash = unknownHash
	} else if err != nil {
		return "", Session{}, fmt.Errorf("sign in: %w", err)
	}
	ok, err := s.hasher.matches(ctx, password, hash)
	if err != nil {
		return "", Session{}, fmt.Errorf("sign in: %w", err)
	}
	if !ok || !known {
		return "", Session{}, ErrRefused
	}
	s.throttle.forget(login)
	return s.open(ctx, agent)
}

func (s *Store) byLogin(ctx context.Context, login string) (a Agent, hash string, err error) {
	err = s.pool.QueryRow(ctx, `
		SELECT a.id,
		       a.town_id,
		       t.slug,
		       a.login,
		       a.password_hash
		  FROM agents a
		  JOIN towns t ON t.id = a.town_id
		 WHERE a.login = @login`,
		pgx.NamedArgs{"login": login}).
		Scan(&a.ID, &a.TownID, &a.Town, &a.Login, &hash)
	return a, hash, err
}

// open stores a new session, and takes the chance to delete those that have
// run out.
func (s *Store) open(ctx context.Context, a Agent) (string, Session, error) {
	token, csrf := randomToken(), randomToken()
	now := s.now()
	session := Session{Agent: a, CSRF: csrf, Expires: now.Add(SessionLife)}
	batch := &pgx.Batch{}
	batch.Queue(`DELETE FROM agent_sessions WHERE expires_at <= $1`, now)
	batch.Queue(`UPDATE agents SET signed_in_at = $2 WHERE id = $1`, a.ID, now)
	batch.Queue(`
		INSERT INTO agent_sessions (token_hash, agent_id, csrf, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5)`,
		tokenHash(token), a.ID, csrf, now, session.Expires)
	if err := s.pool.SendBatch(ctx, batch).Close(); err != nil {
		return "", Session{}, fmt.Errorf("open session of agent %s: %w", a.Login, err)
	}
	return token, session, nil
}

// Session returns the session of this token, or ErrNoSession.
func (s *Store) Session(ctx context.Context, token string) (Session, error) {
	var out Session
	err := s.pool.QueryRow(ctx, `
		SELECT a.id,
		       a.town_id,
		       t.slug,
		       a.login,
		       s.csrf,
		       s.expires_at
		  FROM agent_sessions s
		  JOIN agents a ON a.id = s.agent_id
		  JOIN towns t ON t.id = a.town_id
		 WHERE s.token_hash = @hash
		   AND s.expires_at > @now`,
		pgx.NamedArgs{"hash": tokenHash(token), "now": s.now()}).
		Scan(&out.Agent.ID, &out.Agent.TownID, &out.Agent.Town, &out.Agent.Login, &out.CSRF, &out.Expires)
	if errors.Is(err, pgx.ErrNoRows) {
		return Session{}, ErrNoSession
	}
	if err != nil {
		return Session{}, fmt.Errorf("read session: %w", err)
	}
	return out, nil
}

// SignOut ends the session of this token; an unknown one is no error.
func (s *Store) SignOut(ctx context.Context, token string) error {
	if _, err := s.pool.Exec(ctx, `DELETE FROM agent_sessions WHERE token_hash = $1`, tokenHash(token)); err != nil {
		return fmt.Errorf("sign out: %w", err)
	}
	return nil
}

// randomToken returns 256 random bits in text form.
func randomToken() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails: the runtime stops the program instead
	return base64.RawURLEncoding.EncodeToString(b)
}

func tokenHash(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}
