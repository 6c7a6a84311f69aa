package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"guichet/corpus"
	"guichet/corpus/thesaurus"
	"guichet/internal/embed"
	"guichet/internal/llm"
	"guichet/internal/messages"
	"guichet/internal/postgres"
	"guichet/rag"
)

// app is what all subcommands share before anything is opened.
type app struct {
	getenv func(string) string
	list   []setting
}

func (a *app) settings(cmd *cobra.Command) (*settings, error) {
	return readSettings(cmd.Flags(), a.getenv, a.list)
}

// logLevel reads a level's name.
func logLevel(name string) (slog.Level, error) {
	var level slog.Level
	err := level.UnmarshalText([]byte(strings.ToUpper(name)))
	return level, err
}

// newLog logs to w from this level on.
func newLog(w io.Writer, level slog.Level) *slog.Logger {
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: level}))
}

// errEmbedder says that the embeddings server could not be used.
var errEmbedder = errors.New("embedder")

// session is an opened database with what works on it.
type session struct {
	settings *settings
	log      *slog.Logger
	db       *postgres.DB
	store    *corpus.Store
	embedder corpus.Embedder
	searcher *corpus.Searcher
}

// open opens the database that is set, and makes the embedder. The log of a
// one-shot command is kept to warnings, so that its output stays readable.
func (a *app) open(cmd *cobra.Command) (*session, error) {
	s, err := a.settings(cmd)
	if err != nil {
		return nil, err
	}
	level, err := logLevel(s.get("GUICHET_LOG_LEVEL"))
	if err != nil {
		return nil, err
	}
	if cmd.Name() != "serve" && s.origin["GUICHET_LOG_LEVEL"] == "default" {
		level = slog.LevelWarn
	}
	log := newLog(cmd.ErrOrStderr(), level)
	embedder, err := newEmbedder(cmd.Context(), s, log)
	if err != nil {
		return nil, err
	}
	words, err := openThesaurus(s.get("GUICHET_THESAURUS"))
	if err != nil {
		return nil, err
	}
	db, err := postgres.Open(cmd.Context(), databaseConfig(s, log))
	if err != nil {
		return nil, err
	}
	store := corpus.NewStore(db.Pool)
	return &session{
		settings: s,
		log:      log,
		db:       db,
		store:    store,
		embedder: embedder,
		searcher: corpus.NewSearcher(store, embedder).WithThesaurus(words),
	}, nil
}

func (o *session) close() { o.db.Close() }

func databaseConfig(s *settings, log *slog.Logger) postgres.Config {
	return postgres.Config{
		URL:      s.get("GUICHET_DATABASE_URL"),
		DataDir:  s.get("GUICHET_DATA_DIR"),
		MaxConns: int32(s.number("GUICHET_DATABASE_CONNECTIONS")), //nolint:gosec // validated: 2 to 1000
		Log:      log,
	}
}

// errThesaurus says that the town's own thesaurus could not be read.
var errThesaurus = errors.New("GUICHET_THESAURUS")

// openThesaurus reads the thesaurus that comes with the program, and the file
// of the town's own entries where one is set.
func openThesaurus(path string) (*thesaurus.Thesaurus, error) {
	builtin, err := thesaurus.French()
	if err != nil || path == "" {
		return builtin, err
	}
	f, err := os.Open(path) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errThesaurus, err)
	}
	defer func() { _ = f.Close() }()
	own, err := thesaurus.Parse(f)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", errThesaurus, path, err)
	}
	return own.Before(builtin), nil
}

