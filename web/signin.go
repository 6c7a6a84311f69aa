package web

import (
	"context"
	"crypto/subtle"
	"errors"
	"net/http"

	"guichet/corpus"
	"guichet/internal/agents"
)

const sessionCookie = "guichet_agent"

// signedInAgent is who works in the console: the session, and what it takes to
// end it.
type signedInAgent struct {
	agents.Session
	token string
}

// consoleHandler is a handler that needs a signed-in agent; p is begun, in the
// agent's town.
type consoleHandler func(w http.ResponseWriter, r *http.Request, p page)

// signedIn lets signed-in agents pass and sends others to the sign-in page. A
// form must carry its session's CSRF token.
func (s *server) signedIn(next consoleHandler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		agent, err := s.agentOf(r)
		if errors.Is(err, agents.ErrNoSession) {
			http.Redirect(w, r, "/admin/sign-in", http.StatusSeeOther)
			return
		}
		if err != nil {
			s.fail(w, r, "read the session", err)
			return
		}
		if r.Method == http.MethodPost {
			if err := r.ParseForm(); err != nil {
				s.errorPage(w, r, http.StatusBadRequest, "form")
				return
			}
			if subtle.ConstantTimeCompare([]byte(r.PostForm.Get("csrf")), []byte(agent.CSRF)) != 1 {
				s.errorPage(w, r, http.StatusForbidden, "form")
				return
			}
		}
		t, err := s.Towns.Town(r.Context(), agent.Agent.Town)
		if err != nil {
			s.fail(w, r, "find the agent's town", err)
			return
		}
		p := s.newPage(r, t)
		p.Others = nil
		p.signedIn = &agent
		next(w, r, p)
	}
}

func (s *server) agentOf(r *http.Request) (signedInAgent, error) {
	c, err := r.Cookie(sessionCookie)
	if err != nil || c.Value == "" || len(c.Value) > 100 {
		return signedInAgent{}, agents.ErrNoSession
	}
	session, err := s.Agents.Session(r.Context(), c.Value)
	return signedInAgent{Session: session, token: c.Value}, err
}

type signInData struct{ Login, Problem string }

func (s *server) signInForm(w http.ResponseWriter, r *http.Request) {
	if _, err := s.agentOf(r); err == nil {
		http.Redirect(w, r, "/admin/", http.StatusSeeOther)
		return
	}
	s.showSignIn(w, r, http.StatusOK, signInData{})
}

func (s *server) showSignIn(w http.ResponseWriter, r *http.Request, status int, d signInData) {
	t, err := s.Towns.DefaultTown(r.Context())
	if err != nil {
		t = corpus.Town{Name: "Guichet", Color: defaultColor}
	}
	p := s.newPage(r, t)
	p.Others = nil
	p.Title = p.T("admin.signin.title")
	if d.Problem != "" {
		d.Problem = p.T(d.Problem)
	}
	p.Data = d
	s.render(w, r, status, "signin.html", p)
}

// signIn checks login and password. The form has no CSRF token of its own,
// since there is no session yet: http.CrossOriginProtection guards it.
func (s *server) signIn(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.errorPage(w, r, http.StatusBadRequest, "form")
		return
	}
	login, password := r.PostForm.Get("login"), r.PostForm.Get("password")
	token, session, err := s.Agents.SignIn(r.Context(), login, password)
	switch {
	case errors.Is(err, agents.ErrRefused):
		s.showSignIn(w, r, http.StatusUnauthorized, signInData{Login: login, Problem: "admin.signin.refused"})
		return
	case errors.Is(err, agents.ErrThrottled):
		w.Header().Set("Retry-After", "60")
		s.showSignIn(w, r, http.StatusTooManyRequests, signInData{Login: login, Problem: "admin.signin.throttled"})
		return
	case errors.Is(err, context.Canceled):
		return
	case err != nil:
		s.fail(w, r, "sign in", err)
		return
	}
	http.SetCookie(w, s.cookie(r, token, int(agents.SessionLife.Seconds())))
	s.Log.InfoContext(r.Context(), "agent signed in", "agent", session.Agent.ID)
	http.Redirect(w, r, "/admin/", http.StatusSeeOther)
}

func (s *server) signOut(w http.ResponseWriter, r *http.Request, p page) {
	if err := s.Agents.SignOut(r.Context(), p.signedIn.token); err != nil {
		s.fail(w, r, "sign out", err)
		return
	}
	http.SetCookie(w, s.cookie(r, "", -1))
	http.Redirect(w, r, "/admin/sign-in", http.StatusSeeOther)
}

// cookie carries the session's token. It never leaves https once the request
// came that way.
func (s *server) cookie(r *http.Request, token string, maxAge int) *http.Cookie {
	return &http.Cookie{
		Name:     sessionCookie,
		Value:    token,
		Path:     "/admin",
		MaxAge:   maxAge,
		HttpOnly: true,
		Secure:   s.secure(r),
		SameSite: http.SameSiteStrictMode,
	}
}
