// Package phrases finds what a short text speaks of, by patterns of words that
// stand in a plain file. It forgives spelling: words are compared without
// accents, apostrophes and doubled letters, the usual short forms of text
// messages are written out (writing.txt), and a word of five letters or more
// may have one wrong letter, except its first and unless it is an everyday word
// (everyday.txt).
//
// A file has lines of these forms:
//
//	# a comment
//	@partner = mari | conjoint | petit_ami       a concept; later lines add to it
//	[violence]                                   a kind; the patterns below tell of it
//	@partner me frapp*                           a pattern
//	? bagarre                                    a weak pattern
//	[hide]                                       stretches that say something else
//	feu_d_artifice
//	[quiet]                                      topics: weak patterns are silent beside them
//	calendrier
//
// A pattern's parts follow one another, with one other word between two of
// them at most, or six where "~" stands; "_" joins words that stand side by side.
// "a|b" is either, "frapp*" begins so, "feu!" is spelt so, "^" and "$" are the
// beginning and the end of a sentence. "a & b" asks for both in one sentence,
// in any order, and "& !c" that c is not in it.
//
// It knows no grammar: who adds a pattern adds phrasings that should be found,
// and some that should not, to the tests of the file's owner.
package phrases
