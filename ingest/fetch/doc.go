// Package fetch asks web servers that nobody here controls for their pages.
//
// A Client bounds everything that a server decides: which machine a name leads
// to (no address inside a private network, unless its host was allowed by
// name), how long it takes, how much it sends, compressed or not, and how often
// it redirects. It is polite: it says who it is, keeps a pause between two
// requests to a host, does what Retry-After says, and tries again only what may
// pass by itself. What fails is an *Error with a code and plain words.
//
// A Memory keeps what servers said from run to run, so that what has not
// changed costs one conditional request. Beside these stand what a site says
// of itself (robots.txt, sitemaps) and the form in which two spellings of one
// address are one (Normalize).
//
// The package decides nothing about what is worth fetching: package ingest
// does.
package fetch
