package ingest

import (
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"guichet/corpus"
	"guichet/internal/english"
)

// Report tells what a run did. Its JSON form is what scripts rely on.
type Report struct {
	Collection  string `json:"collection"`
	Edition     int    `json:"edition"` // that readers see now; in a dry run, too
	Published   bool   `json:"published"`
	DryRun      bool   `json:"dry_run"`
	Interrupted bool   `json:"interrupted"`
	Resumed     bool   `json:"resumed"`
	Rejected    string `json:"rejected,omitempty"` // why nothing was published, or in a dry run would be
	Asks        bool   `json:"asks"`               // Rejected is for an operator to decide: a source lost its documents
	Prepared    int    `json:"prepared"`           // edition that is complete and not published; 0: none
	Waiting     string `json:"waiting,omitempty"`  // why it waits for an operator
	corpus.Counts
	Skipped     int            `json:"skipped"`  // files of kinds that nothing here reads
	Passages    int            `json:"passages"` // in the documents added and changed
	Embedded    int            `json:"embedded"` // passages whose vectors were made
	Seconds     float64        `json:"seconds"`
	PublishedIn float64        `json:"published_seconds"` // until readers saw it; an index of vectors may follow
	Sources     []SourceReport `json:"sources"`
	Failures    []Failure      `json:"failures"`    // by source and key
	Flagged     []Flagged      `json:"flagged"`     // what looked suspicious in documents that were read
	Quarantined int            `json:"quarantined"` // documents kept out for that; they count as failed, too
	Notes       []string       `json:"notes"`
	Review      *corpus.Review `json:"review"` // what the gate saw; null: it had nothing to look at

	notes []corpus.Note // Notes, with their codes
	asks  corpus.Note   // Rejected, where Asks, with its code
}

// SourceReport is what a run did in one source.
type SourceReport struct {
	Kind string `json:"kind"`
	URI  string `json:"uri"`
	Path string `json:"path"` // the part of the source that was read
	corpus.Counts
}

// Failure is a file that could not be read, and why.
type Failure struct {
	Source string `json:"source"`
	Key    string `json:"key"`
	Reason string `json:"reason"`
	Code   string `json:"code,omitempty"` // of a reason that comes up often
}

// Flagged is what looked suspicious in a document.
type Flagged struct {
	Source  string `json:"source"`
	Key     string `json:"key"`
	Kind    string `json:"kind"` // "hidden", "invisible", "instructions"
	Excerpt string `json:"excerpt"`
}

func (r *Report) note(code string, told with, format string, args ...any) {
	r.keep(notef(code, told, format, args...))
}

// keep keeps a note once.
func (r *Report) keep(n corpus.Note) {
	if !slices.Contains(r.Notes, n.Text) {
		r.Notes, r.notes = append(r.Notes, n.Text), append(r.notes, n)
	}
}

func (r *Report) add(s SourceReport) {
	r.Added += s.Added
	r.Changed += s.Changed
	r.Unchanged += s.Unchanged
	r.Retired += s.Retired
	r.Failed += s.Failed
	r.Sources = append(r.Sources, s)
}

// skip counts files that nothing reads and names their kinds.
func (r *Report) skip(keys []string) {
	if len(keys) == 0 {
		return
	}
	kinds := map[string]int{}
	for _, key := range keys {
		kind := strings.ToLower(path.Ext(key))
		if MediaType(key) != "" {
			kind = "links and special files"
		} else if kind == "" {
			kind = "no extension"
		}
		kinds[kind]++
	}
	var parts, extensions []string
	for _, kind := range sortedKeys(kinds) {
		parts = append(parts, fmt.Sprintf("%s %d", kind, kinds[kind]))
		if strings.HasPrefix(kind, ".") {
			extensions = append(extensions, fmt.Sprintf("%s (%d)", kind, kinds[kind]))
		}
	}
	if len(parts) > 10 {
		parts = append(parts[:10], "...")
	}
	if len(extensions) > 10 {
		extensions = append(extensions[:10], "...")
	}
	r.Skipped += len(keys)
	code := noteSkipped
	if len(extensions) == 0 {
		code = noteSkippedOthers
	}
	r.note(code, with{"N": strconv.Itoa(len(keys)), "Kinds": strings.Join(extensions, ", ")}, "files that are not read, by kind: %s", strings.Join(parts, ", "))
	r.noteUnread(keys)
}

