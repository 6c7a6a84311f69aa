package postgres

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

const (
	databaseName = "guichet" // the database, and the role that owns it
	adminName    = "guichet_admin"

	// maxSocketPath is what a Unix socket's address holds, its final zero
	// byte aside.
	maxSocketPath = 107
	socketName    = ".s.PGSQL.5432"
)

// layout names the files of a private cluster's folder.
type layout struct{ dir string }

// clusterDir is the cluster's folder inside a data folder.
func clusterDir(dataDir string) string { return filepath.Join(dataDir, "postgres") }

func (l layout) cluster() string     { return filepath.Join(l.dir, "cluster") }
func (l layout) newCluster() string  { return filepath.Join(l.dir, "cluster.new") }
func (l layout) hba() string         { return filepath.Join(l.dir, "pg_hba.conf") }
func (l layout) ident() string       { return filepath.Join(l.dir, "pg_ident.conf") }
func (l layout) password() string    { return filepath.Join(l.dir, "password") }
func (l layout) usersLock() string   { return filepath.Join(l.dir, "users.lock") }
func (l layout) startLock() string   { return filepath.Join(l.dir, "start.lock") }
func (l layout) keeperLock() string  { return filepath.Join(l.dir, "keeper.lock") }
func (l layout) state() string       { return filepath.Join(l.dir, "state") }
func (l layout) keeperPID() string   { return filepath.Join(l.dir, "keeper.pid") }
func (l layout) keeperLog() string   { return filepath.Join(l.dir, "keeper.log") }
func (l layout) postgresLog() string { return filepath.Join(l.dir, "postgres.log") }

// socketDir is where the server's socket stands: beside the cluster, or in a
// short folder of its own where that path would be too long for a socket.
func (l layout) socketDir() string {
	dir := filepath.Join(l.dir, "run")
	if len(filepath.Join(dir, socketName)) <= maxSocketPath {
		return dir
	}
	sum := sha256.Sum256([]byte(l.dir))
	return filepath.Join("/tmp", "guichet-"+hex.EncodeToString(sum[:8]))
}

// The keeper tells how it stands in the file "state": nothing while it is
// starting, then one of these.
const (
	stateReady  = "ready"
	stateFailed = "failed: " // and the reason
)

func (l layout) readState() (string, error) {
	data, err := os.ReadFile(l.state())
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read the keeper's state: %w", err)
	}
	return string(data), nil
}

func (l layout) writeState(state string) error {
	if err := writeFile(l.state(), state, 0o600); err != nil {
		return fmt.Errorf("write the keeper's state: %w", err)
	}
	return nil
}

func (l layout) clearState() error {
	if err := os.Remove(l.state()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("clear the keeper's state: %w", err)
	}
	return nil
}

// writeFile replaces a file in one step, so that a reader sees the old
// content or the new.
func writeFile(path, content string, mode fs.FileMode) error {
	next := path + ".new"
	if err := os.Remove(next); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.WriteFile(next, []byte(content), mode); err != nil {
		return err
	}
	// The mode that WriteFile gives is narrowed by the umask.
	if err := os.Chmod(next, mode); err != nil {
		return err
	}
	return os.Rename(next, path)
}

// tail returns the last lines of a log, for an error message; it returns
// nothing when there is no such file.
func tail(path string, lines int) string {
	data, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	all := strings.Split(strings.TrimRight(string(data), "\n"), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}
