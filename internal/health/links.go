package health

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"guichet/corpus"
)

// NoFile is the reason of a dead link that names a file and no host.
const NoFile = "no_file"

// linksAtOnce is how many links are asked for at the same time.
const linksAtOnce = 8

// LinkLimits bound what asking for links may cost. Zero fields take what stands
// beside them.
type LinkLimits struct {
	Most   int           // addresses; 1000
	Within time.Duration // for all of them; 2 minutes
}

// LinkAnswer is what came of asking for an address.
type LinkAnswer struct {
	Kind Kind   // DeadLink or UncheckedLink; "": it leads somewhere
	Code string // why, for a program
	Why  string // the same in an operator's words
}

// Asking is how links are looked at.
type Asking struct {
	// Address asks for an address.
	Address func(ctx context.Context, address string) LinkAnswer
	// Relative returns, of the links in a document's source that name no host, the
	// addresses to ask for, and the links that lead to no file. nil: none is looked at.
	Relative func(corpus.ScopeDocument) (addresses, missing []string)
}

// LinkReport is what was found of links.
type LinkReport struct {
	Findings []Finding `json:"-"`
	Asked    int       `json:"asked"` // addresses
	Left     int       `json:"left"`  // addresses that were over the limits
}

// Links tells of links in the documents that lead nowhere, and of those of which
// that cannot be said. Each address is asked for once, in the order in which
// they come. Cited is which answers rest on what. It returns an error only when
// the documents cannot be read or ctx is done.
func Links(ctx context.Context, store *corpus.Store, sc corpus.Scope, cited Cited, l LinkLimits,
	ask Asking,
) (LinkReport, error) {
	var report LinkReport
	addresses, in, err := linksOf(ctx, store, sc, ask.Relative, func(d document, missing string) {
		report.Findings = append(report.Findings, d.finding(DeadLink, "it links to a file that is not there: "+missing, len(cited.of(d.Passages)),
			Facts{Link: missing, Reason: NoFile}))
	})
	if err != nil {
		return LinkReport{}, err
	}
	most := min(cmp.Or(l.Most, 1000), len(addresses))
	var mu sync.Mutex
	within, cancel := context.WithTimeout(ctx, cmp.Or(l.Within, 2*time.Minute))
	defer cancel()
	var group errgroup.Group
	group.SetLimit(linksAtOnce)
	for _, address := range addresses[:most] {
		group.Go(func() error {
			if within.Err() != nil {
				return nil
			}
			answer := ask.Address(within, address)
			mu.Lock()
			defer mu.Unlock()
			if answer.Kind == UncheckedLink && within.Err() != nil {
				return nil // time ran out, and not the server's patience
			}
			report.Asked++
			if answer.Kind == "" {
				return nil
			}
			for _, d := range in[address] {
				report.Findings = append(report.Findings, d.finding(answer.Kind, answer.Why+": "+address, len(cited.of(d.Passages)),
					Facts{Link: address, Reason: answer.Code}))
			}
			return nil
		})
	}
	_ = group.Wait() // nobody returns an error
	report.Left = len(addresses) - report.Asked
	sortFindings(report.Findings)
	return report, ctx.Err()
}

// linksOf returns the web addresses in the documents' texts, and those that relative
// makes of their sources, in the order in which they come, and the documents that each
// stands in. It hands on the links that lead to no file.
func linksOf(ctx context.Context, store *corpus.Store, sc corpus.Scope,
	relative func(corpus.ScopeDocument) (addresses, missing []string), dead func(d document, missing string),
) (addresses []string, in map[string][]document, err error) {
	in = map[string][]document{}
	err = eachDocument(ctx, store, sc, func(d document) {
		found := links(d.Text)
		d.Text = ""
		if relative != nil {
			more, missing := relative(d.ScopeDocument)
			for _, link := range more {
				if !slices.Contains(found, link) {
					found = append(found, link)
				}
			}
			for _, link := range missing {
				dead(d, link)
			}
		}
		for _, link := range found {
			if in[link] == nil {
				addresses = append(addresses, link)
			}
			in[link] = append(in[link], d)
		}
	})
	return addresses, in, err
}

var webLink = regexp.MustCompile(`https?://[^\s<>\[\]"'«»|]+`)

// links returns the web addresses in a text, each once, without the place in a
// page that they lead to.
func links(text string) []string {
	var found []string
	for _, link := range webLink.FindAllString(text, -1) {
		link, _, _ = strings.Cut(link[:closed(link)], "#")
		link = strings.TrimRight(link, ".,;:!?…*_")
		if _, host, _ := strings.Cut(link, "://"); host != "" && !slices.Contains(found, link) {
			found = append(found, link)
		}
	}
	return found
}

// closed is where the first bracket of a link closes that the link did not open:
// it belongs to the text around it.
func closed(link string) int {
	open := 0
	for i, r := range link {
		switch r {
		case '(':
			open++
		case ')':
			if open--; open < 0 {
				return i
			}
		}
	}
	return len(link)
}
