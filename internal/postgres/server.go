package postgres

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// server is what it takes to run a cluster's Postgres: its programs, and the
// operating system's user that runs them.
type server struct {
	bin   string // the folder of postgres and initdb
	major int
	user  string
	// credential is nil when the user is the one who runs this program.
	credential *syscall.Credential
}

// findServer finds the Postgres and the user for a cluster and makes sure that
// this user reaches the cluster's folder. Its errors name the mend.
func findServer(ctx context.Context, files layout) (server, error) {
	var s server
	if err := s.findUser(files); err != nil {
		return s, err
	}
	if err := s.findPrograms(ctx, files); err != nil {
		return s, err
	}
	if err := s.checkReach(ctx, files.dir); err != nil {
		return s, err
	}
	return s, nil
}

// findUser settles who runs Postgres, which refuses to run as root: the user
// of this program, or for root the owner of the cluster, or "postgres".
func (s *server) findUser(files layout) error {
	uid := os.Getuid()
	owner := -1
	info, err := os.Stat(files.cluster())
	switch {
	case err == nil:
		if stat, ok := info.Sys().(*syscall.Stat_t); ok {
			owner = int(stat.Uid)
		}
	case !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("look at the cluster: %w", err)
	}
	if uid != 0 {
		if owner >= 0 && owner != uid {
			return fmt.Errorf("the database in %s belongs to another user (%d): "+
				"run Guichet as that user or as root, or choose another data folder", files.dir, owner)
		}
		current, err := user.Current()
		if err != nil {
			return fmt.Errorf("find the current user: %w", err)
		}
		s.user = current.Username
		return nil
	}
	var found *user.User
	if owner > 0 {
		found, err = user.LookupId(strconv.Itoa(owner))
	} else {
		found, err = user.Lookup("postgres")
	}
	if err != nil {
		return fmt.Errorf("find a user other than root to run Postgres: %w; `make setup` installs Postgres and its user", err)
	}
	ownUID, err := strconv.ParseUint(found.Uid, 10, 32)
	if err != nil {
		return fmt.Errorf("read the id of user %s: %w", found.Username, err)
	}
	ownGID, err := strconv.ParseUint(found.Gid, 10, 32)
	if err != nil {
		return fmt.Errorf("read the group of user %s: %w", found.Username, err)
	}
	s.user = found.Username
	s.credential = &syscall.Credential{Uid: uint32(ownUID), Gid: uint32(ownGID)}
	return nil
}

// findPrograms finds server programs of a version that Guichet works with;
// for a cluster that exists, of the very version that made it.
func (s *server) findPrograms(ctx context.Context, files layout) error {
	made := 0
	data, err := os.ReadFile(filepath.Join(files.cluster(), "PG_VERSION"))
	switch {
	case err == nil:
		if made, err = strconv.Atoi(strings.TrimSpace(string(data))); err != nil {
			return fmt.Errorf("read the version of the cluster in %s: %w", files.dir, err)
		}
	case !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("read the version of the cluster: %w", err)
	}
	var others []string
	for _, dir := range programFolders(ctx) {
		major, err := programVersion(ctx, dir)
		if err != nil {
			continue // no server there
		}
		if major < minPostgres || major > maxPostgres || made != 0 && major != made {
			others = append(others, fmt.Sprintf("Postgres %d in %s", major, dir))
			continue
		}
		s.bin, s.major = dir, major
		return nil
	}
	found := "no Postgres server was found on this machine"
	if len(others) > 0 {
		found = "found " + strings.Join(others, ", ")
	}
	if made != 0 {
		return &UnfitError{
			Found: found,
			Mend:  fmt.Sprintf("the database in %s needs Postgres %d: install it again", files.dir, made),
		}
	}
	return &UnfitError{
		Found: found,
		Mend:  fmt.Sprintf("Guichet needs Postgres %d to %d; `make setup` installs one", minPostgres, maxPostgres),
	}
}

