package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"guichet/ingest/fetch"
	"guichet/internal/health"
)

func TestAskLink(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/moved" {
			http.Redirect(w, r, "/200", http.StatusMovedPermanently)
			return
		}
		status, err := strconv.Atoi(strings.Trim(r.URL.Path, "/"))
		if err != nil {
			t.Errorf("asked for %s", r.URL.Path)
		}
		w.WriteHeader(status)
	}))
	defer srv.Close()
	find := func(_ context.Context, host string) ([]string, error) {
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: host == "not-there.invalid"}
	}
	open := fetch.New(fetch.Options{Private: []string{"127.0.0.1"}, Total: 5 * time.Second, Retries: -1})
	shut := fetch.New(fetch.Options{Total: 5 * time.Second, Retries: -1})
	for _, x := range []struct {
		client  *fetch.Client
		address string
		kind    health.Kind
		code    string
	}{
		{open, srv.URL + "/200", "", ""},
		{open, srv.URL + "/moved", "", ""},
		{open, srv.URL + "/404", health.DeadLink, "fetch_gone"},
		{open, srv.URL + "/410", health.DeadLink, "fetch_gone"},
		{open, srv.URL + "/403", health.UncheckedLink, "fetch_forbidden"},
		{open, srv.URL + "/429", health.UncheckedLink, "fetch_busy"},
		{open, srv.URL + "/500", health.UncheckedLink, "fetch_server"},
		{shut, srv.URL + "/200", health.UncheckedLink, "fetch_private"},
		{open, "http://not-there.invalid/page", health.DeadLink, "no_host"},
		{open, "http://127.0.0.1:1/", health.UncheckedLink, "fetch_network"}, // nobody listens
	} {
		got := askLink(t.Context(), x.client, find, x.address)
		if got.Kind != x.kind || got.Code != x.code || (got.Why == "") != (x.kind == "") {
			t.Errorf("%s: %+v, want %q %q", x.address, got, x.kind, x.code)
		}
	}
}

// What is printed keeps the reason and the address whole, and says what it left.
func TestPrintHealth(t *testing.T) {
	report := health.Report{Documents: 60, Answers: 3}
	for i := range 45 {
		report.Findings = append(report.Findings, health.Finding{Kind: health.Stale, Document: fmt.Sprint(i), Detail: "it was last changed on 2024-06-24"})
	}
	long := "https://www.saint-aubin.example/" + strings.Repeat("demarches/", 8) + "formulaire.pdf"
	report.AddLinks(health.LinkReport{Asked: 12, Left: 2, Findings: []health.Finding{
		{Kind: health.DeadLink, Document: "carte", Answers: 2, Detail: "the page is gone (404 Not Found): " + long},
		{Kind: health.UncheckedLink, Document: "carte", Detail: "could not be checked: busy"},
	}})
	var out bytes.Buffer
	if err := printHealth(&out, report, 40); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"60 documents looked at; 3 answers of the last 90 days rest on them.\n\nLinks that lead nowhere: 1\n-> Correct the address in the page, or remove the link.\n" +
			"   carte: the page is gone (404 Not Found): " + long + " (2 answers of the last 90 days rest on it)\n\nPages unchanged for long: 45\n-> Read the page again.",
		"   0: it was last changed on 2024-06-24\n", "\nand 7 more: --most 47 shows them\n", "Links that could not be checked: 1\n",
		"12 addresses were asked for, 2 were not: there are too many, or time ran out.\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in:\n%s", want, out.String())
		}
	}
}

// Each kind has a name and a mend in words: codes are for programs.
func TestHealthIsPrintedWithoutCodes(t *testing.T) {
	var report health.Report
	for _, kind := range health.Kinds() {
		report.Findings = append(report.Findings, health.Finding{Kind: kind, Document: "page", Detail: "what is wrong"})
	}
	var out bytes.Buffer
	if err := printHealth(&out, report, 40); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), "_") || strings.Contains(out.String(), "health.") || strings.Count(out.String(), "\n-> ") != len(health.Kinds()) {
		t.Errorf("prints\n%s", out.String())
	}
}

// A link to a file that is not beside its document is dead, without any network.
func TestHealthNamesMissingFiles(t *testing.T) {
	o := newOperatorsTown(t)
	o.write("cantine.md", "# Cantine\n\nLa cantine est ouverte le lundi. Voir les [tarifs](tarifs.md) et la [mairie](mairie.txt).\n")
	o.run(exitOK, "ingest", o.dir, "--collection", "site")
	o.says(o.run(exitOK, "health"), "Links that lead nowhere: 1\n-> Correct", "   cantine: it links to a file that is not there: tarifs.md\n", "0 addresses were asked for.")
	o.says(o.run(exitOK, "health", "--json"), `"kind": "dead_link"`, `"link": "tarifs.md"`, `"reason": "no_file"`)
	o.write("tarifs.md", "# Tarifs\n\nLe repas coûte 3 € pour un enfant de la commune.\n")
	if out := o.run(exitOK, "health"); strings.Contains(out, "tarifs.md") {
		t.Errorf("the file is there:\n%s", out)
	}
}
