package postgres

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

const megabyte = 1 << 20

// machineMemory returns the bytes of memory that this machine has, or that the
// container may take, whichever is less; 0 when the system does not say.
func machineMemory() uint64 {
	var info unix.Sysinfo_t
	var memory uint64
	if err := unix.Sysinfo(&info); err == nil {
		memory = info.Totalram * uint64(info.Unit)
	}
	// Where the kernel's two ways of bounding a container say how far it goes.
	for _, path := range []string{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"} {
		data, err := os.ReadFile(path)
		if err != nil {
			continue // the other way, or none
		}
		limit, err := strconv.ParseUint(strings.TrimSpace(string(data)), 10, 64)
		if err == nil && (memory == 0 || limit < memory) {
			memory = limit // "max" is no number
		}
	}
	return memory
}

// sharedBuffers is what a server keeps of its tables in memory: an eighth of
// the machine's, so that a large town's vectors and term lists stay there, from
// 128 MB to 1 GB. The server takes only what it comes to use.
func sharedBuffers(memory uint64) string {
	return fmt.Sprintf("%dMB", min(max(memory/8/megabyte, 128), 1024))
}

// effectiveCache is what the planner may take the system to keep of files in
// memory: half of it, from 256 MB to 8 GB.
func effectiveCache(memory uint64) string {
	return fmt.Sprintf("%dMB", min(max(memory/2/megabyte, 256), 8192))
}
