package main

import (
	"context"
	"fmt"
	"time"

	"guichet/corpus"
	"guichet/internal/english"
)

// ownedCollection is a collection with the flags that name it in a command.
type ownedCollection struct {
	corpus.Collection
	flags string
}

// everyCollection returns the collections of all towns, and those that are
// shared, once each.
func (o *session) everyCollection(ctx context.Context) ([]ownedCollection, error) {
	shared, err := o.store.Collections(ctx, 0)
	if err != nil {
		return nil, err
	}
	var all []ownedCollection
	for _, c := range shared {
		all = append(all, ownedCollection{c, collectionFlags(c, corpus.Town{})})
	}
	towns, err := o.store.Towns(ctx, gateTowns)
	if err != nil {
		return nil, err
	}
	for _, town := range towns {
		own, err := o.store.Collections(ctx, town.ID)
		if err != nil {
			return nil, err
		}
		for _, c := range own {
			if c.TownID == town.ID {
				all = append(all, ownedCollection{c, collectionFlags(c, town)})
			}
		}
	}
	return all, nil
}

// examineSources tells what needs a person before documents are current again:
// a source whose last run failed or asks, an edition that waits, a rollback that
// nobody has resumed from, a schedule that no program runs. It is wrong where nobody
// wanted it so, and a warning where the collection was set to wait, or was rolled
// back, and where a program is to be started.
func (o *session) examineSources(ctx context.Context) []finding {
	const part = "sources"
	broken := func(err error) []finding { return []finding{wrong(part, err.Error(), "see the database's own log")} }
	collections, err := o.everyCollection(ctx)
	if err != nil {
		return broken(err)
	}
	findings, err := o.examineSchedules(ctx, collections, time.Now())
	if err != nil {
		return broken(err)
	}
	declared := 0
	for _, c := range collections {
		n, found, err := o.examineCollection(ctx, c)
		if err != nil {
			return broken(err)
		}
		declared += n
		findings = append(findings, found...)
	}
	for i := range findings {
		findings[i].Part = part
	}
	if len(findings) == 0 {
		return []finding{ok(part, fmt.Sprintf("%s declared; no run failed, none asks, no edition waits", english.Count(declared, "source")))}
	}
	return findings
}

// examineCollection returns how many sources of the collection are declared,
// and what needs a person.
func (o *session) examineCollection(ctx context.Context, c ownedCollection) (declared int, findings []finding, err error) {
	sources, err := o.store.SourceDefinitions(ctx, c.ID)
	if err != nil {
		return 0, nil, err
	}
	byID := map[int64]corpus.Source{}
	for _, s := range sources {
		byID[s.ID] = s
		if s.Declared {
			declared++
		}
	}
	policy, err := o.store.Policy(ctx, c.ID)
	if err != nil {
		return 0, nil, err
	}
	zone := corpus.Zone(c.TimeZone)
	if h := policy.Held; h != nil {
		findings = append(findings, warning("", fmt.Sprintf("%s: edition %d was rolled back by %s on %s, and nothing is published by itself since",
			c.Name, h.From, h.By, minute(h.At, zone)), "guichet resume "+c.flags))
	}
	runs, err := o.store.LastRuns(ctx, c.ID)
	if err != nil {
		return 0, nil, err
	}
	for _, r := range runs {
		p := showPass(c.Collection, c.flags, r, zone)
		says := fmt.Sprintf("%s, source %d (%s), run %d of %s: ", c.Name, r.SourceID, r.SourceURI, r.ID, minute(r.Started, zone))
		src := byID[r.SourceID]
		why := r.Reason.Text
		if why == "" {
			why = "nothing is published by itself here"
		}
		switch {
		case r.State == "failed" && src.Declared && !src.Paused:
			findings = append(findings, wrong("", says+"it failed: "+r.Reason.Text, fmt.Sprintf("mend what it says, then: guichet ingest --source %d", r.SourceID)))
		case r.Open && r.Edition > 0 && (policy.Held != nil || policy.Publish != corpus.PublishAuto):
			findings = append(findings, warning("", fmt.Sprintf("%sedition %d waits: %s", says, r.Edition, why), fmt.Sprintf("guichet editions %s, then: %s", c.flags, p.Mend)))
		case r.Open && r.Edition > 0:
			findings = append(findings, wrong("", fmt.Sprintf("%sedition %d waits: %s", says, r.Edition, why), fmt.Sprintf("guichet editions %s, then: %s", c.flags, p.Mend)))
		case r.Open:
			findings = append(findings, wrong("", says+"it asks: "+r.Reason.Text, p.Mend))
		}
	}
	return declared, findings, nil
}
