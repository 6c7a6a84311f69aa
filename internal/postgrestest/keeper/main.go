// Command keeper is the database's keeper for tests, which have no guichet
// binary at hand; postgrestest runs it with `go run`.
package main

import (
	"context"
	"log/slog"
	"os"

	"guichet/internal/postgres"
)

func main() {
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	if err := postgres.RunKeeper(context.Background(), os.Args[1:], log); err != nil {
		log.Error("the keeper failed", "error", err)
		os.Exit(1)
	}
}
