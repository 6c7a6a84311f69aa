package postgres

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// postmaster is a running server of the keeper's.
type postmaster struct {
	cmd   *exec.Cmd
	ended chan struct{} // closed once the server has ended
}

// stopPatience is how long a server may take for each way of stopping it,
// before the next, harder one.
const stopPatience = 20 * time.Second

// stop stops the server: it ends its sessions and writes what it holds, and is
// killed only if it cannot.
func (pm *postmaster) stop() error {
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT, syscall.SIGKILL} {
		if err := pm.cmd.Process.Signal(sig); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return fmt.Errorf("stop the database server: %w", err)
		}
		select {
		case <-pm.ended:
			return nil
		case <-time.After(stopPatience):
		}
	}
	return errors.New("the database server cannot be stopped")
}

// start starts the server and returns once it takes connections and has the
// role, the database and the extension that programs expect.
func (k *keeper) start(ctx context.Context) (*postmaster, error) {
	// What a killed keeper or postmaster left behind must be gone first: it
	// would keep a new server from starting.
	if err := k.clearAway(ctx); err != nil {
		return nil, err
	}
	log, err := os.OpenFile(k.files.postgresLog(), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the server's log: %w", err)
	}
	defer func() { _ = log.Close() }()
	// The command is not bound to ctx: stop is what ends it, and gently.
	cmd := k.server.command(context.WithoutCancel(ctx), k.files.cluster(), "postgres", k.settings()...)
	cmd.Stdout, cmd.Stderr = log, log
	// Should the keeper be killed, the kernel asks the server to shut down.
	cmd.SysProcAttr.Pdeathsig = syscall.SIGINT
	pm := &postmaster{cmd: cmd, ended: make(chan struct{})}
	started := make(chan error)
	go func() {
		// The kernel sends that signal when the thread that started the
		// server ends, so this thread is kept until the server is gone.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer close(pm.ended)
		err := cmd.Start()
		started <- err
		if err == nil {
			// How it ended stands in its own log.
			_ = cmd.Wait()
		}
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start the database server: %w", err)
	}
	if err := k.furnish(ctx, pm); err != nil {
		return nil, errors.Join(err, pm.stop())
	}
	return pm, nil
}

// settings are the server's command line: what a small machine can carry, and
// no way in but the socket.
func (k *keeper) settings() []string {
	memory := machineMemory()
	values := map[string]string{
		"listen_addresses":        "",
		"port":                    "5432", // names the socket; nothing listens on it
		"unix_socket_directories": k.files.socketDir(),
		"unix_socket_permissions": "0700",
		"hba_file":                k.files.hba(),
		"ident_file":              k.files.ident(),
		"max_connections":         "100",
		"shared_buffers":          sharedBuffers(memory),
		"effective_cache_size":    effectiveCache(memory),
		"work_mem":                "8MB",
		"maintenance_work_mem":    "128MB",
		"max_wal_size":            "1GB",
		"wal_level":               "minimal",
		"max_wal_senders":         "0",
		"random_page_cost":        "1.1",
		"jit":                     "off",
		"log_checkpoints":         "off",
		"log_line_prefix":         "%m [%p] %q%d ",
		"logging_collector":       "off",
		"log_destination":         "stderr",
		"timezone":                "UTC",
	}
	if k.throwaway {
		values["fsync"] = "off"
		values["synchronous_commit"] = "off"
		values["full_page_writes"] = "off"
		values["autovacuum"] = "off"
		values["max_connections"] = "300"
	}
	args := []string{"-D", k.files.cluster()}
	for name, value := range values {
		args = append(args, "-c", name+"="+value)
	}
	return args
}

// connectAdmin connects as the cluster's superuser, which the server grants to
// the keeper's operating system user alone and without a password.
func (k *keeper) connectAdmin(ctx context.Context, database string) (*pgx.Conn, error) {
	conf, err := pgx.ParseConfig("")
	if err != nil {
		return nil, fmt.Errorf("prepare a connection: %w", err)
	}
	conf.Host, conf.Port = k.files.socketDir(), 5432
	conf.User, conf.Password, conf.Database = adminName, "", database
	conf.TLSConfig, conf.Fallbacks = nil, nil
	conf.ConnectTimeout = 5 * time.Second
	return pgx.ConnectConfig(ctx, conf)
}

