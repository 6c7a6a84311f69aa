// Package ingest turns sources into documents.
//
// A Source lists items: files of a folder, pages of a website (website*.go),
// entries of a feed (feed*.go), events of a calendar (calendar*.go), rows of a
// table (csv.go), sheets of service-public (servicepublic*.go), services of the
// national directory (directory*.go), which is also read into services with
// computed hours. What stands on the web is asked for by package fetch. Each
// item is read within bounds and hashed; an item whose hash and reader are
// those of the document that is already there is skipped. Otherwise an
// Extractor, chosen by what the contents say they are, reads it into sections (heading path,
// anchor, page, text), and the Splitter cuts sections into passages, never
// across two of them. Passages are embedded in batches while nothing is held
// in the database, and each document is then put into the open edition in one
// transaction, a few documents side by side. What a complete listing lacks is retired, unless that is so much
// that an operator must be asked first (guard.go). At the end the edition is
// completed and shown to the Gate, by whose verdict it is published, waits for an
// operator, or is dropped; readers see the old edition until then, whatever
// happens on the way.
//
// A document that cannot be read is reported with its reason, keeps its old
// version, and stops nothing else.
//
// Explain shows how one file is read, without any of this.
//
// The package does not search (package corpus does) and knows no database of
// its own: it writes through the small interfaces in store.go.
package ingest