// newEmbedder makes the embedder that is set.
func newEmbedder(ctx context.Context, s *settings, log *slog.Logger) (corpus.Embedder, error) {
	if s.get("GUICHET_EMBEDDER") == "builtin" {
		return embed.Builtin()
	}
	e, err := llm.NewEmbedder(ctx, llm.EmbedderConfig{
		URL:           s.get("GUICHET_EMBEDDER_URL"),
		Model:         s.get("GUICHET_EMBEDDER_MODEL"),
		Key:           s.get("GUICHET_EMBEDDER_KEY"),
		Dimensions:    s.number("GUICHET_EMBEDDER_DIMENSIONS"),
		QueryPrefix:   prefix(s.get("GUICHET_EMBEDDER_QUERY_PREFIX")),
		PassagePrefix: prefix(s.get("GUICHET_EMBEDDER_PASSAGE_PREFIX")),
		Log:           log,
	})
	if err != nil {
		return nil, fmt.Errorf("%w: %s at %s: %w", errEmbedder, s.get("GUICHET_EMBEDDER_MODEL"), redacted(s.get("GUICHET_EMBEDDER_URL")), err)
	}
	return e, nil
}

// prefix reads a prefix setting: empty leaves the choice to the model's own
// habit, "none" is no prefix at all.
func prefix(value string) *string {
	switch value {
	case "":
		return nil
	case "none":
		value = ""
	}
	return &value
}

// newModel makes the language model that is set; nil where none is. It is given
// this long to begin an answer.
func (o *session) newModel(firstToken time.Duration) (llm.Model, error) {
	if o.settings.get("GUICHET_LLM_URL") == "" {
		return nil, nil
	}
	m, err := llm.NewModel(llm.Config{
		URL:        o.settings.get("GUICHET_LLM_URL"),
		Model:      o.settings.get("GUICHET_LLM_MODEL"),
		Key:        o.settings.get("GUICHET_LLM_KEY"),
		FirstToken: firstToken,
		Idle:       o.settings.duration("GUICHET_LLM_IDLE"),
		Log:        o.log,
	})
	if err != nil {
		return nil, fmt.Errorf("language model: %w", err)
	}
	return llm.NewBreaker(m, llm.BreakerConfig{}), nil
}

// newAnswerer makes the answerer; without a model it quotes.
func (o *session) newAnswerer(catalogue *messages.Catalogue) (*rag.Answerer, error) {
	model, err := o.newModel(o.settings.duration("GUICHET_LLM_FIRST_TOKEN"))
	if err != nil {
		return nil, err
	}
	return o.answererWith(catalogue, model)
}

// answererWith makes the answerer with this model; nil: it quotes.
func (o *session) answererWith(catalogue *messages.Catalogue, model llm.Model) (*rag.Answerer, error) {
	return rag.NewAnswerer(rag.Config{
		Retriever: o.searcher,
		Approvals: o.store,
		Services:  o.store,
		Publisher: o.store,
		Model:     model,
		Messages:  catalogue,
		Gate:      rag.DefaultGate,
		Log:       o.log,
	})
}

// reading is whom and what a command reads for: flags shared by search, ask
// and evaluate.
type reading struct {
	town        string
	collections []string
}

func (r *reading) flags(c *cobra.Command) {
	c.Flags().StringVar(&r.town, "town", "", "slug of the town to read as (default: the default town)")
	c.Flags().StringArrayVar(&r.collections, "collection", nil, "read only collections of this name (may be given again)")
}

// scope finds the town and takes the editions that it reads, once. It refuses
// a collection whose vectors another embedder made.
func (r *reading) scope(ctx context.Context, o *session) (corpus.Town, corpus.Scope, error) {
	town, err := o.town(ctx, r.town)
	if err != nil {
		return corpus.Town{}, corpus.Scope{}, err
	}
	scope, err := o.store.Scope(ctx, town.ID, r.collections...)
	if err != nil {
		return corpus.Town{}, corpus.Scope{}, err
	}
	return town, scope, o.store.CheckSpace(ctx, scope, o.embedder.Space())
}

// town returns the town with this slug; empty: the default one.
func (o *session) town(ctx context.Context, slug string) (corpus.Town, error) {
	if slug == "" {
		return o.store.DefaultTown(ctx)
	}
	town, err := o.store.Town(ctx, slug)
	if errors.Is(err, corpus.ErrNotFound) {
		return corpus.Town{}, unknownTown(slug)
	}
	return town, err
}

// unknownTown says where the towns are listed.
func unknownTown(slug string) error {
	return fmt.Errorf("town %q: %w (guichet town list)", slug, corpus.ErrNotFound)
}
