package main

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"guichet/internal/analysis"
)

// A setting is an environment variable and a flag; the flag wins. A secret has
// no flag for its value, since arguments can be read by other users of the
// machine: it comes from the environment, or from the file that NAME_FILE (or
// its flag) names.
type setting struct {
	env      string
	fallback string
	help     string
	secret   bool
	address  bool // of a server: it may hold a user and a password, which are not printed
}

// settingList is every setting there is, in the order in which they are told.
func settingList(getenv func(string) string) []setting {
	return []setting{
		{env: "GUICHET_DATA_DIR", fallback: defaultDataDir(getenv), help: "folder of Guichet's own database"},
		{env: "GUICHET_DATABASE_URL", secret: true, help: "an existing Postgres (15 to 17, pgvector 0.8 or later); empty: a database of its own in the data folder"},
		{env: "GUICHET_DATABASE_CONNECTIONS", fallback: "16", help: "how many connections to the database are opened at most"},
		{env: "GUICHET_ADDR", fallback: "localhost:8080", help: "host:port to serve on"},
		{env: "GUICHET_TRUST_PROXY", fallback: "false", help: "true behind a reverse proxy that sets X-Forwarded-Proto and X-Forwarded-Host"},
		{env: "GUICHET_LLM_URL", address: true, help: "OpenAI-compatible server of the language model, such as http://localhost:11434/v1; empty: no model, the documents are quoted word for word"},
		{env: "GUICHET_LLM_MODEL", help: "name of the language model on that server"},
		{env: "GUICHET_LLM_KEY", secret: true, help: "key of the language model's server, if it asks for one"},
		{env: "GUICHET_LLM_FIRST_TOKEN", fallback: "8s", help: "how long the model may take to begin its answer, all attempts together; then the documents are quoted"},
		{env: "GUICHET_LLM_IDLE", help: "how long the model may pause within its answer; empty: 5s, or GUICHET_LLM_FIRST_TOKEN where that is less"},
		{env: "GUICHET_EMBEDDER", fallback: "builtin", help: "what makes vectors of texts: builtin, or openai (any OpenAI-compatible embeddings server)"},
		{env: "GUICHET_EMBEDDER_URL", address: true, help: "address of the embeddings server, for openai"},
		{env: "GUICHET_EMBEDDER_MODEL", help: "name of the embedding model, for openai"},
		{env: "GUICHET_EMBEDDER_KEY", secret: true, help: "key of the embeddings server, if it asks for one"},
		{env: "GUICHET_EMBEDDER_DIMENSIONS", fallback: "0", help: "dimensions of the embedding model's vectors; 0: ask the server at start"},
		{env: "GUICHET_EMBEDDER_QUERY_PREFIX", help: "text put before each question; empty: the model's usual one, where Guichet knows it; none: no text"},
		{env: "GUICHET_EMBEDDER_PASSAGE_PREFIX", help: "text put before each passage; empty: the model's usual one, where Guichet knows it; none: no text"},
		{env: "GUICHET_THESAURUS", help: "file of residents' words and the administration's, put before those that come with Guichet; empty: these alone"},
		{env: "GUICHET_OCR", fallback: "auto", help: "auto: scanned PDF pages are read by tesseract where it is installed; never: they are not"},
		{env: "GUICHET_OCR_LANGUAGE", fallback: "fra", help: "language of scanned pages, as tesseract names it, such as fra or fra+eng"},
		{env: "GUICHET_JOBS", fallback: "on", help: "on: 'guichet serve' runs sources by their schedules; off: it leaves that to 'guichet work' on other machines"},
		{env: "GUICHET_LOG_LEVEL", fallback: "info", help: "least level that is logged: debug, info, warn or error"},
	}
}

// defaultDataDir is a place that outlives the checkout. The system's folder
// serves root, because the database's unprivileged user must reach it.
func defaultDataDir(getenv func(string) string) string {
	if os.Geteuid() == 0 {
		return "/var/lib/guichet"
	}
	if dir := getenv("XDG_DATA_HOME"); dir != "" {
		return filepath.Join(dir, "guichet")
	}
	if home := getenv("HOME"); home != "" {
		return filepath.Join(home, ".local", "share", "guichet")
	}
	return "guichet-data"
}

