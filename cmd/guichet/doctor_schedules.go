package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"guichet/corpus"
	"guichet/internal/jobs"
)

// overdue is how long after its time a source is told of that nobody has taken.
const overdue = 5 * time.Minute

// examineSchedules warns where sources have a schedule and no program is there to
// run them: one that was not run when it was due, or never yet. A source that an
// operator has run since, and that is not due, is not told of.
func (o *session) examineSchedules(ctx context.Context, collections []ownedCollection, now time.Time) ([]finding, error) {
	working, err := jobs.Working(ctx, o.db.Pool)
	if err != nil || working {
		return nil, err
	}
	var waiting []waitingSource
	for _, c := range collections {
		sources, err := o.store.SourceDefinitions(ctx, c.ID)
		if err != nil {
			return nil, err
		}
		runs, err := o.store.LastRuns(ctx, c.ID)
		if err != nil {
			return nil, err
		}
		ran := map[int64]bool{}
		for _, r := range runs {
			ran[r.SourceID] = true
		}
		for _, s := range sources {
			if why := waits(s, ran[s.ID], now); why != "" {
				waiting = append(waiting, waitingSource{s, why})
			}
		}
	}
	if len(waiting) == 0 {
		return nil, nil
	}
	longest := slices.MinFunc(waiting, func(a, b waitingSource) int {
		return cmp.Or(a.Next.Compare(b.Next), cmp.Compare(a.ID, b.ID))
	})
	says := fmt.Sprintf("neither 'guichet serve' nor 'guichet work' is running, and nothing else runs a schedule: %s, source %d (%s) %s",
		longest.Collection.Name, longest.ID, longest.URI, longest.why)
	switch more := len(waiting) - 1; {
	case more == 1:
		says += "; 1 other source waits too"
	case more > 1:
		says += fmt.Sprintf("; %d other sources wait too", more)
	}
	return []finding{warning("", says, fmt.Sprintf(
		"start 'guichet serve', or 'guichet work' where the server has GUICHET_JOBS=off; to run it once: guichet ingest --source %d", longest.ID))}, nil
}

// waitingSource is a source that waits for a program to run it, and why.
type waitingSource struct {
	corpus.Source
	why string
}

// waits tells what a source waits for while nobody runs it; "": for nothing.
func waits(s corpus.Source, ran bool, now time.Time) string {
	zone := corpus.Zone(s.Collection.TimeZone)
	switch {
	case !s.Declared || s.Paused || s.Schedule == "" || s.Next.IsZero():
		return ""
	case now.Sub(s.Next) > overdue:
		return fmt.Sprintf("was due on %s (%s)", minute(s.Next, zone), zone)
	case !ran:
		return fmt.Sprintf("was never run, and is due on %s (%s)", minute(s.Next, zone), zone)
	}
	return ""
}
