package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"guichet/corpus"
	"guichet/internal/jobs"
)

// townFile is a town's settings as they stand in a file.
type townFile struct {
	Slug        string         `json:"slug"`
	Name        string         `json:"name"`
	Default     bool           `json:"default,omitempty"`
	Origins     []string       `json:"origins"`
	Contact     corpus.Contact `json:"contact"`
	Color       string         `json:"color"`
	Languages   []string       `json:"languages"`
	Suggestions []string       `json:"suggestions"`
	TimeZone    string         `json:"time_zone"`
}

func (a *app) townCommand() *cobra.Command {
	c := group("town", "List, show, set and delete towns")
	c.AddCommand(a.townListCommand(), a.townShowCommand(), a.townSetCommand(), a.townDeleteCommand())
	return c
}

func (a *app) townListCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the towns",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o, err := a.open(cmd)
			if err != nil {
				return err
			}
			defer o.close()
			towns, err := o.store.Towns(cmd.Context(), 1000)
			if err != nil {
				return err
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 4, 2, ' ', 0)
			for _, t := range towns {
				mark := ""
				if t.Default {
					mark = "(default)"
				}
				_, _ = fmt.Fprintf(w, "%s\t%s\t%s\n", t.Slug, t.Name, mark)
			}
			return w.Flush()
		},
	}
}

func (a *app) townShowCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "show [SLUG]",
		Short:   "Print a town's settings, in the form that 'town set' reads",
		Example: "  guichet town show > town.json",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o, err := a.open(cmd)
			if err != nil {
				return err
			}
			defer o.close()
			slug := ""
			if len(args) > 0 {
				slug = args[0]
			}
			t, err := o.town(cmd.Context(), slug)
			if err != nil {
				return err
			}
			return printJSON(cmd.OutOrStdout(), townFile{
				Slug: t.Slug, Name: t.Name, Default: t.Default, Origins: t.Origins, Contact: t.Contact,
				Color: t.Color, Languages: t.Languages, Suggestions: t.Suggestions, TimeZone: t.TimeZone,
			})
		},
	}
}

func (a *app) townSetCommand() *cobra.Command {
	var zone string
	c := &cobra.Command{
		Use:   "set FILE.json",
		Short: "Create a town, or replace its settings, from a file ('-': standard input)",
		Long: `The file holds slug, name, default, origins (web origins the chat may be opened
from, such as https://www.ville.fr, without a path), contact (name, phone, email, url, address,
hours), color (#rrggbb), languages, suggestions (questions that residents are
offered) and time_zone (by which schedules run and commands print; Europe/Paris where
it is left out). 'guichet town show' prints one. What the file leaves out is emptied.`,
		Example: `  guichet town show > town.json    then edit town.json
  guichet town set town.json
  guichet town show | guichet town set - --time-zone Indian/Reunion`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			t, err := readTown(cmd.InOrStdin(), args[0], zone)
			if err != nil {
				return err
			}
			o, err := a.open(cmd)
			if err != nil {
				return err
			}
			defer o.close()
			t, err = o.store.PutTown(cmd.Context(), t)
			if err != nil {
				return err
			}
			if err := o.reschedule(cmd.Context(), t); err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s (%s) is set.\n", t.Name, t.Slug)
			return err
		},
	}
	c.Flags().StringVar(&zone, "time-zone", "", "the town's time zone, such as Indian/Reunion, whatever the file says")
	return c
}

// reschedule lets the schedules of the town's own sources fall due by the clock
// of its time zone, which may have changed. What is due already stays so.
func (o *session) reschedule(ctx context.Context, t corpus.Town) error {
	collections, err := o.store.Collections(ctx, t.ID)
	if err != nil {
		return err
	}
	for _, c := range collections {
		if c.TownID != t.ID {
			continue
		}
		sources, err := o.store.SourceDefinitions(ctx, c.ID)
		if err != nil {
			return err
		}
		for _, src := range sources {
			now := time.Now()
			if src.Next.IsZero() || src.Next.Before(now) {
				continue
			}
			if src.Next, err = jobs.Next(src.Schedule, t.TimeZone, now); err != nil {
				return fmt.Errorf("source %d: %w", src.ID, err)
			}
			if _, err := o.store.DeclareSource(ctx, src); err != nil {
				return err
			}
		}
	}
	return nil
}

