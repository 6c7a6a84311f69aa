// Package corpus holds what a town has published, and finds it.
//
// A town reads its own collections and the shared ones. A collection has
// numbered editions and points at its published one. A writer opens the next
// edition (Store.OpenEdition), puts and retires documents in it through runs,
// completes it (which writes its lexical index) and publishes it. Readers take
// a Scope once, at their start, and see the editions it names, never half of
// one.
//
// Search finds passages by two ways, exact BM25 over compact term lists and
// cosine over vectors, and fuses them into documents, best first.
//
// The package does not fetch, parse or split documents (package ingest does),
// and it does not write answers (package rag does).
package corpus
