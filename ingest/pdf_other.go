//go:build !linux

package ingest

// limitMemory does nothing here: the time limit alone bounds the child.
func limitMemory(int, uint64) {}
