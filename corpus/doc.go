// Package corpus holds what a town has published, and finds it.
//
// A town reads its own collections and the shared ones. A collection has
// numbered editions and points at its published one. A writer claims the
// collection (Store.Claim), of which there is one writer at a time, and announces
// a run over each source (AnnounceRuns), so that others can watch and cancel it.
// It opens the next edition (Edition.Open), enters it with each run
// (Edition.StartRun), puts and retires documents, and completes it, which writes
// its lexical index. Then it publishes the edition, or leaves it to wait, with what
// the gate saw (Review), for an operator, who publishes or rejects it. A Policy says
// which; a rollback holds the collection until an operator resumes. Readers take
// a Scope once, at their start, and see the editions it names, never half of one.
//
// Beside documents it keeps what belongs to a town and to no edition: its settings
// and services, its cases, its approved answers, its declared sources with their
// schedules, and what servers said of their pages (Visits).
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