var (
	townSlug  = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	townColor = regexp.MustCompile(`^#[0-9a-f]{6}$`)
)

// check finds what the database would refuse, and says what it must be.
func (t townFile) check() error {
	switch {
	case !townSlug.MatchString(t.Slug):
		return fmt.Errorf("slug is %q: it must be small letters, digits and single hyphens, such as saint-aubin", t.Slug)
	case t.Name == "":
		return errors.New("name is empty: give the town's name")
	case t.Color != "" && !townColor.MatchString(t.Color):
		return fmt.Errorf("color is %q: it must be #rrggbb in small letters, such as #0b5563", t.Color)
	}
	if _, err := time.LoadLocation(t.TimeZone); err != nil || t.TimeZone == "Local" {
		return fmt.Errorf("time_zone is %q: it must be a name such as Europe/Paris or Indian/Reunion", t.TimeZone)
	}
	for _, origin := range t.Origins {
		if err := checkOrigin(origin); err != nil {
			return err
		}
	}
	return nil
}

var originHost = regexp.MustCompile(`^([a-z0-9-]+(\.[a-z0-9-]+)*|\[[0-9a-f:.]+\])(:[0-9]{1,5})?$`)

// checkOrigin refuses what a browser would never send as a page's origin: it
// would stand in the settings and let nobody in.
func checkOrigin(origin string) error {
	const form = "it must be https://host or https://host:port (or http), without a path, a wildcard or capitals, such as https://www.ville.fr"
	u, err := url.Parse(origin)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Scheme+"://"+u.Host != origin || !originHost.MatchString(u.Host) {
		return fmt.Errorf("origin %q: %s", origin, form)
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
			return fmt.Errorf("origin %q: %s", origin, form)
		}
	}
	return nil
}

// readTown reads a town file; a zone that is given stands for the file's.
func readTown(stdin io.Reader, path, zone string) (corpus.Town, error) {
	r := stdin
	if path != "-" {
		f, err := os.Open(path) //nolint:gosec // the operator names the file
		if err != nil {
			return corpus.Town{}, usageError{fmt.Errorf("open town file: %w", err)}
		}
		defer func() { _ = f.Close() }()
		r = f
	}
	var t townFile
	dec := json.NewDecoder(r)
	dec.DisallowUnknownFields()
	if err := dec.Decode(&t); err != nil {
		return corpus.Town{}, usageError{fmt.Errorf("%s is no town file: %w", path, err)}
	}
	t.TimeZone = cmp.Or(zone, t.TimeZone)
	if err := t.check(); err != nil {
		return corpus.Town{}, usageError{fmt.Errorf("%s: %w", path, err)}
	}
	return corpus.Town{
		Slug: t.Slug, Name: t.Name, Default: t.Default, Origins: t.Origins, Contact: t.Contact,
		Color: t.Color, Languages: t.Languages, Suggestions: t.Suggestions, TimeZone: t.TimeZone,
	}, nil
}

func (a *app) townDeleteCommand() *cobra.Command {
	var yes bool
	c := &cobra.Command{
		Use:   "delete SLUG",
		Short: "Delete a town and all that is its own: collections, conversations, agents",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !yes {
				return usageError{fmt.Errorf("deleting %s removes its documents, conversations and agents for good: add --yes", args[0])}
			}
			o, err := a.open(cmd)
			if err != nil {
				return err
			}
			defer o.close()
			err = o.store.DeleteTown(cmd.Context(), args[0])
			switch {
			case errors.Is(err, corpus.ErrDefaultTown):
				return usageError{fmt.Errorf("%w: make another the default first ('guichet town set' a file with \"default\": true)", err)}
			case errors.Is(err, corpus.ErrNotFound):
				return unknownTown(args[0])
			case err != nil:
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s is deleted.\n", args[0])
			return err
		},
	}
	c.Flags().BoolVar(&yes, "yes", false, "do it")
	return c
}
