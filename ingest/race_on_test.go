//go:build race

package ingest

// raced tells that the race detector makes everything slower and larger: the
// bounds are held without it.
const raced = true
