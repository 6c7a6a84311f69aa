package main

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

// shownSetting is a setting as `guichet config --json` prints it.
type shownSetting struct {
	Name  string `json:"name"`
	Flag  string `json:"flag"`
	Value string `json:"value"`
	From  string `json:"from"`
	Help  string `json:"help"`
}

func (a *app) configCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "config",
		Short: "List the settings, their values and where they come from",
		Long: `Lists every setting: its environment variable, its flag, its value and where the
value comes from. A flag wins over the environment. Secrets are never printed and
have no flag of their own: put each into a file, and name that file in the flag or
in the variable with _FILE at its end, such as GUICHET_LLM_KEY_FILE. Mistakes are
told after the list, with exit code 2.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			// What is wrong is told after the list, which shows it in its place.
			s, mistakes := a.settings(cmd)
			shown := showSettings(s)
			if asJSON {
				if err := printJSON(cmd.OutOrStdout(), shown); err != nil {
					return err
				}
				return mistakes
			}
			for _, one := range shown {
				if one.Value == "" {
					one.Value = "(empty)"
				}
				_, _ = fmt.Fprintf(cmd.OutOrStdout(), "%s = %s   (%s; %s)\n    %s\n", one.Name, one.Value, one.From, one.Flag, one.Help)
			}
			return mistakes
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func showSettings(s *settings) []shownSetting {
	var shown []shownSetting
	for _, one := range s.list {
		v := shownSetting{Name: one.env, Flag: "--" + flagName(one.env), Value: s.get(one.env), From: s.origin[one.env], Help: one.help}
		if one.address {
			v.Value = redacted(v.Value)
		}
		if one.secret {
			v.Flag += "-file"
			if v.Value != "" {
				v.Value = "(set, not shown)"
			}
		}
		shown = append(shown, v)
	}
	return shown
}

// printLine prints v as a line of JSON.
func printLine(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}

// printJSON prints v indented, with a final newline, and leaves < > & as they are.
func printJSON(w interface{ Write([]byte) (int, error) }, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}
