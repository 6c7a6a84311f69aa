package ingest

import "golang.org/x/sys/unix"

// limitMemory bounds a child's address space; where the kernel refuses, the
// time limit still holds.
func limitMemory(pid int, bytes uint64) {
	_ = unix.Prlimit(pid, unix.RLIMIT_AS, &unix.Rlimit{Cur: bytes, Max: bytes}, nil)
}
