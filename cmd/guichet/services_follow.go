package main

import (
	"context"
	"fmt"
	"time"

	"guichet/corpus"
	"guichet/ingest"
)

// followTime bounds how long the hours may take to follow what was published.
const followTime = 30 * time.Second

// followDirectory brings the services of the town that owns the collection, or of
// the one town there is, up to date with the documents of the directory that are
// published now. What an operator should know of it is the note.
func (o *session) followDirectory(ctx context.Context, c corpus.Collection) (note string, err error) {
	if c.TownID != 0 {
		return "", o.store.FollowServices(ctx, c.TownID, ingest.FollowDirectory)
	}
	towns, err := o.store.Towns(ctx, 2)
	if err != nil {
		return "", err
	}
	if len(towns) == 1 {
		return "", o.store.FollowServices(ctx, towns[0].ID, ingest.FollowDirectory)
	}
	sources, err := o.store.Sources(ctx, c.ID)
	if err != nil {
		return "", err
	}
	for _, src := range sources {
		if src.Kind == ingest.KindDirectory {
			return fmt.Sprintf("%s is shared by several towns: its directory gives none of them opening hours (declare it for each, with --town)", c.Name), nil
		}
	}
	return "", nil
}

// followPublished is followDirectory for commands that changed which edition
// residents see.
func (o *session) followPublished(ctx context.Context, c corpus.Collection) error {
	if _, err := o.followDirectory(ctx, c); err != nil {
		return fmt.Errorf("the edition is changed, but the opening hours stay as they were until the next run: %w", err)
	}
	return nil
}
