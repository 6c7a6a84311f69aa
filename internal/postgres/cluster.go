package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sys/unix"
)

// errKeeperEnded says that a keeper ended without a word.
var errKeeperEnded = errors.New("the database's keeper ended before it was ready")

// startTimeout bounds the wait for a keeper that is starting: making a cluster
// on a slow disk, or recovery after a crash, takes its time.
const startTimeout = 3 * time.Minute

// ClusterConfig says which private cluster to use, and how its keeper, if one
// has to be started, shall treat it.
type ClusterConfig struct {
	Dir           string        // the cluster's own folder
	KeeperCommand []string      // as in Config
	Grace         time.Duration // how long the keeper waits for a next user; 0 means 10 s
	// Throwaway is for tests: nothing is synced to disk, and the
	// application's role may create databases.
	Throwaway bool
	Log       *slog.Logger
}

// Cluster is this program's hold on a private cluster: it runs at least until
// Close.
type Cluster struct {
	conf     ClusterConfig
	files    layout
	users    *fileLock
	password string
}

// OpenCluster makes sure that the private cluster in conf.Dir runs, and holds
// it. Programs may do so at the same time.
func OpenCluster(ctx context.Context, conf ClusterConfig) (*Cluster, error) {
	if conf.Log == nil {
		conf.Log = slog.New(slog.DiscardHandler)
	}
	dir, err := filepath.Abs(conf.Dir)
	if err != nil {
		return nil, fmt.Errorf("find folder %s: %w", conf.Dir, err)
	}
	conf.Dir = dir
	if len(conf.KeeperCommand) == 0 {
		program, err := os.Executable()
		if err != nil {
			return nil, fmt.Errorf("find this program: %w", err)
		}
		conf.KeeperCommand = []string{program, "keeper"}
	}
	if err := makeDir(dir); err != nil {
		return nil, err
	}
	c := &Cluster{conf: conf, files: layout{dir}}
	// A keeper that is about to end holds this lock exclusively: whoever
	// gets past it starts a new one.
	c.users, err = waitLock(ctx, c.files.usersLock(), unix.LOCK_SH)
	if err != nil {
		return nil, err
	}
	if err := c.touch(); err != nil {
		c.Close()
		return nil, err
	}
	if err := c.ensure(ctx); err != nil {
		c.Close()
		return nil, err
	}
	password, err := os.ReadFile(c.files.password())
	if err != nil {
		c.Close()
		return nil, fmt.Errorf("read the database password: %w", err)
	}
	c.password = strings.TrimSpace(string(password))
	return c, nil
}

// Close ends this program's hold. Connections should be closed before.
func (c *Cluster) Close() { c.users.release() }

// URL is the connection string of one of the cluster's databases. It holds the
// password: it belongs in no log.
func (c *Cluster) URL(database string) string {
	u := url.URL{
		Scheme:   "postgres",
		User:     url.UserPassword(databaseName, c.password),
		Path:     "/" + database,
		RawQuery: url.Values{"host": {c.files.socketDir()}}.Encode(),
	}
	return u.String()
}

// touch notes the time of this use, so that the keeper counts its grace from
// here even if the program is gone before the keeper looks again.
func (c *Cluster) touch() error {
	now := time.Now()
	if err := os.Chtimes(c.files.usersLock(), now, now); err != nil {
		return fmt.Errorf("note the use of the cluster: %w", err)
	}
	return nil
}

// ensure returns once a keeper runs and its server takes connections, having
// started one where there was none.
func (c *Cluster) ensure(ctx context.Context) error {
	if ready, err := c.ready(); ready || err != nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, startTimeout,
		fmt.Errorf("the database was not ready within %s; see %s", startTimeout, c.files.postgresLog()))
	defer cancel()
	start, err := waitLock(ctx, c.files.startLock(), unix.LOCK_EX)
	if err != nil {
		return err
	}
	defer start.release()

	kept, err := locked(c.files.keeperLock())
	if err != nil {
		return err
	}
	if kept {
		// Somebody began to start it and was killed; or it is about to end,
		// and another one is needed.
		if err := c.waitReady(ctx, nil); !errors.Is(err, errKeeperEnded) {
			return err
		}
	}
	if err := c.files.clearState(); err != nil {
		return err
	}
	// What can be judged here is judged here: the error is then the
	// caller's, not a line in a log.
	if _, err := findServer(ctx, c.files); err != nil {
		return err
	}
	ended, err := c.startKeeper(ctx)
	if err != nil {
		return err
	}
	return c.waitReady(ctx, ended)
}

