package ingest

import (
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// nobody is the user that owns nothing.
const nobody = 65534

// holds are the ways to hold a child, tightest first: containers and hardened
// kernels refuse some.
func holds() []holding {
	if os.Geteuid() == 0 {
		return []holding{{offline: true, unprivileged: true}, {unprivileged: true}, {}}
	}
	return []holding{{offline: true, unprivileged: true}, {unprivileged: true}}
}

// isolate makes the program start in a process group of its own, which is
// ended as a whole, and held as asked for.
func isolate(cmd *exec.Cmd, hold holding) {
	attr := &syscall.SysProcAttr{Setpgid: true}
	root := os.Geteuid() == 0
	if hold.offline {
		attr.Cloneflags = syscall.CLONE_NEWNET
		if !root { // an ordinary user may do so in a user namespace
			attr.Cloneflags |= syscall.CLONE_NEWUSER
			attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getuid(), HostID: os.Getuid(), Size: 1}}
			attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getgid(), HostID: os.Getgid(), Size: 1}}
		}
	}
	if root && hold.unprivileged {
		attr.Credential = &syscall.Credential{Uid: nobody, Gid: nobody}
	}
	cmd.SysProcAttr = attr
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}

// limit bounds a child that has not been given its file yet, and tells whether
// the kernel agreed.
func limit(pid int) bool {
	held := true
	for resource, most := range map[int]uint64{
		unix.RLIMIT_AS:    toolMemory,
		unix.RLIMIT_CPU:   toolCPU,
		unix.RLIMIT_FSIZE: toolWrites,
		unix.RLIMIT_CORE:  0,
	} {
		err := unix.Prlimit(pid, resource, &unix.Rlimit{Cur: most, Max: most}, nil)
		held = held && (err == nil || err == unix.ESRCH) //nolint:errorlint // a system call's number
	}
	return held
}
