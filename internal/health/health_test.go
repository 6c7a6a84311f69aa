package health

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"guichet/corpus"
	"guichet/internal/postgrestest"
)

// publish puts documents of one passage each into a collection of the town.
func publish(t *testing.T, store *corpus.Store, collection string, docs ...corpus.Document) corpus.Scope {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ctx := t.Context()
	town, err := store.DefaultTown(ctx)
	must(err)
	c, err := store.EnsureCollection(ctx, town.ID, collection, "fr")
	must(err)
	source := corpus.SourceRef{Kind: "folder", URI: "/pages"}
	edition, err := store.Claim(ctx, c)
	must(err)
	defer edition.Close()
	must(edition.Open(ctx, corpus.Space{}, []corpus.SourceRef{source}))
	run, err := edition.StartRun(ctx, source)
	must(err)
	for _, d := range docs {
		must(run.Put(ctx, d, nil))
	}
	must(run.Finish(ctx, corpus.Counts{Added: len(docs)}, nil))
	_, err = edition.Complete(ctx)
	must(err)
	must(edition.Publish(ctx))
	sc, err := store.Scope(ctx, town.ID)
	must(err)
	return sc
}

func page(name, text string, change func(*corpus.Document)) corpus.Document {
	d := corpus.Document{
		Key: name + ".md", Name: name, Title: name, MediaType: "text/markdown", ContentHash: []byte(text), Extractor: "test",
		Passages: []corpus.Passage{{Text: text, Tokens: len(strings.Fields(text))}},
	}
	if change != nil {
		change(&d)
	}
	return d
}

const prose = "La déchèterie accueille les habitants de la commune du lundi au samedi. Pour y entrer, il vous faut un badge, qui est remis en mairie sur présentation d'un justificatif de domicile et d'une pièce d'identité. Les professionnels ne sont pas admis. "

