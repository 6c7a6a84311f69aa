package main

import (
	"log/slog"

	"github.com/spf13/cobra"

	"guichet/internal/postgres"
)

// keeperCommand owns the private cluster. The program starts it by itself,
// detached; nobody else does. Its flags are the package's own.
func (a *app) keeperCommand() *cobra.Command {
	return &cobra.Command{
		Use:                "keeper",
		Short:              "Own the private database (started by the other commands)",
		Hidden:             true,
		DisableFlagParsing: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			return postgres.RunKeeper(cmd.Context(), args, newLog(cmd.ErrOrStderr(), slog.LevelInfo))
		},
	}
}
