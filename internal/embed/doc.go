// Package embed holds the built-in embedder: text in, unit vectors out, in
// this process, without a model file, a network or cgo, and the same on every
// machine.
//
// A text is taken apart into the stems of its words and their character
// n-grams; each of these features is hashed to a few signed coordinates and
// added with a weight. Texts that share stems are near each other, and so, less
// so, are texts whose words merely look alike: compounds, derivations and
// spelling mistakes.
package embed
