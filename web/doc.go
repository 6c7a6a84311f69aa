// Package web serves the pages of Guichet: the resident's page and its bubble,
// a sample town page, and the agents' console.
//
// A request finds its town (by ?town=, else the default one) and its language
// (by ?lang=, else the browser's, else the town's first), is rendered by
// html/template into a buffer, and leaves with a strict content security
// policy: scripts and styles come from this server's files alone. Those files
// are embedded and live under a folder named by their common hash, so that
// browsers keep them for ever and an update reaches them at once.
//
// The resident's page speaks to /ws by the frames of docs/protocol.md; what is
// at /ws is handed in (package chat). The console's test bench calls the same
// Answerer as residents do, with its trace on.
//
// All that the package needs is declared here as small interfaces; it opens no
// database and reads no environment.
package web