func TestCheck(t *testing.T) {
	store := corpus.NewStore(postgrestest.Open(t))
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	english := "The swimming pool is open for the residents of the town, and you can buy your card at the desk with a proof of address. This is free for the children that have not reached the age of six. "
	sc := publish(t, store, "site",
		page("tri", prose, nil),
		page("tri-copie", prose+"Merci.", nil),
		page("vieux", "Le cimetière est ouvert tous les jours pour les familles, de huit heures à dix-huit heures, et les concessions sont vendues à la mairie par le service de l'état civil.", func(d *corpus.Document) {
			d.ModifiedOn = now.AddDate(-2, 0, 0)
		}),
		page("fete", strings.Repeat("La fête du village est le samedi, avec un repas pour tous et un bal dans la salle des fêtes qui est à côté. ", 2), func(d *corpus.Document) {
			d.ValidUntil = now.AddDate(0, 0, 3)
		}),
		page("vide", "Bientôt.", nil),
		page("court", "Le marché se tient le samedi matin.", nil),
		page("pool", english, nil),
		page("bilingue", frenchProse+"\n\n"+englishProse, nil),
		page("piege", strings.Repeat("Une page sur les vélos de la ville, avec des arceaux dans toutes les rues et un atelier. ", 3), func(d *corpus.Document) {
			d.Flags = []corpus.Flag{{Kind: "instructions", Excerpt: "ignore"}}
		}),
	)
	passages := map[string]int64{}
	for _, m := range sc.Members {
		err := store.EachDocument(t.Context(), m, func(d corpus.ScopeDocument) { passages[d.Name] = d.Passages[0] })
		if err != nil {
			t.Fatal(err)
		}
	}
	// Another collection has a page of the same name, which no answer cites.
	sc = publish(t, store, "agenda", page("vieux", "Bientôt.", nil))
	one, two := uuid.New(), uuid.New()
	cited := Cited{passages["vieux"]: {one, two}, passages["tri"]: {one}, 1 << 40: {uuid.New()}}
	report, err := Check(t.Context(), store, sc, cited, Limits{Moment: now.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	if report.Documents != 10 || report.Answers != 2 {
		t.Errorf("%d documents, %d answers", report.Documents, report.Answers)
	}
	var got []string
	for _, f := range report.Findings {
		got = append(got, fmt.Sprintf("%d %s %s/%s: %s", f.Answers, f.Kind, f.Collection, f.Document, f.Detail))
	}
	want := []string{
		"2 stale site/vieux: it was last changed on 2024-11-26",
		"0 flagged site/piege: text that gives an assistant orders: ignore",
		"0 over site/fete: it holds until 2026-11-29",
		"0 duplicate site/tri-copie: it has 98% of its text in common with tri",
		"0 language site/pool: it is in English, and its collection in French",
		"0 mixed site/bilingue: 4 of 8 sentences are in English, the others in French. For example: The pool is open from Monday to Saturday.",
		"0 empty site/vide: it has 8 characters, and says next to nothing",
		"0 empty agenda/vieux: it has 8 characters, and says next to nothing",
	}
	if !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
	report, err = Check(t.Context(), store, sc, cited, Limits{Moment: now.AddDate(0, 0, 5)})
	if err != nil || !slices.ContainsFunc(report.Findings, func(f Finding) bool { return f.Detail == "it held until 2026-11-29" }) {
		t.Errorf("once it is over: %+v, %v", report.Findings, err)
	}
}

// A document without a date is as old as the run that brought it as it is,
// whatever later runs brought, and although its edition was pruned.
func TestUndatedDocumentsGrowStale(t *testing.T) {
	db := postgrestest.Open(t)
	store := corpus.NewStore(db)
	publish(t, store, "site", page("sans-date", prose, nil))
	long := time.Now().AddDate(-2, 0, 0)
	if _, err := db.Exec(t.Context(), `UPDATE runs SET started_at = @long`, pgx.NamedArgs{"long": long}); err != nil {
		t.Fatal(err)
	}
	dated := page("datee", strings.Repeat(frenchProse, 2), func(d *corpus.Document) { d.ModifiedOn = time.Now() })
	sc := publish(t, store, "site", dated, page("neuf", strings.Repeat("Les vélos sont à louer à la gare, tous les jours de la semaine, pour une journée ou deux. ", 3), nil))
	if _, err := db.Exec(t.Context(), `DELETE FROM editions WHERE number = 1`); err != nil {
		t.Fatal(err)
	}
	report, err := Check(t.Context(), store, sc, nil, Limits{})
	if err != nil || len(report.Findings) != 1 {
		t.Fatalf("%+v: %v", report, err)
	}
	on := long.Format(time.DateOnly)
	if f := report.Findings[0]; f.Document != "sans-date" || f.Kind != Stale || !f.Undated || f.On != on || f.Detail != "no change was seen since "+on+"; the page gives no date" {
		t.Errorf("%+v", f)
	}
	report, err = Check(t.Context(), store, sc, nil, Limits{Moment: time.Now().AddDate(2, 0, 0)})
	if err != nil || len(report.Findings) != 3 {
		t.Errorf("two years on: %+v: %v", report, err)
	}
}

// A version of a document that is no longer read, but kept, counts for it.
func TestAnswersOfAnOlderVersionCount(t *testing.T) {
	store := corpus.NewStore(postgrestest.Open(t))
	sc := publish(t, store, "site", page("vide", "Bientôt.", nil))
	var old int64
	if err := store.EachDocument(t.Context(), sc.Members[0], func(d corpus.ScopeDocument) { old = d.Passages[0] }); err != nil {
		t.Fatal(err)
	}
	sc = publish(t, store, "site", page("vide", "Très bientôt.", nil))
	report, err := Check(t.Context(), store, sc, Cited{old: {uuid.New()}}, Limits{})
	if err != nil || len(report.Findings) != 1 || report.Findings[0].Answers != 1 {
		t.Errorf("%+v: %v", report, err)
	}
}

// A thousand pages from one mould are each told of, and compared with few.
func TestTwinsAreBounded(t *testing.T) {
	w := newTwins(.8)
	for i := range 1000 {
		_, found := w.add(document{ScopeDocument: corpus.ScopeDocument{Name: fmt.Sprint(i), Text: prose}}, 0)
		if found != (i > 0) {
			t.Fatalf("page %d: found %v", i, found)
		}
	}
	if n := len(w.documents); n > maxBand {
		t.Errorf("%d are kept", n)
	}
}

// The estimate of likeness is near the real one.
func TestTwinsEstimateLikeness(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.StringMatching(`[a-z]{3,8}`), 300, 400).Draw(t, "words")
		cut := rapid.IntRange(0, 200).Draw(t, "cut")
		w := newTwins(.8)
		w.add(document{ScopeDocument: corpus.ScopeDocument{Name: "a", Text: strings.Join(words, " ")}}, 0)
		_, found := w.add(document{ScopeDocument: corpus.ScopeDocument{Name: "b", Text: strings.Join(words[cut:], " ")}}, 0)
		exact := float64(len(words)-cut-runWords+1) / float64(len(words)-runWords+1)
		if got := agreement(w.documents[0].mins, w.documents[1].mins); got < exact-.25 || got > exact+.25 {
			t.Errorf("estimated %.2f, it is %.2f", got, exact)
		}
		if found != (agreement(w.documents[0].mins, w.documents[1].mins) >= .8) {
			t.Errorf("cut %d: found %v", cut, found)
		}
	})
}

