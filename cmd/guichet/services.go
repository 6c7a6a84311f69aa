package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"guichet/corpus/opening"
	"guichet/ingest"
	"guichet/internal/english"
)

func (a *app) servicesCommand() *cobra.Command {
	c := group("services", "Set, show and check when a town's services are open")
	c.AddCommand(a.servicesSetCommand(), a.servicesImportCommand(), a.servicesShowCommand(), a.servicesCheckCommand())
	return c
}

// townFlag names the town that a command is about.
func townFlag(c *cobra.Command, town *string) *cobra.Command {
	c.Flags().StringVar(town, "town", "", "slug of the town (default: the default town)")
	return c
}

func (a *app) servicesSetCommand() *cobra.Command {
	var slug string
	return townFlag(&cobra.Command{
		Use:   "set FILE.yaml",
		Short: "Replace a town's services by those of a file ('-': standard input)",
		Long: `The file tells each service's name, contact, weekly hours, exceptions and closures,
and the document that these rest on: docs/hours.md has its form, and 'guichet
services show' prints one. Residents' questions are answered by it at once. Services that published documents of the
national directory describe stay beside them.`,
		Example: "  guichet services show > services.yaml    then edit services.yaml\n  guichet services set services.yaml && guichet services check",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			services, err := readServices(cmd.InOrStdin(), args[0])
			if err != nil {
				return err
			}
			o, err := a.open(cmd)
			if err != nil {
				return err
			}
			defer o.close()
			town, err := o.town(cmd.Context(), slug)
			if err != nil {
				return err
			}
			if err := o.store.PutServices(cmd.Context(), town.ID, services); err != nil {
				return err
			}
			if err := o.store.FollowServices(cmd.Context(), town.ID, ingest.FollowDirectory); err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: %s %s set; 'guichet services check' prints their week.\n", town.Name,
				english.Count(len(services), "service"), english.Be(len(services)))
			return err
		},
	}, &slug)
}

func (a *app) servicesShowCommand() *cobra.Command {
	var slug string
	return townFlag(&cobra.Command{
		Use:   "show",
		Short: "Print a town's services, in the form that 'services set' reads",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			services, err := a.services(cmd, slug)
			if err != nil {
				return err
			}
			b, err := opening.Format(services)
			if err != nil {
				return err
			}
			_, err = cmd.OutOrStdout().Write(b)
			return err
		},
	}, &slug)
}

func (a *app) servicesCheckCommand() *cobra.Command {
	var slug, from string
	c := townFlag(&cobra.Command{
		Use:   "check",
		Short: "Print each service's next seven days, and what is unusual in the next thirty",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			services, err := a.services(cmd, slug)
			if err != nil {
				return err
			}
			var first opening.Date
			if from != "" {
				if err := first.UnmarshalText([]byte(from)); err != nil {
					return usageError{fmt.Errorf("--from: %w", err)}
				}
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 4, 2, ' ', 0)
			if len(services) == 0 {
				_, _ = fmt.Fprintln(w, "No service yet: write a file (docs/hours.md) and load it with 'guichet services set FILE.yaml'.")
			}
			for i := range services {
				day := first
				if day.IsZero() {
					day = opening.DateOf(time.Now().In(services[i].Location()))
				}
				writeService(w, &services[i], day)
			}
			return w.Flush()
		},
	}, &slug)
	c.Flags().StringVar(&from, "from", "", "first day, such as 2026-12-21 (default: today)")
	return c
}

// services are those of the town that is named.
func (a *app) services(cmd *cobra.Command, slug string) ([]opening.Service, error) {
	o, err := a.open(cmd)
	if err != nil {
		return nil, err
	}
	defer o.close()
	town, err := o.town(cmd.Context(), slug)
	if err != nil {
		return nil, err
	}
	return o.store.Services(cmd.Context(), town.ID)
}

func readServices(stdin io.Reader, path string) ([]opening.Service, error) {
	r := stdin
	if path != "-" {
		f, err := os.Open(path) //nolint:gosec // the operator names the file
		if err != nil {
			return nil, usageError{fmt.Errorf("open services file: %w", err)}
		}
		defer func() { _ = f.Close() }()
		r = f
	}
	b, err := io.ReadAll(io.LimitReader(r, opening.MaxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read services file %s: %w", path, err)
	}
	services, err := opening.Parse(b)
	var m *opening.Mistake
	if errors.As(err, &m) {
		return nil, usageError{fmt.Errorf("%s, %w", path, err)}
	}
	return services, err
}

// unusualDays is how far ahead check looks for what is unusual.
const unusualDays = 30

// writeService writes a service's week and what is unusual after it.
func writeService(w io.Writer, s *opening.Service, first opening.Date) {
	_, _ = fmt.Fprintf(w, "%s (%s)\n", s.Name, s.Slug)
	if !s.HasHours() {
		_, _ = fmt.Fprintf(w, "  no hours; contact: %s\n\n", strings.Join([]string{s.Phone, s.Email}, " "))
		return
	}
	for n := range unusualDays {
		day := s.HoursOn(first.Add(n))
		unusual := day.Cause != opening.Weekly
		if n >= 7 && !unusual {
			continue
		}
		hours := opening.FormatRanges(day.Ranges)
		if !day.Known {
			hours = "unknown"
		}
		why := ""
		if unusual {
			why = strings.TrimSpace(string(day.Cause) + " " + day.Name)
		}
		_, _ = fmt.Fprintf(w, "  %s %s\t%s\t%s\n", day.Date.Weekday().String()[:3], day.Date, hours, why)
	}
	_, _ = fmt.Fprintln(w)
}
