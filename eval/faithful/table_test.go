package faithful

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"
)

// row is one line of the table: how many units were written, and how many of
// them went the wrong way.
type row struct {
	name   string
	wrong  string // "shown" or "withheld"
	goal   string
	n      int
	count  int
	skip   []string // not asked: their passage was not offered
	fault  []string
	byKind map[string][2]int // wrong, of
}

func (r *row) add(kind string, wrong bool, fault func() string) {
	r.n++
	if r.byKind == nil {
		r.byKind = map[string][2]int{}
	}
	k := r.byKind[kind]
	k[1]++
	if wrong {
		r.count++
		k[0]++
		r.fault = append(r.fault, fault())
	}
	r.byKind[kind] = k
}

func (r *row) share() float64 { return float64(r.count) / float64(max(r.n, 1)) }

// print writes a line of the table, and its kinds below where there are some.
func (r *row) print(w io.Writer) {
	_, _ = fmt.Fprintf(w, "%-44s %5d  %4d %-8s %5.1f %%  %-10s", r.name, r.n, r.count, r.wrong, 100*r.share(), r.goal)
	if len(r.skip) > 0 {
		_, _ = fmt.Fprintf(w, "  (%d not offered)", len(r.skip))
	}
	_, _ = fmt.Fprintln(w)
	if len(r.byKind) < 2 {
		return
	}
	var names []string
	for name := range r.byKind {
		names = append(names, name)
	}
	slices.Sort(names)
	var parts []string
	for _, name := range names {
		parts = append(parts, fmt.Sprintf("%s %d/%d", name, r.byKind[name][0], r.byKind[name][1]))
	}
	_, _ = fmt.Fprintf(w, "    %s\n", strings.Join(parts, ", "))
}

func (r *row) faults(w io.Writer) {
	if len(r.fault) > 0 {
		_, _ = fmt.Fprintf(w, "\n%s, %s:\n  %s\n", r.name, r.wrong, strings.Join(r.fault, "\n  "))
	}
	if len(r.skip) > 0 {
		_, _ = fmt.Fprintf(w, "\n%s, not offered:\n  %s\n", r.name, strings.Join(r.skip, "\n  "))
	}
}

// atMost fails the test where more than a share went wrong.
func (r *row) atMost(t *testing.T, share float64) {
	t.Helper()
	if r.n == 0 {
		t.Errorf("%s: nothing was asked", r.name)
	}
	if r.share() > share {
		t.Errorf("%s: %d of %d %s (%.1f %%), at most %.1f %% are borne", r.name, r.count, r.n, r.wrong, 100*r.share(), 100*share)
	}
}

// quantile is the nearest-rank quantile, in milliseconds.
func quantile(times []time.Duration, q float64) float64 {
	if len(times) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(times))
	return float64(sorted[min(int(q*float64(len(sorted))), len(sorted)-1)].Microseconds()) / 1000
}
