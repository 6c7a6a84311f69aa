// Package weigh tells what a short text is about by adding up weights: each word,
// each pair of neighbouring words and each short stretch of letters in it speaks
// for or against each of some kinds. Learn finds the weights from examples;
// they stand in a plain file that anybody can read, and the words that decided
// are part of the answer. So a text is judged that no pattern foresaw, with no
// model and in microseconds.
//
// It is multinomial logistic regression ("softmax"), learnt by stochastic
// gradient descent with AdaGrad steps (Duchi, Hazan and Singer, JMLR 12, 2011),
// in a fixed order, so that the same examples give the same weights.
//
// Words are compared without accents and doubled letters. A text of more than
// window words is judged stretch by stretch, and the strongest one counts.
package weigh