// ocrLanguage matches the names of languages that tesseract is called with.
var ocrLanguage = regexp.MustCompile(`^[a-zA-Z_]+(\+[a-zA-Z_]+)*$`)

// flagName turns GUICHET_LLM_URL into llm-url.
func flagName(env string) string {
	return strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(env, "GUICHET_")), "_", "-")
}

// settings holds what each setting is and where it came from.
type settings struct {
	list   []setting
	values map[string]string
	origin map[string]string // "default", "environment", "flag", "file", "mistake"
}

// addFlags declares a flag for every setting.
func addFlags(flags *pflag.FlagSet, list []setting) {
	for _, s := range list {
		if s.secret {
			flags.String(flagName(s.env)+"-file", "", "file that holds "+s.env+": "+s.help)
			continue
		}
		help := fmt.Sprintf("%s [%s]", s.help, s.env)
		if s.fallback != "" {
			help += fmt.Sprintf(" (default %s)", s.fallback)
		}
		flags.String(flagName(s.env), "", help)
	}
}

// readSettings resolves every setting: flag, then environment, then the file
// that NAME_FILE names, then the default. The settings are returned beside an
// error about them too, so that they can be listed.
func readSettings(flags *pflag.FlagSet, getenv func(string) string, list []setting) (*settings, error) {
	s := &settings{list: list, values: map[string]string{}, origin: map[string]string{}}
	var errs []error
	for _, one := range list {
		value, origin, err := resolve(one, flags, getenv)
		if err != nil {
			errs, origin = append(errs, err), "mistake"
		}
		s.values[one.env], s.origin[one.env] = value, origin
	}
	if err := errors.Join(append(errs, s.validate()...)...); err != nil {
		return s, usageError{err}
	}
	return s, nil
}

func resolve(one setting, flags *pflag.FlagSet, getenv func(string) string) (value, origin string, err error) {
	if !one.secret {
		if f := flags.Lookup(flagName(one.env)); f != nil && f.Changed {
			return f.Value.String(), "flag", nil
		}
		if v := getenv(one.env); v != "" {
			return v, "environment", nil
		}
		return one.fallback, "default", nil
	}
	path := getenv(one.env + "_FILE")
	if f := flags.Lookup(flagName(one.env) + "-file"); f != nil && f.Changed {
		path = f.Value.String()
	} else if v := getenv(one.env); v != "" {
		if path != "" {
			return "", "", fmt.Errorf("%s and %s_FILE are both set: keep one", one.env, one.env)
		}
		return v, "environment", nil
	}
	if path == "" {
		return "", "default", nil
	}
	b, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if err != nil {
		return "", "", fmt.Errorf("read %s from its file: %w", one.env, err)
	}
	return strings.TrimSpace(string(b)), "file", nil
}

func (s *settings) get(env string) string { return s.values[env] }

