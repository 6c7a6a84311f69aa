package main

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"guichet/internal/agents"
)

func (a *app) agentCommand() *cobra.Command {
	c := &cobra.Command{Use: "agent", Short: "Give and renew the console's sign-ins"}
	c.AddCommand(a.agentAddCommand(), a.agentPasswordCommand())
	return c
}

func (a *app) agentAddCommand() *cobra.Command {
	var town string
	var fromStdin bool
	c := &cobra.Command{
		Use:   "add LOGIN",
		Short: "Add an agent of a town",
		Long: `Adds an agent and prints a password that was made for it: it is shown this once.
With --password-stdin the password is read from standard input instead.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			password, err := readPassword(cmd.InOrStdin(), fromStdin)
			if err != nil {
				return err
			}
			o, err := a.open(cmd)
			if err != nil {
				return err
			}
			defer o.close()
			t, err := o.town(cmd.Context(), town)
			if err != nil {
				return err
			}
			made, err := agents.NewStore(o.db.Pool).Create(cmd.Context(), t.ID, args[0], password)
			if err != nil {
				return err
			}
			return printPassword(cmd.OutOrStdout(), args[0], made, fromStdin)
		},
	}
	c.Flags().StringVar(&town, "town", "", "slug of the agent's town (default: the default town)")
	c.Flags().BoolVar(&fromStdin, "password-stdin", false, "read the password from standard input")
	return c
}

func (a *app) agentPasswordCommand() *cobra.Command {
	var fromStdin bool
	c := &cobra.Command{
		Use:   "password LOGIN",
		Short: "Give an agent a new password and end its sessions",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			password, err := readPassword(cmd.InOrStdin(), fromStdin)
			if err != nil {
				return err
			}
			o, err := a.open(cmd)
			if err != nil {
				return err
			}
			defer o.close()
			made, err := agents.NewStore(o.db.Pool).SetPassword(cmd.Context(), args[0], password)
			if err != nil {
				return err
			}
			return printPassword(cmd.OutOrStdout(), args[0], made, fromStdin)
		},
	}
	c.Flags().BoolVar(&fromStdin, "password-stdin", false, "read the password from standard input")
	return c
}

// readPassword reads one line, or nothing, which asks for a generated one.
func readPassword(r io.Reader, fromStdin bool) (string, error) {
	if !fromStdin {
		return "", nil
	}
	line, err := bufio.NewReader(io.LimitReader(r, 4096)).ReadString('\n')
	if err != nil && line == "" {
		return "", usageError{fmt.Errorf("read the password: %w", err)}
	}
	return strings.TrimRight(line, "\r\n"), nil
}

func printPassword(w io.Writer, login, password string, given bool) error {
	var err error
	if given {
		_, err = fmt.Fprintf(w, "%s can sign in with the password you gave.\n", login)
	} else {
		_, err = fmt.Fprintf(w, "login     %s\npassword  %s   (shown this once)\n", login, password)
	}
	return err
}
