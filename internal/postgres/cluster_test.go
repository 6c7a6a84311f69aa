package postgres

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestTenCommandsAtOnceOnAnEmptyFolder(t *testing.T) {
	t.Parallel()
	dir := dataFolder(t)
	commands := make([]*command, 10)
	for i := range commands {
		commands[i] = startCommand(t, dir)
	}
	for _, u := range commands {
		u.ask(t)
	}
	log, err := os.ReadFile(layout{clusterDir(dir)}.keeperLog())
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(log), "the database is up"); n != 1 {
		t.Errorf("the server was started %d times, want once:\n%s", n, log)
	}
}

func TestTheCommandThatStartedTheKeeperIsKilled(t *testing.T) {
	t.Parallel()
	dir := dataFolder(t)
	first := startCommand(t, dir)
	first.ask(t)
	second := startCommand(t, dir)
	second.ask(t)
	kill(t, first.cmd.Process.Pid)
	if err := first.cmd.Wait(); err == nil {
		t.Fatal("the first command ended by itself")
	}
	second.ask(t)
	startCommand(t, dir).ask(t)
	second.ask(t)
}

func TestKeeperStopsOnceNobodyUsesTheCluster(t *testing.T) {
	t.Parallel()
	files := layout{tempDir(t)}
	conf := ClusterConfig{Dir: files.dir, Grace: 300 * time.Millisecond, Throwaway: true}
	t.Cleanup(func() { endKeeper(t, files) })
	stays, err := OpenCluster(t.Context(), conf)
	if err != nil {
		t.Fatal(err)
	}
	leaves, err := OpenCluster(t.Context(), conf)
	if err != nil {
		t.Fatal(err)
	}
	leaves.Close()
	pid := keeperPID(t, files)
	// Several graces pass while one program holds the cluster.
	time.Sleep(4 * conf.Grace)
	if !kept(t, files) || len(processes(t, files)) == 0 {
		t.Fatal("the keeper stopped the server while a program held the cluster")
	}
	stays.Close()
	waitFor(t, "the keeper's end", func() bool { return !kept(t, files) })
	if left := processes(t, files); len(left) > 0 {
		t.Errorf("the keeper ended and left the server's processes %v", left)
	}
	again, err := OpenCluster(t.Context(), conf)
	if err != nil {
		t.Fatalf("start again after an idle stop: %v", err)
	}
	defer again.Close()
	if keeperPID(t, files) == pid {
		t.Error("the same keeper runs again")
	}
}

func TestCommandsComeAndGoWhileTheKeeperStops(t *testing.T) {
	t.Parallel()
	files := layout{tempDir(t)}
	conf := ClusterConfig{Dir: files.dir, Grace: time.Millisecond * 20, Throwaway: true}
	t.Cleanup(func() { endKeeper(t, files) })
	for range 15 {
		cluster, err := OpenCluster(t.Context(), conf)
		if err != nil {
			t.Fatal(err)
		}
		if err := check(t.Context(), connConfig(t, cluster.URL(databaseName))); err != nil {
			t.Fatalf("a held cluster takes no connection: %v", err)
		}
		cluster.Close()
		// Around the grace, so that some come just while it stops.
		time.Sleep(conf.Grace)
	}
}

func TestKeeperIsKilled(t *testing.T) {
	t.Parallel()
	dir := dataFolder(t)
	files := layout{clusterDir(dir)}
	db := openIn(t, dir)
	before := readPID(t, filepath.Join(files.cluster(), "postmaster.pid"))
	kill(t, keeperPID(t, files))
	// Postgres dies with its keeper, and nobody has asked for a new one yet.
	waitFor(t, "the server's end", func() bool { return len(processes(t, files)) == 0 })

	// A program that starts finds a new server; one that was running too.
	startCommand(t, dir).ask(t)
	if after := readPID(t, filepath.Join(files.cluster(), "postmaster.pid")); after == before {
		t.Error("the old server still runs")
	}
	waitFor(t, "the running program's connection", func() bool {
		return db.Pool.Ping(t.Context()) == nil
	})
}

func TestARunningProgramStartsAKeeperAnew(t *testing.T) {
	t.Parallel()
	dir := dataFolder(t)
	files := layout{clusterDir(dir)}
	db := openIn(t, dir)
	kill(t, keeperPID(t, files))
	waitFor(t, "the connection", func() bool { return db.Pool.Ping(t.Context()) == nil })
}

func TestTheKeeperIsToldToEndWhileTheClusterIsUsed(t *testing.T) {
	t.Parallel()
	dir := dataFolder(t)
	db := openIn(t, dir)
	first := keeperPID(t, layout{clusterDir(dir)})
	if err := syscall.Kill(first, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	// Commands that come while it ends get its successor.
	startCommand(t, dir).ask(t)
	waitFor(t, "the connection", func() bool { return db.Pool.Ping(t.Context()) == nil })
}

func TestAFolderOfAnotherUser(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("only root can give a folder away")
	}
	dir := tempDir(t)
	if err := os.Mkdir(clusterDir(dir), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(clusterDir(dir), 65534, 65534); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), Config{DataDir: dir})
	if err == nil || !strings.Contains(err.Error(), "belongs to the user nobody") {
		t.Errorf("got %v, want whose folder it is", err)
	}
	entries, err := os.ReadDir(clusterDir(dir))
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) > 0 {
		t.Errorf("%d files were left in another user's folder", len(entries))
	}
}

