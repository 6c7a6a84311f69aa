package web

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"

	"guichet/corpus"
	"guichet/internal/agents"
	"guichet/internal/messages"
	"guichet/rag"
)

// Towns finds tenants: corpus.Store does. Town returns corpus.ErrNotFound for
// a slug that nobody has.
type Towns interface {
	DefaultTown(ctx context.Context) (corpus.Town, error)
	Town(ctx context.Context, slug string) (corpus.Town, error)
}

// Scopes takes what a town reads at this moment: corpus.Store does.
type Scopes interface {
	Scope(ctx context.Context, townID int64, names ...string) (corpus.Scope, error)
}

// Answerer answers a question: rag.Answerer does.
type Answerer interface {
	Answer(ctx context.Context, r rag.Request, sink rag.Sink) (rag.Answer, error)
}

// Agents signs staff in and out: agents.Store does.
type Agents interface {
	SignIn(ctx context.Context, login, password string) (token string, s agents.Session, err error)
	Session(ctx context.Context, token string) (agents.Session, error)
	SignOut(ctx context.Context, token string) error
}

// Library tells what is loaded: corpus.Store does.
type Library interface {
	Collections(ctx context.Context, townID int64, names ...string) ([]corpus.Collection, error)
	Sources(ctx context.Context, collectionID int64) ([]corpus.SourceRef, error)
	Editions(ctx context.Context, collectionID int64, limit int) ([]corpus.EditionInfo, error)
	Runs(ctx context.Context, collectionID int64, limit int) ([]corpus.RunInfo, error)
	Policy(ctx context.Context, collectionID int64) (corpus.Policy, error)
}

// Config is what the pages need. All fields must be set, except where said.
type Config struct {
	Towns    Towns
	Scopes   Scopes
	Answerer Answerer
	Agents   Agents
	Library  Library
	Health   Health
	Messages *messages.Catalogue
	Chat     http.Handler                // serves /ws
	Ready    func(context.Context) error // asked by /healthz; nil: always ready
	Log      *slog.Logger

	// TrustProxy says that a reverse proxy stands before this server and sets
	// X-Forwarded-Host and X-Forwarded-Proto, which are believed then.
	TrustProxy bool
}

// server holds what the handlers share.
type server struct {
	Config
	assets *assets
	pages  *pages
	desk   healthDesk
}

// New returns the handler of all pages. It panics when the embedded templates
// are broken, which a test of this package would have found.
func New(cfg Config) http.Handler {
	s := &server{Config: cfg, assets: loadAssets()}
	s.pages = loadPages(s.assets)

	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.home)
	mux.HandleFunc("GET /demo", s.demo)
	mux.HandleFunc("GET /widget.js", s.widgetScript)
	mux.HandleFunc("GET /widget.json", s.widgetSettings)
	mux.Handle("GET /ws", cfg.Chat)

	mux.HandleFunc("GET /admin/sign-in", s.signInForm)
	mux.HandleFunc("POST /admin/sign-in", s.signIn)
	mux.HandleFunc("POST /admin/sign-out", s.signedIn(s.signOut))
	mux.HandleFunc("GET /admin", redirectTo("/admin/"))
	mux.HandleFunc("GET /admin/{$}", s.signedIn(s.bench))
	mux.HandleFunc("POST /admin/{$}", s.signedIn(s.benchAsk))
	mux.HandleFunc("GET /admin/documents", s.signedIn(s.documents))
	mux.HandleFunc("GET /admin/health", s.signedIn(s.health))
	mux.HandleFunc("POST /admin/health", s.signedIn(s.healthAgain))

	mux.HandleFunc("GET /static/{version}/{name}", s.static)
	mux.HandleFunc("GET /theme/{color}/{file}", s.themeCSS)
	mux.HandleFunc("GET /favicon.ico", s.favicon)
	mux.HandleFunc("GET /robots.txt", s.robots)
	mux.HandleFunc("GET /healthz", s.healthz)
	mux.HandleFunc("/", s.notFound)

	return s.guard(s.behindProxy(http.NewCrossOriginProtection().Handler(mux)))
}

func redirectTo(path string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, path, http.StatusSeeOther) }
}

// must is for what can only fail when the build is broken.
func must[T any](v T, err error) T {
	if err != nil {
		panic(fmt.Sprintf("web: %v", err))
	}
	return v
}
