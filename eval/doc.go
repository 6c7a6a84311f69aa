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
// RunAnswers asks an Answerer the cases of another kind of file, which say what
// an answer must cite, state and not state, and JudgeAnswer holds the answer
// against them; facts compare in the form of Normal. docs/evaluation.md tells how
// to write such cases. CompareAnswers asks them in two settings, as the gate does
// before an edition is published: which answers got better, and which worse.
package eval