func TestPostmasterIsKilledWithABusySession(t *testing.T) {
	t.Parallel()
	dir := dataFolder(t)
	files := layout{clusterDir(dir)}
	db := openIn(t, dir)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		// A session that never looks up does not notice its postmaster's
		// death, and keeps a new server from starting. It fails when it is
		// ended, which is all that can come of it.
		_, _ = db.Pool.Exec(t.Context(), `DO $$ BEGIN LOOP PERFORM 1; END LOOP; END $$`)
	}()
	waitFor(t, "the busy session", func() bool {
		var busy int
		err := db.Pool.QueryRow(t.Context(), `
			SELECT count(*)
			FROM pg_stat_activity
			WHERE query LIKE 'DO $$%' AND state = 'active'`).Scan(&busy)
		return err == nil && busy == 1
	})
	kill(t, readPID(t, filepath.Join(files.cluster(), "postmaster.pid")))
	waitFor(t, "the connection", func() bool { return db.Pool.Ping(t.Context()) == nil })
	<-ended
	startCommand(t, dir).ask(t)
}

func TestAnUnfinishedClusterIsMadeAnew(t *testing.T) {
	t.Parallel()
	dir := dataFolder(t)
	half := layout{clusterDir(dir)}.newCluster()
	if err := os.MkdirAll(filepath.Join(half, "base"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(half, "PG_VERSION"), []byte("15\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	openIn(t, dir)
}

func TestADeepDataFolderHasItsSocketElsewhere(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(tempDir(t), strings.Repeat("a-deep-folder/", 10))
	files := layout{clusterDir(dir)}
	t.Cleanup(func() {
		endKeeper(t, files)
		if err := os.RemoveAll(files.socketDir()); err != nil {
			t.Error(err)
		}
	})
	openIn(t, dir)
	if strings.HasPrefix(files.socketDir(), dir) {
		t.Errorf("the socket stands in %s", files.socketDir())
	}
}

func TestAFolderThatTheDatabaseUserCannotReach(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("only root runs Postgres as another user")
	}
	closed := filepath.Join(tempDir(t), "closed")
	if err := os.Mkdir(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(closed, "data")
	_, err := Open(t.Context(), Config{DataDir: dir})
	if err == nil {
		t.Fatal("opened a database in a folder that its user cannot reach")
	}
	for _, want := range []string{closed + " is closed", "chmod o+x " + closed, "GUICHET_DATA_DIR"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not say %q: %v", want, err)
		}
	}
	for _, path := range []string{layout{clusterDir(dir)}.cluster(), layout{clusterDir(dir)}.newCluster()} {
		if _, err := os.Stat(path); err == nil {
			t.Errorf("%s was made all the same", path)
		}
	}
}

func TestAServerThatCannotStartSaysWhy(t *testing.T) {
	t.Parallel()
	cluster := openCluster(t)
	files := cluster.files
	cluster.Close()
	endKeeper(t, files)
	if err := os.Remove(filepath.Join(files.cluster(), "global", "pg_control")); err != nil {
		t.Fatal(err)
	}
	_, err := OpenCluster(t.Context(), ClusterConfig{Dir: files.dir, Throwaway: true})
	if err == nil || !strings.Contains(err.Error(), "pg_control") {
		t.Errorf("got %v, want the server's own words about pg_control", err)
	}
}

func TestAKeeperThatCannotRunIsReported(t *testing.T) {
	t.Parallel()
	_, err := OpenCluster(t.Context(), ClusterConfig{
		Dir:           tempDir(t),
		KeeperCommand: []string{"/bin/sh", "-c", "echo no such keeper >&2; exit 1"},
	})
	if err == nil || !strings.Contains(err.Error(), "no such keeper") {
		t.Errorf("got %v, want what the keeper said", err)
	}
}

// The password opens the database: it belongs in its file alone.
func TestThePasswordIsNeitherInLogsNorInArguments(t *testing.T) {
	t.Parallel()
	cluster := openCluster(t)
	files := cluster.files
	pids := append(processes(t, files), keeperPID(t, files))
	paths := []string{files.keeperLog(), files.postgresLog()}
	for _, pid := range pids {
		paths = append(paths, fmt.Sprintf("/proc/%d/cmdline", pid), fmt.Sprintf("/proc/%d/environ", pid))
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if strings.HasPrefix(path, "/proc/") && (errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH)) {
			continue // one of Postgres's helpers, which come and go
		}
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(data), cluster.password) {
			t.Errorf("%s holds the password", path)
		}
	}
	info, err := os.Stat(files.password())
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the password's file has mode %o, want 600", info.Mode().Perm())
	}
}

func TestTheClusterIsClosed(t *testing.T) {
	t.Parallel()
	db := openIn(t, dataFolder(t))
	var super, createDB bool
	var addresses, sync string
	err := db.Pool.QueryRow(t.Context(), `
		SELECT
			rolsuper,
			rolcreatedb,
			current_setting('listen_addresses'),
			current_setting('fsync')
		FROM pg_roles
		WHERE rolname = current_user`).Scan(&super, &createDB, &addresses, &sync)
	if err != nil {
		t.Fatal(err)
	}
	if super || createDB || addresses != "" || sync != "on" {
		t.Errorf("superuser %t, may create databases %t, listens on %q, fsync %s", super, createDB, addresses, sync)
	}
	conf := connConfig(t, db.cluster.URL(databaseName))
	conf.Password = "wrong"
	if err := check(t.Context(), conf); err == nil || !strings.Contains(err.Error(), "authentication") {
		t.Errorf("a wrong password gives %v", err)
	}
	if os.Getuid() != 0 {
		return
	}
	info, err := os.Stat(db.cluster.files.cluster())
	if err != nil {
		t.Fatal(err)
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); !ok || stat.Uid == 0 {
		t.Error("the cluster belongs to root")
	}
}
