// Package embed holds the built-in embedder: text in, unit vectors out, in
// this process, without a model file, a network or cgo, and the same on every
// machine.
//
// A word has two features: its stem, and its light form (plural and a few
// endings cut), marked "=". Each feature has a vector in a table that comes
// with the program, builtin.bin; a text is the weighted sum of its features'
// vectors, brought to unit length. A feature that the table does not have gets
// a vector drawn from its hash, so that a town's own words are near themselves
// and nothing else.
//
// The table was learned by the program in train/ from 936 sheets of
// service-public.fr, published by the Direction de l'information légale et
// administrative (DILA) under Licence Ouverte 2.0. It holds words of at least
// two of their passages and nothing else: no word of a question. Its header
// states this provenance; Origin returns it.
//
// Vectors are comparable only with those of the same table: whoever learns
// another one gives it another version, which is that of the Space.
package embed
