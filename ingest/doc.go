// Package ingest turns sources into documents.
//
// A Source lists items (files today; pages of a site or a feed later). Each
// item is read within bounds and hashed; an item whose hash and reader are
// those of the document that is already there is skipped. Otherwise an
// Extractor, chosen by media type, reads it into sections (heading path,
// anchor, page, text), and the Splitter cuts sections into passages, never
// across two of them. Passages are embedded in batches while nothing is held
// in the database, and each document is then put into the open edition in one
// transaction. What a complete listing lacks is retired. At the end the edition
// is completed, shown to the Gate, and published; readers see the old edition
// until then, whatever happens on the way.
//
// A document that cannot be read is reported with its reason, keeps its old
// version, and stops nothing else.
//
// Beside folders there are the national feeds: the sheets of service-public
// (servicepublic.go) and the directory of public services (directory.go), which
// is also read into services with computed hours.
//
// The package does not search (package corpus does) and knows no database of
// its own: it writes through the small interfaces in store.go.
package ingest
