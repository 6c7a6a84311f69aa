package fetch

import (
	"context"
	"errors"
	"net/url"
	"time"

	"github.com/temoto/robotstxt"
)

// agent is the name by which robots.txt speaks to us.
const agent = "Guichet"

// maxRobots is what is read of a robots.txt: RFC 9309 asks for 500 KiB.
const maxRobots = 500 << 10

// Robots is what a host's robots.txt says to us.
type Robots struct {
	group    *robotstxt.Group // nil: all is allowed
	Delay    time.Duration    // that it asks for between two requests
	Sitemaps []string
}

// Robots asks for the robots.txt of a host (scheme and host of base). A file
// that is not there, or that the server refuses, allows all; a server that
// fails is an error, since then nothing is known to be allowed.
func (c *Client) Robots(ctx context.Context, m Memory, base *url.URL) (Robots, error) {
	at := url.URL{Scheme: base.Scheme, Host: base.Host, Path: "/robots.txt"}
	file, err := c.File(ctx, m, at.String())
	var e *Error
	switch {
	case err == nil:
		return ParseRobots(file.Body), nil
	case errors.As(err, &e) && (e.code == CodeGone || e.code == CodeForbidden || e.code == CodeStatus && e.Status >= 400):
		return Robots{}, nil
	case e != nil:
		return Robots{}, errorf(e.code, "%s cannot be read, so that nothing is known to be allowed: %s", at.String(), e.text)
	}
	return Robots{}, err
}

// ParseRobots reads a robots.txt. Lines that it does not understand count for
// nothing.
func ParseRobots(b []byte) Robots {
	data, err := robotstxt.FromBytes(b[:min(len(b), maxRobots)])
	if err != nil {
		return Robots{}
	}
	r := Robots{group: data.FindGroup(agent), Sitemaps: data.Sitemaps}
	if r.group != nil {
		r.Delay = r.group.CrawlDelay
	}
	return r
}

// Allows tells whether the page with this path and query may be asked for.
func (r Robots) Allows(pathAndQuery string) bool {
	return r.group == nil || r.group.Test(pathAndQuery)
}
