// Command fit fits the evidence score: how likely the documents found answer
// the question.
//
//	go run ./eval/fit -set FOLDER=dev.jsonl,absent.jsonl,offtopic.jsonl -set FOLDER2=cases.jsonl,,offtopic.jsonl
//
// Each FOLDER is a data folder whose private database holds the documents. It
// asks their questions, takes the signals of each
// search, and fits a logistic regression of "a right document is among the
// first five" on them, with ridge regularisation, by five-fold
// cross-validation repeated ten times. It prints the area under the ROC curve
// on the folds left out, and the coefficients of a fit to all, which go into
// corpus/evidence.go. With -cases, it fits what rag/evidence.go decides by
// (answers.go).
package main
