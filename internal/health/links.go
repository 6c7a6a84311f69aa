package health

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"guichet/corpus"
)

// linksAtOnce is how many links are asked for at the same time.
const linksAtOnce = 8

var webLink = regexp.MustCompile(`https?://[^\s<>()\[\]"'«»|]+`)

// Links tells of links in the documents that lead nowhere: ask returns why, or
// nil. At most most addresses are asked for, each once, in the order in which
// they come; asked says how many were. Cited is which answers rest on what. It returns an error only when the
// documents cannot be read or ctx is done.
func Links(ctx context.Context, store *corpus.Store, sc corpus.Scope, cited Cited, most int,
	ask func(ctx context.Context, address string) error,
) (dead []Finding, asked int, err error) {
	var addresses []string
	in := map[string][]document{}
	err = eachDocument(ctx, store, sc, func(d document) {
		links := webLink.FindAllString(d.Text, -1)
		d.Text = ""
		seen := map[string]bool{}
		for _, link := range links {
			link = strings.TrimRight(link, ".,;:!?…")
			if seen[link] || in[link] == nil && len(addresses) == most {
				continue
			}
			seen[link] = true
			if in[link] == nil {
				addresses = append(addresses, link)
			}
			in[link] = append(in[link], d)
		}
	})
	if err != nil {
		return nil, 0, err
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
				dead = append(dead, d.finding(DeadLink, address+": "+why.Error(), len(cited.of(d.Passages)), Facts{}))
			}
			return nil
		})
	}
	_ = group.Wait() // nobody returns an error
	slices.SortFunc(dead, func(a, b Finding) int {
		return cmp.Or(strings.Compare(a.Document, b.Document), strings.Compare(a.Detail, b.Detail))
	})
	return dead, len(addresses), ctx.Err()
}