// connectFirst connects as soon as the server takes connections.
func (k *keeper) connectFirst(ctx context.Context, pm *postmaster) (*pgx.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	for {
		conn, err := k.connectAdmin(ctx, "template1")
		if err == nil {
			return conn, nil
		}
		select {
		case <-pm.ended:
			return nil, fmt.Errorf("the database server ended while it started; %s ends with:\n%s",
				k.files.postgresLog(), tail(k.files.postgresLog(), 8))
		case <-ctx.Done():
			return nil, fmt.Errorf("the database server takes no connections: %w", err)
		case <-time.After(pollEvery):
		}
	}
}

// clearAway ends the processes of an earlier server of this cluster and
// removes the file that names it. The keeper's lock is held, so that nobody
// else can rightly run one.
func (k *keeper) clearAway(ctx context.Context) error {
	// An earlier keeper's death has asked its server to shut down: it gets
	// the time to.
	for _, sig := range []syscall.Signal{0, syscall.SIGQUIT, syscall.SIGKILL} {
		deadline := time.Now().Add(stopPatience / 4)
		for first := true; ; first = false {
			left, err := serverProcesses(k.files.cluster())
			if err != nil {
				return err
			}
			if len(left) == 0 {
				return k.removePID()
			}
			if first && sig != 0 {
				k.log.Warn("ending what is left of an earlier server", "processes", left, "signal", sig.String())
				for _, pid := range left {
					// It may have ended by itself meanwhile.
					_ = syscall.Kill(pid, sig)
				}
			}
			// Without its postmaster a session ends at once or not at all.
			orphans := sig == 0 && !slices.Contains(left, k.earlierPostmaster())
			if orphans || time.Now().After(deadline) {
				break
			}
			if err := pause(ctx, pollEvery); err != nil {
				return err
			}
		}
	}
	return fmt.Errorf("processes of an earlier server in %s cannot be ended", k.files.cluster())
}

// earlierPostmaster reads the process id that a server left in the cluster; 0
// when there is none.
func (k *keeper) earlierPostmaster() int {
	data, err := os.ReadFile(filepath.Join(k.files.cluster(), "postmaster.pid"))
	if err != nil {
		return 0
	}
	line, _, _ := strings.Cut(string(data), "\n")
	pid, err := strconv.Atoi(line)
	if err != nil {
		return 0
	}
	return pid
}

// removePID removes what a server that is gone wrote its process id into. The
// id may still be taken, by a process that nobody has waited for yet: a new
// server would believe that it runs.
func (k *keeper) removePID() error {
	for _, path := range []string{
		filepath.Join(k.files.cluster(), "postmaster.pid"),
		filepath.Join(k.files.socketDir(), ".s.PGSQL.5432.lock"),
	} {
		err := os.Remove(path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove the earlier server's process id: %w", err)
		}
	}
	return nil
}

// serverProcesses lists the processes of a server on a cluster: each of them
// has the cluster as its current folder, and they outlive their postmaster
// when that is killed.
func serverProcesses(cluster string) ([]int, error) {
	resolved, err := filepath.EvalSymlinks(cluster)
	if err != nil {
		return nil, fmt.Errorf("find the cluster: %w", err)
	}
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, fmt.Errorf("list the processes: %w", err)
	}
	var pids []int
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		// Other users' processes, and those that have just ended, cannot
		// be read; none of them is the cluster's.
		folder, err := os.Readlink(filepath.Join("/proc", entry.Name(), "cwd"))
		if err != nil || folder != resolved {
			continue
		}
		program, err := os.Readlink(filepath.Join("/proc", entry.Name(), "exe"))
		if err == nil && isServer(filepath.Base(program)) {
			pids = append(pids, pid)
		}
	}
	return pids, nil
}

// isServer tells whether a program's file is the server, also after an upgrade
// has replaced the file under a running one.
func isServer(name string) bool { return name == "postgres" || name == "postgres (deleted)" }