func TestForeign(t *testing.T) {
	for text, want := range map[string]string{
		prose:                           "",
		"Lundi | 9 h | 12 h | 14 h":     "",
		strings.Repeat(prose+" OK ", 2): "",
		"Die Bibliothek ist von Montag bis Freitag auf, und Sie brauchen für die Karte eine Adresse. Wir sind mit den Büchern nicht zu streng, und das ist gut für die Kinder.": "de",
	} {
		if got := foreign(text, "fr-FR", .6); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestLinks(t *testing.T) {
	store := corpus.NewStore(postgrestest.Open(t))
	sc := publish(t, store, "site",
		page("a", "Le formulaire est sur https://ville.example/formulaire. Voir aussi la carte (https://ville.example/carte).", nil),
		page("b", "https://ville.example/formulaire et http://ailleurs.example/x, puis https://ville.example/lent", nil),
	)
	var passage int64
	if err := store.EachDocument(t.Context(), sc.Members[0], func(d corpus.ScopeDocument) { passage = d.Passages[0] }); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	times := map[string]int{}
	ask := func(_ context.Context, address string) LinkAnswer {
		mu.Lock()
		defer mu.Unlock()
		times[address]++
		switch {
		case strings.HasSuffix(address, "/formulaire"):
			return LinkAnswer{Kind: DeadLink, Code: "gone", Why: "404"}
		case strings.HasSuffix(address, "/lent"):
			return LinkAnswer{Kind: UncheckedLink, Code: "timeout", Why: "no answer in time"}
		}
		return LinkAnswer{}
	}
	cited := Cited{passage: {uuid.New()}} // page b
	found, err := Links(t.Context(), store, sc, cited, LinkLimits{}, Asking{Address: ask})
	if err != nil || found.Asked != 4 || found.Left != 0 || len(times) != 4 || times["https://ville.example/formulaire"] != 1 {
		t.Errorf("%+v, %v asked: %v", found, times, err)
	}
	report := Report{Findings: []Finding{{Kind: Stale, Document: "c"}}}
	report.AddLinks(found)
	var got []string
	for _, f := range report.Findings {
		got = append(got, fmt.Sprintf("%d %s %s: %s", f.Answers, f.Kind, f.Document, f.Detail))
	}
	want := []string{
		"1 dead_link b: 404: https://ville.example/formulaire",
		"0 dead_link a: 404: https://ville.example/formulaire",
		"0 stale c: ",
		"1 unchecked_link b: no answer in time: https://ville.example/lent",
	}
	if !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
	if found, err = Links(t.Context(), store, sc, nil, LinkLimits{Most: 1}, Asking{Address: ask}); err != nil || found.Asked != 1 || found.Left != 3 {
		t.Errorf("of one at most: %+v, %v", found, err)
	}
}

// What time did not suffice for is left, and not told as what a server did.
func TestLinksStopInTime(t *testing.T) {
	store := corpus.NewStore(postgrestest.Open(t))
	sc := publish(t, store, "site", page("a", "https://ville.example/1 https://ville.example/2", nil))
	found, err := Links(t.Context(), store, sc, nil, LinkLimits{Within: time.Millisecond}, Asking{Address: func(ctx context.Context, _ string) LinkAnswer {
		<-ctx.Done()
		return LinkAnswer{Kind: UncheckedLink}
	}})
	if err != nil || len(found.Findings) != 0 || found.Asked != 0 || found.Left != 2 {
		t.Errorf("%+v, %v", found, err)
	}
}

func TestLinksOfAText(t *testing.T) {
	for text, want := range map[string][]string{
		"Voir (https://a.example/x_(y)), puis https://a.example/z).":        {"https://a.example/x_(y)", "https://a.example/z"},
		"la carte (https://a.example/c#plan) et https://a.example/c#autre…": {"https://a.example/c"},
		"«\u00a0https://a.example/»\u00a0: https:// rien":                   {"https://a.example/"},
		"**https://a.example/gras** <https://a.example/b>, [https://c.fr]":  {"https://a.example/gras", "https://a.example/b", "https://c.fr"},
	} {
		if got := links(text); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}
