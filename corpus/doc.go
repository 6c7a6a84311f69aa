// Package corpus holds what a town has published, and finds it.
//
// A town reads its own collections and the shared ones. A collection has
// numbered editions and points at its published one. A writer opens the next
// edition (Store.OpenEdition), puts and retires documents in it through runs,
// completes it (which writes its lexical index) and publishes it. Readers take
// a Scope once, at their start, and see the editions it names, never half of
// one.
//
// Search scores documents by four kinds of evidence: exact BM25 over compact
// term lists, of their best passage and of the whole; their best passage's
// cosine; and words side by side. It reads misspelt words as the collection's
// own, adds the thesaurus's, leaves out what has ended, and tells how likely it
// is that what it found answers (docs/retrieval.md).
//
// The package does not fetch, parse or split documents (package ingest does),
// and it does not write answers (package rag does).
package corpus
