package ingest

import (
	"strings"
	"testing"
	"time"
)

func TestFeedDatesMonthFirst(t *testing.T) {
	for _, c := range []struct{ said, want string }{
		{"10/05/2026", "2026-05-10"},
		{"10/05/2026 15:04:05", "2026-05-10"},
		{"10/05/2026 3:04 PM", "2026-10-05"},
		{"10/05/2026 3:04:05 am", "2026-10-05"},
		{"10/05/2026 3:04 p.m.", "2026-10-05"},
		{"25/05/2026 3:04 PM", "2026-05-25"},
		{"10/05/2026 à 15 h, place Pmr", "2026-05-10"},
		{"10/05/2026|05/25/2026", "2026-10-05 2026-05-25"},
		{"05/25/2026 10:00|10/05/2026 15:04:05|25/12/2026", "2026-05-25 2026-10-05 2026-12-25"},
		{"10/05/2026|25/05/2026", "2026-05-10 2026-05-25"},
		{"10/05/2026|05/32/2026", "2026-05-10 2020-01-01"},
	} {
		var b strings.Builder
		for said := range strings.SplitSeq(c.said, "|") {
			b.WriteString("<item><title>" + said + "</title><pubDate>" + said + "</pubDate></item>")
		}
		entries, err := parseFeed([]byte(`<rss version="2.0"><channel><title>Actualités</title>`+b.String()+`</channel></rss>`), "https://ville.fr/rss", time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, e := range entries {
			got = append(got, e.Published.Format(time.DateOnly))
		}
		if got := strings.Join(got, " "); got != c.want {
			t.Errorf("%s: got %s, want %s", c.said, got, c.want)
		}
	}
}
