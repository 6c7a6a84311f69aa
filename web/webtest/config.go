package webtest

import (
	"io"
	"log/slog"
	"net/http"

	"guichet/internal/messages"
	"guichet/web"
)

// Config has a stand-in for all that web needs; nobody answers at /ws.
func Config() (web.Config, error) {
	catalogue, err := messages.Load()
	return web.Config{
		Towns: Towns{}, Scopes: Library{}, Answerer: Answerer{}, Agents: &Agents{}, Library: Library{}, Health: &Health{},
		Messages: catalogue, Chat: http.NotFoundHandler(), Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	}, err
}
