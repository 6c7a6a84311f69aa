package postgres

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// The test binary also plays the two other programs that the tests need: the
// keeper, and a command that uses the database.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "keeper":
			os.Exit(exitCode(RunKeeper(context.Background(), os.Args[2:], slog.New(slog.NewTextHandler(os.Stderr, nil)))))
		case "use":
			os.Exit(exitCode(use(context.Background(), os.Args[2])))
		}
	}
	os.Exit(m.Run())
}

func exitCode(err error) int {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// use opens the database in a data folder and, for each line on its standard
// input, prints the number of towns.
func use(ctx context.Context, dataDir string) error {
	db, err := Open(ctx, Config{DataDir: dataDir})
	if err != nil {
		return err
	}
	defer db.Close()
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var towns int
		if err := db.Pool.QueryRow(ctx, `SELECT count(*) FROM towns`).Scan(&towns); err != nil {
			return err
		}
		fmt.Println(towns)
	}
	return lines.Err()
}

// command is a running command that uses a database.
type command struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Reader
	stderr strings.Builder
}

func startCommand(t *testing.T, dataDir string) *command {
	t.Helper()
	u := &command{cmd: exec.CommandContext(t.Context(), os.Args[0], "use", dataDir)}
	u.cmd.Stderr = &u.stderr
	in, err := u.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := u.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	u.in, u.out = in, bufio.NewReader(out)
	if err := u.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = u.cmd.Process.Kill()
		_ = u.cmd.Wait()
	})
	return u
}

// ask makes the command query the database.
func (u *command) ask(t *testing.T) {
	t.Helper()
	if _, err := io.WriteString(u.in, "\n"); err != nil {
		t.Fatalf("ask a command: %v", err)
	}
	line, err := u.out.ReadString('\n')
	if err != nil || line != "1\n" {
		t.Fatalf("a command answers %q, %v, want the default town; it says: %s", line, err, u.stderr.String())
	}
}

// dataFolder is an empty data folder whose keeper is ended with the test.
func dataFolder(t *testing.T) string {
	t.Helper()
	dir := tempDir(t)
	t.Cleanup(func() { endKeeper(t, layout{clusterDir(dir)}) })
	return dir
}

func endKeeper(t *testing.T, files layout) {
	t.Helper()
	if kept(t, files) {
		if err := syscall.Kill(keeperPID(t, files), syscall.SIGTERM); err != nil {
			t.Errorf("end the keeper: %v", err)
		}
		waitFor(t, "the keeper's end", func() bool { return !kept(t, files) })
	}
}

func kept(t *testing.T, files layout) bool {
	t.Helper()
	if _, err := os.Stat(files.dir); err != nil {
		return false
	}
	is, err := locked(files.keeperLock())
	if err != nil {
		t.Fatal(err)
	}
	return is
}

func keeperPID(t *testing.T, files layout) int {
	t.Helper()
	return readPID(t, files.keeperPID())
}

// readPID reads the process id on a file's first line.
func readPID(t *testing.T, path string) int {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	line, _, _ := strings.Cut(string(data), "\n")
	pid, err := strconv.Atoi(line)
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

func kill(t *testing.T, pid int) {
	t.Helper()
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatalf("kill process %d: %v", pid, err)
	}
}

// waitFor polls a condition that must come true; the limit only ends a test
// that has failed.
func waitFor(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(pollEvery) {
		if condition() {
			return
		}
	}
	t.Fatalf("waited in vain for %s", what)
}

func processes(t *testing.T, files layout) []int {
	t.Helper()
	pids, err := serverProcesses(files.cluster())
	if err != nil {
		t.Fatal(err)
	}
	return pids
}

// openIn opens the private database of a data folder until the test ends.
func openIn(t *testing.T, dataDir string) *DB {
	t.Helper()
	db, err := Open(t.Context(), Config{DataDir: dataDir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return db
}

// openCluster holds a throwaway cluster until the test ends.
func openCluster(t *testing.T) *Cluster {
	t.Helper()
	dir := tempDir(t)
	t.Cleanup(func() { endKeeper(t, layout{dir}) })
	cluster, err := OpenCluster(t.Context(), ClusterConfig{Dir: dir, Throwaway: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	return cluster
}

// tempDir is a temporary folder that the database's user reaches also when
// root runs the tests: the testing package closes the one above it.
func tempDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Chmod(filepath.Dir(dir), 0o711); err != nil {
		t.Fatal(err)
	}
	return dir
}

func connConfig(t *testing.T, url string) *pgx.ConnConfig {
	t.Helper()
	conf, err := pgx.ParseConfig(url)
	if err != nil {
		t.Fatal(err)
	}
	return conf
}
