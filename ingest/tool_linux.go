package ingest

import (
	"os"
	"os/exec"
	"syscall"
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
