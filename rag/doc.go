// Package rag takes a question in and gives a cited answer out.
//
// A question passes through named steps (step.go), each a small type: it is
// normalised and its personal data masked (Intake, before anybody stores it);
// emergencies and what no town answers have designed answers; a follow-up is
// made self-contained; an agent's approved answer or computed opening hours
// come before any search. Then passages are retrieved and the evidence is
// weighed, and either a language model that is grounded in the numbered
// passages writes the answer or, when there is none or it fails, the passages'
// own sentences are quoted. What comes out is cut into units (a sentence, a
// list item, a table row with its header, a heading); each is checked and cited
// before it is handed on. Raw tokens never leave this package.
//
// A model is not trusted: Grounded, the fact lock, lets a unit of it leave only
// where one place of one cited passage has its facts, its words and what it
// affirms or denies, and makes that place the citation's quote (a unit in a third
// language brings its place word for word: translated.go); Leaks and
// PlainText keep the prompt's words, markup and foreign addresses back.
// docs/answers.md tells the story, and what is not caught.
//
// It does not keep conversations (package chat does) and knows nothing of
// sockets or pages.
package rag