// programFolders lists where a server's programs may stand, best first.
func programFolders(ctx context.Context) []string {
	var dirs []string
	if out, err := exec.CommandContext(ctx, "pg_config", "--bindir").Output(); err == nil {
		dirs = append(dirs, strings.TrimSpace(string(out)))
	}
	for major := maxPostgres; major >= minPostgres; major-- {
		dirs = append(dirs, fmt.Sprintf("/usr/lib/postgresql/%d/bin", major))
	}
	if path, err := exec.LookPath("postgres"); err == nil {
		// initdb looks for its own files beside the real program.
		if program, err := filepath.EvalSymlinks(path); err == nil {
			dirs = append(dirs, filepath.Dir(program))
		}
	}
	return dirs
}

// programVersion asks the server in a folder for its major version.
func programVersion(ctx context.Context, dir string) (int, error) {
	if _, err := os.Stat(filepath.Join(dir, "initdb")); err != nil {
		return 0, err
	}
	out, err := exec.CommandContext(ctx, filepath.Join(dir, "postgres"), "--version").Output()
	if err != nil {
		return 0, err
	}
	// As in "postgres (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)".
	_, version, _ := strings.Cut(string(out), "(PostgreSQL) ")
	major, _, _ := strings.Cut(version, ".")
	// A development version reads "18devel" and has no dot: it does not fit.
	return strconv.Atoi(strings.TrimSpace(major))
}

// checkReach finds out, by going there as the database's user, whether that
// user reaches a folder; the error names the folder in the way.
func (s *server) checkReach(ctx context.Context, dir string) error {
	if s.credential == nil || s.enters(ctx, dir) == nil {
		return nil
	}
	for _, parent := range parents(dir) {
		err := s.enters(ctx, parent)
		if err == nil {
			continue
		}
		if !errors.Is(err, fs.ErrPermission) {
			return fmt.Errorf("enter %s as user %s: %w", parent, s.user, err)
		}
		return fmt.Errorf("the database's user %q cannot reach %s, because %s is closed to it: "+
			"choose another data folder (GUICHET_DATA_DIR, for example /var/lib/guichet), "+
			"or open the way with: chmod o+x %s", s.user, dir, parent, parent)
	}
	return nil
}

// enters runs a program with dir as its current folder, as the database's user.
func (s *server) enters(ctx context.Context, dir string) error {
	cmd := exec.CommandContext(ctx, filepath.Join(s.bin, "postgres"), "--version")
	cmd.Dir = dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.credential}
	return cmd.Run()
}

// parents lists a folder's ancestors from the root down, itself included.
func parents(dir string) []string {
	if parent := filepath.Dir(dir); parent != dir {
		return append(parents(parent), dir)
	}
	return []string{dir}
}

// own gives a file or folder to the database's user.
func (s *server) own(path string) error {
	if s.credential == nil {
		return nil
	}
	if err := os.Lchown(path, int(s.credential.Uid), int(s.credential.Gid)); err != nil {
		return fmt.Errorf("give %s to user %s: %w", path, s.user, err)
	}
	return nil
}

// command prepares one of the server's programs to run as the database's user
// and in the folder where that user may be.
func (s *server) command(ctx context.Context, dir, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(s.bin, name), args...)
	cmd.Dir = dir
	cmd.Env = serverEnv(os.Environ())
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.credential}
	return cmd
}

// serverEnv is the environment for Postgres: without the caller's own PG
// settings and secrets, in one fixed locale, since messages and sort order
// must not depend on who happened to start the keeper.
func serverEnv(environ []string) []string {
	env := []string{"LC_ALL=C.UTF-8"}
	for _, entry := range environ {
		name, _, _ := strings.Cut(entry, "=")
		if name == "PATH" || name == "TMPDIR" || name == "TZ" || name == "LD_LIBRARY_PATH" {
			env = append(env, entry)
		}
	}
	return env
}
