package agents

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// throttle bounds sign-in attempts: by login, so that one account's password
// cannot be guessed, and for the whole installation, so that many logins
// cannot either. It keeps no address.
type throttle struct {
	mu      sync.Mutex
	all     *rate.Limiter
	byLogin map[string]*rate.Limiter
}

const (
	loginBurst  = 5 // attempts at once, then one every loginEvery
	loginEvery  = 20 * time.Second
	globalBurst = 30
	globalEvery = time.Second
	loginsKept  = 1000
)

func newThrottle() *throttle {
	return &throttle{
		all:     rate.NewLimiter(rate.Every(globalEvery), globalBurst),
		byLogin: map[string]*rate.Limiter{},
	}
}

// allow counts an attempt and says whether it may go on.
func (t *throttle) allow(login string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	l, ok := t.byLogin[login]
	if !ok {
		if len(t.byLogin) >= loginsKept {
			t.forgetIdle()
		}
		l = rate.NewLimiter(rate.Every(loginEvery), loginBurst)
		t.byLogin[login] = l
	}
	// The login's own limit is asked first, so that one busy account does not
	// use up everybody's.
	return l.Allow() && t.all.Allow()
}

// forget clears a login's count after its right password.
func (t *throttle) forget(login string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.byLogin, login)
}

// forgetIdle drops the logins whose limit is full again; if that frees
// nothing, all of them, since the global limit still holds.
func (t *throttle) forgetIdle() {
	for login, l := range t.byLogin {
		if l.Tokens() >= loginBurst {
			delete(t.byLogin, login)
		}
	}
	if len(t.byLogin) >= loginsKept {
		clear(t.byLogin)
	}
}