// WriteText writes the report for people. Failures come last, since they are
// what is left to do.
func (r Report) WriteText(w io.Writer) error {
	var b strings.Builder
	did := [...]string{"added", "changed", "unchanged", "retired", "failed"}
	if r.DryRun {
		did = [...]string{"to add", "to change", "unchanged", "to retire", "would fail"}
		b.WriteString("Dry run: nothing was written.\n")
	}
	row := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "  %-10s %s\n", name, fmt.Sprintf(format, args...))
	}
	fmt.Fprintf(&b, "Collection %s\n", r.Collection)
	documents := fmt.Sprintf("%d %s, %d %s, %d %s, %d %s, %d %s",
		r.Added, did[0], r.Changed, did[1], r.Unchanged, did[2], r.Retired, did[3], r.Failed, did[4])
	if r.Skipped > 0 {
		documents += fmt.Sprintf(", %d skipped", r.Skipped)
	}
	row("documents", "%s", documents)
	row("passages", "%d read, %d embedded", r.Passages, r.Embedded)
	took := time.Duration(r.Seconds * float64(time.Second)).Round(10 * time.Millisecond).String()
	if r.Passages > 0 && r.Seconds > 0 {
		took += fmt.Sprintf(" (%.0f passages/s)", float64(r.Passages)/r.Seconds)
	}
	if r.Published && r.Seconds-r.PublishedIn >= 1 {
		took += fmt.Sprintf(", published after %.0f s, then indexed", r.PublishedIn)
	}
	row("time", "%s", took)
	published := "none is published"
	if r.Edition > 0 {
		published = fmt.Sprintf("%d is published", r.Edition)
	}
	if r.Prepared > 0 {
		published = fmt.Sprintf("%d is prepared, %s", r.Prepared, published)
	}
	row("edition", "%s", published)
	r.writeReview(row)
	for _, note := range r.Notes {
		fmt.Fprintf(&b, "Note: %s.\n", strings.TrimSuffix(note, "."))
	}
	for _, f := range r.Flagged {
		fmt.Fprintf(&b, "Flagged: %s: %s: %q\n", f.Key, f.Kind, f.Excerpt)
	}
	if r.Quarantined > 0 {
		fmt.Fprintf(&b, "Quarantined: %s, named below.\n", english.Count(r.Quarantined, "document"))
	}
	for _, f := range r.Failures {
		fmt.Fprintf(&b, "Failed: %s: %s\n", f.Key, f.Reason)
	}
	switch {
	case r.DryRun && r.Rejected != "":
		fmt.Fprintf(&b, "Would not be published: %s.\n", r.Rejected)
	case r.DryRun:
	case r.Interrupted:
		b.WriteString("Interrupted: readers still see what they saw before. The same command goes on from here.\n")
	case r.Rejected != "":
		fmt.Fprintf(&b, "Not published, readers see what they saw before: %s.\n", strings.TrimSuffix(r.Rejected, "."))
	case r.Waiting != "":
		fmt.Fprintf(&b, "Edition %d waits for you, readers see what they saw before: %s.\n", r.Prepared, strings.TrimSuffix(r.Waiting, "."))
	case r.Prepared > 0:
		fmt.Fprintf(&b, "Edition %d is prepared and not published, as was asked (never): it waits until the next run replaces it.\n", r.Prepared)
	case r.Published:
		fmt.Fprintf(&b, "Published as edition %d.\n", r.Edition)
	case r.Edition > 0:
		fmt.Fprintf(&b, "Nothing changed: edition %d stays published.\n", r.Edition)
	default:
		b.WriteString("Nothing was published.\n")
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// writeReview adds what the gate saw to the table.
func (r Report) writeReview(row func(name, format string, args ...any)) {
	if r.Review == nil {
		return
	}
	if v := r.Review; v.Cases > 0 || v.Skipped > 0 {
		text := fmt.Sprintf("%s asked, %d better, %d worse", english.Count(v.Cases, "case"), len(v.Better), len(v.Worse))
		if v.Skipped > 0 {
			text += fmt.Sprintf(", %d left out for lack of time", v.Skipped)
		}
		row("answers", "%s", text)
	}
	for _, c := range r.Review.Worse {
		row("worse", "%s (%s)", c.Question, c.Why)
	}
	for _, c := range r.Review.Better {
		row("better", "%s", c.Question)
	}
}
