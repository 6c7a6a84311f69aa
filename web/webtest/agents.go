package webtest

import (
	"context"
	"sync"
	"time"

	"guichet/internal/agents"
)

// Password opens the account "agent".
const Password = "a-long-password"

// Agents has one account, "agent". The login "busy" is always throttled.
type Agents struct {
	mu   sync.Mutex
	open bool
}

const token = "token-of-the-only-session"

// SignIn opens the one session there is.
func (a *Agents) SignIn(_ context.Context, login, password string) (string, agents.Session, error) {
	if login == "busy" {
		return "", agents.Session{}, agents.ErrThrottled
	}
	if login != "agent" || password != Password {
		return "", agents.Session{}, agents.ErrRefused
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.open = true
	return token, session(), nil
}

func session() agents.Session {
	return agents.Session{
		Agent: agents.Agent{ID: 1, TownID: 1, Town: Town().Slug, Login: "agent"},
		CSRF:  "csrf-of-the-only-session", Expires: time.Now().Add(time.Hour),
	}
}

// Session returns the session while it is open.
func (a *Agents) Session(_ context.Context, t string) (agents.Session, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if t != token || !a.open {
		return agents.Session{}, agents.ErrNoSession
	}
	return session(), nil
}

// SignOut closes the session.
func (a *Agents) SignOut(context.Context, string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.open = false
	return nil
}
