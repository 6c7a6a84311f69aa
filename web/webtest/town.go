package webtest

import (
	"context"
	"time"

	"guichet/corpus"
)

// Town is the invented town of the tests.
func Town() corpus.Town {
	return corpus.Town{
		ID: 1, Slug: "saint-aubin", Name: "Saint-Aubin-les-Étangs", Default: true,
		Origins: []string{"https://www.saint-aubin.example", "nonsense; script-src *"},
		Contact: corpus.Contact{
			Name: "Accueil de la mairie", Phone: "02 99 00 00 00", Email: "accueil@saint-aubin.example",
			URL: "https://www.saint-aubin.example/", Address: "1 place de l’Église",
			Hours: "Du lundi au vendredi, de 8\u00a0h\u00a030 à 12\u00a0h et de 13\u00a0h\u00a030 à 17\u00a0h",
		},
		Color: "#1f6f5c", Languages: []string{"fr", "en"}, TimeZone: "Indian/Reunion",
		Suggestions: []string{
			"Quand passe le camion des poubelles\u00a0?",
			"Comment inscrire mon enfant à la cantine\u00a0?",
			"Quels sont les horaires de la piscine\u00a0?",
		},
	}
}

// Towns has Town alone; Err, if set, is returned instead.
type Towns struct {
	Color  string // instead of the town's own
	Origin string // one more that the chat may be opened from
	Err    error
}

// DefaultTown returns Town.
func (t Towns) DefaultTown(context.Context) (corpus.Town, error) {
	town := Town()
	if t.Color != "" {
		town.Color = t.Color
	}
	if t.Origin != "" {
		town.Origins = append(town.Origins, t.Origin)
	}
	return town, t.Err
}

// Town returns Town for its slug.
func (t Towns) Town(ctx context.Context, slug string) (corpus.Town, error) {
	if slug != Town().Slug {
		return corpus.Town{}, corpus.ErrNotFound
	}
	return t.DefaultTown(ctx)
}

// Library has two collections, one of them shared.
type Library struct {
	Newest func() []corpus.RunInfo // runs of the town's own collection, beside its others; nil: none
	Held   *corpus.Hold
	Waits  *corpus.EditionInfo // in place of the open edition
}

// Scope returns a scope on both collections.
func (Library) Scope(_ context.Context, townID int64, _ ...string) (corpus.Scope, error) {
	return corpus.Scope{TownID: townID}, nil
}

// Collections returns both collections.
func (Library) Collections(context.Context, int64, ...string) ([]corpus.Collection, error) {
	return []corpus.Collection{
		{ID: 1, TownID: 1, Name: "site-de-la-ville", Language: "fr", Published: 3},
		{ID: 2, Name: "service-public", Language: "fr", Published: 1},
	}, nil
}

// Sources returns a folder.
func (Library) Sources(context.Context, int64) ([]corpus.SourceRef, error) {
	return []corpus.SourceRef{{Kind: "folder", URI: "/srv/documents/site"}}, nil
}

// Editions returns three editions, the newest one open.
func (l Library) Editions(_ context.Context, collectionID int64, _ int) ([]corpus.EditionInfo, error) {
	newest := corpus.EditionInfo{Number: 4, State: "open"}
	if l.Waits != nil && collectionID == 1 {
		newest = *l.Waits
	}
	return []corpus.EditionInfo{
		newest,
		{Number: 3, State: "complete", Published: true, Documents: 25, Passages: 214},
		{Number: 2, State: "complete", Documents: 22, Passages: 190},
	}, nil
}

// Policy returns what comes of editions: they are published.
func (l Library) Policy(_ context.Context, collectionID int64) (corpus.Policy, error) {
	p := corpus.Policy{Publish: corpus.PublishAuto, Gate: "quoting", MaxLoss: .5, KeepEditions: 10, KeepDays: 30}
	if collectionID == 1 {
		p.Held = l.Held
	}
	return p, nil
}

// Runs returns three runs of the town's own collection: one was interrupted,
// one before it left two documents unread, the oldest one left another.
func (l Library) Runs(_ context.Context, collectionID int64, _ int) ([]corpus.RunInfo, error) {
	if collectionID != 1 {
		return nil, nil
	}
	day := time.Date(2026, 10, 5, 3, 30, 0, 0, time.UTC) // half past seven by the town's clock
	var newest []corpus.RunInfo
	if l.Newest != nil {
		newest = l.Newest()
	}
	return append(newest, []corpus.RunInfo{
		{SourceURI: "/srv/documents/site", Edition: 4, State: "interrupted", Started: day.AddDate(0, 0, 1), Finished: day.AddDate(0, 0, 1)},
		{
			SourceURI: "/srv/documents/site", Edition: 3, State: "completed", Started: day, Finished: day.Add(time.Minute),
			Counts: corpus.Counts{Added: 2, Changed: 1, Unchanged: 22, Failed: 2},
			Failures: []corpus.Failure{
				{Key: "conseil/budget.pdf", Code: "encrypted_pdf", Reason: "the PDF is encrypted: save it without a password"},
				{Key: "plan.html", Reason: "parse HTML: <broken>"},
			},
		},
		{
			SourceURI: "/srv/documents/site", Edition: 2, State: "completed", Started: day.AddDate(0, 0, -1), Finished: day.AddDate(0, 0, -1),
			Counts: corpus.Counts{Added: 22, Failed: 1}, Failures: []corpus.Failure{{Key: "ancien.pdf", Code: "scan", Reason: "no text inside"}},
		},
	}...), nil
}
