// Package llm reaches language models and embedders at any OpenAI-compatible
// server through langchaingo, of which it is the only importer, and tells the
// truth about what came back.
//
// The library alone does not: a cancelled stream, a stream that ends early and
// an error frame in its middle all come back without an error; HTTP status and
// Retry-After are lost; lines that are no JSON are skipped in silence; a line
// over 64 KiB breaks its scanner; a short reply gives fewer vectors and no
// error. So its HTTP client is ours: a transport that notes what each exchange
// really was (exchange.go), watches the stream's lines (stream.go) and puts
// vectors in the order of their index (vectors.go). Model and Embedder weigh
// what was noted before they believe the library.
//
// The key goes into one header and nowhere else: it is not logged, and is cut
// out of what a server says before that becomes an error.
package llm