// settle returns once the server has taken a connection. A server may be ready
// at one moment and gone the next, when its keeper was told to end or it
// recovers from a crash; its successor comes soon.
func (c *Cluster) settle(ctx context.Context, conf *pgx.ConnConfig) error {
	for deadline := time.Now().Add(30 * time.Second); ; {
		conn, err := pgx.ConnectConfig(ctx, conf)
		if err == nil {
			return conn.Close(ctx)
		}
		if time.Now().After(deadline) || ctx.Err() != nil {
			return fmt.Errorf("connect: %w", err)
		}
		if err := pause(ctx, 10*pollEvery); err != nil {
			return fmt.Errorf("connect: %w", err)
		}
		if err := c.ensure(ctx); err != nil {
			return err
		}
	}
}

// ready tells whether a keeper runs and has said that its server is ready.
func (c *Cluster) ready() (bool, error) {
	state, err := c.files.readState()
	if err != nil || state != stateReady {
		return false, err
	}
	return locked(c.files.keeperLock())
}

// startKeeper starts a keeper that outlives this program: in a session of its
// own, a child of nobody here, its output in a log. The channel is closed once
// the keeper has ended; it stays open when this program ends first.
func (c *Cluster) startKeeper(ctx context.Context) (<-chan struct{}, error) {
	log, err := os.OpenFile(c.files.keeperLog(), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the keeper's log: %w", err)
	}
	defer func() { _ = log.Close() }()
	// Nothing is written to this pipe: its end tells that the keeper ended.
	reader, writer, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("open a pipe to the keeper: %w", err)
	}
	// The shell leaves at once, so that the keeper is adopted by the system
	// and leaves no unreaped process here.
	args := []string{"-c", `"$@" </dev/null &`, "sh"}
	args = append(args, c.conf.KeeperCommand...)
	args = append(args, "--dir", c.conf.Dir, "--grace", grace(c.conf.Grace).String())
	if c.conf.Throwaway {
		args = append(args, "--throwaway")
	}
	cmd := exec.CommandContext(ctx, "/bin/sh", args...)
	cmd.Env = keeperEnv(os.Environ())
	cmd.Stdout, cmd.Stderr = log, log
	cmd.ExtraFiles = []*os.File{writer}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	err = cmd.Run()
	_ = writer.Close()
	if err != nil {
		_ = reader.Close()
		return nil, fmt.Errorf("start the keeper: %w", err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = io.Copy(io.Discard, reader)
		_ = reader.Close()
	}()
	return ended, nil
}

// waitReady waits until the keeper says that its server is ready, or has
// failed or ended. A nil ended means a keeper that another program started.
func (c *Cluster) waitReady(ctx context.Context, ended <-chan struct{}) error {
	for {
		over := false
		select {
		case <-ended:
			over = true
		default:
		}
		if ended == nil {
			kept, err := locked(c.files.keeperLock())
			if err != nil {
				return err
			}
			over = !kept
		}
		// The state is read after the look at the keeper: what it wrote
		// before it ended is not missed.
		state, err := c.files.readState()
		if err != nil {
			return err
		}
		if state == stateReady {
			return nil
		}
		if reason, failed := strings.CutPrefix(state, stateFailed); failed {
			return errors.New(reason)
		}
		if over {
			return fmt.Errorf("%w; %s ends with:\n%s",
				errKeeperEnded, c.files.keeperLog(), tail(c.files.keeperLog(), 5))
		}
		if err := pause(ctx, pollEvery); err != nil {
			return context.Cause(ctx)
		}
	}
}

// keeperEnv leaves out Guichet's own settings: the keeper outlives this program
// and has no use for its keys.
func keeperEnv(environ []string) []string {
	return slices.DeleteFunc(slices.Clone(environ), func(entry string) bool {
		return strings.HasPrefix(entry, "GUICHET_")
	})
}

// makeDir makes the cluster's folder. Root's is made passable, since the
// database's own user has to reach the cluster inside. A folder of another user
// is refused, to root too: files that root left in it would lock its owner out.
func makeDir(dir string) error {
	mode := fs.FileMode(0o700)
	if os.Getuid() == 0 {
		mode = 0o711
	}
	if err := os.MkdirAll(dir, mode); err != nil {
		return fmt.Errorf("make the database's folder: %w; "+
			"choose a data folder that you may write to (GUICHET_DATA_DIR)", err)
	}
	info, err := os.Stat(dir)
	if err != nil {
		return fmt.Errorf("look at the database's folder: %w", err)
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || int(stat.Uid) == os.Getuid() {
		return nil
	}
	owner := strconv.Itoa(int(stat.Uid))
	if known, err := user.LookupId(owner); err == nil {
		owner = known.Username
	}
	return fmt.Errorf("the database in %s belongs to the user %s: run Guichet as that user (sudo -u %s ...), "+
		"or choose another data folder (GUICHET_DATA_DIR)", dir, owner, owner)
}

// grace is how long a keeper waits for a next user.
func grace(configured time.Duration) time.Duration {
	if configured <= 0 {
		return 10 * time.Second
	}
	return configured
}
