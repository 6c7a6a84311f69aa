package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"guichet/internal/agents"
	"guichet/internal/postgrestest"
)

func TestASecondDemoSaysThatNothingWasChanged(t *testing.T) {
	if testing.Short() {
		t.Skip("loads the demo town")
	}
	o := newOperatorsTown(t)
	o.env["GUICHET_DATA_DIR"] = t.TempDir()
	o.says(o.run(exitOK, "demo"), "Loading the demo town")
	o.says(o.run(exitOK, "demo"), "there already: nothing was changed")
}

// demoSession opens what `serve --demo` opens, before it serves.
func demoSession(t *testing.T, url string) *session {
	t.Helper()
	env := environment(map[string]string{"GUICHET_DATABASE_URL": url, "GUICHET_DATA_DIR": t.TempDir()})
	a := &app{getenv: env, list: settingList(env)}
	o, err := a.open(command(t.Context(), io.Discard))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(o.close)
	return o
}

func command(ctx context.Context, stderr io.Writer) *cobra.Command {
	cmd := &cobra.Command{Use: "serve"}
	cmd.SetContext(ctx)
	cmd.SetErr(stderr)
	return cmd
}

// published tells how many documents of the default town readers can find.
func published(t *testing.T, o *session) (town string, documents int) {
	t.Helper()
	def, err := o.store.DefaultTown(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	collections, err := o.store.Collections(t.Context(), def.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range collections {
		editions, err := o.store.Editions(t.Context(), c.ID, 10)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range editions {
			if e.Published {
				documents += e.Documents
			}
		}
	}
	return def.Slug, documents
}

// cancelAt cancels once a text is written.
type cancelAt struct {
	text   string
	cancel context.CancelFunc
}

func (c cancelAt) Write(b []byte) (int, error) {
	if strings.Contains(string(b), c.text) {
		c.cancel()
	}
	return len(b), nil
}

func TestAnInterruptedDemoIsTakenUp(t *testing.T) {
	o := demoSession(t, postgrestest.URL(t))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if _, err := o.loadDemo(command(ctx, cancelAt{"Loading the demo town", cancel})); !errors.Is(err, context.Canceled) {
		t.Fatalf("an interrupted load: %v", err)
	}
	if town, n := published(t, o); town != "saint-aubin-les-etangs" || n != 0 {
		t.Fatalf("after the interruption: %s with %d documents", town, n)
	}
	// A server without the demo may have run meanwhile: it makes an agent.
	def, err := o.store.DefaultTown(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := agents.NewStore(o.db.Pool).EnsureFirst(t.Context(), def.ID); err != nil {
		t.Fatal(err)
	}

	var says bytes.Buffer
	if _, err := o.loadDemo(command(t.Context(), &says)); err != nil {
		t.Fatal(err)
	}
	def, err = o.store.DefaultTown(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if services, err := o.store.Services(t.Context(), def.ID); err != nil || len(services) < 20 {
		t.Errorf("%d services, %v", len(services), err)
	}
	if town, n := published(t, o); town != "saint-aubin-les-etangs" || n < 10 {
		t.Errorf("after the second start: %s with %d documents; it said %s", town, n, &says)
	}
	towns, err := o.store.Towns(t.Context(), 10)
	if err != nil || len(towns) != 1 {
		t.Errorf("towns are %+v, %v", towns, err)
	}
	says.Reset()
	if _, err := o.loadDemo(command(t.Context(), &says)); err != nil || says.Len() > 0 {
		t.Errorf("a third start: %v, says %q", err, &says)
	}
}

func TestTheDemoLeavesATownThatIsInUseAlone(t *testing.T) {
	o := demoSession(t, postgrestest.URL(t))
	def, err := o.store.DefaultTown(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := agents.NewStore(o.db.Pool).EnsureFirst(t.Context(), def.ID); err != nil {
		t.Fatal(err)
	}
	var says bytes.Buffer
	if _, err := o.loadDemo(command(t.Context(), &says)); err != nil {
		t.Fatal(err)
	}
	if town, n := published(t, o); town != def.Slug || n != 0 || !strings.Contains(says.String(), "not loaded") {
		t.Errorf("the default town is %s with %d documents; it said %s", town, n, &says)
	}
	var kept int
	if err := o.db.Pool.QueryRow(t.Context(), `SELECT count(*) FROM agents`).Scan(&kept); err != nil || kept != 1 {
		t.Errorf("%d agents are left, %v", kept, err)
	}
}
