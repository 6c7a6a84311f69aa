// Package weigh tells what a short text is about by adding up weights: each word,
// each pair of words that are neighbours or next but one, and each short stretch
// of letters in it speaks for or against each of some kinds. Words count as they
// are spelt and as they sound in French, so that "koi fair" weighs like "quoi
// faire". Learn finds the weights from examples; the words that decided are part of
// a judgement. So a text is judged that no pattern foresaw, with no model and in
// well under a millisecond.
//
// It is multinomial logistic regression ("softmax"), learnt by stochastic
// gradient descent with AdaGrad steps (Duchi, Hazan and Singer, JMLR 12, 2011),
// in a fixed order, so that the same examples give the same weights. A feature
// has no name in the file but a number, its hash, that it may share with others
// (Weinberger and others, "Feature hashing for large scale multitask learning", ICML
// 2009): the file has one size, whatever was learnt.
//
// Spellings are compared without accents and doubled letters. A text of more than
// window words is judged stretch by stretch, and the strongest one counts.
package weigh
