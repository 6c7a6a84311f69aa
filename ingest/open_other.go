//go:build !unix

package ingest

const nonBlocking = 0
