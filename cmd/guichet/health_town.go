package main

import (
	"context"
	"errors"
	"net"
	"net/url"
	"time"

	"guichet/chat"
	"guichet/corpus"
	"guichet/ingest"
	"guichet/ingest/fetch"
	"guichet/internal/health"
)

// lookUp finds a host's addresses: net.Resolver does.
type lookUp func(ctx context.Context, host string) ([]string, error)

// checkLinks asks for the links of the documents that the scope sees.
func (o *session) checkLinks(ctx context.Context, scope corpus.Scope, cited health.Cited, private []string) (health.LinkReport, error) {
	client := fetch.New(fetch.Options{
		Private: private, Total: 15 * time.Second, Retries: 1, MaxWait: 5 * time.Second, AtOnce: 2,
	})
	defer client.Close()
	return health.Links(ctx, o.store, scope, cited, health.LinkLimits{}, health.Asking{
		Address: func(ctx context.Context, address string) health.LinkAnswer {
			return askLink(ctx, client, net.DefaultResolver.LookupHost, address)
		},
		Relative: func(d corpus.ScopeDocument) (addresses, missing []string) {
			if ctx.Err() != nil {
				return nil, nil
			}
			found := ingest.CheckRelativeLinks(d.Source, d.Key, d.URL)
			return found.Addresses, found.Missing
		},
	})
}

// askLink tells whether an address leads somewhere. Only a server that says that
// there is no such page, and a host that is not there, make it dead: a server
// that refuses, fails or is busy may show the page to a resident.
func askLink(ctx context.Context, client *fetch.Client, find lookUp, address string) health.LinkAnswer {
	_, err := client.Get(ctx, fetch.Request{URL: address, Follow: true, Takes: func(string) bool { return false }})
	if err == nil {
		return health.LinkAnswer{}
	}
	var e *fetch.Error
	switch {
	case !errors.As(err, &e):
		return health.LinkAnswer{Kind: health.UncheckedLink, Code: fetch.CodeTimeout, Why: "could not be checked: " + err.Error()}
	case fetch.IsGone(err):
		return health.LinkAnswer{Kind: health.DeadLink, Code: e.Code(), Why: e.Error()}
	case e.Code() == fetch.CodeNetwork && isUnknownHost(ctx, find, address):
		return health.LinkAnswer{Kind: health.DeadLink, Code: "no_host", Why: "there is no such host"}
	}
	return health.LinkAnswer{Kind: health.UncheckedLink, Code: e.Code(), Why: "could not be checked: " + e.Error()}
}

// isUnknownHost tells whether the name service says that the host of an address
// is not there. One that does not answer says nothing.
func isUnknownHost(ctx context.Context, find lookUp, address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	_, err = find(ctx, u.Hostname())
	var dns *net.DNSError
	return errors.As(err, &dns) && dns.IsNotFound
}

// townHealth looks at a town's documents for the console.
type townHealth struct{ session *session }

// Check tells what is wrong with the documents that the town reads.
func (h townHealth) Check(ctx context.Context, t corpus.Town) (health.Report, error) {
	scope, cited, err := h.reads(ctx, t)
	if err != nil {
		return health.Report{}, err
	}
	return health.Check(ctx, h.session.store, scope, cited, health.Limits{})
}

// Links asks for their links.
func (h townHealth) Links(ctx context.Context, t corpus.Town) (health.LinkReport, error) {
	scope, cited, err := h.reads(ctx, t)
	if err != nil {
		return health.LinkReport{}, err
	}
	return h.session.checkLinks(ctx, scope, cited, nil)
}

// reads is what the town reads, and which answers rest on it.
func (h townHealth) reads(ctx context.Context, t corpus.Town) (corpus.Scope, health.Cited, error) {
	scope, err := h.session.store.Scope(ctx, t.ID)
	if err != nil {
		return scope, nil, err
	}
	cited, err := chat.NewStore(h.session.db.Pool).AnswersByPassage(ctx, t.ID, time.Now().AddDate(0, 0, -health.AnswerDays))
	return scope, cited, err
}
