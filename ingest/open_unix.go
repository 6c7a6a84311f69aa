//go:build unix

package ingest

import "golang.org/x/sys/unix"

// nonBlocking keeps the opening of a named pipe from waiting for its writer.
const nonBlocking = unix.O_NONBLOCK