// validate finds mistakes before anything is opened, and names the mend.
func (s *settings) validate() []error {
	var errs []error
	wrong := func(env, want string) {
		errs = append(errs, fmt.Errorf("%s is %q: it must be %s", env, s.get(env), want))
	}
	if at := s.get("GUICHET_DATABASE_URL"); strings.Contains(at, "://") && !strings.HasPrefix(at, "postgres://") && !strings.HasPrefix(at, "postgresql://") {
		scheme, _, _ := strings.Cut(at, "://")
		errs = append(errs, fmt.Errorf("GUICHET_DATABASE_URL begins with %s://: it must be the address of a Postgres, postgres://user@host/database", scheme))
	}
	if n, err := strconv.Atoi(s.get("GUICHET_DATABASE_CONNECTIONS")); err != nil || n < 2 || n > 1000 {
		wrong("GUICHET_DATABASE_CONNECTIONS", "a number from 2 to 1000")
	}
	if n, err := strconv.Atoi(s.get("GUICHET_EMBEDDER_DIMENSIONS")); err != nil || n < 0 || n > 4000 {
		wrong("GUICHET_EMBEDDER_DIMENSIONS", "a number from 0 to 4000")
	}
	if d, err := time.ParseDuration(s.get("GUICHET_LLM_FIRST_TOKEN")); err != nil || d <= 0 {
		wrong("GUICHET_LLM_FIRST_TOKEN", "a duration such as 8s")
	}
	if d, err := time.ParseDuration(s.get("GUICHET_LLM_IDLE")); s.get("GUICHET_LLM_IDLE") != "" && (err != nil || d <= 0) {
		wrong("GUICHET_LLM_IDLE", "a duration such as 5s")
	}
	if _, err := strconv.ParseBool(s.get("GUICHET_TRUST_PROXY")); err != nil {
		wrong("GUICHET_TRUST_PROXY", "true or false")
	}
	if ocr := s.get("GUICHET_OCR"); ocr != "auto" && ocr != "never" {
		wrong("GUICHET_OCR", "auto or never")
	}
	if !ocrLanguage.MatchString(s.get("GUICHET_OCR_LANGUAGE")) {
		wrong("GUICHET_OCR_LANGUAGE", "names of languages such as fra or fra+eng")
	}
	if jobs := s.get("GUICHET_JOBS"); jobs != "on" && jobs != "off" {
		wrong("GUICHET_JOBS", "on or off")
	}
	if _, err := logLevel(s.get("GUICHET_LOG_LEVEL")); err != nil {
		wrong("GUICHET_LOG_LEVEL", "debug, info, warn or error")
	}
	if _, port, err := net.SplitHostPort(s.get("GUICHET_ADDR")); err != nil || port == "" {
		wrong("GUICHET_ADDR", "host:port, such as localhost:8080")
	}
	switch s.get("GUICHET_EMBEDDER") {
	case "builtin":
	case "openai":
		if s.get("GUICHET_EMBEDDER_URL") == "" || s.get("GUICHET_EMBEDDER_MODEL") == "" {
			errs = append(errs, errors.New("GUICHET_EMBEDDER is openai: set GUICHET_EMBEDDER_URL and GUICHET_EMBEDDER_MODEL too"))
		}
	default:
		wrong("GUICHET_EMBEDDER", "builtin or openai")
	}
	if (s.get("GUICHET_LLM_URL") == "") != (s.get("GUICHET_LLM_MODEL") == "") {
		errs = append(errs, errors.New("GUICHET_LLM_URL and GUICHET_LLM_MODEL go together: set both, or neither for quoting mode"))
	}
	return errs
}

// unknownSettings names the variables that look like settings and are none, each
// with the setting that may be meant. Their values are not told.
func unknownSettings(environ []string, list []setting) []string {
	var known []string
	for _, one := range list {
		known = append(known, one.env)
		if one.secret {
			known = append(known, one.env+"_FILE")
		}
	}
	var told []string
	for _, one := range environ {
		name, _, _ := strings.Cut(one, "=")
		if !strings.HasPrefix(name, "GUICHET_") || slices.Contains(known, name) {
			continue
		}
		nearest := slices.MinFunc(known, func(a, b string) int {
			return analysis.EditDistance([]rune(a), []rune(name)) - analysis.EditDistance([]rune(b), []rune(name))
		})
		told = append(told, fmt.Sprintf("%s is no setting and changes nothing: is %s meant? ('guichet config' lists them)", name, nearest))
	}
	slices.Sort(told)
	return told
}

// redacted is an address without the user and password that it may hold.
func redacted(address string) string {
	at := strings.LastIndex(address, "@")
	if at < 0 {
		return address
	}
	// Where an odd character in a password keeps the address from being read as
	// one, all that stands before the @ goes.
	u, err := url.Parse(address)
	if err != nil || u.User == nil {
		return "xxxxx" + address[at:]
	}
	u.User = url.User("xxxxx")
	return u.String()
}

// number returns a setting that validate found to be a whole number.
func (s *settings) number(env string) int {
	n, _ := strconv.Atoi(s.get(env))
	return n
}

// duration returns a setting that validate found to be a duration.
func (s *settings) duration(env string) time.Duration {
	d, _ := time.ParseDuration(s.get(env))
	return d
}

// isTrue returns a setting that validate found to be a truth value.
func (s *settings) isTrue(env string) bool {
	b, _ := strconv.ParseBool(s.get(env))
	return b
}
