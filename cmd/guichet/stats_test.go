package main

import (
	"encoding/json"
	"regexp"
	"testing"
	"time"
)

// Figures say of which days they are, to a person and to a program.
func TestStatsSayTheirPeriod(t *testing.T) {
	o := newOperatorsTown(t)
	o.run(exitOK, "ingest", o.dir, "--collection", "site")
	head := regexp.MustCompile(`^.+: residents' questions of the last 7 days, from (\S+ \S+) to (\S+ \S+) \(Europe/Paris\)\.\n`)
	text := o.run(exitOK, "stats", "--days", "7")
	found := head.FindStringSubmatch(text)
	if found == nil {
		t.Fatalf("prints\n%s", text)
	}
	from, err1 := time.Parse("2006-01-02 15:04", found[1])
	to, err2 := time.Parse("2006-01-02 15:04", found[2])
	if err1 != nil || err2 != nil || to.Sub(from).Round(24*time.Hour) != 7*24*time.Hour {
		t.Errorf("from %s to %s", found[1], found[2])
	}
	o.says(o.run(exitOK, "stats", "--days", "1"), "of the last 1 day,")

	var stats statsJSON
	if err := json.Unmarshal([]byte(o.run(exitOK, "stats", "--days", "7", "--json")), &stats); err != nil {
		t.Fatal(err)
	}
	if stats.Days != 7 || stats.Town == "" || stats.Counts == nil || stats.To.Sub(stats.From).Round(24*time.Hour) != 7*24*time.Hour {
		t.Errorf("prints %+v", stats)
	}
}
