package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"guichet/corpus"
	"guichet/internal/postgres"
)

// A scheduled crawl tells how far it is to whoever asks, at the pace of its phase.
func TestAScheduledCrawlIsFollowed(t *testing.T) {
	o := newOperatorsTown(t)
	held := make(chan struct{})
	var site *httptest.Server
	site = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/robots.txt":
			http.NotFound(w, r)
			return
		case "/sitemap.xml":
			w.Header().Set("Content-Type", "application/xml")
			_, _ = fmt.Fprint(w, "<urlset>")
			for i := range 40 {
				_, _ = fmt.Fprintf(w, "<url><loc>%s/page-%d</loc></url>", site.URL, i)
			}
			_, _ = fmt.Fprint(w, "</urlset>")
			return
		case "/page-30":
			<-held
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprintf(w, "<title>Page %[1]s</title><h1>Page %[1]s</h1><p>Les horaires du service %[1]s sont affichés en mairie.</p>", r.URL.Path)
	}))
	defer site.Close()
	o.run(exitOK, "source", "add", "website", site.URL, "--collection", "web", "--schedule", "0 5 * * *",
		"--setting", `allow_private=["127.0.0.1"]`, "--setting", "delay_ms=0")
	db, err := postgres.Open(t.Context(), postgres.Config{URL: o.env["GUICHET_DATABASE_URL"], MaxConns: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Pool.Exec(t.Context(), `UPDATE sources SET next_at = now() - interval '1 minute'`); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan int, 1)
	var out, logged bytes.Buffer // of two writers, who do not wait for one another
	go func() { ended <- run(ctx, []string{"work"}, environment(o.env), strings.NewReader(""), &out, &logged) }()
	var shown []struct {
		State    string
		Progress corpus.Progress
	}
	for deadline := time.Now().Add(time.Minute); len(shown) == 0 || shown[0].Progress.Done < 10; time.Sleep(100 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Errorf("the crawl is not seen: %+v", shown)
			break
		}
		if err := json.Unmarshal([]byte(o.run(exitOK, "runs", "--collection", "web", "--json")), &shown); err != nil {
			t.Fatal(err)
		}
	}
	line := o.run(exitOK, "runs", "--collection", "web")
	close(held)
	if !strings.Contains(line, "listing: ") || !strings.Contains(line, " of 41 pages asked for, ") || !strings.Contains(line, "/s, ") || !strings.Contains(line, " left, /page-") {
		t.Errorf("it tells %s", line)
	}
	o.run(exitOK, "runs", "--collection", "web", "--follow") // it waits for the end
	o.says(o.run(exitOK, "runs", "--collection", "web"), "completed")
	cancel()
	if code := <-ended; code != exitOK {
		t.Errorf("exit %d: %s%s", code, out.String(), logged.String())
	}
}

func TestProgressLine(t *testing.T) {
	begun := time.Date(2026, 3, 2, 5, 0, 0, 0, time.UTC)
	for want, p := range map[string]corpus.Progress{
		"listing": {Phase: "listing"},
		"listing: 120 pages asked for, 310 known to come, 2.0/s, /vie/piscine": {Phase: "listing", Done: 120, Seen: 430, Current: "/vie/piscine"},
		"listing: 120 of 430 pages asked for, 2.0/s, 2m35s left, /vie/piscine": {Phase: "listing", Done: 120, Seen: 430, Total: 430, Current: "/vie/piscine"},
		"reading: 120 of 240, 2.0/s, 1m0s left, a.md":                          {Phase: "reading", Done: 120, Total: 240, Current: "a.md"},
		"reading: 0 of 240": {Phase: "reading", Total: 240},
		"completing":        {Phase: "completing", Done: 240, Total: 240},
	} {
		p.Since = begun.Add(40 * time.Minute) // the phase alone counts
		r := shownPass{Progress: p, Updated: begun.Add(41 * time.Minute)}
		r.Started = begun
		if got := progressLine(r); got != want {
			t.Errorf("%s\nnot %s", got, want)
		}
	}
}
