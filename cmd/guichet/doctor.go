package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"guichet/corpus"
	"guichet/ingest"
	"guichet/internal/english"
	"guichet/internal/llm"
)

// A finding is what the doctor says of one part of a set-up.
type finding struct {
	Part   string `json:"part"`
	State  string `json:"state"` // ok, warning, wrong
	Says   string `json:"says"`
	Remedy string `json:"remedy,omitempty"`
}

func ok(part, says string) finding { return finding{Part: part, State: "ok", Says: says} }

func warning(part, says, remedy string) finding {
	return finding{Part: part, State: "warning", Says: says, Remedy: remedy}
}

func wrong(part, says, remedy string) finding {
	return finding{Part: part, State: "wrong", Says: says, Remedy: remedy}
}

func (a *app) doctorCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Say what is wrong with a set-up, and how to fix it",
		Long: `Looks at the settings, the tools, the database, what is loaded, the embedder, the
sources of all towns and the model, and says of each whether it works and what to do where it does not.
Exit code 1 when something is wrong; warnings alone are 0.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			findings := a.examine(cmd)
			if asJSON {
				if err := printJSON(cmd.OutOrStdout(), findings); err != nil {
					return err
				}
			} else {
				printFindings(cmd.OutOrStdout(), findings)
			}
			for _, f := range findings {
				if f.State == "wrong" {
					return exitError(exitFailed)
				}
			}
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func printFindings(w io.Writer, findings []finding) {
	marks := map[string]string{"ok": "ok     ", "warning": "warning", "wrong": "WRONG  "}
	for _, f := range findings {
		_, _ = fmt.Fprintf(w, "%s  %-12s %s\n", marks[f.State], f.Part, f.Says)
		if f.Remedy != "" {
			_, _ = fmt.Fprintf(w, "%21s -> %s\n", "", f.Remedy)
		}
	}
}

// examine looks at each part in the order in which they stand on one another,
// and stops where what follows could not be judged.
func (a *app) examine(cmd *cobra.Command) []finding {
	s, err := a.settings(cmd)
	if err != nil {
		return []finding{wrong("settings", err.Error(), "correct it; 'guichet --help' lists the settings")}
	}
	findings := []finding{ok("settings", "no mistake was found")}
	findings = append(findings, examineTools(cmd.Context(), s)...)
	if s.get("GUICHET_DATABASE_URL") == "" {
		findings = append(findings, examineRoom(s.get("GUICHET_DATA_DIR")))
	}
	o, err := a.open(cmd)
	if err != nil {
		part, remedy := "database", "fix what the message says; 'make setup' installs Postgres and pgvector"
		if s.get("GUICHET_EMBEDDER") == "openai" && errors.Is(err, errEmbedder) {
			part, remedy = "embedder", "start the server at GUICHET_EMBEDDER_URL, or set GUICHET_EMBEDDER=builtin"
		}
		if errors.Is(err, errThesaurus) {
			part, remedy = "thesaurus", "correct the line that is named, or leave GUICHET_THESAURUS empty"
		}
		return append(findings, wrong(part, err.Error(), remedy))
	}
	defer o.close()
	findings = append(findings, examineThesaurus(s.get("GUICHET_THESAURUS")))
	findings = append(findings, o.examineDatabase(cmd.Context()))
	findings = append(findings, o.examineTown(cmd.Context())...)
	findings = append(findings, o.examineSources(cmd.Context())...)
	findings = append(findings, o.examineModel(cmd.Context()), examineServer(cmd.Context(), s))
	return findings
}

// examineTools looks at the programs that read PDF files, and at how the
// kernel lets them be held: what reads hostile files should reach no network.
func examineTools(ctx context.Context, s *settings) []finding {
	tools := ingest.Tools(ctx)
	if tools.PDF == "" {
		return []finding{warning("pdf", "pdftotext is not installed: PDF files cannot be read", "apt install poppler-utils")}
	}
	findings := []finding{ok("pdf", tools.PDF)}
	language := s.get("GUICHET_OCR_LANGUAGE")
	switch {
	case s.get("GUICHET_OCR") == "never":
		findings = append(findings, ok("ocr", "GUICHET_OCR is never: scanned PDF files are named and not read"))
	case tools.OCR == "":
		findings = append(findings, ok("ocr", "tesseract is not installed: scanned PDF files are named and not read (apt install tesseract-ocr tesseract-ocr-fra)"))
	default:
		findings = append(findings, ok("ocr", tools.OCR+", languages: "+strings.Join(tools.Languages, ", ")))
		for one := range strings.SplitSeq(language, "+") {
			if !slices.Contains(tools.Languages, one) {
				findings[len(findings)-1] = warning("ocr", "tesseract has no data for the language "+one+": scanned PDF files cannot be read",
					"apt install tesseract-ocr-"+one+", or set GUICHET_OCR_LANGUAGE")
			}
		}
	}
	switch {
	case !tools.Limited:
		findings = append(findings, warning("isolation", "the kernel sets no memory limits for the programs that read PDF files", "run on Linux, or load only files that you trust"))
	case !tools.Offline:
		findings = append(findings, warning("isolation", "the programs that read PDF files run with network: the kernel allows no network namespace",
			"allow user namespaces (kernel.unprivileged_userns_clone=1), or load only files that you trust"))
	case !tools.Unprivileged:
		findings = append(findings, warning("isolation", "the programs that read PDF files run as root", "run guichet as an ordinary user"))
	default:
		findings = append(findings, ok("isolation", "the programs that read PDF files run without network, with memory and time limits"))
	}
	return findings
}

// examineThesaurus tells how many entries of the town's own are read: the
// file was found to be right when the session was opened.
func examineThesaurus(path string) finding {
	words, err := openThesaurus(path)
	if err != nil {
		return wrong("thesaurus", err.Error(), "correct the line that is named, or leave GUICHET_THESAURUS empty")
	}
	says := english.Count(len(words.Entries()), "entry", "entries")
	if path != "" {
		says += ", those of " + path + " first"
	}
	return ok("thesaurus", says)
}

// examineRoom tells how much disk is left where the database stands.
func examineRoom(dir string) finding {
	for at := dir; ; at = filepath.Dir(at) {
		if _, err := os.Stat(at); err != nil && at != filepath.Dir(at) {
			continue
		}
		var st unix.Statfs_t
		if err := unix.Statfs(at, &st); err != nil {
			return warning("disk", fmt.Sprintf("%s: %v", at, err), "see that the data folder can be read")
		}
		free := st.Bavail * uint64(st.Bsize) >> 20 //nolint:gosec // a block size is positive
		says := fmt.Sprintf("%s has %d MB free", dir, free)
		if free < 500 {
			return wrong("disk", says, "make room, or set GUICHET_DATA_DIR to a larger disk")
		}
		return ok("disk", says)
	}
}

func (o *session) examineDatabase(ctx context.Context) finding {
	var server, extension string
	err := o.db.Pool.QueryRow(ctx, `
		SELECT
		    current_setting('server_version'),
		    extversion
		FROM pg_extension
		WHERE extname = 'vector'`).Scan(&server, &extension)
	if err != nil {
		return wrong("database", err.Error(), "see the database's own log")
	}
	return ok("database", fmt.Sprintf("Postgres %s, pgvector %s", server, extension))
}

func (o *session) examineTown(ctx context.Context) []finding {
	town, err := o.store.DefaultTown(ctx)
	if err != nil {
		return []finding{wrong("town", err.Error(), "set one with 'guichet town set FILE.json'")}
	}
	findings := []finding{ok("town", town.Name)}
	if c := town.Contact; c.Phone == "" && c.Email == "" && c.URL == "" {
		findings[0] = warning("town", town.Name+" has no contact to give a resident when there is no answer",
			"'guichet town show > town.json', fill in contact, 'guichet town set town.json'")
	}
	findings = append(findings, o.examineServices(ctx, town))
	scope, err := o.store.Scope(ctx, town.ID)
	switch {
	case err != nil:
		findings = append(findings, wrong("documents", err.Error(), "see the database's own log"))
	case len(scope.Members) == 0:
		findings = append(findings, warning("documents", "nothing is published: every question ends without an answer",
			"guichet ingest PATH --collection NAME"))
	default:
		findings = append(findings, ok("documents", fmt.Sprintf("collections published: %d", len(scope.Members))))
	}
	if err := o.store.CheckSpace(ctx, scope, o.embedder.Space()); err != nil {
		return append(findings, wrong("embedder", err.Error(), "'guichet reembed', or set GUICHET_EMBEDDER as it was"))
	}
	space := o.embedder.Space()
	return append(findings, ok("embedder", fmt.Sprintf("%s, version %s, %d dimensions", space.Embedder, space.Version, space.Dimensions)))
}

// examineServices tells whether opening hours can be computed.
func (o *session) examineServices(ctx context.Context, town corpus.Town) finding {
	services, err := o.store.Services(ctx, town.ID)
	switch {
	case err != nil:
		return wrong("services", err.Error(), "see the database's own log")
	case len(services) == 0:
		return warning("services", "none is set: opening hours are quoted from documents, not computed",
			"write services.yaml (docs/hours.md) and run 'guichet services set services.yaml'")
	}
	return ok("services", fmt.Sprintf("%d, whose hours and contacts are computed", len(services)))
}

// modelWait is how long doctor waits for a word: a server that loads its model
// at the first question takes longer than residents would wait.
const modelWait = 2 * time.Minute

// examineModel asks the model for a word.
func (o *session) examineModel(ctx context.Context) finding {
	model, err := o.newModel(modelWait)
	if err != nil {
		return wrong("model", err.Error(), "check GUICHET_LLM_URL, GUICHET_LLM_MODEL and the key")
	}
	if model == nil {
		return ok("model", "none is set: answers quote the documents word for word")
	}
	ctx, cancel := context.WithTimeout(ctx, modelWait)
	defer cancel()
	prompt := []llm.Message{{Role: "user", Text: "Répondez par le seul mot : oui"}}
	if _, err := model.Stream(ctx, prompt, func(string) error { return nil }); err != nil {
		return wrong("model", err.Error(),
			"check that the server at GUICHET_LLM_URL is up and has GUICHET_LLM_MODEL; until then answers are quoted")
	}
	return ok("model", model.Name()+" answers")
}

// examineServer asks the address whether a server is up; that none is, is no fault.
func examineServer(ctx context.Context, s *settings) finding {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	url := "http://" + s.get("GUICHET_ADDR") + "/healthz"
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return wrong("server", err.Error(), "correct GUICHET_ADDR: host:port")
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return ok("server", "none is running at "+s.get("GUICHET_ADDR"))
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return wrong("server", fmt.Sprintf("%s answers %s", url, resp.Status), "read the server's log")
	}
	return ok("server", "up at "+s.get("GUICHET_ADDR"))
}
