// Command guichet answers a town's residents from the documents that the town
// publishes. It is one binary; `guichet --help` lists what it does, and each
// subcommand stands in a file of its own.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"guichet/corpus"
	"guichet/internal/agents"
)

// Exit codes that scripts can rely on.
const (
	exitOK       = 0
	exitFailed   = 1 // the command could not do its work
	exitUsage    = 2 // wrong arguments or settings
	exitPartial  = 3 // ingest: done and published, but some documents failed
	exitBusy     = 4 // another run is writing this collection
	exitNotFound = 5 // no such town, collection, edition, source, run or agent
	exitWaits    = 6 // ingest: nothing is published until an operator says so
)

// usageError is a mistake in what was typed or set.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// exitError ends the program with a code, its message already printed.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit %d", int(e)) }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	for _, told := range unknownSettings(os.Environ(), settingList(os.Getenv)) {
		_, _ = fmt.Fprintln(os.Stderr, "guichet: "+told)
	}
	code := run(ctx, os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the whole program, with the world handed in, so that tests can be one.
func run(ctx context.Context, args []string, getenv func(string) string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := newRoot(getenv)
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	var exit exitError
	var usage usageError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &exit):
		return int(exit)
	case errors.Is(err, context.Canceled):
		_, _ = fmt.Fprintln(stderr, "guichet: interrupted; nothing is half done")
		return exitFailed
	}
	_, _ = fmt.Fprintf(stderr, "guichet: %v\n", err)
	switch {
	case errors.As(err, &usage):
		return exitUsage
	case errors.Is(err, corpus.ErrBusy):
		return exitBusy
	case errors.Is(err, corpus.ErrNotFound), errors.Is(err, agents.ErrUnknown):
		return exitNotFound
	}
	return exitFailed
}

func newRoot(getenv func(string) string) *cobra.Command {
	list := settingList(getenv)
	root := &cobra.Command{
		Use:   "guichet",
		Short: "Answer a town's residents from the documents it publishes",
		Long: `Guichet answers residents' everyday questions from the documents that their
town publishes, with the source of every fact.

A first look:
  guichet serve --demo                          the demo town, on http://localhost:8080
  guichet ingest ./pages --collection site      load a folder of documents
  guichet ask "Quand passe la benne ?"          ask, as a resident would
  guichet doctor                                what is wrong with a set-up, and how to fix it

Settings are environment variables, each with a flag: see 'guichet config'.

Exit codes: 0 done; 1 failed; 2 wrong arguments or settings; 3 ingested, but some
documents failed; 4 another run is writing this collection; 5 no such town,
collection, edition, source, run or agent; 6 an operator is asked before anything is
published.`,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          knownCommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },

		SuggestionsMinimumDistance: 2,
	}
	addFlags(root.PersistentFlags(), list)
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usageError{fmt.Errorf("%w (see '%s --help')", err, c.CommandPath())}
	})
	a := &app{getenv: getenv, list: list}
	root.AddCommand(
		a.serveCommand(),
		a.workCommand(),
		a.ingestCommand(),
		a.sourceCommand(),
		a.runsCommand(),
		a.casesCommand(),
		a.searchCommand(),
		a.askCommand(),
		a.evaluateCommand(),
		a.demoCommand(),
		a.collectionsCommand(),
		a.servicesCommand(),
		a.reembedCommand(),
		a.editionsCommand(),
		a.publishCommand(),
		a.rejectCommand(),
		a.rollbackCommand(),
		a.resumeCommand(),
		a.pruneCommand(),
		a.townCommand(),
		a.approvedCommand(),
		a.statsCommand(),
		a.healthCommand(),
		a.agentCommand(),
		a.configCommand(),
		a.doctorCommand(),
		a.keeperCommand(),
	)
	for _, c := range root.Commands() {
		wrapArgs(c)
		requireFlags(c)
		// The settings' flags would drown each command's own.
		c.SetUsageTemplate(strings.Replace(c.UsageTemplate(),
			"Global Flags:\n{{.InheritedFlags.FlagUsages | trimTrailingWhitespaces}}",
			"Every setting has a flag too: see 'guichet --help'.", 1))
	}
	return root
}

// knownCommand refuses what is no subcommand, and names what may be meant.
func knownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	hint := "see '" + cmd.CommandPath() + " --help'"
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		hint = "did you mean '" + strings.Join(near, "' or '") + "'?"
	}
	return usageError{fmt.Errorf("unknown command %q: %s", args[0], hint)}
}

// group is a command that only holds others.
func group(name, short string) *cobra.Command {
	return &cobra.Command{
		Use:                        name,
		Short:                      short,
		Args:                       knownCommand,
		RunE:                       func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		SuggestionsMinimumDistance: 2,
	}
}

// argumentsGiven says how many arguments there were where they are too many or
// too few.
func argumentsGiven(n int) string {
	switch n {
	case 0:
		return "an argument is missing"
	case 1:
		return "1 argument does not fit this command"
	}
	return fmt.Sprintf("%d arguments do not fit this command (a question stands in quotes)", n)
}

// requireFlags makes a missing or empty required flag a usage error that names
// it; cobra's own complaint comes too late to be told from other failures.
func requireFlags(c *cobra.Command) {
	check := c.Args
	c.Args = func(cmd *cobra.Command, args []string) error {
		if check != nil {
			if err := check(cmd, args); err != nil {
				return err
			}
		}
		var missing []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if f.Annotations[cobra.BashCompOneRequiredFlag] != nil && f.Value.String() == "" {
				missing = append(missing, "--"+f.Name)
			}
		})
		if len(missing) > 0 {
			return usageError{fmt.Errorf("%s is missing (see '%s --help')", strings.Join(missing, " and "), cmd.CommandPath())}
		}
		return nil
	}
	for _, sub := range c.Commands() {
		requireFlags(sub)
	}
}

// wrapArgs makes cobra's complaints about arguments usage errors that tell the
// command's form.
func wrapArgs(c *cobra.Command) {
	if check := c.Args; check != nil {
		c.Args = func(cmd *cobra.Command, args []string) error {
			err := check(cmd, args)
			var usage usageError
			if err == nil || errors.As(err, &usage) {
				return err
			}
			form := strings.TrimSuffix(cmd.UseLine(), " [flags]")
			return usageError{fmt.Errorf("%s; it is: %s (see '%s --help')", argumentsGiven(len(args)), form, cmd.CommandPath())}
		}
	}
	for _, sub := range c.Commands() {
		wrapArgs(sub)
	}
}
