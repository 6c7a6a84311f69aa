package health

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"

	"guichet/corpus"
)

// linksAtOnce is how many links are asked for at the same time.
const linksAtOnce = 8

var webLink = regexp.MustCompile(`https?://[^\s<>()\[\]"'«»|]+`)

// Links tells of links in the documents that lead nowhere: ask returns why, or
// nil. At most most addresses are asked for, each once, in the order in which
// they come; asked says how many were. It returns an error only when the
// documents cannot be read or ctx is done.
func Links(ctx context.Context, pool *pgxpool.Pool, sc corpus.Scope, most int, ask func(ctx context.Context, address string) error) (dead []Finding, asked int, err error) {
	var addresses []string
	in := map[string][]document{}
	for _, m := range sc.Members {
		err := eachDocument(ctx, pool, m, func(d document) {
			links := webLink.FindAllString(d.text, -1)
			d.text = ""
			for _, link := range links {
				link = strings.TrimRight(link, ".,;:!?…")
				if in[link] == nil && len(addresses) == most {
					continue
				}
				if in[link] == nil {
					addresses = append(addresses, link)
				}
				if !slices.ContainsFunc(in[link], func(o document) bool { return o.name == d.name && o.collection == d.collection }) {
					in[link] = append(in[link], d)
				}
			}
		})
		if err != nil {
			return nil, 0, err
		}
	}
	var mu sync.Mutex
	var group errgroup.Group
	group.SetLimit(linksAtOnce)
	for _, address := range addresses {
		group.Go(func() error {
			why := ask(ctx, address)
			if why == nil {
				return nil
			}
			mu.Lock()
			defer mu.Unlock()
			for _, d := range in[address] {
				dead = append(dead, Finding{
					Kind: DeadLink, Collection: d.collection, Document: d.name, Title: d.title, URL: d.url, Detail: address + ": " + why.Error(),
				})
			}
			return nil
		})
	}
	_ = group.Wait() // nobody returns an error
	slices.SortFunc(dead, func(a, b Finding) int { return strings.Compare(a.Document+a.Detail, b.Document+b.Detail) })
	return dead, len(addresses), ctx.Err()
}
