// Package rag takes a question in and gives a cited answer out.
//
// An Answerer retrieves passages, weighs the evidence, and then either asks a
// language model that is grounded in the numbered passages, or, when there is
// none or it fails, quotes the passages' own sentences. What comes out is cut
// into units (a sentence, a list item, a table row with its header, a
// heading); each is checked and cited before it is handed on. Raw tokens never
// leave this package.
//
// It does not keep conversations (package chat does) and knows nothing of
// sockets or pages.
package rag
