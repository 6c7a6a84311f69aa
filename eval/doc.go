// Package eval holds cases, questions with the documents that answer them, and
// scores a retriever on them.
//
// A case file is JSON lines: {"id","question","relevant":["DOCUMENT",...]}.
// Run asks each question once and notes the rank of the first right document
// and of all of them; Score turns ranks into the figures of the field: hit@k,
// MRR@10 and nDCG@10, with bootstrap confidence intervals, since a few dozen
// questions say less than three decimals suggest. Diff tells which questions
// got better between two runs and which worse.
//
// It does not judge answers; a later part of the package will.
package eval
