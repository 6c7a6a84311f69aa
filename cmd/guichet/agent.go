package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"guichet/internal/agents"
)

func (a *app) agentCommand() *cobra.Command {
	c := group("agent", "Add agents, who sign in to the console, and renew their passwords")
	c.AddCommand(a.agentAddCommand(), a.agentPasswordCommand())
	return c
}

func (a *app) agentAddCommand() *cobra.Command {
	var town string
	var fromStdin bool
	c := &cobra.Command{
		Use:   "add LOGIN",
		Short: "Add an agent of a town",
		Long: `Adds an agent, a member of the town's staff who signs in to the console on /admin.
Prints a password that was made for the agent: it is shown this once. With
--password-stdin the password is read from standard input instead.`,
		Example: "  guichet agent add marie --town my-town",
		Args:    cobra.ExactArgs(1),
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
				return agentError(args[0], err)
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
		Short: "Give an agent a new password, and sign the agent out everywhere",
		Long: `Prints a password that was made for the agent: it is shown this once. With
--password-stdin the password is read from standard input instead. Whoever is
signed in by the old password is signed out.`,
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
			made, err := agents.NewStore(o.db.Pool).SetPassword(cmd.Context(), args[0], password)
			if err != nil {
				return agentError(args[0], err)
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
	line = strings.TrimRight(line, "\r\n")
	if line == "" {
		return "", usageError{errors.New("read the password: the first line of standard input is empty")}
	}
	return line, nil
}

// agentError says what to do about what the store refused.
func agentError(login string, err error) error {
	switch {
	case errors.Is(err, agents.ErrTaken):
		return fmt.Errorf("add agent %s: %w ('guichet agent password %s' gives a new password)", login, err, login)
	case errors.Is(err, agents.ErrWeakPassword), errors.Is(err, agents.ErrBadLogin):
		return usageError{err}
	}
	return err
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
