// Package rag takes a question in and gives a cited answer out.
//
// An Answerer retrieves passages, weighs the evidence, and then either asks a
// language model that is grounded in the numbered passages, or, when there is
// none or it fails, quotes the passages' own sentences. What comes out is cut
// into units (a sentence, a list item, a table row with its header, a
// heading); each is checked and cited before it is handed on. Raw tokens never
// leave this package.
//
// A model is not trusted: Grounded lets a unit of it leave only where one place
// of one cited passage has its figures, its words and what it affirms or
// denies, and makes that place the citation's quote. docs/answers.md tells what
// this catches and what not. A question that tells of danger, or is but a
// greeting, has a designed answer without a search (emergency.txt).
//
// It does not keep conversations (package chat does) and knows nothing of
// sockets or pages.
package rag
