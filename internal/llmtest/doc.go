// Package llmtest is a scripted, OpenAI-compatible model server over real
// HTTP, for tests and benchmarks. It streams chat completions as server-sent
// events and serves embeddings, well or badly, as each request's Script says,
// and records what it was asked and when it sent each token.
package llmtest
