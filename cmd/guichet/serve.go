package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"guichet/chat"
	"guichet/corpus"
	"guichet/internal/agents"
	"guichet/internal/messages"
	"guichet/web"
)

// shutdownGrace is how long a stopping server waits for running answers.
const shutdownGrace = 10 * time.Second

func (a *app) serveCommand() *cobra.Command {
	var demo bool
	c := &cobra.Command{
		Use:   "serve",
		Short: "Serve the residents' page, the bubble and the console",
		Long: `Serves the residents' page on /, a sample town page with the chat bubble on
/demo, and the console on /admin. The first start makes an agent and prints its
password once.`,
		Example: `  guichet serve --demo
  GUICHET_ADDR=0.0.0.0:8080 guichet serve`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o, err := a.open(cmd)
			if err != nil {
				return err
			}
			defer o.close()
			if demo {
				if _, err := o.loadDemo(cmd); err != nil {
					return err
				}
			}
			return o.serve(cmd.Context(), cmd.OutOrStdout())
		},
	}
	c.Flags().BoolVar(&demo, "demo", false, "load the demo town if the database is empty")
	return c
}

// serve listens until ctx ends, then lets running answers finish.
func (o *session) serve(ctx context.Context, stdout io.Writer) error {
	town, err := o.store.DefaultTown(ctx)
	if err != nil {
		return err
	}
	if err := o.checkSpaces(ctx); err != nil {
		return err
	}
	handler, service, err := o.handler()
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", o.settings.get("GUICHET_ADDR"))
	if err != nil {
		hint := "correct GUICHET_ADDR: host:port of this machine"
		if errors.Is(err, syscall.EADDRINUSE) {
			hint = "is another server running? GUICHET_ADDR sets another address"
		}
		return fmt.Errorf("listen on %s: %w (%s)", o.settings.get("GUICHET_ADDR"), err, hint)
	}
	login, password, err := agents.NewStore(o.db.Pool).EnsureFirst(ctx, town.ID)
	if err != nil {
		return fmt.Errorf("make the first agent: %w", err)
	}
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(o.log.Handler(), slog.LevelWarn),
	}
	if o.settings.get("GUICHET_JOBS") == "on" {
		worker, err := o.startJobs(ctx)
		if err != nil {
			return errors.Join(err, listener.Close())
		}
		defer func() {
			if err := stopJobs(ctx, worker); err != nil {
				o.log.Warn("a run was not stopped in time: the next one goes on from there", "error", err)
			}
		}()
	}
	warming, stopWarming := context.WithCancel(ctx)
	var warmer sync.WaitGroup
	warmer.Go(func() { o.keepWarm(warming) })
	defer func() {
		stopWarming()
		warmer.Wait()
	}()
	greet(stdout, town, o.settings.get("GUICHET_LLM_MODEL"), listener.Addr(), login, password)

	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	o.log.Info("stopping")
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownGrace)
	defer cancel()
	err = errors.Join(service.Shutdown(ending), server.Shutdown(ending))
	if serveErr := <-failed; !errors.Is(serveErr, http.ErrServerClosed) {
		err = errors.Join(err, serveErr)
	}
	return err
}

// warmPause is how often a server looks whether an edition has been published
// that it has not read yet.
const warmPause = 20 * time.Second

// keepWarm reads what searches need of each edition that is published, before a
// resident asks for it, until ctx ends.
func (o *session) keepWarm(ctx context.Context) {
	tick := time.NewTicker(warmPause)
	defer tick.Stop()
	for {
		if err := o.warm(ctx); err != nil && ctx.Err() == nil {
			o.log.Warn("searches could not be warmed; they will read what they need", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (o *session) warm(ctx context.Context) error {
	towns, err := o.store.Towns(ctx, 1000)
	if err != nil {
		return err
	}
	for _, town := range towns {
		scope, err := o.store.Scope(ctx, town.ID)
		if err != nil {
			return err
		}
		if err := o.searcher.Warm(ctx, scope); err != nil && !errors.Is(err, corpus.ErrNotFound) {
			return err // but for an edition that was pruned meanwhile
		}
	}
	return nil
}

// handler wires the pages, the chat and the console.
func (o *session) handler() (http.Handler, *chat.Service, error) {
	catalogue, err := messages.Load()
	if err != nil {
		return nil, nil, err
	}
	answerer, err := o.newAnswerer(catalogue)
	if err != nil {
		return nil, nil, err
	}
	answerer.Warm()
	service := chat.New(chat.Config{
		Store:    chat.NewStore(o.db.Pool),
		Towns:    o.store,
		Scopes:   o.store,
		Answerer: answerer,
		Messages: catalogue,
		Log:      o.log,
	})
	return web.New(web.Config{
		Towns:    o.store,
		Scopes:   o.store,
		Answerer: answerer,
		Agents:   agents.NewStore(o.db.Pool),
		Library:  o.store,
		Health:   townHealth{o},
		Messages: catalogue,
		Chat:     service.Handler(),
		Ready:    o.db.Pool.Ping,
		Log:      o.log,

		TrustProxy: o.settings.isTrue("GUICHET_TRUST_PROXY"),
	}), service, nil
}

// checkSpaces warns of collections whose vectors another embedder made: their
// residents are served from the words of the documents alone, until the
// collection is moved. A server must start while that is under way.
func (o *session) checkSpaces(ctx context.Context) error {
	towns, err := o.store.Towns(ctx, 1000)
	if err != nil {
		return err
	}
	for _, t := range towns {
		scope, err := o.store.Scope(ctx, t.ID)
		if err != nil {
			return err
		}
		err = o.store.CheckSpace(ctx, scope, o.embedder.Space())
		if errors.Is(err, corpus.ErrSpace) {
			o.log.Warn("searching by words alone", "town", t.Slug, "reason", err)
			continue
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// greet tells where everything is, and the first agent's password, once.
func greet(w io.Writer, town corpus.Town, model string, addr net.Addr, login, password string) {
	base := "http://" + strings.Replace(strings.Replace(addr.String(), "[::]", "localhost", 1), "127.0.0.1", "localhost", 1)
	mode := "no model: answers quote the documents"
	if model != "" {
		mode = "model " + model
	}
	_, _ = fmt.Fprintf(w, "\nGuichet serves %s (%s)\n\n", town.Name, mode)
	_, _ = fmt.Fprintf(w, "  residents   %s/\n  bubble      %s/demo\n  console     %s/admin/\n", base, base, base)
	if password != "" {
		_, _ = fmt.Fprintf(w, "\n  first agent of the console, shown this once:\n    login     %s\n    password  %s\n", login, password)
	}
	_, _ = fmt.Fprintln(w, "\nStop with Ctrl-C.")
}
