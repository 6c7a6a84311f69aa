//go:build unix

package ingest

import (
	"runtime"
	"syscall"
)

// mostMemory asks the system for the most memory, in MB, that the program and
// the largest of its ended children took.
func mostMemory() (own, children int) {
	most := func(who int) int {
		var u syscall.Rusage
		if syscall.Getrusage(who, &u) != nil {
			return 0
		}
		if runtime.GOOS == "darwin" { // bytes there, kilobytes elsewhere
			return int(u.Maxrss >> 20)
		}
		return int(u.Maxrss >> 10)
	}
	return most(syscall.RUSAGE_SELF), most(syscall.RUSAGE_CHILDREN)
}
